-- Every fee of the tariff beside its plan version in the catalogue of its place, and the discount that was granted
-- last.
SELECT
    t.contract, t.version, t.type, t.cause, t.booked_at, t.booked_day, t.plan, t.plan_version, t.fee, t.discount,
    t.amount, t.mode, p.since, p.until, p.monthly_fee, p.daily_fee, p.auto_carry, p.refreshable,
    CASE WHEN d.from_date <= t.booked_day AND t.booked_day < d.until_date THEN d.percent ELSE 0 END AS discount_due
FROM (
    SELECT
        turn.contract, turn.version, turn.type, turn.cause, turn.catalogue, turn.booked_at, turn.booked_day, turn.plan,
        turn.plan_version, turn.fee, turn.discount, turn.amount, turn.mode, max(g.version) AS discounted
    FROM turn LEFT JOIN other AS g
        ON g.contract = turn.contract AND g.version < turn.version AND g.type = 'DiscountGranted'
    WHERE turn.fee IS NOT NULL
    GROUP BY
        turn.contract, turn.version, turn.type, turn.cause, turn.catalogue, turn.booked_at, turn.booked_day, turn.plan,
        turn.plan_version, turn.fee, turn.discount, turn.amount, turn.mode
) AS t
LEFT JOIN plan AS p ON p.catalogue = t.catalogue AND p.plan = t.plan AND p.plan_version = t.plan_version
LEFT JOIN other AS d ON d.contract = t.contract AND d.version = t.discounted
