-- Rule: R-13.2
-- Rows: line
-- Statements tile: what a month opens with, and all lines of that month, is what it closes with, which the next month
-- opens with; months are those of the local dates on which lines were booked. A violation is a month whose last line
-- says another wallet than the last line of the month before and its own lines come to.
WITH month AS (
    SELECT contract, year(booked_day) AS year, month(booked_day) AS month, max(version) AS version, sum(moved) AS lines,
        max_by(wallet_after, version) AS closing
    FROM line
    GROUP BY contract, year(booked_day), month(booked_day)
),

tiled AS (
    SELECT contract, version, closing, lines,
        coalesce(lag(closing) OVER (PARTITION BY contract ORDER BY version), 0) AS opening
    FROM month
)

SELECT contract, version, opening + lines AS expected, closing AS found
FROM tiled
WHERE closing IS DISTINCT FROM opening + lines
