-- Rule: R-2.1, R-3.1, R-15.1
-- Rows: other
-- A contract begins with its opening, and is opened once, in a region of the catalogue, with a credit limit of 0 or
-- more; it keeps the region and its zone. A violation is another first event, a later opening, one with another zone or
-- limit, or an event that is told with another region or zone than the opening.
SELECT o.contract, o.version, coalesce(r.zone, 'an opening as version 1') AS expected, o.zone AS found
FROM other AS o LEFT JOIN region AS r ON r.catalogue = o.catalogue AND r.region = o.region
WHERE (o.type = 'AccountOpened' OR o.version = 1)
    AND (o.type <> 'AccountOpened' OR o.version <> 1 OR r.zone IS DISTINCT FROM o.zone OR o.credit_limit < 0)
UNION ALL
SELECT contract, version, 'an opening as version 1' AS expected, 'UsageCharged' AS found
FROM usage
WHERE version = 1
UNION ALL
SELECT o.contract, o.version, f.region || ', ' || f.zone AS expected, o.region || ', ' || o.zone AS found
FROM other AS o JOIN other AS f ON f.contract = o.contract AND f.type = 'AccountOpened' AND f.version < o.version
WHERE o.region IS DISTINCT FROM f.region OR o.zone IS DISTINCT FROM f.zone
