"""The log in its file: append-only, durable, all or nothing, read in every older form (contract §3)."""

import gc
import json
import shutil
import sqlite3
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from ledger import inputs
from ledger.events import Event, InputRefused, ToppedUp
from ledger.evolve import evolve
from ledger.log import codec
from ledger.log.engines import open_store, store_ref
from ledger.log.errors import BadEvents, StoreError
from ledger.log.sqlite import connections
from ledger.log.sqlite.reading import SQLiteReading
from ledger.log.sqlite.store import SQLiteStore
from ledger.log.sqlite.writing import SQLiteWriting
from ledger.service import Ledger
from projections.verify.account import Problem
from tests.support import ACCOUNT, Story, account_of, at, catalogues_of

KEPT = ("stored_events", "keys", "heads", "sources", "used_versions")


def told(story: Story) -> Story:
    """Six events: an opening, money, t4, a call, a refresh."""
    story.open("2023-01-15 11:00")
    story.top_up("2023-01-15 11:30", 1000_00)
    story.connect("2023-01-15 12:00", "t4")
    story.call("2023-01-20 12:00", "5:10")
    story.dial("2023-02-01 10:00")
    return story


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return told(Story(tmp_path))


def opened(story: Story) -> sqlite3.Connection:
    return sqlite3.connect(story.path)


def forged(story: Story, *statements: str) -> list[Problem]:
    """What `verify` says after somebody wrote into the file past the program."""
    with opened(story) as db:
        triggers = db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            db.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            db.execute(statement)
        for _, made in triggers:
            db.execute(made)
    return story.verify().problems


def changed(version: int, old: str, new: str) -> str:
    state = f"CAST(replace(CAST(state AS TEXT), '{old}', '{new}') AS BLOB)"
    return f"UPDATE stored_events SET state = {state} WHERE originator_version = {version}"


def places(problems: list[Problem]) -> set[tuple[int | None, str]]:
    return {(problem.version, problem.problem) for problem in problems}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE stored_events SET state = x''",
        "DELETE FROM stored_events WHERE position = 6",
        "INSERT OR REPLACE INTO stored_events SELECT * FROM stored_events WHERE position = 1",
        "UPDATE catalogues SET toml = ''",
        "DELETE FROM catalogues",
    ],
)
def test_the_file_itself_refuses_to_change_what_is_written(story: Story, statement: str) -> None:
    with opened(story) as db:
        db.execute("PRAGMA recursive_triggers = ON")
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            db.execute(statement)
    assert story.verify().ok


def test_writing_is_durable(story: Story) -> None:
    """Write-ahead log and full sync, on the connections that write."""
    store = story.ledger.store
    assert isinstance(store, SQLiteStore)
    with store.writing() as tx:
        connection = tx._connection
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode")
        assert cursor.fetchone()[0] == "wal"
        cursor.execute("PRAGMA synchronous")
        assert cursor.fetchone()[0] == 2


def test_a_booking_is_stored_whole_or_not_at_all(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    """Events, keys and heads share a transaction; what failed can be fed again."""
    before = rows(story)

    def breaks(self: SQLiteWriting, heads: object) -> None:
        raise StoreError("the disk is gone")

    with monkeypatch.context() as broken:
        broken.setattr(SQLiteWriting, "put_heads", breaks)
        with pytest.raises(StoreError):
            story.top_up("2023-02-02 10:00", 500)
    assert rows(story) == before
    assert story.ledger.apply([top_up("again")])[0].result == "applied"


def rows(story: Story) -> dict[str, list[tuple[Any, ...]]]:
    with opened(story) as db:
        return {table: db.execute(f"SELECT * FROM {table}").fetchall() for table in KEPT}


def top_up(id: str) -> inputs.Input:
    raw = {"type": "top_up", "id": id, "account": ACCOUNT, "at": "2023-02-03T10:00:00+03:00", "amount": 1}
    return inputs.check(raw)


def test_positions_are_never_used_again(story: Story) -> None:
    problems = forged(story, "DELETE FROM stored_events WHERE position >= 5")
    assert (None, "last position") in places(problems)
    with story.reading() as log:
        assert (log.last_position(), log.positions_used()) == (4, 6)
    with opened(story) as db:
        db.execute("DELETE FROM heads")
        db.execute("DELETE FROM keys WHERE version >= 5")
    story.top_up("2023-02-02 10:00", 500)
    with story.reading() as log:
        assert log.last_position() == 7


def test_an_older_form_of_an_event_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A top-up that an older program wrote in rubles under another name is folded, printed and decided again."""

    def to_kopecks(fields: dict[str, Any]) -> dict[str, Any]:
        return {**fields, "amount": fields["rubles"] * 100}

    def in_between(fields: dict[str, Any]) -> dict[str, Any]:
        return {**fields, "rubles": fields["sum"]}

    monkeypatch.setitem(codec.UPCASTS, "Payment/1", ("ToppedUp/0", in_between))
    monkeypatch.setitem(codec.UPCASTS, "ToppedUp/0", ("ToppedUp/1", to_kopecks))
    story = told(Story(tmp_path, sealed=False))
    new = story.log()[1]
    assert not forged(
        story,
        "UPDATE stored_events SET topic = 'Payment/1', state = "
        "CAST(json_set(json_remove(CAST(state AS TEXT), '$.amount'), '$.sum', 1000) AS BLOB) "
        "WHERE originator_version = 2",
    )
    assert story.log()[1] == new
    assert isinstance(new, ToppedUp)


def test_a_reason_of_a_program_that_knows_more_of_them_is_read(story: Story) -> None:
    """And decided again by this one's reasons."""
    story.feed("unblock", "2023-02-02 10:00", kind="voluntary")
    problems = forged(
        story,
        "UPDATE stored_events SET state = CAST(json_set(CAST(state AS TEXT), '$.reason', 'TOO_EARLY') AS BLOB) "
        "WHERE originator_version = 7",
    )
    assert (7, "reason") in places(problems)
    refused = story.log()[-1]
    assert isinstance(refused, InputRefused)
    assert str(refused.reason) == "TOO_EARLY"


def test_an_event_of_an_unknown_form_is_told_with_its_place(story: Story) -> None:
    problems = forged(story, "UPDATE stored_events SET topic = 'Gift/1' WHERE originator_version = 2")
    assert (2, "stored form") in places(problems)
    with pytest.raises(BadEvents, match=rf"account {ACCOUNT}, version 2: Gift/1"):
        story.log()


@pytest.mark.parametrize(
    ("statements", "found"),
    [
        ([changed(5, '"amount":360', '"amount":300')], (5, "entries")),
        ([changed(5, '"billed":360', '"billed":300')], (5, "billed")),
        ([changed(2, '"wallet_after":100000', '"wallet_after":100001')], (2, "wallet_after")),
        ([changed(5, '"occurred_at":1674205200000000', '"occurred_at":1674205200000001')], (5, "digest of the input")),
        ([changed(6, '"cause"', '"cause"'), changed(4, '"amount":40000', '"amount":39999')], (4, "amount")),
        (["DELETE FROM stored_events WHERE originator_version = 5"], (5, "event missing")),
        (
            [
                "UPDATE stored_events SET originator_version = 7 WHERE originator_version = 6",
                "INSERT INTO stored_events SELECT 7, originator_id, 6, topic, state FROM stored_events "
                "WHERE originator_version = 2",
            ],
            (6, "version in the event"),
        ),
        (
            [
                "UPDATE stored_events SET originator_version = 50 WHERE originator_version = 5",
                "UPDATE stored_events SET originator_version = 5 WHERE originator_version = 6",
                "UPDATE stored_events SET originator_version = 6 WHERE originator_version = 50",
            ],
            (5, "version in the event"),
        ),
        (["UPDATE heads SET state = CAST(replace(state, x'cd4e20', x'cd4e21') AS BLOB)"], (6, "head: state")),
        (["UPDATE heads SET next_at = next_at + 1"], (6, "head: next_at")),
        (["DELETE FROM heads"], (None, "head")),
        (["INSERT INTO heads SELECT '79999999999', version, next_at, state FROM heads"], (None, "head without events")),
        (["DELETE FROM keys WHERE version = 5"], (5, "idempotency key")),
        (["UPDATE keys SET content = x'00' WHERE version = 5"], (5, "digest of the input")),
        (
            ["INSERT INTO keys SELECT x'00', account, 2, x'00' FROM keys LIMIT 1"],
            (2, "idempotency key without a booking"),
        ),
        (["UPDATE catalogues SET toml = replace(toml, '\"2.00\"', '\"2.01\"')"], (None, "catalogue of position 1")),
    ],
)  # fmt: skip
def test_verify_names_what_was_tampered_with(story: Story, statements: list[str], found: tuple[int, str]) -> None:
    """Account, version and field of each difference; a night or an amount as much as a missing event."""
    assert story.verify().ok
    problems = forged(story, *statements)
    assert found in places(problems)
    assert all(problem.account in (ACCOUNT, "79999999999", None) for problem in problems)


def test_a_lost_head_is_folded_from_the_log_when_it_is_needed(story: Story) -> None:
    with opened(story) as db:
        db.execute("INSERT INTO heads SELECT '79000000000', version, NULL, state FROM heads")  # so that it isn't empty
        db.execute("DELETE FROM heads WHERE account = ?", (ACCOUNT,))
    assert story.account.version == 6
    (event,) = story.top_up("2023-02-02 10:00", 500)
    assert event.version == 7
    assert evolve(story.account, event.__class__(**{**fields(event), "version": 8})).version == 8


def fields(event: Any) -> dict[str, Any]:
    return {name: getattr(event, name) for name in event.__struct_fields__}


def with_texts(folder: Path, *, sealed: bool) -> list[str]:
    """The events as stored, in JSON, of an account that wrote messages, on a ledger of either kind."""
    story = told(Story(folder, sealed=sealed))
    story.usage("2023-02-02 10:00", "sms", 1, peer="79991112233")
    story.sms("2023-02-02 11:00", text="секрет")
    story.sms("2023-02-02 12:00", to="0611", text="секрет")
    with opened(story) as db:
        return [row[0].decode() for row in db.execute("SELECT state FROM stored_events ORDER BY position")]


def test_stored_texts_stand_apart_from_the_rest(tmp_path: Path) -> None:
    """Contract §3: peers and free texts in one sub-object; the text of an SMS nowhere."""
    stored = [json.loads(state) for state in with_texts(tmp_path, sealed=False)]
    assert stored[0]["personal"] == {"number": ACCOUNT}
    assert stored[6]["personal"] == {"peer": "79991112233"}
    assert stored[7]["personal"] == {"to": "9290"}
    assert stored[8]["personal"] == {"to": "0611"}
    assert "секрет" not in json.dumps(stored, ensure_ascii=False)


def test_stored_texts_are_sealed_where_the_contract_has_a_key(tmp_path: Path) -> None:
    """R-15.9: neither the number nor a peer, nor a text, nor the id that an input came with."""
    stored = with_texts(tmp_path, sealed=True)
    assert all('"sealed":' in state for state in (stored[0], *stored[6:9]))
    for word in (ACCOUNT, "79991112233", "секрет", '"9290"', "0611", "*929#", "usage-", "ussd-", "personal"):
        assert word not in "".join(stored)


def test_a_stream_left_half_read_says_nothing_when_its_connection_is_gone(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An interrupted audit leaves such streams behind."""
    said: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", said.append)
    with story.ledger.store.reading() as log:
        stream = log.all_events()
        next(stream)
    story.ledger.store.close()
    del stream
    gc.collect()
    assert said == []


def test_what_a_batch_cites_of_itself_is_not_looked_for_in_the_log(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R-11.1: thousands of reversals of one batch would each look through it."""
    asked: list[int] = []

    def noted(self: SQLiteReading, account: str, version: int) -> Event | None:
        asked.append(version)
        stored = self.stored(account, version)
        return stored.event() if stored is not None else None

    monkeypatch.setattr(SQLiteReading, "event", noted)
    common = {"account": ACCOUNT, "at": "2023-02-02T10:00:00+03:00"}
    paid = [{"type": "top_up", "id": f"new-{n}", "amount": 1, **common} for n in range(3)]
    story.ledger.apply([inputs.check(paid[0])])
    first = story.account.version
    back = [{"type": "reverse", "id": f"back-{n}", "event": first + n, "text": "", **common} for n in range(3)]
    outcomes = story.ledger.apply([inputs.check(raw) for raw in (*paid[1:], *back)])
    assert [outcome.result for outcome in outcomes] == ["applied"] * 5
    assert asked == [first]  # the others are of the batch


def test_a_source_whose_first_line_was_rejected_is_found_later(tmp_path: Path) -> None:
    story = Story(tmp_path)
    assert story.feed("top_up", "2023-01-15 10:00", amount=1, source="bank").reason == "UNKNOWN_ACCOUNT"
    story.open("2023-01-15 11:00")
    story.top_up("2023-01-15 12:00", 5, source="bank")
    with story.reading() as log:
        assert log.sources() == ["bank", "feed"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE catalogues SET toml = 'torn'",
        changed(5, '"booked_at":1674205200000000', '"booked_at":16742052000000000000'),
        "UPDATE stored_events SET state = CAST(state AS TEXT) || ' ' WHERE originator_version = 5",
        "UPDATE stored_events SET state = 5 WHERE originator_version = 5",
        "UPDATE heads SET state = x'7b'",
    ],
)
def test_verify_names_damage_and_never_fails_itself(story: Story, statement: str) -> None:
    assert forged(story, statement)


@pytest.mark.parametrize("happens", ["deleted", "moved", "replaced"])
def test_what_would_be_written_to_a_file_that_lost_its_name_is_not_booked(story: Story, happens: str) -> None:
    """Whoever was told «applied» finds it in the ledger."""
    match happens:
        case "deleted":
            story.path.unlink()
        case "moved":
            story.path.rename(story.path.with_name("elsewhere"))
        case _:
            shutil.copy(story.path, story.path.with_name("other"))
            story.path.with_name("other").replace(story.path)
    with pytest.raises(StoreError, match="was moved, deleted or replaced while it was in use"):
        story.top_up("2023-02-02 11:30", 1000_00)
    with pytest.raises(StoreError, match="bring the file back"):
        story.ledger.advance_due(at("2023-04-01 00:00"), accounts_max=1)


def test_a_ledger_put_in_place_of_an_open_one_stays_as_it_is_and_the_open_one_keeps_its_bookings(
    story: Story, tmp_path: Path
) -> None:
    """SQLite would write the first one's `-wal` into the other file, which has its name now."""
    (tmp_path / "other").mkdir()
    other = Story(tmp_path / "other", account="79160000002").open("2023-01-15 11:00")
    first, second = story.contract.id, other.contract.id
    other.ledger.close()
    elsewhere = tmp_path / "elsewhere"
    story.path.rename(elsewhere)
    other.path.rename(story.path)
    with pytest.raises(StoreError, match="was moved, deleted or replaced"):
        story.top_up("2023-02-02 11:30", 1000_00)
    story.ledger.close()
    accounts = "SELECT DISTINCT originator_id FROM stored_events"
    for path, account, events in ((elsewhere, first, 6), (story.path, second, 1)):
        with sqlite3.connect(path) as db:
            assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert db.execute(accounts).fetchall() == [(account,)]
            assert db.execute("SELECT COUNT(*) FROM stored_events").fetchone() == (events,)


def test_a_new_ledger_appears_with_its_tables_and_its_catalogue(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever reads meets all of it or nothing."""
    path, adopt, there = tmp_path / "ledger.db", SQLiteWriting.adopt, []

    def watched(self: SQLiteWriting, *catalogue: str) -> None:
        adopt(self, *catalogue)
        there.append(path.exists())

    monkeypatch.setattr(SQLiteWriting, "adopt", watched)
    with Ledger(store_ref(path), now=lambda: 0) as ledger:
        assert catalogues_of(ledger).newest()
    assert there == [False]
    assert [each.name for each in tmp_path.iterdir()] == ["ledger.db"]


@pytest.mark.parametrize("begun", ["", "tables"])
def test_a_reader_waits_for_a_ledger_that_is_being_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, begun: str
) -> None:
    """In a file that was there, tables come first and then the catalogue."""
    path = tmp_path / "ledger.db"
    path.touch()
    if begun:
        open_store(path, create=True).close()
    monkeypatch.setattr(connections, "LOOKS_AT_WHAT_IS_BEGUN", 2_000)

    def make() -> None:
        time.sleep(0.3)
        Ledger(store_ref(path), now=lambda: 0).close()

    making = threading.Thread(target=make)
    making.start()
    with Ledger(store_ref(path), now=lambda: 0, access="read") as ledger:
        assert account_of(ledger, ACCOUNT) is None
        assert catalogues_of(ledger).newest()
    making.join()


def test_a_file_that_nobody_makes_a_ledger_of_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "empty").touch()
    monkeypatch.setattr(connections, "LOOKS_AT_WHAT_IS_BEGUN", 2)
    with pytest.raises(StoreError, match="is not an Obnovi ledger"):
        Ledger(store_ref(tmp_path / "empty"), now=lambda: 0, access="read")
