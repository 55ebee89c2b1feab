#!/usr/bin/env bash
# SQLite 3.54.1 (by apsw 3.54.1.0): of two upper bounds of one rowid, only the one that is written first ends the search; rows between
# the smaller and the larger one are all read and passed over. With a fixed end of a log ("position <= N", as a view has it)
# before a page's own end ("position <= ?"), every page is read up to the end of the log: the plan shows one bound and no
# difference, and a log that is read in pages takes time that grows with its square. min(?, N) as the only bound does not.
# Seen: 100 rows of 10,000 in some 700 steps where the smaller bound is first, in 50,000 where it is last.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check apsw==3.54.1.0
"$folder/env/bin/python" - <<'PY'
import apsw

print("SQLite", apsw.sqlite_lib_version())
db = apsw.Connection(":memory:")
db.execute("CREATE TABLE log (position INTEGER PRIMARY KEY, state)")
db.executemany("INSERT INTO log VALUES (?, 'an event')", ((number,) for number in range(1, 10_001)))


def steps(condition: str) -> tuple[int, int]:
    """How many rows a query gives, and in how many steps of SQLite's machine."""
    taken = 0

    def count() -> bool:
        nonlocal taken
        taken += 1
        return False

    db.set_progress_handler(count, 1)
    rows = db.execute(f"SELECT state FROM log WHERE position > ? AND {condition}", (0, 100)).fetchall()
    db.set_progress_handler(None)
    return len(rows), taken


found = {each: steps(each) for each in (
    "position <= 10000 AND position <= ?", "position <= ? AND position <= 10000", "position <= min(?, 10000)",
)}
for condition, (rows, taken) in found.items():
    print(f"{condition:40} {rows} rows in {taken} steps")
first, last, least = (taken for _, taken in found.values())
assert {rows for rows, _ in found.values()} == {100}
assert max(first, last) > 50 * min(first, last)
assert least < 1_000
PY
