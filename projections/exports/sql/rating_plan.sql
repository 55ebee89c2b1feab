-- Rule: R-6.2, R-6.6
-- Rows: usage
-- The plan that rates an outgoing record is the one that was connected last when it occurred, of those connected before
-- it was booked: so nothing is charged of before the contract was opened and had a plan. No plan rates an incoming one.
-- A violation is a record that another plan rates.
SELECT u.contract, u.version, s.plan AS expected, u.plan AS found
FROM usage AS u LEFT JOIN plan_since AS s
    ON s.contract = u.contract AND s.version < u.version AND s.since <= u.used_at
    AND (s.until IS NULL OR u.used_at < s.until OR u.version < s.next_version)
WHERE u.plan IS DISTINCT FROM CASE WHEN u.direction <> 'in' THEN s.plan END
