-- What each event takes from packages for a record, in package units.
SELECT contract, version, CAST(sum(amount) AS BIGINT) AS spent
FROM entry
WHERE to_place = 'consumed'
GROUP BY contract, version
