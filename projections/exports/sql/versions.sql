-- Rule: R-15.1, contract §3
-- Rows: event
-- The events of a contract are counted 1, 2, 3, … in the order in which they were booked: none is missing, none is
-- there twice, and each stands behind the one before in the log, too. A violation is an event whose version is not the
-- next one, or whose position is before that.
SELECT
    contract, version,
    CASE WHEN version <> place THEN CAST(place AS STRING) ELSE 'a position behind the version before' END AS expected,
    CASE WHEN version <> place THEN CAST(version AS STRING) ELSE 'one before it' END AS found
FROM event
WHERE version <> place OR NOT is_behind
