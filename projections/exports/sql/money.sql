-- Rule: R-1.3, R-3.3, R-4.1, R-4.2, R-5.4, R-6.6, R-7.1, R-9.1, R-10.2, R-11.5, R-15.5
-- Rows: line
-- What an event moves of the wallet is what it says it is about, in one transfer, and goes where its kind goes: a
-- top-up and a refund from and to its channel, a fee or a record to its own revenue. Events of no other kind move
-- money, but reversals, which have checks of their own. A violation is an event whose transfer is not what its amount
-- and kind say.
WITH said AS (
    SELECT contract, version, 'UsageCharged' AS type, -amount AS moved, 'revenue:usage' AS counter
    FROM usage WHERE amount <> 0
    UNION ALL
    SELECT
        contract, version, type,
        CASE
            WHEN type IN ('ToppedUp', 'Adjusted') THEN amount
            WHEN type IN ('OptionConnected', 'OptionFeeCharged', 'PromiseTaken') THEN -fee
            ELSE -amount
        END AS moved,
        CASE type
            WHEN 'ToppedUp' THEN 'cash:' || coalesce(channel, '') WHEN 'Refunded' THEN 'cash:' || coalesce(channel, '')
            WHEN 'Adjusted' THEN 'revenue:adjustment'
            WHEN 'DailyFeeCharged' THEN 'revenue:daily_fee' WHEN 'PromiseTaken' THEN 'revenue:promise_fee'
            WHEN 'OptionConnected' THEN 'revenue:option_fee' WHEN 'OptionFeeCharged' THEN 'revenue:option_fee'
            ELSE 'revenue:monthly_fee'
        END AS counter
    FROM other
    WHERE type IN ('ToppedUp', 'Refunded', 'Adjusted', 'MonthlyFeeCharged', 'DailyFeeCharged', 'PackagesRefreshed',
        'OptionConnected', 'OptionFeeCharged', 'PromiseTaken')
),

reversal AS (
    SELECT contract, version FROM other WHERE type = 'ChargeReversed'
)

SELECT
    coalesce(s.contract, m.contract) AS contract, coalesce(s.version, m.version) AS version,
    CAST(coalesce(s.moved, 0) AS STRING) || ' ' || coalesce(s.counter, '') AS expected,
    CAST(coalesce(m.moved, 0) AS STRING) || ' ' || coalesce(m.counter, '') AS found
FROM said AS s
FULL JOIN movement AS m ON m.contract = s.contract AND m.version = s.version
LEFT JOIN reversal AS r ON r.contract = m.contract AND r.version = m.version
WHERE r.version IS NULL AND (
    coalesce(s.moved, 0) <> coalesce(m.moved, 0)
    OR m.transfers > 1
    OR m.counter <> s.counter
)
