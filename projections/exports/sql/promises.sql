-- Rule: R-10.2, R-10.3
-- Rows: other WHERE type IN ('PromiseTaken', 'PromiseClosed')
-- One payment is promised at a time, of no more than the catalogue's largest, for its fee and its days. It is closed
-- once: by the top-up with which those made since reach its amount, or at its end. A violation is a promise on other
-- terms, one beside another, or one that is closed at another time or not at all.
WITH promise AS (
    SELECT
        o.contract, o.version, o.catalogue, o.type, o.amount, o.fee, o.booked_at, o.until, o.cause,
        lead(type) OVER beside AS next_type,
        lead(amount) OVER beside AS next_amount,
        lead(cause) OVER beside AS next_cause,
        lead(version) OVER beside AS closed_by,
        lead(booked_at) OVER beside AS closed_at,
        lag(type) OVER beside AS type_before
    FROM other AS o
    WHERE o.type IN ('PromiseTaken', 'PromiseClosed')
    WINDOW beside AS (PARTITION BY contract ORDER BY version)
),

paid AS (
    SELECT p.contract, p.version, sum(t.amount) AS topped_up,
        sum(CASE WHEN t.version < p.closed_by - 1 THEN t.amount END) AS before_the_last
    FROM promise AS p JOIN other AS t
        ON t.contract = p.contract AND t.type = 'ToppedUp' AND t.version > p.version
        AND (p.closed_by IS NULL OR t.version < p.closed_by)
    WHERE p.type = 'PromiseTaken'
    GROUP BY p.contract, p.version
),

ended AS (
    SELECT e.contract, max(e.booked_at) AS clock, max(CASE WHEN e.type = 'AccountClosed' THEN 1 ELSE 0 END) AS is_closed
    FROM event AS e
    GROUP BY e.contract
)

SELECT p.contract, p.version, 'terms of the catalogue' AS expected,
    CAST(p.amount AS STRING) || ' until ' || CAST(p.until AS STRING) || ' for ' || CAST(p.fee AS STRING) AS found
FROM promise AS p JOIN setting AS s ON s.catalogue = p.catalogue
WHERE p.type = 'PromiseTaken'
    AND (p.amount > s.promise_max OR p.fee <> s.promise_fee OR p.until <> later(p.booked_at, 24 * s.promise_days))
UNION ALL
SELECT p.contract, p.version, 'one at a time, each closed once' AS expected, coalesce(p.type_before, 'none') AS found
FROM promise AS p
WHERE p.type_before IS NOT DISTINCT FROM p.type OR (p.type = 'PromiseClosed' AND p.type_before IS NULL)
UNION ALL
SELECT
    p.contract, coalesce(p.closed_by, p.version) AS version,
    CAST(p.amount AS STRING) || ' topped up, or ' || CAST(p.until AS STRING) AS expected,
    coalesce(p.next_cause, 'open') || ', ' || CAST(coalesce(s.topped_up, 0) AS STRING) || ', '
        || CAST(coalesce(p.closed_at, e.clock) AS STRING) AS found
FROM promise AS p
JOIN ended AS e ON e.contract = p.contract
LEFT JOIN paid AS s ON s.contract = p.contract AND s.version = p.version
WHERE p.type = 'PromiseTaken' AND NOT CASE
    WHEN p.next_type = 'PromiseClosed' AND p.next_cause = 'paid'
        THEN s.topped_up >= p.amount AND coalesce(s.before_the_last, 0) < p.amount AND p.next_amount = p.amount
    WHEN p.next_type = 'PromiseClosed' AND p.next_cause = 'ended'
        THEN coalesce(s.topped_up, 0) < p.amount AND p.closed_at = p.until AND p.next_amount = p.amount
    WHEN p.next_type = 'PromiseClosed' THEN false
    ELSE e.is_closed = 1 OR (e.clock < p.until AND coalesce(s.topped_up, 0) < p.amount)
END
