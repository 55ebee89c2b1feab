-- Every event that is printed with VAT.
SELECT contract, version, catalogue, booked_day, vat_rate FROM usage
UNION ALL
SELECT contract, version, catalogue, booked_day, vat_rate FROM other
WHERE type IN ('MonthlyFeeCharged', 'DailyFeeCharged', 'PackagesRefreshed', 'RefreshRefused', 'PromiseTaken',
    'OptionConnected', 'OptionFeeCharged')
