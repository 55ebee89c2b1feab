-- Rule: R-6.8, R-15.4
-- Rows: other WHERE type = 'UsageUnrated'
-- A record is left without a price only where nobody could rate it: without a plan when it occurred, in a zone or of a
-- service that the plan version of its date has no price for, or of after the closing. A violation is a record that
-- could have been rated.
SELECT o.contract, o.version, 'a price, so no ' || o.reason AS expected, o.reason AS found
FROM other AS o
LEFT JOIN plan_since AS s
    ON s.contract = o.contract AND s.version < o.version AND s.since <= o.used_at
    AND (s.until IS NULL OR o.used_at < s.until OR o.version < s.next_version)
LEFT JOIN plan AS p
    ON p.catalogue = o.catalogue AND p.plan = s.plan AND p.since <= o.used_day AND o.used_day < p.until
LEFT JOIN tariff AS t
    ON t.catalogue = o.catalogue AND t.plan = p.plan AND t.plan_version = p.plan_version
    AND t.usage_zone = o.usage_zone AND t.service = o.service
WHERE o.type = 'UsageUnrated' AND (
    o.reason NOT IN ('NO_PLAN', 'NO_PRICE', 'CLOSED')
    OR (o.reason = 'NO_PLAN' AND p.plan IS NOT NULL)
    OR (o.reason = 'NO_PRICE' AND (p.plan IS NULL OR t.listed_price IS NOT NULL))
    OR (o.direction = 'in' AND o.reason <> 'CLOSED')
)
