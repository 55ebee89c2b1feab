-- Rule: R-9.2, R-9.3, R-9.4, R-15.3
-- Rows: balance WHERE place LIKE 'option:%'
-- What an option grants lives until its next fee, its suspension, its end, or the end of the contract: that takes all
-- that is left to `expired`, and afterwards nothing of it moves. A violation is a bucket that has something left behind
-- that event, or that moves later.
WITH lived AS (
    SELECT contract, granted_by, service, place, min(version) AS filled_by, max(version) AS moved_by,
        max_by(left_after, version) AS left_after
    FROM balance
    WHERE place LIKE 'option:%'
    GROUP BY contract, granted_by, service, place
),

ended AS (
    SELECT l.contract, l.granted_by, l.service, l.place, l.moved_by, l.left_after, min(o.version) AS ended_by
    FROM lived AS l JOIN other AS o
        ON o.contract = l.contract AND o.version > l.filled_by
        AND (o.type = 'AccountClosed' OR (l.place = 'option:' || o.option
            AND o.type IN ('OptionFeeCharged', 'OptionSuspended', 'OptionExpired', 'OptionDisconnected')))
    GROUP BY l.contract, l.granted_by, l.service, l.place, l.moved_by, l.left_after
)

SELECT contract, ended_by AS version, 0 AS expected, left_after AS found
FROM ended
WHERE left_after <> 0 OR moved_by > ended_by
