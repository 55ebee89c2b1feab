-- Rule: R-6.3, R-6.5
-- Rows: entry WHERE to_place = 'consumed'
-- A bucket pays for nothing but records, of its own service, that occurred within its validity: from the beginning of
-- its period to the end of it, or, once it was carried, to the end of the next. What expired of it pays for records of
-- before it ended, as long as they are booked within the late window. A violation is what was taken out of a bucket
-- that was not valid for it.
SELECT
    e.contract, e.version,
    CASE WHEN u.service = e.from_service THEN CAST(b.begins AS STRING) || ' or later'
        ELSE 'a record of ' || e.from_service END AS expected,
    CASE WHEN u.service = e.from_service THEN CAST(u.used_at AS STRING)
        ELSE coalesce(u.service, 'no record') END AS found
FROM entry AS e
JOIN bucket AS b ON b.contract = e.contract AND b.granted_by = e.granted_by AND b.service = e.from_service
LEFT JOIN usage AS u ON u.contract = e.contract AND u.version = e.version
WHERE e.to_place = 'consumed' AND (u.service IS DISTINCT FROM e.from_service OR NOT (
    b.begins <= u.used_at
    AND CASE e.from_place
        WHEN 'expired' THEN u.used_at < b.ended_at AND u.booked_at < b.late_until
        WHEN 'carried' THEN u.used_at < b.carried_until
        ELSE u.used_at < b.ends
    END
))
