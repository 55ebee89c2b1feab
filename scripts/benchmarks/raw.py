"""Raw limits of SQLite: the same rows into the same tables with the same durability, and nothing decided."""

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

from ledger.log.sqlite.connections import CACHE_KIB, WAL_CHECKPOINT_PAGES


class Batch(NamedTuple):
    """Rows that one transaction writes."""

    events: Sequence[Any]
    keys: Sequence[Any]
    heads: Sequence[Any]


def batches(ledger: Path, count: int, *, after: int = 0) -> Iterator[Batch]:
    """A ledger's rows behind a position again, in `count` equal runs of positions; heads as they stand at the end.

    With keys, which only rows from the first position on have here, an index is added to the ledger, so that it is of
    no other use afterwards.
    """
    c = sqlite3.connect(ledger)
    if not after:
        c.execute("CREATE INDEX IF NOT EXISTS keys_by_version ON keys (account, version)")
    events = last_position(ledger) - after
    for number in range(count):
        run = (after + events * number // count, after + events * (number + 1) // count)
        within = "FROM stored_events WHERE position > ? AND position <= ?"
        yield Batch(
            c.execute(f"SELECT originator_id, originator_version, topic, state {within}", run).fetchall(),
            c.execute(
                "SELECT k.key, k.account, k.version, k.content FROM stored_events AS e "
                "JOIN keys AS k ON k.account = e.originator_id AND k.version = e.originator_version "
                "WHERE e.position > ? AND e.position <= ?",
                run,
            ).fetchall()
            if not after
            else [],
            c.execute(
                f"SELECT account, version, next_at, state FROM heads WHERE account IN (SELECT originator_id {within}) "
                "ORDER BY account",
                run,
            ).fetchall(),
        )
    c.close()


def last_position(ledger: Path) -> int:
    """The position of a ledger's newest event."""
    with closing(sqlite3.connect(ledger)) as c:
        position: int = c.execute("SELECT COALESCE(MAX(position), 0) FROM stored_events").fetchone()[0]
    return position


def seconds_to_write(ledger: Path, copy: Path, written: Iterator[Batch]) -> list[float]:
    """How long each batch takes into a copy of the ledger, or into a new file with its tables."""
    there = copy.exists()
    c = sqlite3.connect(copy, isolation_level=None)
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",
        f"cache_size = -{CACHE_KIB}",
        f"wal_autocheckpoint = {WAL_CHECKPOINT_PAGES}",
    ):
        c.execute(f"PRAGMA {pragma}")
    c.execute("ATTACH ? AS made", (str(ledger),))
    tables = c.execute(
        "SELECT sql FROM made.sqlite_master WHERE name IN ('stored_events', 'keys', 'heads', 'heads_by_next_at')"
    ).fetchall()
    c.execute("DETACH made")
    for (sql,) in tables if not there else ():
        c.execute(sql)
    taken = [_write(c, batch) for batch in written]
    c.close()
    return taken


def _write(c: sqlite3.Connection, batch: Batch) -> float:
    start = time.perf_counter()
    c.execute("BEGIN IMMEDIATE")
    c.executemany(
        "INSERT INTO stored_events (originator_id, originator_version, topic, state) VALUES (?,?,?,?)", batch.events
    )
    c.executemany("INSERT INTO keys (key, account, version, content) VALUES (?,?,?,?)", batch.keys)
    c.executemany("INSERT OR REPLACE INTO heads (account, version, next_at, state) VALUES (?,?,?,?)", batch.heads)
    c.execute("COMMIT")
    return time.perf_counter() - start
