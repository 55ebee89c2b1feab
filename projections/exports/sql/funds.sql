-- Rule: R-3.2, R-3.4, R-4.1, R-4.2, R-5.3, R-9.1, R-9.2, R-11.5, R-15.5
-- Rows: standing WHERE type IN ('MonthlyFeeCharged', 'DailyFeeCharged', 'PackagesRefreshed', 'OptionConnected', 'OptionFeeCharged', 'Adjusted', 'Refunded')
-- A fee, an option and a correction that takes are charged only where wallet, credit limit and promised payment
-- together have as much, and fees only where no block is in force; a refund needs the wallet alone. A violation is a
-- charge that had less. Expected is what was needed.
SELECT contract, version, -moved AS expected,
    CASE type WHEN 'Refunded' THEN wallet_before ELSE available_before END AS found
FROM standing
WHERE (type IN ('MonthlyFeeCharged', 'DailyFeeCharged', 'PackagesRefreshed', 'OptionConnected', 'OptionFeeCharged')
        AND (available_before < -moved OR blocks_before > 0))
    OR (type = 'Adjusted' AND moved < 0 AND available_before < -moved)
    OR (type = 'Refunded' AND wallet_before < -moved)
