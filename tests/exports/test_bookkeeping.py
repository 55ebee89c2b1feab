"""hledger, ledger and beancount accept a month with their own sums, agree with `obnovi totals`, and find a kopeck."""

import csv
import io
import os
import re
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from beancount import loader
from beancount.core.data import Balance, Transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from projections.exports.beancount import component
from projections.exports.names import amount, parts, quoted
from tests.exports.support import ODD, Months, Totals, exported, odd, totals_of
from tests.support import ACCOUNT, Story
from tests.tools import tool

BEAN_CHECK = Path(sys.executable).with_name("bean-check")
UNITS = {"RUB": "kop", "SEC": "s", "SMS": "sms", "KB": "kb"}

Check = Callable[[Path], subprocess.CompletedProcess[str]]
Tamper = Callable[[str], str]


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    utf_8 = os.environ | {"LC_ALL": "C.UTF-8"}
    return subprocess.run(command, capture_output=True, check=False, env=utf_8, encoding="utf-8")


def hledger(path: Path) -> subprocess.CompletedProcess[str]:
    return run(tool("hledger"), "-f", path, "check", "-s", "payees")


def ledger(path: Path) -> subprocess.CompletedProcess[str]:
    return run(tool("ledger"), "--args-only", "--pedantic", "--check-payees", "-f", path, "balance")


def bean_check(path: Path) -> subprocess.CompletedProcess[str]:
    return run(BEAN_CHECK, path)


def bean_check_of_debian(path: Path) -> subprocess.CompletedProcess[str]:
    """Debian 12 has beancount 2, by a Python of its own."""
    return run(tool("/usr/bin/bean-check", package="beancount"), path)


CHECKS: list[tuple[Check, str]] = [
    (hledger, "hledger"),
    (ledger, "hledger"),
    (bean_check, "beancount"),
    (bean_check_of_debian, "beancount"),
]
checks = pytest.mark.parametrize(("check", "form"), CHECKS, ids=["hledger", "ledger", "beancount", "beancount 2"])


@checks
@pytest.mark.parametrize("odd_one", ["😀", "№", "𝒜", "я"])
def test_the_longest_names_are_accepted_and_stay_apart(tmp_path: Path, check: Check, form: str, odd_one: str) -> None:
    """A channel has up to 32 characters, each of them up to 12 when it is percent-encoded."""
    story = Story(tmp_path).open("2023-01-01 12:00")
    for end in "ab":
        story.feed("top_up", "2023-01-02 12:00", amount=1_00, channel=odd_one * 31 + end)
    story.ledger.close()
    done = check(exported(story.path, tmp_path, form))
    assert (done.returncode, done.stderr) == (0, "")
    channels = re.findall(r"^ +(?:Income:)?(Cash:\S+) ", (tmp_path / f"export.{form}").read_text("utf-8"), re.MULTILINE)
    assert len(set(channels)) == 2


@checks
def test_a_month_is_accepted(months: Months, few: Months, check: Check, form: str) -> None:
    """That of many subscribers, and that of a few, which is tampered with below."""
    for made in (months, few):
        done = check(made.exports[form])
        assert (done.returncode, done.stderr) == (0, "")


# What a hand can do to a file: each finds its first line of a kind and returns the whole text anew.


def moved(text: str, account: str, old: str, new: str) -> str:
    """The same text with one posting changed and its other end changed with it, so that the transaction balances."""
    pattern = re.compile(
        rf"^( +\S*{account}\S*  )(-?)({old})( \w+)(.*\n(?: +grant.*\n)?)( +\S+  )(-?)\3( \w+)",
        re.MULTILINE | re.IGNORECASE,
    )
    made, count = pattern.subn(rf"\g<1>\g<2>{new}\g<4>\g<5>\g<6>\g<7>{new}\g<8>", text, count=1)
    assert count == 1
    return made


def one_kopeck_at_one_end(text: str) -> str:
    return replaced(text, r"(:wallet  -?\d+\.)00( RUB)", r"\g<1>01\g<2>")


def one_kopeck_at_both_ends(text: str) -> str:
    return moved(text, "wallet", r"400\.00", "400.01")


def one_second_at_one_end(text: str) -> str:
    return replaced(text, r"(:base:voice  -?\d+)0( SEC)", r"\g<1>1\g<2>")


def one_second_at_both_ends(text: str) -> str:
    return moved(text, "base:voice", "60", "61")


def a_transaction_left_out(text: str) -> str:
    return replaced(text, r"^2026-01-1\d \* \"?ToppedUp\"?.*\n(?: +.*\n)+", "")


def one_kopeck_in_an_assertion(text: str) -> str:
    return replaced(
        text,
        r"((?:=|wallet ) \d+\.\d)\d( (?:~ 0 )?RUB$)",
        lambda m: f"{m[1]}{'1' if m[0][len(m[1])] != '1' else '2'}{m[2]}",
    )


def replaced(text: str, pattern: str, new: Any) -> str:
    made, count = re.subn(pattern, new, text, count=1, flags=re.MULTILINE | re.IGNORECASE)
    assert count == 1
    return made


@checks
@pytest.mark.parametrize(
    "tamper",
    [
        one_kopeck_at_one_end,
        one_kopeck_at_both_ends,
        one_second_at_one_end,
        one_second_at_both_ends,
        a_transaction_left_out,
        one_kopeck_in_an_assertion,
    ],
)
def test_one_unit_changed_is_found(few: Months, tmp_path: Path, check: Check, form: str, tamper: Tamper) -> None:
    tampered = tmp_path / "tampered"
    tampered.write_text(tamper(few.exports[form].read_text()))
    assert check(tampered).returncode != 0


def test_hledger_has_the_totals_of_the_ledger(months: Months) -> None:
    path = months.exports["hledger"]
    printed = run(tool("hledger"), "-f", path, "bal", "--flat", "-N", "-E", "--layout=bare", "-O", "csv").stdout
    found: Totals = Counter()
    for row in csv.DictReader(io.StringIO(printed)):
        add(found, row["account"].split(":"), row["commodity"], Decimal(row["balance"]))
    assert positive(found) == totals_of(months.ledger)


def test_ledger_has_the_totals_of_the_ledger(months: Months) -> None:
    form = "%(account)\t%(quantity(scrub(display_amount)))\t%(commodity(scrub(display_amount)))\n"
    printed = run(
        tool("ledger"), "--args-only", "-f", months.exports["hledger"], "register", "--format", form, "--wide"
    ).stdout
    found: Totals = Counter()
    for line in printed.splitlines():
        account, quantity, commodity = line.split("\t")
        add(found, account.split(":"), commodity, Decimal(quantity))
    assert positive(found) == totals_of(months.ledger)


def test_beancount_has_the_totals_of_the_ledger(months: Months) -> None:
    entries, errors, _ = loader.load_file(str(months.exports["beancount"]))
    assert errors == []
    found: Totals = Counter()
    for entry in entries:
        if isinstance(entry, Transaction):
            for posting in entry.postings:
                pieces = [re.sub(r"(?<=.)([A-Z])", r"_\1", each).lower() for each in posting.account.split(":")[1:]]
                assert posting.units is not None
                add(found, pieces, posting.units.currency, posting.units.number)
    assert positive(found) == totals_of(months.ledger)


def add(found: Totals, pieces: list[str], commodity: str, moved: Decimal | None) -> None:
    """Add an amount of an account as other programs name it to its name in entries."""
    assert moved is not None
    if pieces[0].lower() == "subscribers":
        pieces = pieces[2:]
    what, *rest = [unquote(each) for each in pieces]
    if commodity == "RUB":
        name, amount = ":".join([what.lower(), *rest]), moved * 100
    else:
        name, amount = ":".join([what.lower(), *rest[:-1]]) + f"/{rest[-1]}", moved
    assert amount == int(amount)
    found[name, UNITS[commodity]] += int(amount)


def positive(found: Totals) -> Totals:
    return {name: amount for name, amount in found.items() if amount}


def test_every_posting_of_a_subscriber_has_an_assertion(months: Months) -> None:
    """hledger's stands behind the posting; beancount's at the start of the day behind it, exact to the unit."""
    lines = [line for line in months.exports["hledger"].read_text().splitlines() if line.startswith("    Subscribers:")]
    assert len(lines) > 2_000
    assert [line for line in lines if " = " not in line] == []
    entries, _, _ = loader.load_file(str(months.exports["beancount"]))
    asserted = {(entry.account, entry.date.toordinal() - 1) for entry in entries if isinstance(entry, Balance)}
    assert {entry.tolerance for entry in entries if isinstance(entry, Balance)} == {Decimal(0)}
    posted = {
        (posting.account, entry.date.toordinal())
        for entry in entries
        if isinstance(entry, Transaction)
        for posting in entry.postings
        if ":Subscribers:" in posting.account
    }
    assert asserted == posted


@checks
def test_a_wrong_balance_in_the_log_is_found(tmp_path: Path, check: Check, form: str) -> None:
    """The wallet's assertion is what the event says was left, and not the sum that the export makes."""
    story = odd(tmp_path)
    story.ledger.close()
    with closing(sqlite3.connect(story.path)) as db:
        db.execute("DROP TRIGGER stored_events_refuse_update")
        (state,) = db.execute("SELECT state FROM stored_events WHERE position = 4").fetchone()
        assert b'"wallet_after":100200' in state
        state = state.replace(b'"wallet_after":100200', b'"wallet_after":100201')
        db.execute("UPDATE stored_events SET state = ? WHERE position = 4", (state,))
        db.commit()
    done = check(exported(story.path, tmp_path, form))
    assert (done.returncode != 0, "1002.01" in done.stderr) == (True, True)


@checks
def test_odd_names_break_out_of_nothing(tmp_path: Path, check: Check, form: str) -> None:
    """Peers and free texts are no bookkeeping and stay in the ledger; names are escaped, and no two become one."""
    story = odd(tmp_path)
    path = exported(story.path, tmp_path, form)
    done = check(path)
    assert (done.returncode, done.stderr) == (0, "")
    text = path.read_text()
    assert ODD not in text
    assert sum("ToppedUp" in line and line.startswith("2023") for line in text.splitlines()) == 3
    assert ("Cash:SBP" in text) == (form == "hledger")


def test_an_exported_transaction_in_full(tmp_path: Path) -> None:
    story = odd(tmp_path)
    text = exported(story.path, tmp_path, "hledger").read_text()
    assert text.partition("* UsageCharged")[2].partition("\n2023")[0].splitlines()[1:] == [
        f"    Subscribers:{ACCOUNT}:base:voice  -360 SEC = 11640 SEC  ; grant:6",
        "    Consumed:voice  360 SEC  ; grant:6",
        "account Consumed:data",
    ]
    adjusted = next(line for line in text.splitlines() if " * Adjusted " in line)
    assert adjusted == (
        "2023-01-05 * Adjusted  ; position:10, account:79161234567, version:10, occurred_at:2023-01-05T12:00:00+03:00, "
        "booked_at:2023-01-05T12:00:00+03:00, recorded_at:2024-01-01T00:00:00+03:00, "
        f"received_at:2023-01-05T12:00:00+03:00, input:feed/adjust-9, by:{quoted(ODD)}"
    )


@settings(deadline=None)
@given(st.text(min_size=1), st.text(min_size=1))
def test_no_two_names_have_one_component(one: str, other: str) -> None:
    assert (component(one) == component(other)) == (one == other)
    assert re.fullmatch(r"[A-Z0-9][A-Za-z0-9-]*", component(one))


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("monthly_fee", "MonthlyFee"),
        ("mb500-month", "Mb500-month"),
        ("a_5", "X--a-5f-5"),
        ("10gb", "10gb"),
        ("Monthly-fee", "X--Monthly-2d-fee"),
        ("_a", "X---5f-a"),
        ("касса", "X---43a--430--441--441--430-"),
    ],
)
def test_components_of_beancount(name: str, made: str) -> None:
    assert component(name) == made


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_quoted_text_reads_back(text: str) -> None:
    assert unquote(quoted(text)) == text
    assert re.fullmatch(r"[\w.~%-]*", quoted(text))


@pytest.mark.parametrize(
    ("name", "unit", "pieces"),
    [
        ("wallet", "kop", ("wallet",)),
        ("cash:a/b:c", "kop", ("cash", "a/b:c")),
        ("option:a/b:c/data", "kb", ("option", "a/b:c", "data")),
        ("granted/voice", "s", ("granted", "voice")),
    ],
)
def test_names_of_entries_come_apart(name: str, unit: Any, pieces: tuple[str, ...]) -> None:
    """R-1.4: an option's id and a channel may hold colons and slashes."""
    assert parts(name, unit) == pieces


@pytest.mark.parametrize(("kopecks", "text"), [(0, "0.00"), (-5, "-0.05"), (40_000, "400.00"), (-12_345, "-123.45")])
def test_money_is_rubles_with_two_decimals(kopecks: int, text: str) -> None:
    assert amount(kopecks, "kop") == text
