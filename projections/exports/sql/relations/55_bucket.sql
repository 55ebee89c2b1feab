-- Every bucket that was granted: for which records by their time, and what became of it: whether it was carried and
-- until when it then held, when what was left of it expired, and until when, in booked time, that can be spent late.
SELECT
    g.contract, g.granted_by, g.service, g.place, g.size, o.type AS granted_as, o.period_start AS begins,
    o.period_end AS ends, c.version AS carried_by, c.period_end AS carried_until, x.version AS expired_by,
    x.booked_at AS ended_at, x.late_until
FROM (
    SELECT contract, granted_by, to_service AS service, min(to_place) AS place, sum(amount) AS size,
        min(version) AS version
    FROM entry WHERE from_place = 'granted' GROUP BY contract, granted_by, to_service
) AS g
LEFT JOIN other AS o ON o.contract = g.contract AND o.version = g.granted_by
LEFT JOIN (
    SELECT contract, granted_by, from_service AS service, max(version) AS version
    FROM entry WHERE to_place = 'carried' AND from_place = 'base' GROUP BY contract, granted_by, from_service
) AS moved ON moved.contract = g.contract AND moved.granted_by = g.granted_by AND moved.service = g.service
LEFT JOIN other AS c ON c.contract = g.contract AND c.version = moved.version
LEFT JOIN (
    SELECT contract, granted_by, from_service AS service, max(version) AS version
    FROM entry WHERE to_place = 'expired' GROUP BY contract, granted_by, from_service
) AS ended ON ended.contract = g.contract AND ended.granted_by = g.granted_by AND ended.service = g.service
LEFT JOIN other AS x ON x.contract = g.contract AND x.version = ended.version
