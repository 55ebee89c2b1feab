-- Every event, its place among those of its contract, when the one before it was booked, and whether it stands behind it in
-- the log.
SELECT
    contract, version, type, occurred_at, received_at, booked_at, is_scheduled,
    row_number() OVER earlier AS place,
    lag(booked_at) OVER earlier AS before,
    coalesce(position > lag(position) OVER earlier, true) AS is_behind
FROM raw_event
WINDOW earlier AS (PARTITION BY contract ORDER BY version)
