-- Every record that was charged, with what it took from packages, and beside it what the catalogue of its place says
-- about its plan version, zone and service: nothing of that for an incoming one, which no plan rates.
SELECT
    u.contract, u.version, u.catalogue, u.service, u.direction, u.quantity, u.usage_zone, u.billed, u.amount, u.price,
    u.wallet_after, u.vat_rate, u.plan, u.plan_version, u.unlimited, u.used_at, u.used_day, u.booked_at, u.booked_day,
    u.rerates, u.record, coalesce(p.spent, 0) AS spent, p.latest,
    t.listed_price, t.is_covered, t.voice_step, t.free_seconds, t.since, t.until
FROM raw_usage AS u
LEFT JOIN part AS p ON p.contract = u.contract AND p.version = u.version
LEFT JOIN tariff AS t
    ON t.catalogue = u.catalogue AND t.plan = u.plan AND t.plan_version = u.plan_version
    AND t.usage_zone = u.usage_zone AND t.service = u.service
