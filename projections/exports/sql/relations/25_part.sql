-- What each event takes from packages for a record, in package units.
SELECT contract, version, sum(amount) AS spent
FROM entry
WHERE to_place = 'consumed'
GROUP BY contract, version
