-- Rule: contract §3
-- Rows: log
-- The events of a shard are counted 1, 2, 3, … in the order in which they were written: none is missing, none is there
-- twice. A violation is an event whose position is not the next one.
SELECT contract, version, expected, position AS found
FROM (
    SELECT contract, version, position, row_number() OVER (PARTITION BY shard ORDER BY position) AS expected
    FROM log
) AS counted
WHERE position <> expected
