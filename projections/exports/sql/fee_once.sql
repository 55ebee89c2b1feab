-- Rule: R-4.8, R-9.2
-- Rows: other WHERE input_source IS NULL AND fee IS NOT NULL
-- A night takes one fee of the tariff, and one of each option. A violation is another fee at the same instant.
SELECT contract, max(version) AS version, 1 AS expected, count(*) AS found
FROM other
WHERE input_source IS NULL AND fee IS NOT NULL
GROUP BY contract, booked_at, option
HAVING count(*) > 1
