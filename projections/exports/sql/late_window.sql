-- Rule: R-6.5
-- Rows: other WHERE late_until IS NOT NULL
-- What an event ends can be spent late for as many hours as the catalogue says. A violation is an event with another
-- end of its late window.
SELECT o.contract, o.version, later(o.booked_at, s.late_hours) AS expected, o.late_until AS found
FROM other AS o JOIN setting AS s ON s.catalogue = o.catalogue
WHERE o.late_until <> later(o.booked_at, s.late_hours)
    OR (o.late_until IS NULL AND o.type IN ('PlanConnected', 'MonthlyFeeCharged', 'DailyFeeCharged',
        'PackagesRefreshed', 'PeriodLapsed', 'OptionConnected', 'OptionFeeCharged', 'OptionSuspended', 'OptionExpired',
        'OptionDisconnected', 'AccountClosed'))
