-- Rule: R-4.1, R-4.2, R-4.3, R-4.5
-- Rows: turn WHERE is_scheduled
-- A night takes the month's fee where it can be paid, else the day's where there is one and it can be, else it blocks;
-- under a block the period lapses. A violation is a night that did another thing; expected is what it should have done.
WITH chosen AS (
    SELECT t.contract, t.version, t.type,
        CASE
            WHEN s.blocks_before > 0 THEN 'PeriodLapsed'
            WHEN s.available_before >= a.month THEN 'MonthlyFeeCharged'
            WHEN s.available_before >= a.day THEN 'DailyFeeCharged'
            ELSE 'Blocked'
        END AS due
    FROM turn AS t
    JOIN standing AS s ON s.contract = t.contract AND s.version = t.version
    JOIN asked AS a ON a.contract = t.contract AND a.version = t.version
)

SELECT contract, version, due AS expected, type AS found
FROM chosen
WHERE type <> due
