"""`obnovi accounts`: which contracts there are, and those that somebody looks for (R-15.8)."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.cli.support import ACCOUNT, Run, line, month, opening, write

BLOCKED, EMPTY = "79161234568", "79000000002"


@pytest.fixture
def ledger(obnovi: Run, tmp_path: Path) -> Run:
    """One with a plan and 600.00; one with 100.00 that the operator blocked; one opened later, in Yekaterinburg."""
    lines = [
        *month(),
        opening(BLOCKED),
        line("top_up", "pay", "2023-01-10T12:00:00+03:00", BLOCKED, amount=100_00),
        line("block", "block", "2023-01-11T12:00:00+03:00", BLOCKED, kind="operator", by="clerk"),
        line("open", "open", "2023-02-01T00:30:00+05:00", EMPTY, region="yekaterinburg"),
    ]
    assert obnovi("feed", write(tmp_path / "feed", *lines).name).code == 0
    return obnovi


def listed(ledger: Run, *options: str) -> list[str]:
    done = ledger("accounts", *options, "--json")
    assert (done.code, done.err) == (0, "")
    return [each["account"] for each in done.json()]


def test_every_contract_is_told_as_it_stands_in_order_of_number(ledger: Run) -> None:
    found: list[dict[str, Any]] = ledger("accounts", "--json").json()
    ids = [each.pop("contract") for each in found]
    assert len(set(ids) - {""}) == 3
    common = {"holder": 1, "closed_at": None}
    opened = {"opened_at": "2023-01-01T00:00:00+03:00"}
    assert found == [
        {"account": EMPTY, "opened_at": "2023-02-01T00:30:00+05:00", "plan": None, "mode": "none", "blocks": []}
        | {"wallet": 0} | common,
        {"account": ACCOUNT, "plan": "t4", "mode": "monthly", "blocks": [], "wallet": 600_00} | common | opened,
        {"account": BLOCKED, "plan": None, "mode": "none", "blocks": ["operator"], "wallet": 100_00} | common | opened,
    ]  # fmt: skip
    for id, account in zip(ids, (EMPTY, ACCOUNT, BLOCKED), strict=True):
        assert listed(ledger, id) == [account]


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ((ACCOUNT,), [ACCOUNT]),
        (("8 916 123-45-67",), [ACCOUNT]),
        (("--plan", "t4"), [ACCOUNT]),
        (("--plan", "t3"), []),
        (("--mode", "none"), [EMPTY, BLOCKED]),
        (("--mode", "monthly"), [ACCOUNT]),
        (("--blocked", "operator"), [BLOCKED]),
        (("--blocked", "financial"), []),
        (("--wallet-below", "0"), []),
        (("--wallet-below", "10000"), [EMPTY]),
        (("--wallet-below", "10001"), [EMPTY, BLOCKED]),
        (("--opened-from", "2023-02-01"), [EMPTY]),
        (("--opened-from", "2023-02-02"), []),
        (("--opened-from", "2023-01-31T22:30:00+03:00"), [EMPTY]),
        (("--opened-from", "2023-01-31T22:30:01+03:00"), []),
        (("--opened-until", "2022-12-31"), []),
        (("--opened-until", "2023-01-01"), [ACCOUNT, BLOCKED]),
        (("--opened-until", "2023-01-01T00:00:00+03:00"), [ACCOUNT, BLOCKED]),
        (("--opened-until", "2023-01-31"), [ACCOUNT, BLOCKED]),
        (("--opened-from", "2023-01-01", "--opened-until", "2023-02-01"), [EMPTY, ACCOUNT, BLOCKED]),
        (("--closed-until", "2099-12-31"), []),
        (("--closed-from", "2000-01-01"), []),
        (("--mode", "none", "--wallet-below", "1"), [EMPTY]),
        ((ACCOUNT, "--mode", "none"), []),
    ],
)
def test_contracts_that_are_looked_for(ledger: Run, options: tuple[str, ...], found: list[str]) -> None:
    """A date is that day where the account is: in Yekaterinburg 1 February began at 22:00 of Moscow."""
    assert listed(ledger, *options) == found


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (("79160000000",), 1, "no account 79160000000 in this ledger"),
        (("../secret",), 1, "no account ../secret in this ledger; an account is 79 and nine digits"),
        (("--plan", "t99"), 2, "the catalogue has no plan t99"),
        (("--mode", "sometimes"), 2, "'sometimes' is not one of"),
        (("--blocked", "night"), 2, "'night' is not one of"),
        (("--wallet-below", "10.00"), 2, "'10.00' is not a valid integer"),
        (("--opened-from", "yesterday"), 2, "yesterday"),
        (("--opened-from", "2023-02-02", "--opened-until", "2023-02-01"), 2, "--opened-from lies after --opened-until"),
        (("--closed-from", "2023-02-02", "--closed-until", "2023-02-01"), 2, "--closed-from lies after --closed-until"),
    ],
)
def test_what_cannot_be_looked_for_is_one_line(ledger: Run, options: tuple[str, ...], code: int, words: str) -> None:
    done = ledger("accounts", *options)
    assert (done.code, done.out, done.err.count("\n")) == (code, "", 1)
    assert words in done.err


def test_people_get_a_table_in_either_language(ledger: Run) -> None:
    told = ledger("accounts", ACCOUNT, "--lang", "ru").out
    assert [word in told for word in ("Договоры", ACCOUNT, "01.01.2023 00:00:00", "помесячно", "600,00")] == [True] * 5
    assert "600.00" in ledger("accounts", ACCOUNT).out
    assert "none" in ledger("accounts", "--plan", "t3").out


def test_a_contract_whose_head_is_lost_is_told_from_its_events(ledger: Run, tmp_path: Path) -> None:
    before = ledger("accounts", "--json").out
    with closing(sqlite3.connect(tmp_path / "obnovi.db")) as db, db:
        db.execute("DELETE FROM heads WHERE version = 3")
    assert ledger("accounts", "--json").out == before
