#!/usr/bin/env bash
# beancount: a commodity of one letter is valid in beancount 3 and a lexer error in beancount 2, which Debian 12 still
# ships; the manual of both says "up to 24 characters long, all capital letters". A journal of bookings in `S` is refused
# whole, one error a line, by the older program.
# Seen: beancount 3.2.0 reads 2 postings of 10 S without an error, beancount 2.3.6 reports errors.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat >"$folder/one.beancount" <<'JOURNAL'
2023-01-01 open Assets:Minutes
2023-01-01 open Equity:Granted
2023-01-02 * "granted"
  Assets:Minutes   10 S
  Equity:Granted  -10 S
JOURNAL
for pinned in beancount==3.2.0 beancount==2.3.6; do
    version=${pinned#*==}
    python3 -m venv "$folder/$version"
    "$folder/$version/bin/pip" install --quiet --disable-pip-version-check "$pinned"
    "$folder/$version/bin/python" - "$folder/one.beancount" "$version" <<'PY'
import sys

from beancount import loader

entries, errors, _ = loader.load_file(sys.argv[1])
print("beancount", sys.argv[2], "entries", len(entries), "errors", [type(each).__name__ for each in errors])
assert bool(errors) is (sys.argv[2] == "2.3.6")
PY
done
