-- How a contract stands behind each event that is more than a record: wallet, credit limit, promised payment, blocks in
-- force, and the event by which its tariff stands as it does. `available` is what funds are tested against (R-3.4).
WITH each AS (
    SELECT
        o.contract, o.version, o.type, o.booked_at, o.kind, coalesce(m.moved, 0) AS moved,
        CASE WHEN o.type = 'AccountOpened' THEN o.credit_limit ELSE 0 END AS credit_limit,
        CASE o.type WHEN 'PromiseTaken' THEN o.amount WHEN 'PromiseClosed' THEN -o.amount ELSE 0 END AS promise,
        CASE o.type WHEN 'Blocked' THEN 1 WHEN 'Unblocked' THEN -1 ELSE 0 END AS block,
        CASE WHEN o.type = 'AccountClosed' THEN 1 ELSE 0 END AS closing,
        t.version AS turn
    FROM other AS o
    LEFT JOIN movement AS m ON m.contract = o.contract AND m.version = o.version
    LEFT JOIN turn AS t ON t.contract = o.contract AND t.version = o.version
    UNION ALL
    SELECT contract, version, 'UsageCharged', booked_at, NULL, -amount, 0, 0, 0, 0, NULL
    FROM usage
    WHERE amount <> 0
),

summed AS (
    SELECT
        contract, version, type, booked_at, kind, moved,
        sum(moved) OVER up_to_here AS wallet,
        sum(credit_limit) OVER up_to_here AS credit_limit,
        sum(promise) OVER up_to_here AS promised,
        sum(block) OVER up_to_here AS blocks,
        sum(CASE WHEN kind = 'financial' THEN block ELSE 0 END) OVER up_to_here AS financial,
        max(closing) OVER up_to_here AS is_closed,
        max(turn) OVER up_to_here AS turned
    FROM each
    WINDOW up_to_here AS (PARTITION BY contract ORDER BY version ROWS UNBOUNDED PRECEDING)
),

standing AS (
    SELECT
        contract, version, type, booked_at, kind, moved, wallet, blocks, financial, is_closed, turned,
        wallet + CASE WHEN is_closed = 1 THEN 0 ELSE credit_limit + promised END AS available
    FROM summed
)

SELECT
    contract, version, type, booked_at, moved, wallet, blocks, financial, is_closed, turned, available,
    lead(type) OVER beside AS next_type,
    lead(version) OVER beside AS next_version,
    lag(wallet) OVER beside AS wallet_before,
    lag(available) OVER beside AS available_before,
    lag(blocks) OVER beside AS blocks_before,
    lag(turned) OVER beside AS turned_before
FROM standing
WINDOW beside AS (PARTITION BY contract ORDER BY version)
