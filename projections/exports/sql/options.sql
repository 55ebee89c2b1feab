-- Rule: R-3.6, R-9.1, R-9.2, R-9.3, R-9.4
-- Rows: other WHERE option IS NOT NULL
-- An option is connected where it is not yet, and charged, suspended, expired or disconnected where it is. Its fee is
-- that of the version in force on the local date. It pays from the charge on: a one-time option for its days, a monthly
-- one to the night of its anchor day in the next calendar month. The next thing the calendar does to it comes at the
-- end of what is paid. A violation is an event of an option that is not so.
WITH held AS (
    SELECT
        o.contract, o.version, o.type, o.option, o.option_version, o.fee, o.booked_at, o.booked_day, o.catalogue,
        o.zone, o.period_start, o.period_end, o.anchor_day, o.one_time,
        lag(o.type) OVER beside AS type_before,
        lag(o.period_end) OVER beside AS end_before,
        lag(o.anchor_day) OVER beside AS anchor_before,
        lag(o.one_time) OVER beside AS one_time_before
    FROM other AS o
    WHERE o.type IN ('OptionConnected', 'OptionFeeCharged', 'OptionSuspended', 'OptionExpired', 'OptionDisconnected')
    WINDOW beside AS (PARTITION BY o.contract, o.option ORDER BY o.version)
),

paid AS (
    SELECT h.*, v.fee AS listed_fee, v.days, v.since, v.until, s.night_hour,
        CASE WHEN h.type = 'OptionFeeCharged' AND h.type_before <> 'OptionSuspended' THEN h.anchor_before
            ELSE day(h.booked_day) END AS anchor
    FROM held AS h
    JOIN setting AS s ON s.catalogue = h.catalogue
    LEFT JOIN option_version AS v
        ON v.catalogue = h.catalogue AND v.option = h.option AND v.option_version = h.option_version
    WHERE h.fee IS NOT NULL
)

SELECT p.contract, p.version, CAST(p.listed_fee AS STRING) || ', until ' || CAST(n.at AS STRING) AS expected,
    CAST(p.fee AS STRING) || ', until ' || CAST(p.period_end AS STRING) AS found
FROM paid AS p
LEFT JOIN night AS n
    ON n.zone = p.zone AND n.hour = p.night_hour
    AND n.day = CASE WHEN p.one_time THEN p.booked_day + p.days
        ELSE month_later(p.booked_day, 1, CAST(p.anchor AS INTEGER)) END
WHERE p.listed_fee IS DISTINCT FROM p.fee OR p.booked_day < p.since OR p.booked_day >= p.until
    OR coalesce(p.one_time, false) <> (p.days IS NOT NULL AND p.type = 'OptionConnected')
    OR p.period_start <> p.booked_at OR n.at IS DISTINCT FROM p.period_end OR p.anchor_day <> p.anchor
UNION ALL
SELECT h.contract, h.version, CASE h.type WHEN 'OptionConnected' THEN 'not connected' ELSE 'connected' END AS expected,
    coalesce(h.type_before, 'not connected') AS found
FROM held AS h
WHERE (h.type = 'OptionConnected')
    <> (coalesce(h.type_before, 'OptionExpired') IN ('OptionExpired', 'OptionDisconnected'))
UNION ALL
SELECT h.contract, h.version, CAST(h.end_before AS STRING) AS expected, CAST(h.booked_at AS STRING) AS found
FROM held AS h
WHERE h.end_before IS NOT NULL
    AND ((h.type IN ('OptionFeeCharged', 'OptionSuspended', 'OptionExpired') AND h.booked_at <> h.end_before)
        OR (h.type = 'OptionExpired') <> (coalesce(h.one_time_before, false) AND h.type <> 'OptionDisconnected'))
