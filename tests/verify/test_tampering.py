"""What somebody changed in the file past the program, `verify` finds and names: account and version, or the table."""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest

from ledger.events import EVENT_TYPES, PersonalErased, type_name
from ledger.log.engines import open_store, store_ref
from ledger.log.heads import STATE_SCHEMA
from ledger.service import Ledger
from tests.length import examples
from tests.verify.tampered import (
    ACCOUNTS,
    STREAMS,
    audited,
    changed,
    finding,
    put_state,
    shift,
    state_of,
    told,
    versions_of,
)

PLACES = examples(6)
"""At how many places each kind of change is tried."""


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made once: every change is made to a copy of the file."""
    return told(tmp_path_factory.mktemp("told"))


def test_the_untouched_ledger_has_every_type_of_event_and_no_problem(ledger: Path) -> None:
    assert audited(ledger).problems == []
    store = open_store(ledger)
    with store.reading() as log:
        types = {type_name(row.event()) for row in log.all_events()}
    store.close()
    assert {kind.__name__ for kind in EVENT_TYPES if kind is not PersonalErased} == types  # no input makes that one


Make = Callable[[sqlite3.Connection, str, int], set[int] | None]


class Change(NamedTuple):
    """A change at a version: makes it, and says which versions may be named for it; None where it does not apply."""

    what: str
    make: Make


def _amount(db: sqlite3.Connection, account: str, version: int) -> set[int] | None:
    """A kopeck, a second, a piece or a kilobyte more, in the event and in each of its entries alike."""
    state = state_of(db, account, version)
    if not state.get("entries"):
        return None
    for entry in state["entries"]:
        entry["amount"] += 1
    if "amount" in state:
        state["amount"] += 1
    put_state(db, account, version, state)
    return {version}


def _one_entry(db: sqlite3.Connection, account: str, version: int) -> set[int] | None:
    state = state_of(db, account, version)
    if not state.get("entries"):
        return None
    state["entries"][-1]["amount"] += 1
    put_state(db, account, version, state)
    return {version}


def _entry_gone(db: sqlite3.Connection, account: str, version: int) -> set[int] | None:
    state = state_of(db, account, version)
    if not state.get("entries"):
        return None
    del state["entries"][0]
    put_state(db, account, version, state)
    return {version}


def _balance_behind_it(db: sqlite3.Connection, account: str, version: int) -> set[int] | None:
    state = state_of(db, account, version)
    if "wallet_after" not in state:
        return None
    state["wallet_after"] += 1
    put_state(db, account, version, state)
    return {version}


def _happened_earlier(db: sqlite3.Connection, account: str, version: int) -> set[int] | None:
    state = state_of(db, account, version)
    if state.get("input_type") == "sms":
        return None  # its only copy is in a digest, together with a text that is not kept
    put_state(db, account, version, state | {"occurred_at": state["occurred_at"] - 1})
    return {version, version + 1}  # of a booking's first event, the others show it


def _booked_later(db: sqlite3.Connection, account: str, version: int) -> set[int] | None:
    state = state_of(db, account, version)
    put_state(db, account, version, state | {"booked_at": state["booked_at"] + 1})
    return {version - 1, version}  # the booking falls in two


def _deleted(db: sqlite3.Connection, account: str, version: int) -> set[int] | None:
    """The row alone: the next one does not follow; behind the last one the head knows more."""
    db.execute("DELETE FROM stored_events WHERE originator_id = ? AND originator_version = ?", (account, version))
    return {version}


def _deleted_and_closed_up(db: sqlite3.Connection, account: str, version: int) -> set[int] | None:
    """All that follows is renumbered, its keys and head too."""
    db.execute("DELETE FROM stored_events WHERE originator_id = ? AND originator_version = ?", (account, version))
    db.execute("DELETE FROM keys WHERE account = ? AND version = ?", (account, version))
    last = versions_of(db, account)
    shift(db, account, version, -1)
    return set(range(max(version - 1, 1), last + 1))


def _inserted(db: sqlite3.Connection, account: str, version: int) -> set[int] | None:
    """An event once more behind itself, and room made for it."""
    state = state_of(db, account, version)
    shift(db, account, version, 1)
    db.execute(
        "INSERT INTO stored_events (originator_id, originator_version, topic, state) SELECT originator_id, ?, topic, ? "
        "FROM stored_events WHERE originator_id = ? AND originator_version = ?",
        (version + 1, json.dumps(state | {"version": version + 1}).encode(), account, version),
    )
    return set(range(version, versions_of(db, account) + 1))


def _swapped(db: sqlite3.Connection, account: str, version: int) -> set[int] | None:
    """Two neighbours, each under the other's version."""
    if version == versions_of(db, account):
        return None
    rows = "SELECT topic, state FROM stored_events WHERE originator_id = ? AND originator_version = ?"
    pair = [db.execute(rows, (account, each)).fetchone() for each in (version, version + 1)]
    for (topic, text), place in zip(pair, (version + 1, version), strict=True):
        state = json.dumps(json.loads(text) | {"version": place}).encode()
        db.execute(
            "UPDATE stored_events SET topic = ?, state = ? WHERE originator_id = ? AND originator_version = ?",
            (topic, state, account, place),
        )
    return {version - 1, version, version + 1}


def _garbage(db: sqlite3.Connection, account: str, version: int) -> set[int] | None:
    db.execute(
        "UPDATE stored_events SET state = 5 WHERE originator_id = ? AND originator_version = ?", (account, version)
    )
    return {version}


def _key_gone(db: sqlite3.Connection, account: str, version: int) -> set[int] | None:
    gone = db.execute("DELETE FROM keys WHERE account = ? AND version = ?", (account, version)).rowcount
    return {version} if gone else None


def _key_of_another_version(db: sqlite3.Connection, account: str, version: int) -> set[int] | None:
    moved = db.execute(
        "UPDATE keys SET version = version + 1 WHERE account = ? AND version = ?", (account, version)
    ).rowcount
    return {version} if moved else None


def _digest(db: sqlite3.Connection, account: str, version: int) -> set[int] | None:
    if state_of(db, account, version).get("input_type") == "sms":
        return None  # the text of an SMS is in its digest only
    row = "UPDATE keys SET content = zeroblob(16) WHERE account = ? AND version = ?"
    return {version} if db.execute(row, (account, version)).rowcount else None


def _source(db: sqlite3.Connection, account: str, version: int) -> set[int] | None:
    """The input is said to have come from elsewhere: its key is not known there."""
    state = state_of(db, account, version)
    if "input" not in state:
        return None
    state["input"]["source"] = "bank" if state["input"]["source"] == "feed" else "feed"
    put_state(db, account, version, state)
    return {version - 1, version}


CHANGES = (
    Change("an amount and its entries", _amount),
    Change("one entry", _one_entry),
    Change("an entry gone", _entry_gone),
    Change("the balance behind an event", _balance_behind_it),
    Change("when it happened", _happened_earlier),
    Change("when it was booked", _booked_later),
    Change("an event deleted", _deleted),
    Change("an event deleted, the rest closed up", _deleted_and_closed_up),
    Change("an event inserted", _inserted),
    Change("two events swapped", _swapped),
    Change("no event at all", _garbage),
    Change("the source of an input", _source),
    Change("a key gone", _key_gone),
    Change("a key of another version", _key_of_another_version),
    Change("the digest of an input", _digest),
)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.what)
def test_a_change_of_an_account_is_found_and_named(ledger: Path, tmp_path: Path, change: Change) -> None:
    """At places chosen by chance, the same on every machine; nobody else's account is named."""
    chance = random.Random(change.what)
    tried = 0
    while tried < PLACES:
        account = chance.choice(ACCOUNTS)
        with changed(ledger, tmp_path / "copy.db") as db:
            version = chance.randint(1, versions_of(db, STREAMS[account]))
            allowed = change.make(db, STREAMS[account], version)
        if allowed is None:
            continue
        tried += 1
        problems = audited(tmp_path / "copy.db").problems
        problems = audited(tmp_path / "copy.db").problems
        where = f"{change.what} at version {version} of {account}: {problems}"
        assert allowed & {problem.version for problem in problems if problem.account == account}, where
        elsewhere = {problem.problem for problem in problems if problem.account not in (account, None)}
        assert elsewhere <= {"recorded_at along the log"}, where  # a neighbour in the log, whoever's it is


@pytest.mark.parametrize("microseconds", [-1, 1])
def test_a_changed_time_of_recording_is_out_of_order_in_its_batch(
    ledger: Path, tmp_path: Path, microseconds: int
) -> None:
    """R-2.5: named at the event that runs backwards, its neighbour in the log beside it, whoever's that is."""
    for position in (2, 3, 10, 19):
        with changed(ledger, tmp_path / "copy.db") as db:
            place = db.execute(
                "SELECT originator_id, originator_version FROM stored_events WHERE position = ?", (position,)
            ).fetchone()
            state = state_of(db, *place)
            put_state(db, place[0], place[1], state | {"recorded_at": state["recorded_at"] + microseconds})
        problems = audited(tmp_path / "copy.db").problems
        (along,) = [problem for problem in problems if problem.problem == "recorded_at along the log"]
        named = f"account {along.account}, version {along.version}; {along.expected}"
        (number,) = (account for account in ACCOUNTS if STREAMS[account] == place[0])
        assert f"account {number}, version {place[1]}" in named


A, B, C = ACCOUNTS


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("DELETE FROM sources WHERE source = 'bank'", (A, 2, "table sources", "bank", None)),
        ("INSERT INTO sources VALUES ('ghost')", (None, None, "table sources", None, "ghost")),
        ("INSERT INTO sources VALUES (x'00')", (None, None, "table sources", None, b"\0")),
        (
            "DELETE FROM used_versions WHERE id = 't3'",
            (A, 3, "table used_versions", "plan t3 of 2015-01-01", None),
        ),
        (
            "DELETE FROM used_versions WHERE id = 'min100'",
            (A, 10, "table used_versions", "option min100 of 2015-01-01", None),
        ),
        (
            "UPDATE used_versions SET effective_from = '2016-01-01' WHERE id = 'gb1'",
            (None, None, "table used_versions", None, "option gb1 of 2016-01-01"),
        ),
        (
            "UPDATE catalogues SET position = 2",
            (None, None, "first catalogue", "position 1", 2),
        ),
        (
            "INSERT INTO catalogues SELECT 2, 100000, digest, toml, tzdata FROM catalogues",
            (None, None, "position of a catalogue", "a position from 1 to 141", 100000),
        ),
        (
            "UPDATE heads SET next_at = NULL WHERE account = 'contractaaaaaaa3'",
            (B, 46, "head: next_at", 1689984000000000, None),
        ),
        (
            "UPDATE stored_events SET originator_id = x'ff' "
            "WHERE originator_id = 'contractaaaaaaa3' AND position = 136",
            (None, 46, "account of an event", "text", "b'\\xff' at position 136"),
        ),
    ],
)
def test_what_is_changed_in_other_tables_is_named(
    ledger: Path, tmp_path: Path, statement: str, found: tuple[Any, ...]
) -> None:
    with changed(ledger, tmp_path / "copy.db") as db:
        assert db.execute(statement).rowcount
    assert finding(*found) in audited(tmp_path / "copy.db").problems


STATE, AT_46, AT_60 = "UPDATE stored_events SET state", "WHERE position = 46", "WHERE position = 60"
"""A month's fee at night, stored in the clear, and what came of an input, which is sealed."""
SEALED_AT_60 = f"{STATE} = CAST(replace(CAST(state AS TEXT), substr(CAST(state AS TEXT), -20, 4),"
DELETE_LAST = "DELETE FROM stored_events WHERE originator_id = 'contractaaaaaaa3' AND originator_version = 46"


@pytest.mark.parametrize(
    ("script", "found"),
    [
        ("DELETE FROM stored_events WHERE position = 60", [(C, 20, "event missing", "an event at position 60", None)]),
        (DELETE_LAST, [(B, 46, "event missing", "an event at position 136", None)]),
        (
            f"{DELETE_LAST}; DELETE FROM heads WHERE account = 'contractaaaaaaa3'",
            [
                (None, None, "position along the log", "an event at position 136",
                 "account 79160000003, version 45 at position 137"),
                (B, None, "head", "version 45", None),
                (B, 46, "event missing", "an event: it has an idempotency key", None),
            ],
        ),
        (
            "DELETE FROM stored_events WHERE position = 140",
            [(None, None, "last position", 140, 139), (A, 48, "event missing", "an event at position 140", None)],
        ),
        (
            "UPDATE stored_events SET position = 500 WHERE position = 140",
            [(None, None, "last position", 140, 500), (A, 48, "position along the log", 140, 500)],
        ),
        (
            "INSERT INTO keys VALUES (x'00', 'contractaaaaaaa3', 7, x'00')",
            [(B, 7, "idempotency key without a booking", None, "00")],
        ),
        (
            "INSERT INTO keys VALUES (x'00', 'contractaaaaaaa3', 99, x'00')",
            [(B, 99, "event missing", "an event: it has an idempotency key", None)],
        ),
        ("DROP TRIGGER stored_events_refuse_update", [(None, None, "trigger stored_events_refuse_update", ..., None)]),
        (
            "DROP TRIGGER catalogues_refuse_delete; "
            "CREATE TRIGGER catalogues_refuse_delete BEFORE DELETE ON catalogues BEGIN SELECT 1; END",
            [(None, None, "trigger catalogues_refuse_delete", ..., ...)],
        ),
        (
            "CREATE TRIGGER t AFTER INSERT ON stored_events BEGIN DELETE FROM keys; END",
            [(None, None, "trigger t", None, ...)],
        ),
        ("CREATE TABLE notes (text)", [(None, None, "table notes", None, "CREATE TABLE notes (text)")]),
        ("DROP INDEX heads_by_next_at", [(None, None, "index heads_by_next_at", ..., None)]),
        ("INSERT INTO settings VALUES ('zone', 'UTC')", [(None, None, "setting zone", None, "UTC")]),
        (
            "UPDATE settings SET value = '99' WHERE name = 'heads_schema'",
            [(None, None, "setting heads_schema", STATE_SCHEMA, "99")],
        ),
        (
            "UPDATE settings SET value = 'open' WHERE name = 'contracts'",
            [(None, None, "setting contracts", "sealed or clear", "open")],
        ),
        ("DELETE FROM settings", [(None, None, "setting heads_schema", STATE_SCHEMA, None)]),
        ("PRAGMA user_version = 0", [(None, None, "version of the tables", 1, 0)]),
        ("UPDATE catalogues SET position = 'first'", [(None, None, "position of a catalogue", "a number", "first")]),
        ("UPDATE catalogues SET toml = CAST(toml AS BLOB)", [(None, None, "catalogue of position 1", "text", "bytes")]),
        (f"{STATE} = CAST(state AS TEXT) {AT_60}", [(C, 20, "stored form", "bytes", "text")]),
        (f"{STATE} = CAST(state AS TEXT) {AT_46}", [(A, 16, "stored form", "bytes", "text")]),
        (f"{STATE} = CAST(state || ' ' AS BLOB) {AT_60}", [(C, 20, "stored form", "an event", ...)]),
        (f"{STATE} = CAST(state || ' ' AS BLOB) {AT_46}", [(A, 16, "stored bytes", ..., ...)]),
        (f"{SEALED_AT_60} 'AAAA') AS BLOB) {AT_60}", [(C, 20, "stored form", "an event", ...)]),
        (f"{SEALED_AT_60} '') AS BLOB) {AT_60}", [(C, 20, "stored form", "an event", ...)]),
        (
            f"{STATE} = CAST(replace(CAST(state AS TEXT), '{{\"version', '{{\"note\":1,\"version') AS BLOB) {AT_60}",
            [(C, 20, "stored bytes", ..., ...)],
        ),
        (
            f"{STATE} = CAST(replace(CAST(state AS TEXT), '\"version\":', '\"version\": ') AS BLOB) {AT_60}",
            [(C, 20, "stored bytes", ..., ...)],
        ),
    ],
)  # fmt: skip
def test_the_event_or_the_thing_that_was_changed_is_named_and_nothing_else(
    ledger: Path, tmp_path: Path, script: str, found: list[tuple[Any, ...]]
) -> None:
    with changed(ledger, tmp_path / "copy.db") as db:
        if "TRIGGER" not in script:
            db.executescript(script)
    if "TRIGGER" in script:
        with closing(sqlite3.connect(tmp_path / "copy.db")) as db:
            db.executescript(script)
    told = [msgspec.structs.astuple(each)[:5] for each in audited(tmp_path / "copy.db").problems]
    if "UPDATE catalogues" in script:  # nothing can be decided again then
        told = [each for each in told if each[2] == found[0][2]]
    shown = [
        tuple(... if should is ... else value for should, value in zip(*pair, strict=True))
        for pair in zip(found, told, strict=False)
    ]
    assert (shown, len(told)) == (found, len(found)), told


def test_heads_of_an_older_program_are_no_finding(ledger: Path, tmp_path: Path) -> None:
    """A backup made by it is restored; the first command that opens it makes them anew."""
    with changed(ledger, tmp_path / "copy.db") as db:
        db.execute("UPDATE settings SET value = '2' WHERE name = 'heads_schema'")
        db.execute("UPDATE heads SET state = x'7b7d'")
    assert audited(tmp_path / "copy.db").problems == []


ROW = "WHERE originator_id = :account AND originator_version = :at"


@pytest.mark.parametrize(
    "statement",
    [
        *(f"UPDATE stored_events SET topic = {topic} {ROW} AND topic != {topic}" for topic in (
            "'PeriodLapsed/1'", "'OptionFeeCharged/1'", "'ToppedUp/1'", "'DisputeOpened/1'", "'Gift/1'", "x'00'",
        )),
        *(f"UPDATE stored_events SET state = {state} {ROW}" for state in ("5", "'[]'", "'{}'", "x'ff'")),
        f"UPDATE stored_events SET originator_version = 'x' {ROW}",
        f"UPDATE stored_events SET originator_version = -1 {ROW}",
        "UPDATE keys SET content = 'text' WHERE account = :account AND version = :at AND :at != 20",
        "UPDATE keys SET version = 'text' WHERE account = :account AND version = :at",
        "UPDATE heads SET version = 'text', next_at = 'soon', state = 5 WHERE account = :account AND :at = 1",
    ],
)  # fmt: skip
def test_damage_of_any_kind_is_a_finding_of_its_account_only(ledger: Path, tmp_path: Path, statement: str) -> None:
    """Whatever stands in a row: the audit goes on with the next account."""
    for at in (2, 14, 20, 38):
        with changed(ledger, tmp_path / "copy.db") as db:
            if not db.execute(statement, {"account": STREAMS[B], "at": at}).rowcount:
                continue
        report = audited(tmp_path / "copy.db")
        assert report.accounts == len(ACCOUNTS)
        assert B in {problem.account for problem in report.problems} <= {B, None}, at


def test_a_tail_cut_off_alone_is_found(ledger: Path, tmp_path: Path) -> None:
    with changed(ledger, tmp_path / "copy.db") as db:
        db.execute("DELETE FROM stored_events WHERE position > 100")
    problems = audited(tmp_path / "copy.db").problems
    assert {problem.account for problem in problems} == {*ACCOUNTS, None}
    assert finding(None, None, "last position", 140, 100) in problems


def test_a_tail_cut_off_together_with_its_traces_is_not_found(ledger: Path, tmp_path: Path) -> None:
    """It leaves the ledger as it was then: only evidence kept elsewhere can tell, and the report says so."""
    with changed(ledger, tmp_path / "copy.db") as db:
        (cut,) = db.execute(
            "SELECT MAX(position) FROM stored_events WHERE originator_id = ? AND originator_version = 2", (STREAMS[A],)
        ).fetchone()
        db.execute("DELETE FROM stored_events WHERE position > ?", (cut,))
        db.execute(
            "DELETE FROM keys WHERE (account, version) NOT IN "
            "(SELECT originator_id, originator_version FROM stored_events)"
        )
        db.execute("UPDATE sqlite_sequence SET seq = ? WHERE name = 'stored_events'", (cut,))
        db.execute("DELETE FROM used_versions")
        db.execute("DELETE FROM heads")
    with Ledger(store_ref(tmp_path / "copy.db"), now=lambda: 0, access="read"):
        pass  # makes the heads again
    assert audited(tmp_path / "copy.db").problems == []
