-- Rule: R-3.6, R-4.1, R-4.2, R-5.4
-- Rows: fee
-- A fee of the tariff is the monthly or the daily fee of the plan version in force on the local date of the charge, by
-- the catalogue of its place. A violation is a fee of another version, or another fee.
SELECT
    contract, version,
    CASE WHEN since <= booked_day AND booked_day < until THEN '' ELSE 'a version in force, and ' END
        || CAST(CASE type WHEN 'DailyFeeCharged' THEN daily_fee ELSE monthly_fee END AS STRING) AS expected,
    plan_version || ': ' || CAST(fee AS STRING) AS found
FROM fee
WHERE since IS NULL OR booked_day < since OR booked_day >= until
    OR fee IS DISTINCT FROM CASE type WHEN 'DailyFeeCharged' THEN daily_fee ELSE monthly_fee END
