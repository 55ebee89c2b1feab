-- Rule: R-1.5, R-3.5, R-10.1
-- Rows: fee
-- A fee of the tariff is charged less the discount that was granted last, where the local date lies within it: rounded
-- to whole kopecks, a half up. A violation is a fee with another discount, or another amount.
SELECT
    contract, version,
    CAST(discount_due AS STRING) || ' %: ' || CAST(whole(fee * (100 - discount_due) + 50, 100) AS STRING) AS expected,
    CAST(discount AS STRING) || ' %: ' || CAST(amount AS STRING) AS found
FROM fee
WHERE discount <> discount_due OR amount <> whole(fee * (100 - discount_due) + 50, 100)
