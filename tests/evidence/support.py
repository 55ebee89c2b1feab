"""A small operator with keys, and the hands of somebody who changes a ledger behind the program's back."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from itertools import islice
from pathlib import Path

from ledger import inputs
from ledger.catalogue import parse, shipped_text
from ledger.log.engines import open_store, store_ref
from ledger.service import Ledger
from projections.evidence import check, keys
from projections.evidence.keys import Keys
from projections.evidence.sign import commit
from projections.verify.account import Problem
from scripts.simulate import Market, lines
from tests.support import Clock, at


def feed(path: Path, subscribers: int = 8, days: int = 20, seed: int = 7) -> None:
    """Weeks of a few simulated subscribers."""
    market = Market(parse(shipped_text()), date(2026, 1, 1))
    made = lines(market, subscribers=subscribers, days=days, seed=seed, start=date(2026, 1, 1), malformed=0)
    with Ledger(store_ref(path), now=Clock(at("2026-02-02 00:00"))) as ledger:
        while some := list(islice(made, 300)):
            ledger.apply([inputs.parse(line.decode()) for line in some])


def sign(path: Path) -> int:
    """A checkpoint over the log as it stands; over how many events."""
    kept = keys.kept(path.parent / "keys") or keys.create(path.parent / "keys")
    store = open_store(path)
    with store.reading() as log:
        size = commit(log, kept).size
    store.close()
    return size


def problems(path: Path) -> list[Problem]:
    """What the log differs in from the newest checkpoint."""
    return check.check_store(store_ref(path), Keys(path.parent / "keys")).problems


def copied(path: Path, folder: Path) -> Path:
    """A ledger with its keys and evidence in another folder."""
    shutil.copytree(path.parent, folder, dirs_exist_ok=True)
    return folder / path.name


@contextmanager
def behind_its_back(path: Path) -> Iterator[sqlite3.Connection]:
    """The ledger's file with the triggers that guard it gone while the block runs."""
    db = sqlite3.connect(path, isolation_level=None)
    triggers = db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in triggers:
        db.execute(f"DROP TRIGGER {name}")
    db.execute("PRAGMA synchronous = OFF")
    db.execute("BEGIN")
    yield db
    db.execute("COMMIT")
    for _, sql in triggers:
        db.execute(sql)
    db.close()
