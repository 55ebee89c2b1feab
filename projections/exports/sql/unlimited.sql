-- Rule: R-6.3
-- Rows: usage WHERE unlimited
-- A record is covered without a number only where the paid month or day in which it occurred, or an option, has an
-- unlimited package of its service. A violation is a record for which there is none.
WITH paid AS (
    SELECT o.contract, o.version, o.period_start, o.period_end, p.service
    FROM other AS o JOIN package AS p
        ON p.catalogue = o.catalogue AND p.size IS NULL
        AND (
            (p.id = o.plan AND p.id_version = o.plan_version
                AND p.kind = CASE o.type WHEN 'DailyFeeCharged' THEN 'day' ELSE 'month' END)
            OR (p.id = o.option AND p.id_version = o.option_version AND p.kind = 'option')
        )
    WHERE o.period_start IS NOT NULL
)

SELECT u.contract, u.version, 'an unlimited package' AS expected, u.service AS found
FROM usage AS u LEFT JOIN paid AS p
    ON p.contract = u.contract AND p.service = u.service AND p.version < u.version
    AND p.period_start <= u.used_at AND u.used_at < p.period_end
WHERE u.unlimited
GROUP BY u.contract, u.version, u.service
HAVING count(p.version) = 0
