-- Every event that begins or ends what the tariff has paid, beside the one before and the one behind it: which mode it
-- leaves, until when, with which anchor day.
SELECT
    contract, version, type, cause, catalogue, zone, booked_at, booked_day, region, plan, plan_version, fee, discount,
    amount, period_start, period_end, anchor_day, carried, carries, is_scheduled, mode,
    lag(mode) OVER beside AS mode_before,
    lag(period_end) OVER beside AS end_before,
    lag(anchor_day) OVER beside AS anchor_before,
    lead(version) OVER beside AS next_version
FROM (
    SELECT
        contract, version, type, cause, catalogue, zone, booked_at, booked_day, region, plan, plan_version, fee,
        discount, amount, period_start, period_end, anchor_day, carried,
        type = 'PackagesRefreshed' OR coalesce(carried, false) AS carries,
        input_source IS NULL AS is_scheduled,
        CASE
            WHEN type IN ('MonthlyFeeCharged', 'PackagesRefreshed') THEN 'monthly'
            WHEN type = 'DailyFeeCharged' THEN 'daily'
            WHEN type = 'AccountClosed' THEN 'closed'
            ELSE 'unpaid'
        END AS mode
    FROM other
    WHERE type IN ('MonthlyFeeCharged', 'DailyFeeCharged', 'PackagesRefreshed', 'PlanConnected', 'PeriodLapsed',
            'AccountClosed')
        OR (type = 'Blocked' AND cause = 'nightly')
) AS turns
WINDOW beside AS (PARTITION BY contract ORDER BY version)
