-- Rule: R-6.5
-- Rows: entry WHERE to_place = 'consumed'
-- A bucket pays for records that occurred within its validity: from the beginning of its period to the end of it, or,
-- once it was carried, to the end of the next. What expired of it pays for records of before it ended, as long as they
-- are booked within the late window. A violation is a part of a record out of a bucket that was not valid for it.
SELECT
    u.contract, u.version, CAST(b.begins AS STRING) || ' or later' AS expected, u.used_at AS found
FROM entry AS e
JOIN usage AS u ON u.contract = e.contract AND u.version = e.version
JOIN bucket AS b ON b.contract = e.contract AND b.granted_by = e.granted_by AND b.service = e.from_service
WHERE e.to_place = 'consumed' AND NOT (
    b.begins <= u.used_at
    AND CASE e.from_place
        WHEN 'expired' THEN u.used_at < b.ended_at AND u.booked_at < b.late_until
        WHEN 'carried' THEN u.used_at < b.carried_until
        ELSE u.used_at < b.ends
    END
)
