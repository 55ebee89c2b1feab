-- Rule: R-6.6, R-6.8, R-3.6
-- Rows: usage
-- The plan version that rates an outgoing record is the one in force on the local date on which the record occurred,
-- and has prices for its zone. A violation is a record that another version rates.
SELECT contract, version, CAST(used_day AS STRING) AS expected, plan_version AS found
FROM usage
WHERE direction <> 'in' AND (since IS NULL OR used_day < since OR used_day >= until)
