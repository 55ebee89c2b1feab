-- Rule: R-6.7, R-7.2, R-8.5
-- Rows: standing
-- Behind a booking that takes from what is available, less than 0 of it sets the financial block; behind one that adds,
-- more than 0 lifts it; exactly 0 does neither. Not on a closed contract. The block stands behind all other events of
-- its booking. A violation is an event behind which it should stand, or stands without cause; expected is what comes
-- next.
WITH tested AS (
    SELECT
        contract, version, type, booked_at, available, financial, next_type, next_version, is_closed,
        moved < 0 OR type = 'PromiseClosed' AS takes,
        moved > 0 OR type = 'PromiseTaken'
            OR (type = 'PromiseClosed' AND lag(type) OVER beside = 'ToppedUp'
                AND lag(booked_at) OVER beside = booked_at) AS adds
    FROM standing
    WINDOW beside AS (PARTITION BY contract ORDER BY version)
),

due AS (
    SELECT contract, version, next_type, next_version,
        CASE
            WHEN is_closed = 1 OR type IN ('Blocked', 'Unblocked') THEN 'nothing'
            WHEN type = 'ToppedUp' AND next_type = 'PromiseClosed' AND next_version = version + 1 THEN 'nothing'
            WHEN financial = 0 AND takes AND available < 0 THEN 'Blocked'
            WHEN financial > 0 AND adds AND available > 0 THEN 'Unblocked'
            ELSE 'nothing'
        END AS due
    FROM tested
),

settled AS (
    SELECT contract, version, type FROM other WHERE type IN ('Blocked', 'Unblocked') AND cause = 'balance'
)

SELECT d.contract, d.version, d.due AS expected, coalesce(s.type, 'nothing') AS found
FROM due AS d
LEFT JOIN settled AS s ON s.contract = d.contract AND s.version = d.next_version AND d.next_version = d.version + 1
WHERE d.due <> coalesce(s.type, 'nothing')
