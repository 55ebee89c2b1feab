"""The database of the server's state: whole steps, a file of its owner's, one line for what is in the way."""

import sqlite3
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from scripts.state import schema
from scripts.state.database import StateDatabase
from scripts.state.errors import StateUnusable
from scripts.state.place import StatePlace

ONE = ("CREATE TABLE words (word TEXT PRIMARY KEY)",)
TWO = ("ALTER TABLE words ADD COLUMN times INTEGER NOT NULL DEFAULT 1",)


def steps(monkeypatch: pytest.MonkeyPatch, *taken: tuple[str, ...]) -> None:
    monkeypatch.setattr(schema, "STEPS", taken)


def test_only_its_owner_reads_it(place: StatePlace, monkeypatch: pytest.MonkeyPatch) -> None:
    steps(monkeypatch, ONE)
    with StateDatabase(place) as state, state.writing() as db:
        db.execute("INSERT INTO words VALUES ('a')")
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in place.folder.iterdir()}
    assert modes == {"abcd.db": 0o600, "abcd.db-wal": 0o600, "abcd.db-shm": 0o600}
    assert stat.S_IMODE(place.folder.stat().st_mode) == stat.S_IMODE(place.folder.parent.stat().st_mode) == 0o700


def test_an_older_file_is_brought_up_by_the_steps_it_lacks(place: StatePlace, monkeypatch: pytest.MonkeyPatch) -> None:
    steps(monkeypatch, ONE)
    with StateDatabase(place) as state, state.writing() as db:
        db.execute("INSERT INTO words VALUES ('a')")
    steps(monkeypatch, ONE, TWO)
    with StateDatabase(place) as state:
        assert state.all("SELECT word, times FROM words") == [("a", 1)]


def test_it_is_made_once_by_many_at_the_same_time(place: StatePlace, monkeypatch: pytest.MonkeyPatch) -> None:
    steps(monkeypatch, ONE, TWO)

    def opened(_: int) -> object:
        with StateDatabase(place) as state:
            return state.one("PRAGMA user_version")

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(opened, range(16))) == {(2,)}


def test_what_raises_leaves_nothing(place: StatePlace, monkeypatch: pytest.MonkeyPatch) -> None:
    steps(monkeypatch, ONE)
    with StateDatabase(place) as state:
        with pytest.raises(ZeroDivisionError), state.writing() as db:
            db.execute("INSERT INTO words VALUES ('a')").rowcount // 0
        with pytest.raises(StateUnusable, match="UNIQUE"), state.writing() as db:
            db.executemany("INSERT INTO words VALUES (?)", [("a",), ("a",)])
        assert state.all("SELECT * FROM words") == []


def test_what_is_purged_is_in_no_file(place: StatePlace, monkeypatch: pytest.MonkeyPatch) -> None:
    steps(monkeypatch, ONE)
    with StateDatabase(place) as state:
        with state.writing() as db:
            db.executemany("INSERT INTO words VALUES (?)", [(f"word-{number}",) for number in range(1000)])
        with state.writing() as db:
            db.execute("DELETE FROM words")
        state.purge()
        assert [path.name for path in place.folder.iterdir() if b"word-" in path.read_bytes()] == []


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("another", "is no state of the server"),
        ("newer", "newer program"),
        ("text", "file is not a database"),
    ],
)
def test_a_file_that_is_something_else_is_left_alone(
    place: StatePlace, monkeypatch: pytest.MonkeyPatch, content: str, told: str
) -> None:
    steps(monkeypatch, ONE)
    path = place.make(".db")
    if content == "text":
        path.write_text("a shopping list" * 100)
    else:
        with sqlite3.connect(path) as db:
            db.execute("CREATE TABLE things (thing)")
            if content == "newer":
                db.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
                db.execute("PRAGMA user_version = 99")
        db.close()
    before = path.read_bytes()
    with pytest.raises(StateUnusable, match=told):
        StateDatabase(place)
    assert path.read_bytes() == before


def test_a_folder_that_cannot_be_made_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "server").write_text("")
    with pytest.raises(StateUnusable, match="name another folder with OBNOVI_STATE"):
        StatePlace(tmp_path / "server", "abcd").make(".db")
