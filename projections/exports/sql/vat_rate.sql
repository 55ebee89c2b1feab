-- Rule: R-1.6, R-3.6
-- Rows: taxed
-- Everything that is printed with VAT has the rate of the local date on which it was booked, by the table of the
-- catalogue of its place. A violation is an event with another rate.
SELECT t.contract, t.version, v.rate AS expected, t.vat_rate AS found
FROM taxed AS t LEFT JOIN vat AS v ON v.catalogue = t.catalogue AND v.since <= t.booked_day AND t.booked_day < v.until
WHERE t.vat_rate IS DISTINCT FROM v.rate
