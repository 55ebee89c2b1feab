-- Rule: R-6.4
-- Rows: usage WHERE billed > 0
-- Of the buckets that fit a record, what expired is spent first, then what was carried, then base or daily, then
-- options, then money: nothing of a later kind as long as something is left in an earlier one. A violation is a record
-- that took of a later kind and left something in an earlier bucket that fits; found is that bucket.
WITH taken AS (
    SELECT contract, version, service, used_at, booked_at, CASE WHEN amount > 0 THEN 4 ELSE latest END AS latest
    FROM usage
    WHERE is_covered AND billed > 0 AND NOT unlimited AND (latest > 0 OR amount > 0)
),

filled AS (
    SELECT contract, granted_by, service, place, min(version) AS filled_by,
        min(CASE WHEN left_after <= 0 THEN version END) AS emptied_by
    FROM balance
    GROUP BY contract, granted_by, service, place
),

able AS (
    SELECT f.contract, f.service, f.place, f.filled_by, f.emptied_by, b.begins,
        CASE f.place WHEN 'expired' THEN 0 WHEN 'carried' THEN 1 WHEN 'base' THEN 2 WHEN 'daily' THEN 2 ELSE 3 END
            AS kind,
        CASE f.place WHEN 'expired' THEN b.ended_at WHEN 'carried' THEN b.carried_until ELSE b.ends END AS ends,
        CASE f.place WHEN 'expired' THEN b.late_until END AS late_until
    FROM filled AS f
    JOIN bucket AS b ON b.contract = f.contract AND b.granted_by = f.granted_by AND b.service = f.service
)

SELECT t.contract, t.version, 'nothing left in it' AS expected, a.place || '/' || a.service AS found
FROM taken AS t JOIN able AS a
    ON a.contract = t.contract AND a.service = t.service AND a.kind < t.latest
    AND a.filled_by < t.version AND (a.emptied_by IS NULL OR a.emptied_by > t.version)
    AND a.begins <= t.used_at AND t.used_at < a.ends AND (a.late_until IS NULL OR t.booked_at < a.late_until)
