-- Rule: R-6.3
-- Rows: usage WHERE spent > 0 OR unlimited
-- A package covers a record only in a zone that the plan version's packages cover. A violation is a record in another
-- zone that takes something from packages.
SELECT contract, version, 'a zone that packages cover' AS expected, usage_zone AS found
FROM usage
WHERE (spent > 0 OR unlimited) AND is_covered IS DISTINCT FROM true
