-- Rule: R-4.6, R-5.4, R-5.5
-- Rows: entry WHERE to_place = 'carried' AND from_place = 'base'
-- What is left of base is carried by a refresh, or by the night of a plan that carries by itself and follows a paid
-- month; nothing else carries, and no bucket twice. A violation is a transfer to `carried` by another event, or again.
SELECT e.contract, e.version, 'a refresh, or a night that carries' AS expected,
    coalesce(t.type, 'another event') AS found
FROM entry AS e
LEFT JOIN turn AS t ON t.contract = e.contract AND t.version = e.version AND t.carries
WHERE e.from_place = 'base' AND e.to_place = 'carried' AND t.version IS NULL
UNION ALL
SELECT t.contract, t.version, 'a night that carries' AS expected, t.plan_version AS found
FROM turn AS t LEFT JOIN plan AS p
    ON p.catalogue = t.catalogue AND p.plan = t.plan AND p.plan_version = t.plan_version
WHERE t.type = 'MonthlyFeeCharged'
    AND coalesce(t.carried, false)
        <> coalesce(t.cause = 'nightly' AND p.auto_carry AND t.mode_before = 'monthly', false)
UNION ALL
SELECT contract, max(version) AS version, 'once' AS expected, 'carried again' AS found
FROM entry
WHERE from_place = 'base' AND to_place = 'carried'
GROUP BY contract, granted_by, from_service
HAVING count(*) > 1
