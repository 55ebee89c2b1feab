-- Rule: R-6.2, R-6.3, R-6.4, R-6.6
-- Rows: usage
-- What packages do not cover of a record costs money: started minutes, pieces, or started megabytes of that part, each
-- at the price of the plan version, in the zone of the record. An incoming record, and one that an unlimited package
-- covers, takes nothing from packages and costs nothing. A violation is a record with another amount.
SELECT contract, version, expected, amount AS found
FROM (
    SELECT
        contract, version, amount, billed, spent,
        CASE
            WHEN direction = 'in' OR unlimited THEN 0
            WHEN billed = spent THEN 0
            WHEN service = 'voice' THEN whole(billed - spent + 59, 60) * listed_price
            WHEN service = 'sms' THEN (billed - spent) * listed_price
            ELSE whole(billed - spent + 1023, 1024) * listed_price
        END AS expected,
        CASE WHEN direction = 'in' OR unlimited THEN 0 ELSE billed END AS spent_max
    FROM usage
) AS reckoned
WHERE amount IS DISTINCT FROM expected OR spent > spent_max
