-- Rule: R-11.1
-- Rows: entry WHERE from_place = 'consumed'
-- A reversal of a record gives back, once, parts that it had taken of buckets that still live, each as much as was
-- taken, and says so; parts that were spent late stay spent. A violation is a part given back that was not taken by the
-- record, or by two reversals, or without saying so.
WITH back AS (
    SELECT e.contract, e.version, e.granted_by, e.from_service AS service, e.amount, c.event, c.packages_returned
    FROM entry AS e LEFT JOIN correction AS c ON c.contract = e.contract AND c.version = e.version
    WHERE e.from_place = 'consumed'
),

taken AS (
    SELECT contract, version, granted_by, from_service AS service, sum(amount) AS amount
    FROM entry
    WHERE to_place = 'consumed' AND from_place <> 'expired'
        AND (contract, version) IN (SELECT contract, event FROM back)
    GROUP BY contract, version, granted_by, from_service
)

SELECT b.contract, b.version, t.amount AS expected, b.amount AS found
FROM back AS b
LEFT JOIN taken AS t
    ON t.contract = b.contract AND t.version = b.event AND t.granted_by = b.granted_by AND t.service = b.service
WHERE b.amount IS DISTINCT FROM t.amount OR NOT coalesce(b.packages_returned, false)
UNION ALL
SELECT contract, max(version) AS version, 1 AS expected, count(*) AS found
FROM back
GROUP BY contract, event, granted_by, service
HAVING count(*) > 1
UNION ALL
SELECT c.contract, c.version, 1 AS expected, 0 AS found
FROM correction AS c LEFT JOIN back AS b ON b.contract = c.contract AND b.version = c.version
WHERE c.packages_returned AND b.version IS NULL
