-- What is in a bucket behind each event that moves it, by the grant that filled it: in `base`, `carried`, `daily` and
-- `option:…` what can be spent, in `expired` what late records may still find.
SELECT
    contract, version, granted_by, service, place,
    sum(amount) OVER (PARTITION BY contract, granted_by, service, place ORDER BY version) AS left_after
FROM (
    SELECT contract, version, granted_by, from_service AS service, from_place AS place, -amount AS amount
    FROM entry
    WHERE unit <> 'kop' AND from_place NOT IN ('granted', 'consumed')
    UNION ALL
    SELECT contract, version, granted_by, to_service AS service, to_place AS place, amount
    FROM entry
    WHERE unit <> 'kop' AND to_place <> 'consumed'
) AS moved
