-- Rule: R-6.6, R-3.6
-- Rows: usage WHERE amount <> 0
-- A record that cost money says what a started minute, a piece or a started megabyte did: the price of its plan version
-- and zone in the catalogue; one that cost nothing says no price. A violation is a record with another price.
SELECT contract, version, CASE WHEN amount <> 0 THEN listed_price END AS expected, price AS found
FROM usage
WHERE price IS DISTINCT FROM CASE WHEN amount <> 0 THEN listed_price END
