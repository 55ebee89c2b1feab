#!/usr/bin/env bash
# eventsourcing 9.5.6 with SQLite: without ORIGINATOR_ID_TYPE=text, aggregates named by texts can be written and not read:
# the table takes any text, and the reader makes a UUID of it.
# Seen: insert_events passes, select_events raises ValueError "badly formed hexadecimal UUID string".
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check eventsourcing==9.5.6
"$folder/env/bin/python" - <<'PY'
import sys

from eventsourcing.persistence import StoredEvent
from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteDatastore

recorder = SQLiteApplicationRecorder(SQLiteDatastore(":memory:"))
recorder.create_table()
ids = recorder.insert_events([StoredEvent("79161234567", 1, "topic", b"state")])
print("written:", ids)
try:
    recorder.select_notifications(start=1, limit=10)
except Exception as error:
    print("read:", type(error).__name__, error)
    assert "hexadecimal UUID" in repr(error) or "hexadecimal UUID" in repr(error.__cause__)
else:
    sys.exit("it can be read")
PY
