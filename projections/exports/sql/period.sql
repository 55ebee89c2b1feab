-- Rule: R-2.2, R-2.3, R-2.4, R-3.3, R-4.1, R-4.2, R-4.4, R-5.4
-- Rows: turn WHERE period_start IS NOT NULL
-- A fee pays from the instant of its charge: a day to the next night, a month to the night of the anchor day in the
-- next calendar month, or of that month's last day. The anchor day is that of the charge; a night that follows a paid
-- month keeps it. A violation is a fee with another period or anchor day.
WITH due AS (
    SELECT t.contract, t.version, t.zone, t.catalogue, t.booked_at, t.period_start, t.period_end, t.type, t.booked_day,
        t.anchor_day,
        CASE
            WHEN t.type = 'DailyFeeCharged' THEN NULL
            WHEN t.cause = 'nightly' AND t.mode_before = 'monthly' THEN t.anchor_before
            ELSE day(t.booked_day)
        END AS anchor
    FROM turn AS t
    WHERE t.period_start IS NOT NULL
)

SELECT
    d.contract, d.version, CAST(d.anchor AS STRING) || ', ' || CAST(n.at AS STRING) AS expected,
    CAST(d.anchor_day AS STRING) || ', ' || CAST(d.period_end AS STRING) AS found
FROM due AS d
JOIN setting AS s ON s.catalogue = d.catalogue
LEFT JOIN night AS n
    ON n.zone = d.zone AND n.hour = s.night_hour
    AND n.day = CASE WHEN d.type = 'DailyFeeCharged' THEN d.booked_day + 1
        ELSE month_later(d.booked_day, 1, d.anchor) END
WHERE d.period_start <> d.booked_at OR n.at IS DISTINCT FROM d.period_end OR d.anchor IS DISTINCT FROM d.anchor_day
