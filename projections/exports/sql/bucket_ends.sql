-- Rule: R-3.3, R-4.1, R-4.2, R-4.3, R-4.5, R-5.4, R-5.5, R-15.3
-- Rows: balance WHERE place IN ('base', 'carried', 'daily')
-- What the tariff grants lives until the next event that begins or ends a paid period: that takes all that is left of
-- base and daily, to `expired` or, by a refresh, all of base to `carried`; and all of what was carried before.
-- Afterwards nothing of it moves. A violation is a bucket that has something left behind that event, or that moves
-- later.
WITH lived AS (
    SELECT contract, granted_by, service, place, min(version) AS filled_by, max(version) AS moved_by,
        max_by(left_after, version) AS left_after
    FROM balance
    WHERE place IN ('base', 'carried', 'daily')
    GROUP BY contract, granted_by, service, place
)

SELECT l.contract, t.next_version AS version, 0 AS expected, l.left_after AS found
FROM lived AS l JOIN turn AS t ON t.contract = l.contract AND t.version = l.filled_by
WHERE t.next_version IS NOT NULL AND (l.left_after <> 0 OR l.moved_by > t.next_version)
