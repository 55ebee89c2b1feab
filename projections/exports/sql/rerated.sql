-- Rule: R-11.6
-- Rows: usage WHERE rerates IS NOT NULL
-- A record that is rated again names an earlier event that left it without a price, and the first such one of it; it is
-- the same record, and is charged once. A violation is another one, or one that was charged again.
SELECT r.contract, r.version, coalesce(CAST(o.record_of AS STRING), 'an unrated record before it') AS expected,
    CAST(r.record AS STRING) AS found
FROM usage AS r
LEFT JOIN (
    SELECT contract, version, coalesce(record, version) AS record_of, used_at, service, direction, quantity, usage_zone
    FROM other WHERE type = 'UsageUnrated'
) AS o ON o.contract = r.contract AND o.version = r.rerates AND o.version < r.version
WHERE r.rerates IS NOT NULL AND NOT coalesce(
    o.record_of = r.record AND o.used_at = r.used_at AND o.service = r.service AND o.direction = r.direction
    AND o.quantity = r.quantity AND o.usage_zone = r.usage_zone, false)
UNION ALL
SELECT contract, max(version) AS version, 'charged once' AS expected, CAST(count(*) AS STRING) AS found
FROM usage
WHERE record IS NOT NULL
GROUP BY contract, record
HAVING count(*) > 1
