-- Every event that moves the wallet or says what is in it.
SELECT e.contract, e.version, e.booked_day, e.wallet_after, coalesce(m.moved, 0) AS moved
FROM (
    SELECT contract, version, booked_day, wallet_after FROM usage WHERE amount <> 0 OR wallet_after IS NOT NULL
    UNION ALL
    SELECT contract, version, booked_day, wallet_after FROM other
) AS e
LEFT JOIN movement AS m ON m.contract = e.contract AND m.version = e.version
WHERE e.wallet_after IS NOT NULL OR m.moved IS NOT NULL
