-- Rule: R-8.1, R-8.2
-- Rows: other WHERE type IN ('Blocked', 'Unblocked')
-- A block of a kind is set where none of that kind is in force, and lifted where one is. Only the ledger sets and lifts
-- the financial one. A violation is a block that was in force already, the end of one that was not, or a financial one
-- at somebody's request.
SELECT contract, version, 'not in force' AS expected, kind AS found
FROM (
    SELECT contract, version, type, kind, cause,
        sum(CASE type WHEN 'Blocked' THEN 1 ELSE -1 END) OVER (PARTITION BY contract, kind ORDER BY version) AS in_force
    FROM other
    WHERE type IN ('Blocked', 'Unblocked')
) AS counted
WHERE in_force <> CASE type WHEN 'Blocked' THEN 1 ELSE 0 END OR (kind = 'financial') = (cause = 'request')
