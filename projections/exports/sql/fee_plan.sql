-- Rule: R-3.3, R-4.1, R-4.2, R-5.4
-- Rows: fee
-- A fee of the tariff is that of the plan that was connected last. A violation is a fee of another plan.
SELECT f.contract, f.version, s.plan AS expected, f.plan AS found
FROM fee AS f LEFT JOIN plan_since AS s
    ON s.contract = f.contract AND s.version < f.version AND (s.next_version IS NULL OR f.version < s.next_version)
WHERE f.plan IS DISTINCT FROM s.plan
