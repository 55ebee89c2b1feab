-- Rule: R-1.3, R-6.3, R-6.5
-- Rows: balance
-- No bucket has less than nothing in it behind any event, nor has what expired of it: so nothing is spent that was not
-- granted, never more than was, and never out of another grant. A violation is an event that leaves less than nothing.
SELECT contract, version, 0 AS expected, left_after AS found
FROM balance
WHERE left_after < 0
