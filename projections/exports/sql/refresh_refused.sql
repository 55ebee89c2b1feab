-- Rule: R-5.3
-- Rows: other WHERE type = 'RefreshRefused'
-- A refused refresh keeps the facts that were tested, as the account stood: the fee, what was available, and the mode;
-- and its reason is true of them. A violation is a refusal whose facts are not so, or whose reason is not.
SELECT
    o.contract, o.version,
    coalesce(t.mode, 'none') || ', ' || CAST(s.available_before AS STRING)
        || coalesce(' of ' || CAST(a.month AS STRING), '') AS expected,
    o.reason || ': ' || o.fact_mode || ', ' || CAST(o.fact_available AS STRING) || ' of ' || CAST(o.fact_fee AS STRING)
        AS found
FROM other AS o
JOIN standing AS s ON s.contract = o.contract AND s.version = o.version
LEFT JOIN turn AS t ON t.contract = o.contract AND t.version = s.turned_before
LEFT JOIN asked AS a ON a.contract = o.contract AND a.version = o.version
WHERE o.type = 'RefreshRefused' AND NOT (
    o.fact_available = s.available_before
    AND o.fact_fee IS NOT DISTINCT FROM a.month
    AND o.fact_mode = coalesce(t.mode, 'none')
    AND (o.reason = 'NOT_ELIGIBLE') = (NOT coalesce(a.is_eligible, false))
    AND CASE o.reason
        WHEN 'INSUFFICIENT_FUNDS' THEN o.fact_available < o.fact_fee AND s.blocks_before = 0 AND o.fact_mode = 'monthly'
        WHEN 'UNPAID_PERIOD' THEN o.fact_mode = 'unpaid' AND s.blocks_before = 0
        WHEN 'ALTERNATIVE_PERIOD' THEN o.fact_mode = 'daily' AND s.blocks_before = 0
        WHEN 'BLOCKED' THEN s.blocks_before > 0
        WHEN 'FEE_WAIVED' THEN o.fact_fee = 0
        ELSE true
    END
)
