-- Rule: R-1.2, R-1.3, R-1.4
-- Rows: entry
-- Whatever leaves an account reaches another one, so that every unit sums to zero, in each event and in total, as long
-- as every transfer is between two accounts that there are, in the unit of both, and of more than nothing. Money goes
-- between the wallet and what was taken in (`cash:…`) or earned (`revenue:…`). Packages of a service are granted,
-- carried from `base`, spent, given back by a reversal, or expire, and expired ones are spent late; each transfer names
-- its grant. A violation is any other transfer.
SELECT
    contract, version, 'a transfer of the rulebook' AS expected,
    from_place || '/' || from_service || ' to ' || to_place || '/' || to_service || ', ' || unit AS found
FROM entry
WHERE amount <= 0 OR NOT CASE
    WHEN unit = 'kop' THEN granted_by IS NULL AND from_service = '' AND to_service = '' AND (
        (from_place = 'wallet' AND (to_place LIKE 'revenue:_%' OR to_place LIKE 'cash:_%'))
        OR (to_place = 'wallet' AND (from_place LIKE 'revenue:_%' OR from_place LIKE 'cash:_%'))
    )
    ELSE granted_by IS NOT NULL AND from_service = to_service
        AND unit = CASE from_service WHEN 'voice' THEN 's' WHEN 'sms' THEN 'sms' WHEN 'data' THEN 'kb' ELSE 'none' END
        AND CASE
            WHEN from_place IN ('granted', 'consumed')
                THEN to_place IN ('base', 'daily') OR to_place LIKE 'option:_%'
                    OR (from_place = 'consumed' AND to_place = 'carried')
            WHEN from_place = 'expired' THEN to_place = 'consumed'
            WHEN from_place IN ('base', 'carried', 'daily') OR from_place LIKE 'option:_%'
                THEN to_place IN ('consumed', 'expired') OR (from_place = 'base' AND to_place = 'carried')
            ELSE false
        END
END
