-- How a contract stands behind each event that is more than a record: wallet, credit limit, promised payment, blocks in
-- force, and the event by which its tariff stands as it does. `available` is what funds are tested against (R-3.4).
SELECT
    contract, version, type, booked_at, moved, wallet, promised, blocks, financial, credit_limit, is_closed, turned,
    wallet + credit_limit + promised AS available,
    lead(type) OVER (PARTITION BY contract ORDER BY version) AS next_type,
    lead(kind) OVER (PARTITION BY contract ORDER BY version) AS next_kind,
    lead(version) OVER (PARTITION BY contract ORDER BY version) AS next_version,
    lag(wallet) OVER (PARTITION BY contract ORDER BY version) AS wallet_before,
    lag(wallet + credit_limit + promised) OVER (PARTITION BY contract ORDER BY version) AS available_before,
    lag(blocks) OVER (PARTITION BY contract ORDER BY version) AS blocks_before,
    lag(financial) OVER (PARTITION BY contract ORDER BY version) AS financial_before,
    lag(turned) OVER (PARTITION BY contract ORDER BY version) AS turned_before
FROM (
    SELECT
        contract, version, type, booked_at, kind, moved,
        sum(moved) OVER (PARTITION BY contract ORDER BY version) AS wallet,
        CASE WHEN max(closed) OVER (PARTITION BY contract ORDER BY version) = 1 THEN 0
            ELSE sum(credit_limit) OVER (PARTITION BY contract ORDER BY version) END AS credit_limit,
        CASE WHEN max(closed) OVER (PARTITION BY contract ORDER BY version) = 1 THEN 0
            ELSE sum(promise) OVER (PARTITION BY contract ORDER BY version) END AS promised,
        sum(block) OVER (PARTITION BY contract ORDER BY version) AS blocks,
        sum(CASE WHEN kind = 'financial' THEN block ELSE 0 END) OVER (PARTITION BY contract ORDER BY version)
            AS financial,
        max(closed) OVER (PARTITION BY contract ORDER BY version) AS is_closed,
        max(turn) OVER (PARTITION BY contract ORDER BY version) AS turned
    FROM (
        SELECT
            o.contract, o.version, o.type, o.booked_at, o.kind, coalesce(m.moved, 0) AS moved,
            CASE WHEN o.type = 'AccountOpened' THEN o.credit_limit ELSE 0 END AS credit_limit,
            CASE o.type WHEN 'PromiseTaken' THEN o.amount WHEN 'PromiseClosed' THEN -o.amount ELSE 0 END AS promise,
            CASE o.type WHEN 'Blocked' THEN 1 WHEN 'Unblocked' THEN -1 ELSE 0 END AS block,
            CASE WHEN o.type = 'AccountClosed' THEN 1 ELSE 0 END AS closed,
            t.version AS turn
        FROM other AS o
        LEFT JOIN movement AS m ON m.contract = o.contract AND m.version = o.version
        LEFT JOIN turn AS t ON t.contract = o.contract AND t.version = o.version
        UNION ALL
        SELECT u.contract, u.version, 'UsageCharged', u.booked_at, NULL, m.moved, 0, 0, 0, 0, NULL
        FROM raw_usage AS u JOIN movement AS m ON m.contract = u.contract AND m.version = u.version
    ) AS each
) AS summed
