-- Rule: R-7.1, R-11.5, R-15.5
-- Rows: other WHERE type IN ('ToppedUp', 'Refunded', 'Adjusted')
-- A top-up and a refund are of a kopeck or more, and a correction is of something. A violation is one of less.
SELECT contract, version, 'a kopeck or more' AS expected, amount AS found
FROM other
WHERE (type IN ('ToppedUp', 'Refunded') AND coalesce(amount, 0) < 1) OR (type = 'Adjusted' AND coalesce(amount, 0) = 0)
