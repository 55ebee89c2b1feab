-- Rule: R-3.3, R-4.1, R-4.2, R-5.4, R-6.3, R-9.1, R-9.2
-- Rows: other WHERE period_start IS NOT NULL
-- A paid month, day or option grants the packages of its version in the catalogue, to the unit and into its own bucket;
-- an unlimited one has no number, and one of nothing makes no bucket. Nothing else grants anything. A violation is a
-- service of an event with another grant.
WITH due AS (
    SELECT o.contract, o.version, p.service, p.size, CASE p.kind WHEN 'day' THEN 'daily' ELSE 'base' END AS place
    FROM other AS o JOIN package AS p
        ON p.catalogue = o.catalogue AND p.id = o.plan AND p.id_version = o.plan_version
        AND p.kind = CASE o.type WHEN 'DailyFeeCharged' THEN 'day' ELSE 'month' END
    WHERE o.type IN ('MonthlyFeeCharged', 'DailyFeeCharged', 'PackagesRefreshed') AND p.size IS NOT NULL
    UNION ALL
    SELECT o.contract, o.version, p.service, p.size, 'option:' || o.option AS place
    FROM other AS o JOIN package AS p
        ON p.catalogue = o.catalogue AND p.id = o.option AND p.id_version = o.option_version AND p.kind = 'option'
    WHERE o.type IN ('OptionConnected', 'OptionFeeCharged') AND p.size IS NOT NULL
),

given AS (
    SELECT contract, version, to_service AS service, min(to_place) AS place, sum(amount) AS size,
        min(granted_by) AS granted_by
    FROM entry
    WHERE from_place = 'granted'
    GROUP BY contract, version, to_service
)

SELECT
    coalesce(d.contract, g.contract) AS contract, coalesce(d.version, g.version) AS version,
    d.place || '/' || d.service || ' ' || CAST(d.size AS STRING) AS expected,
    g.place || '/' || g.service || ' ' || CAST(g.size AS STRING) AS found
FROM due AS d
FULL JOIN given AS g ON g.contract = d.contract AND g.version = d.version AND g.service = d.service
WHERE d.size IS DISTINCT FROM g.size OR d.place <> g.place OR g.granted_by <> g.version
