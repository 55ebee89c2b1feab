-- Rule: R-11.2, R-11.3
-- Rows: other WHERE type IN ('DisputeOpened', 'DisputeResolved')
-- A claim is about an earlier event, and is registered within six calendar months of the local date of that. Its answer
-- is due 30 days later. It is answered once, behind its opening, and the answer is about the same event. A violation is
-- a claim or an answer that is not so.
WITH claim AS (
    SELECT contract, version, event, booked_day, answer_due FROM other WHERE type = 'DisputeOpened'
),

disputed AS (
    SELECT contract, version, booked_day FROM usage
    WHERE (contract, version) IN (SELECT contract, event FROM claim)
    UNION ALL
    SELECT contract, version, booked_day FROM other
    WHERE (contract, version) IN (SELECT contract, event FROM claim)
)

SELECT o.contract, o.version,
    coalesce(
        'by ' || CAST(month_later(e.booked_day, 6, CAST(day(e.booked_day) AS INTEGER)) AS STRING), 'an earlier event'
    ) AS expected,
    CAST(o.booked_day AS STRING) || ', event ' || CAST(o.event AS STRING) AS found
FROM claim AS o
LEFT JOIN disputed AS e ON e.contract = o.contract AND e.version = o.event AND e.version < o.version
WHERE e.version IS NULL OR o.booked_day > month_later(e.booked_day, 6, CAST(day(e.booked_day) AS INTEGER))
UNION ALL
SELECT contract, version, CAST(booked_day + 30 AS STRING) AS expected, CAST(answer_due AS STRING) AS found
FROM claim
WHERE answer_due IS DISTINCT FROM booked_day + 30
UNION ALL
SELECT r.contract, r.version, coalesce(CAST(o.event AS STRING), 'an opening before it') AS expected,
    CAST(r.event AS STRING) AS found
FROM other AS r
LEFT JOIN other AS o
    ON o.contract = r.contract AND o.version = r.opened AND o.version < r.version AND o.type = 'DisputeOpened'
WHERE r.type = 'DisputeResolved' AND o.event IS DISTINCT FROM r.event
UNION ALL
SELECT contract, max(version) AS version, 'one answer' AS expected, CAST(count(*) AS STRING) AS found
FROM other
WHERE type = 'DisputeResolved'
GROUP BY contract, opened
HAVING count(*) > 1
