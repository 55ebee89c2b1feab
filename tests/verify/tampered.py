"""A ledger of three accounts through everything, and hands that change its file behind the program's back."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from ledger import inputs
from ledger.log.engines import open_store, store_ref
from ledger.service import Ledger
from projections.verify.account import AccountAudit, Problem
from projections.verify.verify import Report, verify
from tests.support import CATALOGUE_TEXT, Clock, at

ACCOUNTS = ("79160000001", "79160000002", "79160000003")
STREAMS = {account: f"contractaaaaaaa{number}" for number, account in enumerate(ACCOUNTS, 2)}
"""The ids of their contracts, which come in the order of the numbers; else they are chance."""
CALL = {"type": "usage", "service": "voice", "direction": "out"}

STORY: Sequence[tuple[str, dict[str, Any]]] = (
    ("2023-01-31 11:00", {"type": "open", "region": "moscow", "credit_limit": 100_00}),
    ("2023-01-31 11:10", {"type": "top_up", "amount": 2_000_00, "source": "bank", "channel": "card"}),
    ("2023-01-31 12:00", {"type": "connect_plan", "plan": "t3"}),
    ("2023-02-01 12:00", CALL | {"quantity": 310, "peer": "79031112233"}),
    ("2023-02-02 12:00", CALL | {"quantity": 130, "zone": "russia"}),
    ("2023-02-02 13:00", CALL | {"quantity": 60, "direction": "in", "zone": "roaming"}),
    ("2023-02-03 12:00", {"type": "ussd", "text": "*929#"}),
    ("2023-02-03 13:00", {"type": "reverse", "event": 6, "amount": 5_00, "text": "не звонил", "by": "clerk-7"}),
    ("2023-02-04 12:00", {"type": "connect_option", "option": "min100"}),
    ("2023-02-05 12:00", CALL | {"quantity": 601}),
    ("2023-02-06 12:00", CALL | {"quantity": 60, "zone": "moon"}),
    ("2023-02-07 12:00", {"type": "adjust", "amount": -1_00, "cites": [5], "text": "сверка", "by": "clerk-7"}),
    ("2023-02-08 12:00", {"type": "open_dispute", "event": 6, "text": "не звонил"}),
    ("2023-02-09 12:00", {"type": "grant_discount", "percent": 50, "from": "2023-03-01", "until": "2023-03-15"}),
    # the nights of 3 and 4 March, a record from before them, and a request that is refused
    ("2023-03-04 10:00", CALL | {"quantity": 60, "at": "2023-03-02 23:00"}),
    ("2023-03-05 12:00", {"type": "resolve_dispute", "outcome": "rejected", "text": "звонил", "by": "clerk-7"}),
    ("2023-03-06 12:00", {"type": "sms", "to": "9290", "text": "обнови"}),
    ("2023-03-07 12:00", {"type": "connect_option", "option": "gb1"}),
    ("2023-03-07 13:00", {"type": "usage", "service": "data", "direction": "out", "quantity": 3 * 1024**3}),
    ("2023-03-08 12:00", {"type": "block", "kind": "operator", "by": "fraud"}),
    ("2023-03-08 12:30", {"type": "block", "kind": "operator", "by": "fraud"}),
    ("2023-03-08 13:00", {"type": "refresh"}),
    # the month lapses under the block, the options with it
    ("2023-04-20 12:00", {"type": "unblock", "kind": "operator"}),
    ("2023-04-20 13:00", {"type": "take_promise", "amount": 100_00}),
    ("2023-04-21 12:00", {"type": "usage", "service": "sms", "direction": "out", "quantity": 900, "zone": "russia"}),
    ("2023-05-01 12:00", {"type": "top_up", "amount": 3_466_00}),
    # money for days only, since 21 May
    ("2023-05-22 11:00", {"type": "top_up", "amount": 3_000_00}),
    ("2023-05-22 12:00", {"type": "connect_plan", "plan": "t4"}),
    ("2023-05-23 12:00", {"type": "disconnect_option", "option": "min100"}),
    ("2023-06-30 12:00", CALL | {"quantity": 61}),
)

END: Sequence[tuple[str, dict[str, Any]]] = (
    ("2023-06-30 13:00", {"type": "close"}),
    ("2023-06-30 14:00", {"type": "refund", "amount": 1}),
)
"""Of the first account alone."""


def _feed(account: str, *, end: bool = False) -> list[inputs.Input]:
    made = []
    for number, (when, own) in enumerate(END if end else STORY):
        raw = {
            "id": f"{'e' if end else 's'}{number}",
            "account": account,
            "at": _rfc(own.get("at", when)),
            "received_at": _rfc(when),
        } | own
        if own["type"] == "resolve_dispute":
            raw["dispute"] = next(f"s{n}" for n, (_, fields) in enumerate(STORY) if fields["type"] == "open_dispute")
        made.append(inputs.check(raw | {"at": _rfc(own.get("at", when))}))
    return made


def _rfc(text: str) -> str:
    return f"{text.replace(' ', 'T')}:00+03:00"


def told(folder: Path) -> Path:
    """The ledger, fed in five batches at five clocks, the accounts taking turns; closed again, so one whole file."""
    clock = Clock(at("2023-07-01 00:00"))
    path = folder / "ledger.db"
    with (
        patch("ledger.log.keyring._new_id", side_effect=STREAMS.values()),
        Ledger(store_ref(path), now=clock, catalogue=CATALOGUE_TEXT) as ledger,
    ):
        feed = [line for lines in zip(*map(_feed, ACCOUNTS), strict=True) for line in lines]
        feed += _feed(ACCOUNTS[0], end=True)
        for start in range(0, len(feed), 20):
            outcomes = ledger.apply(feed[start : start + 20])
            assert {outcome.result for outcome in outcomes} <= {"applied", "refused"}
            clock.instant += 1_000_000
    return path


@contextmanager
def changed(path: Path, copy: Path) -> Iterator[sqlite3.Connection]:
    """A copy of a ledger's file with its keys, open past the program; its triggers are gone until the block ends."""
    shutil.copyfile(path, copy)
    shutil.copytree(path.parent / "keys", copy.parent / "keys", dirs_exist_ok=True)
    with closing(sqlite3.connect(copy)) as db:
        triggers = db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            db.execute(f"DROP TRIGGER {name}")
        yield db
        for _, statement in triggers:
            db.execute(statement)
        db.commit()


def audited(path: Path) -> Report:
    """What `verify` says about a file, also where nothing is seen at once and all is looked at one by one."""
    with closing(open_store(path)) as store, store.reading() as log:
        report = verify(log)
        with patch.object(AccountAudit, "agrees", return_value=False):
            assert repr(verify(log)) == repr(report)
        return report


def state_of(db: sqlite3.Connection, account: str, version: int) -> dict[str, Any]:
    query = "SELECT state FROM stored_events WHERE originator_id = ? AND originator_version = ?"
    found: dict[str, Any] = json.loads(db.execute(query, (account, version)).fetchone()[0])
    return found


def put_state(db: sqlite3.Connection, account: str, version: int, state: dict[str, Any]) -> None:
    text = json.dumps(state, ensure_ascii=False, separators=(",", ":")).encode()
    query = "UPDATE stored_events SET state = ? WHERE originator_id = ? AND originator_version = ?"
    assert db.execute(query, (text, account, version)).rowcount == 1


def versions_of(db: sqlite3.Connection, account: str) -> int:
    query = "SELECT MAX(originator_version) FROM stored_events WHERE originator_id = ?"
    return int(db.execute(query, (account,)).fetchone()[0])


def shift(db: sqlite3.Connection, account: str, behind: int, by: int) -> None:
    """Move every event behind a version, its keys and its head, as one who knows the tables would."""
    last = versions_of(db, account)
    order = range(last, behind, -1) if by > 0 else range(behind + 1, last + 1)
    for version in order:
        state = state_of(db, account, version) | {"version": version + by}
        put_state(db, account, version, state)
        db.execute(
            "UPDATE stored_events SET originator_version = ? WHERE originator_id = ? AND originator_version = ?",
            (version + by, account, version),
        )
    db.execute("UPDATE keys SET version = version + ? WHERE account = ? AND version > ?", (by, account, behind))
    db.execute("UPDATE heads SET version = version + ? WHERE account = ?", (by, account))


def finding(account: str | None, version: int | None, problem: str, expected: Any, found: Any) -> Problem:
    """A finding as a report names it: every number of the story has one contract."""
    return Problem(account, version, problem, expected, found, holder=None if account is None else 1)
