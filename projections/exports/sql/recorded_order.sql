-- Rule: R-2.5
-- Rows: log
-- Along the positions of a shard the time at which the program wrote never goes back. Looked at are the stretches of
-- positions that were written at one time: a violation is the first event of a stretch that begins before another one
-- ended which was written earlier. Expected is a position behind the end of that.
WITH stretch AS (
    SELECT shard, recorded_at, min(position) AS first, max(position) AS last
    FROM log
    GROUP BY shard, recorded_at
),

ordered AS (
    SELECT
        shard, first,
        max(last) OVER (PARTITION BY shard ORDER BY recorded_at ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
            AS ended
    FROM stretch
)

SELECT l.contract, l.version, o.ended + 1 AS expected, l.position AS found
FROM ordered AS o JOIN log AS l ON l.shard = o.shard AND l.position = o.first
WHERE o.first < o.ended
