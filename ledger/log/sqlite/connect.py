"""Connect: a bare connection to a file of SQLite."""

import sqlite3
from pathlib import Path
from typing import Final
from urllib.parse import quote

LOCK_TIMEOUT_SECONDS: Final = 600


def connect(path: Path, mode: str) -> sqlite3.Connection:
    """A connection that begins its transactions itself. `mode` is SQLite's: `ro`, `rw` or `rwc`."""
    return sqlite3.connect(
        f"file:{quote(str(path.absolute()))}?mode={mode}",
        uri=True,
        check_same_thread=False,
        isolation_level=None,
        timeout=LOCK_TIMEOUT_SECONDS,
    )
