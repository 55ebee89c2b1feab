-- Rule: R-6.2
-- Rows: usage
-- What is billed of a record follows from what was measured. Outgoing voice: nothing up to the free seconds of the plan
-- version, else started increments (seconds). SMS: pieces, or nothing for one to 9290, whose receiver is sealed, so
-- that any SMS billed 0 passes here. Data: started kilobytes. Incoming voice and SMS: as measured, for nothing. A
-- violation is a record that is billed otherwise.
SELECT contract, version, expected, billed AS found
FROM (
    SELECT
        contract, version, billed,
        CASE
            WHEN direction = 'in' AND service IN ('voice', 'sms') THEN quantity
            WHEN direction <> 'out' THEN NULL
            WHEN service = 'sms' AND billed = 0 THEN 0
            WHEN service = 'sms' THEN quantity
            WHEN service = 'data' THEN whole(quantity + 1023, 1024)
            WHEN service = 'voice' AND quantity <= free_seconds THEN 0
            WHEN service = 'voice' THEN whole(quantity + voice_step - 1, voice_step) * voice_step
        END AS expected
    FROM usage
) AS reckoned
WHERE billed IS DISTINCT FROM expected
