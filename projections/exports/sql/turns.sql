-- Rule: R-2.4, R-2.7, R-4.1, R-4.4, R-4.5
-- Rows: turn
-- Paid periods tile. What ends one by the calendar comes at the very end of it: the next fee, the lapse under a block,
-- the block for want of money. A refresh, another plan or the closing comes before it, and no event of the contract
-- behind it goes without. Where nothing is paid, a fee that nobody asked for comes at a night, or at the account's
-- clock, if another catalogue has moved the night behind that. A violation is an event that comes at another time, or a
-- month's fee that says to be of a night and is not, or the other way round.
WITH last_booked AS (
    SELECT contract, max(booked_at) AS clock FROM event GROUP BY contract
)

SELECT t.contract, t.version, t.end_before AS expected, t.booked_at AS found
FROM turn AS t
WHERE t.end_before IS NOT NULL
    AND CASE WHEN t.is_scheduled THEN t.booked_at <> t.end_before ELSE t.booked_at >= t.end_before END
    AND NOT (t.type = 'MonthlyFeeCharged' AND t.cause = 'connection')
UNION ALL
SELECT contract, version, NULL AS expected, booked_at AS found
FROM turn
WHERE type = 'MonthlyFeeCharged' AND cause <> CASE WHEN is_scheduled THEN 'nightly' ELSE 'connection' END
UNION ALL
SELECT t.contract, t.version, n.at AS expected, t.booked_at AS found
FROM turn AS t
JOIN event AS e ON e.contract = t.contract AND e.version = t.version AND e.before < t.booked_at
LEFT JOIN night AS n ON n.zone = t.zone AND n.at = t.booked_at
WHERE t.end_before IS NULL AND t.is_scheduled AND n.at IS NULL
UNION ALL
SELECT t.contract, t.version, t.period_end AS expected, l.clock AS found
FROM turn AS t JOIN last_booked AS l ON l.contract = t.contract
WHERE t.next_version IS NULL AND t.period_end <= l.clock
