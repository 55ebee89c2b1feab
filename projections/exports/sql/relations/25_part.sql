-- What each record took from packages, in package units, and the latest kind of bucket that it had to go to: 0 what
-- expired, 1 carried, 2 base or daily, 3 an option (R-6.4).
SELECT
    contract, version, CAST(sum(amount) AS BIGINT) AS spent,
    max(CASE from_place WHEN 'expired' THEN 0 WHEN 'carried' THEN 1 WHEN 'base' THEN 2 WHEN 'daily' THEN 2 ELSE 3 END)
        AS latest
FROM entry
WHERE to_place = 'consumed'
GROUP BY contract, version
