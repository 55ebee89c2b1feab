-- Rule: R-4.1, R-4.2, R-4.3, R-4.5
-- Rows: turn WHERE is_scheduled
-- A night takes the month's fee where it can be paid, else the day's where there is one and it can be, else it blocks;
-- under a block the period lapses. A violation is a night that did another thing; expected is what it should have done.
WITH asked AS (
    SELECT
        t.contract, t.version, t.type, s.blocks_before, s.available_before, t.booked_day, t.catalogue,
        max(p.version) AS connected, max(g.version) AS discounted
    FROM turn AS t
    JOIN standing AS s ON s.contract = t.contract AND s.version = t.version
    LEFT JOIN plan_since AS p ON p.contract = t.contract AND p.version < t.version
    LEFT JOIN other AS g ON g.contract = t.contract AND g.version < t.version AND g.type = 'DiscountGranted'
    WHERE t.is_scheduled
    GROUP BY t.contract, t.version, t.type, s.blocks_before, s.available_before, t.booked_day, t.catalogue
),

priced AS (
    SELECT
        a.contract, a.version, a.type, a.blocks_before, a.available_before,
        whole(p.monthly_fee * (100 - coalesce(d.percent, 0)) + 50, 100) AS month,
        whole(p.daily_fee * (100 - coalesce(d.percent, 0)) + 50, 100) AS day
    FROM asked AS a
    JOIN plan_since AS s ON s.contract = a.contract AND s.version = a.connected
    JOIN plan AS p
        ON p.catalogue = a.catalogue AND p.plan = s.plan AND p.since <= a.booked_day AND a.booked_day < p.until
    LEFT JOIN other AS d
        ON d.contract = a.contract AND d.version = a.discounted
        AND d.from_date <= a.booked_day AND a.booked_day < d.until_date
),

chosen AS (
    SELECT contract, version, type,
        CASE
            WHEN blocks_before > 0 THEN 'PeriodLapsed'
            WHEN available_before >= month THEN 'MonthlyFeeCharged'
            WHEN available_before >= day THEN 'DailyFeeCharged'
            ELSE 'Blocked'
        END AS due
    FROM priced
)

SELECT contract, version, due AS expected, type AS found
FROM chosen
WHERE type <> due
