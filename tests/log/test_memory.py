"""Memory: what an account remembers of many things is read and written in parts, and a head does not grow with it."""

import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ledger import inputs, memory
from ledger.catalogue import parse, shipped_text
from ledger.log.engines import store_ref
from ledger.log.sqlite.reading import SQLiteReading
from ledger.log.sqlite.writing import SQLiteWriting
from ledger.log.store import PartRow
from ledger.service import Ledger
from projections.verify.verify import verify
from scripts.simulate import Market, lines
from tests.scenarios.given import with_plan
from tests.support import Clock, Story, at

MANY = 300

Told = Callable[[int], dict[str, Any]]
KINDS: dict[str, tuple[str, Told]] = {
    "reversals": ("reverse", lambda version: {"event": version, "text": ""}),
    "adjustments": ("adjust", lambda version: {"amount": 1, "cites": [version], "text": ""}),
    "claims": ("open_dispute", lambda version: {"event": version, "text": ""}),
    "refreshes": ("refresh", lambda _: {}),
}


def begun(folder: Path, kind: str, many: int = MANY) -> Story:
    """An account with messages, and nearly as many of a kind about them."""
    folder.mkdir()
    story = with_plan(folder, "2023-01-15 12:00", 10**9)
    sent = [said(story, "usage", n, service="sms", direction="out", quantity=300) for n in range(many + 1)]
    story.ledger.apply(sent)
    story.ledger.apply([one(story, kind, n) for n in range(many)])
    return story


def one(story: Story, kind: str, number: int) -> inputs.Input:
    type, told = KINDS[kind]
    return said(story, type, number, **told(5 + number))


def said(story: Story, type: str, number: int, **fields: Any) -> inputs.Input:
    when = f"2023-01-16T{10 + number // 3600:02}:{number // 60 % 60:02}:{number % 60:02}+03:00"
    return inputs.check({"type": type, "id": f"{type} {number}", "account": story.account_id, "at": when} | fields)


def stored(story: Story) -> tuple[object, list[PartRow]]:
    with story.reading() as log:
        return log.head(story.contract.id), log.parts(story.contract.id)


@pytest.mark.parametrize("kind", KINDS)
def test_a_head_does_not_grow_and_one_more_touches_few_parts(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = begun(tmp_path / "ledger", kind)
    with story.reading() as log:
        head = log.head(story.contract.id)
    assert head is not None
    assert len(head.state) < 3_000
    touched: list[object] = []
    put, part = SQLiteWriting.put_parts, SQLiteReading.part

    def puts(self: SQLiteWriting, rows: Iterable[PartRow]) -> None:
        some = list(rows)
        touched.extend(some)
        put(self, some)

    def reads(self: SQLiteReading, *asked: Any) -> PartRow | None:
        touched.append(asked)
        return part(self, *asked)

    monkeypatch.setattr(SQLiteWriting, "put_parts", puts)
    monkeypatch.setattr(SQLiteReading, "part", reads)
    assert [outcome.result for outcome in story.ledger.apply([one(story, kind, MANY)])] == ["applied"]
    assert 0 < len(touched) <= 6


@pytest.mark.parametrize("kind", KINDS)
def test_heads_and_parts_made_anew_have_the_same_bytes(tmp_path: Path, kind: str) -> None:
    story = begun(tmp_path / "ledger", kind)
    head, parts = stored(story)
    assert len(parts) > 1
    assert story.verify().problems == []
    story.ledger.rebuild_heads()
    assert stored(story) == (head, parts)


def test_where_the_parts_stand_decides_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A simulated half month, in batches: every part in a row of its own, as if nothing of it were."""
    market = Market(parse(shipped_text()), date(2026, 1, 1))
    fed = [
        inputs.parse(line.decode()) for line in lines(market, subscribers=30, days=15, seed=3, start=date(2026, 1, 1))
    ]
    logs = []
    for most in (64, 0):
        monkeypatch.setattr(memory, "KEPT_TOGETHER_MAX", most)
        ref = store_ref(tmp_path / f"{most}.db")
        with Ledger(ref, now=Clock(at("2026-03-01 00:00")), catalogue=shipped_text(), sealed=False) as ledger:
            for first in range(0, len(fed), 500):
                ledger.apply(fed[first : first + 500])
            while ledger.advance_due(at("2026-02-03 03:00"), accounts_max=7) is not None:
                pass
            with ledger.store.reading() as log:
                assert verify(log).problems == []
                numbers = log.contracts.named_all(log.accounts())
                logs.append(sorted((numbers[row.account].number, row.version, row.state) for row in log.all_events()))
                apart = [part for account in log.accounts() for part in log.parts(account)]
        assert bool(apart) == (most == 0)
    assert logs[0] == logs[1]


DAMAGE = {
    "that is gone": "DELETE FROM head_parts",
    "that is no JSON": "UPDATE head_parts SET state = x'5b'",
    "of another form": "UPDATE head_parts SET state = CAST('[{\"bonus\":1}]' AS BLOB)",
    "of another version": "UPDATE head_parts SET version = version - 1",
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=list(DAMAGE))
def test_a_part_that_does_not_fit_is_named_and_made_anew_where_it_is_needed(tmp_path: Path, damage: str) -> None:
    story = begun(tmp_path / "spoilt", "claims")
    twin = story.copied_to(tmp_path / "sound")
    with closing(sqlite3.connect(story.path, isolation_level=None)) as db:
        assert db.execute(damage).rowcount
    problems = story.verify().problems
    assert problems
    assert all(problem.problem.startswith("head: part disputes") for problem in problems)
    assert story.account.disputes == twin.account.disputes
    answer = {"dispute": "open_dispute 7", "outcome": "rejected", "text": "верно"}
    for _ in range(2):  # the second time it is answered already
        told = [each.feed("resolve_dispute", "2023-01-17 10:00", **answer) for each in (story, twin)]
        assert told[0] == told[1]
    assert told[0].events[0].reason == "ALREADY_RESOLVED"  # type: ignore[union-attr] # a refusal
    assert story.verify().problems == []
    assert (stored(story), story.log()) == (stored(twin), twin.log())


def test_a_memory_that_becomes_short_stands_with_the_rest_again(tmp_path: Path) -> None:
    """Leftovers are forgotten with their late window (R-6.5), and their rows with them."""
    story = begun(tmp_path / "ledger", "refreshes", 100)
    assert {row.kind for row in stored(story)[1]} == {"leftovers"}
    assert len(story.account.leftovers) > 100
    story.top_up("2023-01-20 12:00", 1)
    assert story.account.leftovers == ()
    assert stored(story)[1] == []
    assert story.verify().problems == []
