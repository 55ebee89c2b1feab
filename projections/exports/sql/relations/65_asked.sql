-- What a month and a day of the contract's plan cost where a night or a request for a refresh asks for them: the fees
-- of the version in force on the local date, less the discount that was granted last (R-3.5); and whether it is a plan
-- whose packages can be refreshed there (R-5.3).
WITH asked AS (
    SELECT
        o.contract, o.version, o.region, o.booked_day, o.catalogue, max(p.version) AS connected, max(g.version) AS discounted
    FROM other AS o
    JOIN plan_since AS p ON p.contract = o.contract AND p.version < o.version
    LEFT JOIN other AS g ON g.contract = o.contract AND g.version < o.version AND g.type = 'DiscountGranted'
    WHERE o.type = 'RefreshRefused' OR (
        o.input_source IS NULL AND (o.type IN ('MonthlyFeeCharged', 'DailyFeeCharged', 'PeriodLapsed')
            OR (o.type = 'Blocked' AND o.cause = 'nightly'))
    )
    GROUP BY o.contract, o.version, o.region, o.booked_day, o.catalogue
)

SELECT
    a.contract, a.version,
    whole(p.monthly_fee * (100 - coalesce(d.percent, 0)) + 50, 100) AS month,
    whole(p.daily_fee * (100 - coalesce(d.percent, 0)) + 50, 100) AS day,
    p.refreshable AND p.monthly_fee > 0 AND r.region IS NOT NULL AS is_eligible
FROM asked AS a
JOIN plan_since AS s ON s.contract = a.contract AND s.version = a.connected
JOIN plan AS p ON p.catalogue = a.catalogue AND p.plan = s.plan AND p.since <= a.booked_day AND a.booked_day < p.until
LEFT JOIN plan_region AS r
    ON r.catalogue = p.catalogue AND r.plan = p.plan AND r.plan_version = p.plan_version AND r.region = a.region
LEFT JOIN other AS d
    ON d.contract = a.contract AND d.version = a.discounted
    AND d.from_date <= a.booked_day AND a.booked_day < d.until_date
