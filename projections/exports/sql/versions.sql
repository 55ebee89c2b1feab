-- Rule: R-15.1
-- Rows: event
-- The events of a contract are counted 1, 2, 3, … in the order in which they were booked: none is missing, none is
-- there twice. A violation is an event whose version is not the next one.
SELECT contract, version, place AS expected, version AS found
FROM event
WHERE version <> place
