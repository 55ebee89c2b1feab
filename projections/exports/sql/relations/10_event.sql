-- Every event, its place among those of its contract, and when the one before it was booked.
SELECT
    contract, version, type, occurred_at, received_at, booked_at, is_scheduled,
    row_number() OVER earlier AS place,
    lag(booked_at) OVER earlier AS before
FROM raw_event
WINDOW earlier AS (PARTITION BY contract ORDER BY version)
