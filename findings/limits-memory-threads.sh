#!/usr/bin/env bash
# limits: the store that keeps counts in memory starts a thread for nearly every hit. Each hit asks for a timer that
# clears what is over, 0.01 s later, and a timer is a thread of its own; the next hit behind that starts another one, as
# long as there are hits. A limiter of requests so starts up to a hundred threads a second, whatever the window.
# Seen: limits 5.8.0, 50 hits 0.03 s apart within one window of a minute start 50 timers.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check limits==5.8.0
"$folder/env/bin/python" - <<'PY'
import threading
import time

from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

started = []
start = threading.Thread.start


def counted(thread):
    started.append(type(thread).__name__)
    start(thread)


threading.Thread.start = counted
limiter = FixedWindowRateLimiter(MemoryStorage())
for _ in range(50):
    assert limiter.hit(parse("1000/minute"), "somebody")
    time.sleep(0.03)
print("limits 5.8.0:", len(started), set(started), "for 50 hits")
assert len(started) >= 40
assert set(started) == {"Timer"}
PY
