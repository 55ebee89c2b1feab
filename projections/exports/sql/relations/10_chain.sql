-- Every event beside the one before it of its contract.
SELECT
    contract, version, type, occurred_at, received_at, booked_at, input_source,
    row_number() OVER (PARTITION BY contract ORDER BY version) AS place,
    lag(booked_at) OVER (PARTITION BY contract ORDER BY version) AS before
FROM event
