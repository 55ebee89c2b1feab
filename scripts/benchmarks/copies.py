"""Copies: a simulated month multiplied, so that its accounts lie among as many events as a real operator's."""

import sqlite3
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from scripts.benchmarks import operator, raw, traffic
from scripts.benchmarks.row import run

APART: Final = 1_000_000
"""Between an account and its next copy."""


def make(folder: Path, *, inputs: int, events: int) -> Path:
    """A ledger of at least so many events: those of a feed of `inputs`, and copies of them in between.

    Events and heads only: it can be read, not verified, and not fed again. It is made in a process of its own, whose
    memory is in nobody's peak.
    """
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_make, folder, inputs, events).result()


def _make(folder: Path, inputs: int, events: int) -> Path:
    ledger = folder / "ledger.db"
    operator.write(folder / "feed.jsonl", inputs)
    run([traffic.OBNOVI, "--ledger", ledger, "feed", folder / "feed.jsonl", "--json"])
    last = raw.last_position(ledger)
    copies = max(-(-events // last) - 1, 0)
    numbers = f"WITH RECURSIVE copy (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM copy WHERE n < {copies})"
    with closing(sqlite3.connect(ledger, isolation_level=None)) as db:
        for pragma in ("synchronous = OFF", "cache_size = -1000000"):
            db.execute(f"PRAGMA {pragma}")
        for table, account, version, row, order in (
            ("stored_events", "originator_id", "originator_version", "topic, state", "position"),
            ("heads", "account", "version", "next_at, state", "account"),
        ):
            columns = f"{account}, {version}, {row}"
            taken = f"'79' || (substr({account}, 3) + {APART} * n), {version}, {row}"
            db.execute(
                f"{numbers} INSERT INTO {table} ({columns}) SELECT {taken} "
                f"FROM (SELECT * FROM {table}) CROSS JOIN copy WHERE {copies} ORDER BY {order}, n"
            )
        db.execute(
            "UPDATE heads SET state = CAST(json_set(CAST(state AS TEXT), '$.account', account) AS BLOB) "
            "WHERE json_extract(CAST(state AS TEXT), '$.account') <> account"
        )
    return ledger
