#!/usr/bin/env bash
# eventsourcing 9.5.6: the notification log of an application takes the limit that its reader names only up to 10: more
# raises ValueError. The recorder beneath has no such limit, and the log's own documentation names none.
# Seen: select(start=1, limit=10) gives 10 notifications, limit=11 raises.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check eventsourcing==9.5.6
"$folder/env/bin/python" - <<'PY'
import sys
from uuid import uuid4

from eventsourcing.application import Application
from eventsourcing.persistence import StoredEvent

app = Application(env={"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": ":memory:"})
app.recorder.insert_events([StoredEvent(uuid4(), 1, "topic", b"{}") for _ in range(20)])
ten = app.notification_log.select(start=1, limit=10)
print("limit=10:", len(ten), "of 20; the recorder:", len(app.recorder.select_notifications(start=1, limit=11)))
try:
    app.notification_log.select(start=1, limit=11)
except ValueError as error:
    print("limit=11:", error)
else:
    sys.exit("limit=11 is taken")
assert len(ten) == 10
PY
