-- From when on a contract has which plan, in order of connection.
SELECT contract, version, plan, booked_at AS since,
    lead(booked_at) OVER (PARTITION BY contract ORDER BY version) AS until,
    lead(version) OVER (PARTITION BY contract ORDER BY version) AS next_version
FROM other
WHERE type = 'PlanConnected'
