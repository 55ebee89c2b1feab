-- Rule: R-3.2, R-3.3
-- Rows: other WHERE type = 'PlanConnected'
-- A plan is connected in the version in force on the local date, which is on sale then and serves the region; its first
-- month is charged at once, in full, by the next event. A violation is a connection that should have been refused, or
-- one without that fee; the fee of a connection without one is one, too.
SELECT o.contract, o.version, 'on sale in the region, with its first fee' AS expected,
    o.plan || ' ' || o.plan_version AS found
FROM other AS o
LEFT JOIN plan AS p ON p.catalogue = o.catalogue AND p.plan = o.plan AND p.plan_version = o.plan_version
LEFT JOIN plan_region AS r
    ON r.catalogue = o.catalogue AND r.plan = o.plan AND r.plan_version = o.plan_version AND r.region = o.region
LEFT JOIN other AS f
    ON f.contract = o.contract AND f.version = o.version + 1 AND f.type = 'MonthlyFeeCharged' AND f.cause = 'connection'
    AND f.plan = o.plan AND f.plan_version = o.plan_version AND f.booked_at = o.booked_at
WHERE o.type = 'PlanConnected' AND NOT (
    coalesce(p.since <= o.booked_day AND o.booked_day < p.until, false)
    AND coalesce(p.sold_from <= o.booked_day AND o.booked_day < p.sold_until, false)
    AND r.region IS NOT NULL AND f.version IS NOT NULL
)
UNION ALL
SELECT f.contract, f.version, 'a connection before it' AS expected, f.plan AS found
FROM other AS f
LEFT JOIN other AS o ON o.contract = f.contract AND o.version = f.version - 1 AND o.type = 'PlanConnected'
WHERE f.type = 'MonthlyFeeCharged' AND f.cause = 'connection' AND o.version IS NULL
