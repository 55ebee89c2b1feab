"""Heads: a cache of the log; one that does not fit is made anew from it wherever it is needed."""

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final, TypeAlias

import msgspec
import pytest

from ledger.account import KINDS, Account, Bucket, Promise
from ledger.log.heads import STATE_SCHEMA
from tests.scenarios.given import with_plan
from tests.support import Story, run

Change: TypeAlias = Callable[[list[Any]], object]
"""What is done to a decoded head."""

FORMS: Final = {
    3: "b35995bb20f2ff99a2017c0370c364f27b75fb640a75dd3f5d143a116e5aee21",
    4: "9863cf267e499b6f6cbe9744cb9b9eee07ef9ff3fd8f17c7730c2211993aba33",
    5: "f0e9550217ccd2b86210300d6759fc271eabc07e39eaa5286c11aaf3e5d2cc7a",
    6: "e03fa2edc5c7aae7de3015cbde050bcf9fb417df5c5e0dfa131d394d37dc600a",
}
"""Each number of `STATE_SCHEMA` with the digest of the form it stands for; add a line, never change one."""


FIELDS: Final = {struct: struct.__struct_fields__ for struct in (Account, Bucket, Promise)}


def put(plain: list[Any], struct: type[Account], name: str, value: object) -> None:
    plain[FIELDS[struct].index(name)] = value


def older(plain: list[Any]) -> None:
    put(plain, Account, "version", plain[FIELDS[Account].index("version")] - 1)


def newer(plain: list[Any]) -> None:
    put(plain, Account, "version", plain[FIELDS[Account].index("version")] + 1)


def other_wallet(plain: list[Any]) -> None:
    older(plain)
    put(plain, Account, "wallet", 1)


def without_a_field(plain: list[Any]) -> None:
    del plain[FIELDS[Account].index("promise")]


def without_what_was_topped_up(plain: list[Any]) -> None:
    del plain[FIELDS[Account].index("promise")][FIELDS[Promise].index("topped_up") :]


def unknown_field_of_a_bucket(plain: list[Any]) -> None:
    plain[FIELDS[Account].index("buckets")][0].append(5)


UNFIT: Final[dict[str, tuple[str, Change | bytes | int]]] = {
    "of an older version": ("version - 1", older),
    "of a newer version": ("version + 1", newer),
    "whose state is older": ("version", other_wallet),
    "of another account": ("version", lambda plain: put(plain, Account, "account", "79990000000")),
    "without a field": ("version", without_a_field),
    "without what was topped up": ("version", without_what_was_topped_up),
    "with a field that is not known": ("version", lambda plain: plain.append(5)),
    "with a field of a bucket that is not known": ("version", unknown_field_of_a_bucket),
    "with a text for a number": ("version", lambda plain: put(plain, Account, "wallet", "200.00")),
    "cut off": ("version", b"\xdc\x00\x15\xadEurope/Mos"),
    "that is no MessagePack": ("version", b"\xff\x00"),
    "that is a number": ("'text'", 5),
}
"""Of a head that does not fit: the version it is said to be of, and what was changed of its state, or its state."""


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        yield db


def begun(folder: Path) -> Story:
    folder.mkdir()
    story = with_plan(folder, "2023-01-15 12:00", 1000_00)
    story.call("2023-01-16 10:00", "3:00")
    story.feed("take_promise", "2023-01-17 10:00", amount=100_00)
    return story


def spoilt(story: Story, change: str) -> None:
    version, state = UNFIT[change]
    with opened(story.path) as db:
        if callable(state):
            plain = msgspec.msgpack.decode(db.execute("SELECT state FROM heads").fetchone()[0])
            state(plain)
            state = msgspec.msgpack.encode(plain)
        assert db.execute(f"UPDATE heads SET version = {version}, state = ?", (state,)).rowcount == 1


@pytest.mark.parametrize("change", UNFIT)
def test_a_head_that_does_not_fit_is_named_and_made_anew_where_it_is_needed(tmp_path: Path, change: str) -> None:
    """Every way to the account goes on as with the right head: reading, feeding, the night, a claim."""
    story = begun(tmp_path / "spoilt")
    twin = story.copied_to(tmp_path / "sound")

    spoilt(story, change)
    assert not story.verify().ok
    assert story.account == twin.account
    assert told(story) == told(twin)
    assert not story.verify().ok  # nothing was booked, so nothing was written

    for step in (duplicate, top_up, claim, night):
        spoilt(story, change)
        assert step(story) == step(twin)
        assert story.verify().problems == []
        assert head(story) == head(twin)
    assert story.log() == twin.log()


def told(story: Story) -> list[Any]:
    return [
        story.printed("balance", story.account_id),
        story.printed("statement", story.account_id, "--from", "2023-01-15", "--to", "2023-01-31"),
        run(story.path, "totals", "--from", "2023-01-01", "--to", "2023-01-31"),
    ]


def duplicate(story: Story) -> object:
    """Nothing is booked by it."""
    return story.feed("open", "2022-01-01 00:00", id="open-1", region="moscow").result


def top_up(story: Story) -> object:
    return story.top_up("2023-01-18 10:00", 5_00)


def claim(story: Story) -> object:
    return story.events_of("open_dispute", "2023-01-18 11:00", event=3, text="не заказывал")


def night(story: Story) -> object:
    """Above all: it has only the heads to go by."""
    return story.night("2023-02-15 03:00")


def head(story: Story) -> object:
    with story.reading() as log:
        return log.head(story.contract.id)


def test_the_night_passes_over_a_head_of_nobody(tmp_path: Path) -> None:
    story = begun(tmp_path / "ledger")
    with opened(story.path) as db:
        db.execute("INSERT INTO heads SELECT '79990000000', version, next_at - 1, state FROM heads")
    assert story.night("2023-02-15 03:00") > 0
    assert story.verify().problems == []


def test_a_number_of_the_state_stands_for_one_form_of_it() -> None:
    """A red test here says: raise STATE_SCHEMA, so that heads in the old form are made anew, and add its form above."""
    of_account = msgspec.json.schema(Account, schema_hook=lambda kind: {"title": kind.__name__})
    forms = [of_account, *({kind.name: msgspec.json.schema(kind.thing)} for kind in KINDS.values())]
    assert FORMS[STATE_SCHEMA] == hashlib.sha256(json.dumps(bare(forms)).encode()).hexdigest()
    assert len(set(FORMS.values())) == len(FORMS)


def bare(schema: Any) -> Any:
    """A schema without its words."""
    if isinstance(schema, list):
        return [bare(each) for each in schema]
    if isinstance(schema, dict):
        return {key: bare(value) for key, value in schema.items() if key != "description"}
    return schema
