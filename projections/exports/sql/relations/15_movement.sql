-- What an event adds to the wallet, below 0 where it takes from it; in how many transfers, and whence or whither.
SELECT
    contract, version,
    sum(CASE WHEN to_place = 'wallet' THEN amount ELSE -amount END) AS moved,
    count(*) AS transfers,
    min(CASE WHEN to_place = 'wallet' THEN from_place ELSE to_place END) AS counter
FROM entry
WHERE unit = 'kop'
GROUP BY contract, version
