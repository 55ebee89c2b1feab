#!/usr/bin/env bash
# eventsourcing 9.5.6 with SQLite: a transaction of the library begins deferred. One that reads first and then inserts,
# while another process has committed in between, fails at once with "database is locked" - not after lock_timeout, and
# no lock is held by anybody at that moment: SQLite cannot upgrade a snapshot that is out of date (SQLITE_BUSY_SNAPSHOT).
# Seen: OperationalError (of the library) within a second, though lock_timeout is 30 s.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check eventsourcing==9.5.6
"$folder/env/bin/python" - "$folder/log.db" <<'PY'
import sys
import time
from uuid import uuid4

from eventsourcing.persistence import PersistenceError, StoredEvent
from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteDatastore

first, second = (SQLiteDatastore(sys.argv[1], lock_timeout=30) for _ in range(2))
recorder, other = SQLiteApplicationRecorder(first), SQLiteApplicationRecorder(second)
recorder.create_table()
begun = time.monotonic()
try:
    with first.transaction(commit=True) as cursor:
        cursor.execute("SELECT COUNT(*) FROM stored_events")
        cursor.fetchall()
        other.insert_events([StoredEvent(uuid4(), 1, "topic", b"state")])
        cursor.execute(
            "INSERT INTO stored_events (originator_id, originator_version, topic, state) VALUES (?,?,?,?)",
            (uuid4().hex, 1, "topic", b"state"),
        )
except PersistenceError as error:
    print(type(error).__name__, error, f"after {time.monotonic() - begun:.1f} s of at most 30")
    assert "locked" in str(error)
    assert time.monotonic() - begun < 10
else:
    sys.exit("it was not refused")
PY
