"""Grouped booking: callers one by one, one commit for many; each is answered when its own input is durable."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from ledger import inputs
from ledger.grouped import Grouped, grouped_booking
from ledger.inputs import Input
from ledger.log.engines import store_ref
from ledger.log.errors import StoreError
from ledger.service import Ledger, Outcome
from tests.support import ACCOUNT, Clock, at

CALLERS = 32


def said(type: str, number: int, account: str = ACCOUNT, **fields: Any) -> Input:
    raw = {"type": type, "id": f"{type}-{number}", "account": account, "at": "2023-01-01T10:00:00+03:00"}
    return inputs.check(raw | fields)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger(store_ref(tmp_path / "ledger.db"), now=Clock(at("2023-01-01 10:00"))) as ledger:
        ledger.apply([said("open", 1, region="moscow")])
        yield ledger


def test_what_many_hand_over_is_booked_in_fewer_commits_and_each_is_answered_for_itself(ledger: Ledger) -> None:
    sizes: list[int] = []
    apply = ledger.apply

    def counted(inputs: list[Input]) -> list[Outcome]:
        sizes.append(len(inputs))
        return apply(inputs)

    asked = [said("top_up", number, amount=number) for number in range(1, 1 + CALLERS * 4)]
    with (
        patch.object(ledger, "apply", counted),
        grouped_booking(ledger, wait_seconds=9, gap_seconds=9, group_max=CALLERS) as grouped,
        ThreadPoolExecutor(CALLERS) as callers,
    ):
        outcomes = list(callers.map(grouped.apply, asked))
    assert sizes == [CALLERS] * 4
    assert [outcome.result for outcome in outcomes] == ["applied"] * len(asked)
    assert [outcome.events[-1].entries[0].amount for outcome in outcomes] == [input.amount for input in asked]  # type: ignore[union-attr] # every one is a top-up


def test_an_input_that_comes_twice_at_once_is_booked_once(ledger: Ledger) -> None:
    with grouped_booking(ledger) as grouped, ThreadPoolExecutor(CALLERS) as callers:
        outcomes = list(callers.map(grouped.apply, [said("top_up", 1, amount=5)] * CALLERS))
    assert sorted(outcome.result for outcome in outcomes) == ["applied", *["duplicate"] * (CALLERS - 1)]
    assert len({outcome.version for outcome in outcomes}) == 1


def test_what_cannot_be_booked_fails_alone(ledger: Ledger) -> None:
    apply = ledger.apply

    def fails_for_one(inputs: list[Input]) -> list[Outcome]:
        if any(input.id == "top_up-3" for input in inputs):
            raise StoreError("account broken")
        return apply(inputs)

    with (
        patch.object(ledger, "apply", fails_for_one),
        grouped_booking(ledger, wait_seconds=0.2, gap_seconds=0.2) as grouped,
    ):
        answers = [grouped.submit(said("top_up", number, amount=1)) for number in range(1, 6)]
        wait(answers)
    assert [type(answer.exception()) for answer in answers] == [type(None)] * 2 + [StoreError] + [type(None)] * 2


def test_what_was_handed_over_is_booked_before_it_closes(ledger: Ledger) -> None:
    grouped = grouped_booking(ledger, wait_seconds=60, gap_seconds=60)
    answers = [grouped.submit(said("top_up", number, amount=1)) for number in range(1, 6)]
    grouped.close()
    assert [answer.result(timeout=0).result for answer in answers] == ["applied"] * 5


def test_what_is_to_be_done_alone_is_in_no_group_with_others_and_keeps_its_turn() -> None:
    groups: list[list[str]] = []

    def work(group: Sequence[str]) -> list[str]:
        groups.append(list(group))
        return list(group)

    with Grouped(work, wait_seconds=5, gap_seconds=1) as grouped:
        asked = [grouped.submit(each, alone=each.isupper()) for each in ("a", "b", "C", "D", "e")]
        wait(asked)
    assert groups == [["a", "b"], ["C"], ["D"], ["e"]]
    assert grouped.waiting() == 0
