#!/usr/bin/env bash
# eventsourcing 9.5.6 with SQLite: after the newest stored event is deleted, the next one gets its notification id
# again. The table has `ROWID`s without AUTOINCREMENT, so a follower that kept "seen up to 3" takes the new event 3 for
# one that it has. Nothing in the library deletes events; operators who cut a bad tail do.
# Seen: ids 1 2 3, then, behind a deletion of 3, the next event has id 3 and select_notifications(start=4) is empty.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check eventsourcing==9.5.6
"$folder/env/bin/python" - "$folder/log.db" <<'PY'
import sqlite3
import sys
from uuid import uuid4

from eventsourcing.persistence import StoredEvent
from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteDatastore

datastore = SQLiteDatastore(sys.argv[1])
recorder = SQLiteApplicationRecorder(datastore)
recorder.create_table()
ids = [uuid4() for _ in range(4)]
before = [recorder.insert_events([StoredEvent(each, 1, "topic", b"state")])[0] for each in ids[:3]]
datastore.close()
with sqlite3.connect(sys.argv[1]) as db:
    db.execute("DELETE FROM stored_events WHERE rowid = 3")
db.close()
recorder = SQLiteApplicationRecorder(SQLiteDatastore(sys.argv[1]))
after = recorder.insert_events([StoredEvent(ids[3], 1, "topic", b"state")])[0]
seen = recorder.select_notifications(start=4, limit=10)
print("ids before", before, "- id after the deletion", after, "- a follower behind 3 sees", len(seen))
assert (before, after, len(seen)) == ([1, 2, 3], 3, 0)
PY
