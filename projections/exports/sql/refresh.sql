-- Rule: R-5.3, R-5.4
-- Rows: turn WHERE type = 'PackagesRefreshed'
-- Packages are refreshed only in a paid month, on an account free of blocks, of a plan version that offers it, has a
-- monthly fee, also behind the discount, and serves the region. A violation is a refresh that should have been refused.
SELECT
    t.contract, t.version, 'a paid month, no block, a plan that can be refreshed' AS expected,
    coalesce(t.mode_before, 'none') || ', ' || CAST(coalesce(s.blocks_before, 0) AS STRING) || ' blocks, ' || t.plan
        AS found
FROM turn AS t
JOIN standing AS s ON s.contract = t.contract AND s.version = t.version
LEFT JOIN plan AS p ON p.catalogue = t.catalogue AND p.plan = t.plan AND p.plan_version = t.plan_version
LEFT JOIN plan_region AS r
    ON r.catalogue = t.catalogue AND r.plan = t.plan AND r.plan_version = t.plan_version AND r.region = t.region
WHERE t.type = 'PackagesRefreshed' AND NOT (
    t.mode_before IS NOT DISTINCT FROM 'monthly' AND s.blocks_before = 0 AND coalesce(p.refreshable, false)
    AND coalesce(p.monthly_fee, 0) > 0 AND t.amount > 0 AND r.region IS NOT NULL
)
