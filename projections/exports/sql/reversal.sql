-- Rule: R-11.1
-- Rows: correction
-- A reversal names an earlier event that is none itself, and gives back money by the way it came: as much as it says,
-- and never more than was left of it. Edition 1 takes off what was reversed before; edition 2 also what adjustments
-- that cite the event gave back. A violation is a reversal of something else, of more, or by another way; expected is
-- what was left.
WITH reckoned AS (
    SELECT
        contract, version, type, amount, moved, returned, counter, returned_by,
        CASE
            WHEN edition < 2 THEN abs(moved) - reversed_before
            ELSE least(greatest(abs(moved) - reversed_before
                - CASE WHEN moved < 0 THEN given_before ELSE -given_before END, 0), abs(moved))
        END AS left_over
    FROM correction
)

SELECT contract, version, left_over AS expected, amount AS found
FROM reckoned
WHERE type IS NULL OR type = 'ChargeReversed' OR amount < 0 OR amount > left_over
    OR returned <> CASE WHEN moved < 0 THEN amount ELSE -amount END
    OR (amount > 0 AND returned_by IS DISTINCT FROM counter)
