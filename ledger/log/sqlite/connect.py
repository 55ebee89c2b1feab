"""Connect: a bare connection to a file of SQLite."""

import sqlite3
from pathlib import Path
from typing import Final
from urllib.parse import quote

LOCK_TIMEOUT_SECONDS: Final = 600
APPLICATION_ID_AT: Final = 68
"""Where SQLite's file format has it, in the header of the database."""


def connect(path: Path, mode: str) -> sqlite3.Connection:
    """A connection that begins its transactions itself. `mode` is SQLite's: `ro`, `rw` or `rwc`."""
    return sqlite3.connect(
        f"file:{quote(str(path.absolute()))}?mode={mode}",
        uri=True,
        check_same_thread=False,
        isolation_level=None,
        timeout=LOCK_TIMEOUT_SECONDS,
    )


def application_id(path: Path) -> int:
    """Whose file it says it is in its header; nothing is opened that could be in use."""
    with path.open("rb") as file:
        return application_id_in(file.read(APPLICATION_ID_AT + 4))


def application_id_in(content: bytes) -> int:
    """The same of a file that begins like this."""
    return int.from_bytes(content[APPLICATION_ID_AT : APPLICATION_ID_AT + 4])
