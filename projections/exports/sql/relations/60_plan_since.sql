-- From when on a contract has which plan, in order of connection.
SELECT contract, version, plan, booked_at AS since,
    lead(booked_at) OVER beside AS until,
    lead(version) OVER beside AS next_version
FROM other
WHERE type = 'PlanConnected'
WINDOW beside AS (PARTITION BY contract ORDER BY version)
