-- Rule: R-15.3, R-15.4
-- Rows: event
-- A contract is closed once. Behind that come records of before it, records that nobody pays, corrections, refunds,
-- claims and their answers, refusals, and in the end the destruction of its personal data; nothing that is scheduled,
-- and no plan, fee, block or option. A violation is any other event behind the closing, or a record of after it that
-- was charged.
WITH closing AS (
    SELECT contract, min(version) AS version, min(booked_at) AS closed_at
    FROM other
    WHERE type = 'AccountClosed'
    GROUP BY contract
)

SELECT e.contract, e.version, 'nothing like that on a closed contract' AS expected, e.type AS found
FROM event AS e JOIN closing AS c ON c.contract = e.contract AND c.version < e.version
WHERE e.type NOT IN ('UsageCharged', 'UsageUnrated', 'ChargeReversed', 'Adjusted', 'Refunded', 'DisputeOpened',
    'DisputeResolved', 'InputRefused', 'PersonalErased')
UNION ALL
SELECT u.contract, u.version, 'nothing charged of after the closing' AS expected, CAST(u.used_at AS STRING) AS found
FROM usage AS u JOIN closing AS c ON c.contract = u.contract AND c.version < u.version
WHERE u.used_at >= c.closed_at
UNION ALL
SELECT o.contract, o.version, 'a closing before it' AS expected, o.type AS found
FROM other AS o LEFT JOIN closing AS c ON c.contract = o.contract AND c.version < o.version
WHERE (o.type = 'PersonalErased' OR (o.type = 'UsageUnrated' AND o.reason = 'CLOSED')) AND c.version IS NULL
