-- Rule: R-1.3, R-13.2
-- Rows: line
-- The wallet behind an event is the sum of all that was booked into it and out of it up to then, and every event that
-- moves the wallet says so. A violation is an event with another wallet than that sum, or with none.
SELECT contract, version, expected, wallet_after AS found
FROM (
    SELECT contract, version, wallet_after, sum(moved) OVER up_to_here AS expected
    FROM line
    WINDOW up_to_here AS (PARTITION BY contract ORDER BY version ROWS UNBOUNDED PRECEDING)
) AS summed
WHERE wallet_after IS DISTINCT FROM expected
