"""`obnovi accounts`: which contracts there are, and those that somebody looks for (R-15.8)."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from scripts.app import contract_list, contract_order
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
        (("--wallet-above", "9999"), [ACCOUNT, BLOCKED]),
        (("--wallet-above", "10000"), [ACCOUNT]),
        (("--option", "gb1"), []),
        (("--promise",), []),
        (("--due-from", "2023-02-15"), [ACCOUNT]),
        (("--due-from", "2023-02-15T03:00:01"), []),
        (("--due-until", "2023-02-14"), []),
        (("--due-until", "2023-02-15"), [ACCOUNT]),
        (("--due-until", "2023-02-15T03:00"), [ACCOUNT]),
        (("--due-from", "2023-02-15", "--due-until", "2023-02-15", "--cannot-pay"), []),
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
        (("--option", "gb99"), 2, "the catalogue has no option gb99"),
        (("--numbers", "--json"), 2, "--numbers is a list of its own"),
        (("--due-from", "2023-02-02", "--due-until", "2023-02-01"), 2, "--due-from lies after --due-until"),
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


@pytest.mark.parametrize(
    ("spent", "promised", "credit", "found"),
    [
        (600_00 - 400_00, None, 0, []),
        (600_00 - 399_99, None, 0, [ACCOUNT]),
        (600_00 - 399_99, None, 1, []),
        (600_00 - 399_99, "2023-02-12T03:00:01+03:00", 0, []),  # promised for three days, so it is over a second later
        (600_00 - 399_99, "2023-02-12T03:00:00+03:00", 0, [ACCOUNT]),  # it ends before what the night charges
    ],
)
def test_who_will_be_charged_then_and_cannot_pay(
    obnovi: Run, tmp_path: Path, spent: int, promised: str | None, credit: int, found: list[str]
) -> None:
    """T4 takes 400.00 on 15 February: 399.99 does not reach it, without credit or a promise that lasts till then."""
    lines = [json.loads(each) for each in month()]
    lines[0] |= {"credit_limit": credit}
    write(
        tmp_path / "feed",
        *map(json.dumps, lines),
        line("adjust", "a", "2023-01-16T10:00:00+03:00", amount=-spent, cites=[2], text="", by="clerk"),
        *([line("take_promise", "p", promised, amount=1_00)] if promised else []),
    )
    assert obnovi("feed", "feed", "--json").json()["refused"] == 0
    assert listed(obnovi, "--due-from", "2023-02-15", "--due-until", "2023-02-15", "--cannot-pay") == found
    assert listed(obnovi, "--cannot-pay") == found
    assert obnovi("night", "--until", "2023-02-15", "--json").json()["monthly_fees"] == (0 if found else 1)


def test_those_with_an_option_or_a_promise(ledger: Run, tmp_path: Path) -> None:
    write(
        tmp_path / "more",
        line("connect_option", "o", "2023-02-02T10:00:00+03:00", option="gb1"),
        line("take_promise", "p", "2023-02-02T10:00:00+03:00", BLOCKED, amount=1_00),
    )
    assert ledger("feed", "more", "--json").json()["refused"] == 0
    assert listed(ledger, "--option", "gb1") == [ACCOUNT]
    assert listed(ledger, "--promise") == [BLOCKED]


def test_numbers_name_the_contracts_that_were_found_and_no_other(ledger: Run, tmp_path: Path) -> None:
    """Of a number with two contracts the closed one is NUMBER/1: a list of the number would mean both."""
    again = [json.dumps(json.loads(each) | {"id": f"{n}", "at": f"2023-03-0{n}T10:00:00+03:00"}) for n, each in
             enumerate(month(BLOCKED), 1)]  # fmt: skip
    write(tmp_path / "more", line("close", "close", "2023-02-20T10:00:00+03:00", BLOCKED), *again)
    assert ledger("feed", "more", "--json").json()["refused"] == 0
    assert ledger("accounts", "--numbers").out == f"{EMPTY}\n{ACCOUNT}\n{BLOCKED}/1\n{BLOCKED}/2\n"
    for some in (("--mode", "closed"), ("--plan", "t4"), ("--wallet-below", "20000"), ()):
        piped = ledger("accounts", *some, "--numbers").out
        (tmp_path / "list").write_text(piped, encoding="utf-8")
        asked = [(each["account"], each["holder"]) for each in ledger("accounts", *some, "--json").json()]
        done = ledger("verify", "--accounts", "list", "--json").json()
        assert done["accounts"] == len(asked) == len(piped.splitlines()) > 0
    assert ledger("accounts", "--plan", "t3", "--numbers").out == ""


def test_very_many_come_in_order_of_number_and_holder(monkeypatch: pytest.MonkeyPatch, ledger: Run) -> None:
    """However small the runs in which they are sorted, and the pages that people get."""
    whole, pages = ledger("accounts", "--json").out, ledger("accounts").out
    monkeypatch.setattr(contract_order, "RUN_CONTRACTS", 1)
    monkeypatch.setattr("ledger.log.contracts.NAMED_AT_ONCE", 1)
    monkeypatch.setattr(contract_list, "READ_AT_ONCE", 2)
    assert ledger("accounts", "--json").out == whole
    monkeypatch.setattr("scripts.cli.contract_list.ROWS_OF_TABLE", 1)
    assert [word for word in ledger("accounts").out.split() if word.startswith("79")] == [
        word for word in pages.split() if word.startswith("79")
    ]
