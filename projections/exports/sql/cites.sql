-- Rule: R-11.5
-- Rows: other WHERE type = 'Adjusted'
-- A correction cites one event or more that were booked before it. A violation is one that cites none, or a later one.
SELECT o.contract, o.version, 'earlier events' AS expected, min(c.event) AS found
FROM other AS o LEFT JOIN cited AS c ON c.contract = o.contract AND c.version = o.version
WHERE o.type = 'Adjusted'
GROUP BY o.contract, o.version
HAVING count(c.event) = 0 OR min(c.event) < 1 OR max(c.event) >= o.version
