-- Rule: R-3.1, R-15.1
-- Rows: other WHERE type = 'AccountOpened' OR version = 1
-- A contract begins with its opening, and is opened once, in a region of the catalogue, whose zone it keeps, with a
-- credit limit of 0 or more. A violation is another first event, a later opening, or one with another zone or limit.
SELECT o.contract, o.version, coalesce(r.zone, 'an opening as version 1') AS expected, o.zone AS found
FROM other AS o LEFT JOIN region AS r ON r.catalogue = o.catalogue AND r.region = o.region
WHERE (o.type = 'AccountOpened' OR o.version = 1)
    AND (o.type <> 'AccountOpened' OR o.version <> 1 OR r.zone IS DISTINCT FROM o.zone OR o.credit_limit < 0)
UNION ALL
SELECT contract, version, 'an opening as version 1' AS expected, 'UsageCharged' AS found
FROM usage
WHERE version = 1
