-- Rule: R-6.4
-- Rows: usage WHERE billed > 0
-- Of the buckets that fit a record, what expired is spent first, then what was carried, then base or daily, then options,
-- then money: nothing of a later kind as long as something is left in an earlier one. A violation is a record that took
-- of a later kind and left something in an earlier bucket that fits; found is that bucket.
WITH rank AS (
    SELECT * FROM (VALUES ('expired', 0), ('carried', 1), ('base', 2), ('daily', 2)) AS t (place, rank)
),

taken AS (
    SELECT u.contract, u.version, u.service, u.used_at, u.booked_at,
        max(CASE WHEN u.amount > 0 THEN 4 ELSE coalesce(r.rank, 3) END) AS rank
    FROM usage AS u
    LEFT JOIN entry AS e ON e.contract = u.contract AND e.version = u.version AND e.to_place = 'consumed'
    LEFT JOIN rank AS r ON r.place = e.from_place
    WHERE u.is_covered AND u.billed > 0 AND NOT u.unlimited
    GROUP BY u.contract, u.version, u.service, u.used_at, u.booked_at
),

filled AS (
    SELECT contract, granted_by, service, place, min(version) AS filled_by,
        min(CASE WHEN left_after <= 0 THEN version END) AS emptied_by
    FROM balance
    GROUP BY contract, granted_by, service, place
),

able AS (
    SELECT f.contract, f.service, f.place, f.filled_by, f.emptied_by, coalesce(r.rank, 3) AS rank, b.begins,
        CASE f.place WHEN 'expired' THEN b.ended_at WHEN 'carried' THEN b.carried_until ELSE b.ends END AS ends,
        CASE f.place WHEN 'expired' THEN b.late_until END AS late_until
    FROM filled AS f
    JOIN bucket AS b ON b.contract = f.contract AND b.granted_by = f.granted_by AND b.service = f.service
    LEFT JOIN rank AS r ON r.place = f.place
)

SELECT t.contract, t.version, 'nothing left in it' AS expected, a.place || '/' || a.service AS found
FROM taken AS t JOIN able AS a
    ON a.contract = t.contract AND a.service = t.service AND a.rank < t.rank
    AND a.filled_by < t.version AND (a.emptied_by IS NULL OR a.emptied_by > t.version)
    AND a.begins <= t.used_at AND t.used_at < a.ends AND (a.late_until IS NULL OR t.booked_at < a.late_until)
