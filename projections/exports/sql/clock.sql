-- Rule: R-2.5, R-2.6, R-2.7
-- Rows: event
-- An event that an input caused is booked when the input was received, or at the account's clock where that is later:
-- the clock is the booked time of the event before. It occurred when it was received, or earlier. An event that no
-- input caused occurred when it was booked, and not before the clock. A violation is an event with another booked time,
-- or one that occurred later than that allows.
SELECT contract, version, expected, found
FROM (
    SELECT
        contract, version, booked_at AS found,
        CASE
            WHEN is_scheduled THEN greatest(occurred_at, before)
            WHEN occurred_at > received_at THEN greatest(occurred_at, before)
            ELSE greatest(received_at, before)
        END AS expected,
        coalesce(occurred_at > received_at, false) AS is_early
    FROM event
) AS reckoned
WHERE found IS DISTINCT FROM expected OR is_early
