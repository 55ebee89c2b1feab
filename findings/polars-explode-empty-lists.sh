#!/usr/bin/env bash
# Polars 2.1.0: explode of a column of lists drops a row whose list is empty and keeps one whose list is null, as a row of
# null. Events without transfers have an empty list, so they are gone from whatever is counted or
# joined behind an explode.
# Seen: of [["a", "b"], [], null] three rows remain, a, b and null; versions 1, 1 and 3.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check polars==2.1.0
"$folder/env/bin/python" - <<'PY'
import polars

events = polars.DataFrame({"version": [1, 2, 3], "entries": [["a", "b"], [], None]})
found = events.explode("entries").rows()
print(found)
assert found == [(1, "a"), (1, "b"), (3, None)], found
PY
