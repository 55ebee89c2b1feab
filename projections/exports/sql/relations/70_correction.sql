-- Every reversal beside the event that it reverses: how much money that moved, in which direction, and how much of it
-- had been given back before, by other reversals or, as edition 2 counts it, by adjustments that cite it, each less
-- what of it had been reversed itself.
WITH reversal AS (
    SELECT o.contract, o.version, o.catalogue, o.event, coalesce(o.amount, 0) AS amount, o.packages_returned
    FROM other AS o
    WHERE o.type = 'ChargeReversed'
),

earlier AS (
    SELECT r.contract, r.version, sum(b.amount) AS reversed
    FROM reversal AS r JOIN reversal AS b ON b.contract = r.contract AND b.event = r.event AND b.version < r.version
    GROUP BY r.contract, r.version
),

given AS (
    SELECT r.contract, r.version, sum(g.amount) AS given
    FROM reversal AS r
    JOIN (
        SELECT c.contract, c.event, c.version, o.amount
        FROM cited AS c JOIN other AS o ON o.contract = c.contract AND o.version = c.version
        UNION ALL
        SELECT c.contract, c.event, b.version, CASE WHEN o.amount > 0 THEN -b.amount ELSE b.amount END AS amount
        FROM cited AS c
        JOIN other AS o ON o.contract = c.contract AND o.version = c.version
        JOIN reversal AS b ON b.contract = c.contract AND b.event = c.version
    ) AS g ON g.contract = r.contract AND g.event = r.event AND g.version < r.version
    GROUP BY r.contract, r.version
),

corrected AS (
    SELECT contract, version, type FROM event WHERE (contract, version) IN (SELECT contract, event FROM reversal)
)

SELECT
    r.contract, r.version, r.event, r.amount, r.packages_returned, s.edition, e.type, coalesce(m.moved, 0) AS moved,
    m.counter, coalesce(b.reversed, 0) AS reversed_before, coalesce(g.given, 0) AS given_before,
    coalesce(own.moved, 0) AS returned, own.counter AS returned_by
FROM reversal AS r
JOIN setting AS s ON s.catalogue = r.catalogue
LEFT JOIN corrected AS e ON e.contract = r.contract AND e.version = r.event AND e.version < r.version
LEFT JOIN movement AS m ON m.contract = r.contract AND m.version = r.event
LEFT JOIN movement AS own ON own.contract = r.contract AND own.version = r.version
LEFT JOIN earlier AS b ON b.contract = r.contract AND b.version = r.version
LEFT JOIN given AS g ON g.contract = r.contract AND g.version = r.version
