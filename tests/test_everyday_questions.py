"""What people ask every day, in their own words, of a ledger in a file and of one in PostgreSQL: the answers are alike.

The four subscribers are those of `scripts/sample.py`.
"""

import json
import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from scripts.sample import ANNA, BORIS, GLEB, VERA, lines
from tests.cli.support import Done, in_this_process, line
from tests.postgres import new_database

FEBRUARY = ("--month", "2026-02")
SWITCH = """
description = "calls of a switch"
source = "its handbook"
[table]
zone = "Europe/Moscow"
[[records]]
type = "usage"
service = "voice"
direction = "out"
account = { column = "from" }
peer = { column = "to", number = true }
at = { column = "when" }
quantity = { column = "lasted", unit = "clock" }
id = { digest = ["when", "from", "to", "lasted"] }
"""


class Desk:
    """Asks the ledger of a folder."""

    def __init__(self, folder: Path, ledger: str) -> None:
        self.folder = folder
        self._environment = {name: value for name, value in os.environ.items() if not name.startswith("OBNOVI_")} | {
            "OBNOVI_LEDGER": ledger,
            "OBNOVI_KEYS": str(folder / "keys"),
            "OBNOVI_CACHE": str(folder / "cache"),
        }

    def __call__(self, *question: object, code: int = 0, stdin: str = "") -> Done:
        done = in_this_process(*question, cwd=self.folder, env=self._environment, stdin=stdin.encode())
        assert done.code == code, done.err or done.out
        return done

    def json(self, *question: object, code: int = 0, stdin: str = "") -> Any:
        return self(*question, "--json", code=code, stdin=stdin).json()

    def writes(self, name: str, *lines: str) -> str:
        (self.folder / name).write_text("".join(f"{each}\n" for each in lines), encoding="utf-8")
        return name


@pytest.fixture(scope="module", params=["file", "postgres"])
def desk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("desk")
    with ExitStack() as stack:
        ledger = str(folder / "obnovi.db")
        if request.param == "postgres":
            ledger = stack.enter_context(new_database(request.getfixturevalue("postgres_server")))
        made = Desk(folder, ledger)
        if request.param == "postgres":
            made("ledger", "create", ledger)
        made("feed", made.writes("sample.jsonl", *lines()), "--rejects", "rejects.jsonl", code=3)
        yield made


def of(rows: list[dict[str, Any]], *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in rows]


# From a line to its reason


def test_why_was_i_charged_400_rubles_on_3_february_in_the_morning(desk: Desk) -> None:
    told = desk.json("explain", ANNA, "--at", "2026-02-03 09:12", "--amount", "400")
    assert (told["event"]["type"], told["rule"], told["facts"]["fee"]) == ("PackagesRefreshed", "R-5.4", 400_00)


def test_which_of_the_things_of_that_day_do_you_mean(desk: Desk) -> None:
    several = desk.json("explain", ANNA, "--at", "2026-02-03", code=1)
    assert of(several, "version", "type") == [(57 + number, kind) for number, kind in enumerate(
        ["PackagesRefreshed", "UsageCharged", "UsageCharged"], start=1
    )]  # fmt: skip
    one = desk.json("explain", ANNA, "--at", "2026-02-03", "--peer", "74950001234")
    assert one["event"]["version"] == 59


def test_show_me_only_what_was_paid_in_and_refreshed(desk: Desk) -> None:
    asked = ("events", ANNA, *FEBRUARY, "--type", "ToppedUp", "--type", "PackagesRefreshed")
    found = [json.loads(each) for each in desk(*asked, "--json").out.splitlines()]
    assert of(found, "version", "amount") == [(58, 400_00), (77, 500_00), (115, 400_00)]
    rest = [json.loads(each) for each in desk(*asked, "--after", "58", "--limit", "1", "--json").out.splitlines()]
    assert of(rest, "version") == [(77,)]


def test_which_event_is_this_line_of_my_statement(desk: Desk) -> None:
    printed = desk("statement", ANNA, *FEBRUARY).out.splitlines()
    assert any(each.split()[:2] == ["58", "03.02.2026"] and "−400,00" in each for each in printed)


# What did I pay for in February?


def test_what_did_i_pay_for_in_february(desk: Desk) -> None:
    rows = desk.json("summary", ANNA, *FEBRUARY)
    statement = desk.json("statement", ANNA, *FEBRUARY)
    assert sum(row["amount"] for row in rows) == statement["closing"] - statement["opening"] == -300_00
    money = [row for row in rows if row["kind"] != "usage"]
    assert of(money, "kind", "count", "amount") == [("monthly_fee", 2, -800_00), ("top_up", 1, 500_00)]
    calls = next(row for row in rows if row["service"] == "voice" and row["direction"] == "out")
    assert (calls["zone"], calls["unit"], calls["quantity"], calls["from_packages"]) == ("home", "s", 14_700, 14_700)
    assert calls["without_packages"] == 245 * 2_00
    for form in ("txt", "html", "csv"):
        table = ("--table", "summary") if form == "csv" else ()
        assert "Плата за месяц" in desk("statement", ANNA, *FEBRUARY, "--format", form, *table).out


def test_how_were_my_months(desk: Desk) -> None:
    page = desk("statement", ANNA, *FEBRUARY, "--format", "html").out
    assert page.count("<svg") == 2


# Whom does it concern?


def test_who_has_less_than_300_rubles_and_what_would_another_plan_be_for_them(desk: Desk) -> None:
    poor = desk.json("accounts", "--wallet-below", "30000")
    assert {row["account"] for row in poor} < {ANNA, BORIS, VERA, GLEB}
    assert all(row["wallet"] < 300_00 for row in poor)
    numbers = desk("accounts", "--wallet-below", "30000", "--numbers").out
    told = desk.json("what-if", "--accounts", "-", "--set", "plan=smart", stdin=numbers)
    assert told["accounts"] == len(poor) == len(numbers.splitlines())


def test_statements_for_those_of_a_list(desk: Desk) -> None:
    written = desk.json("statements", *FEBRUARY, "--format", "json", "-o", "some", "--accounts", "-", stdin=f"{ANNA}\n")
    assert (written["written"], written["failed"]) == (1, 0)


# Catalogue work


def test_what_does_this_plan_cost_now_and_what_will_change_for_whom(desk: Desk) -> None:
    shown = desk.json("catalogue", "show", "--plan", "smart")
    assert [plan["monthly_fee"] for plan in shown["plans"]] == [450_00, 400_00]
    asked = ("catalogue", "add-version", "smart", "--monthly-fee", "420", "--from", "2026-04-01", "-o", "april.toml")
    desk(*asked)
    assert desk.json("catalogue", "check", "april.toml")["ok"] is True
    told = desk.json("catalogue", "diff", "ledger", "april.toml")
    assert of(told, "kind", "id", "version", "field", "was", "is") == [
        ("plan", "smart", "2026-04-01", "effective_from", None, "2026-04-01"),
        ("plan", "smart", "2026-04-01", "monthly_fee", 400_00, 420_00),
    ]


# Time with care


def test_what_did_we_know_then(desk: Desk) -> None:
    """All of it was written down today, and nothing the day before."""
    assert desk("events", ANNA, "--known-at", "2026-02-28", "--json").out == ""
    assert desk.json("totals", *FEBRUARY, "--known-at", "2026-02-28") == []
    assert desk.json("refused", "--known-at", "2026-02-28") == []
    assert desk.json("balance", ANNA, "--as-of", "2026-02-03T09:12") == desk.json(
        "balance", ANNA, "--as-of", "2026-02-03T09:12:00+03:00"
    )


# For the auditor


def test_prove_this_month_to_somebody_who_does_not_trust_you(desk: Desk) -> None:
    desk("keys", "create")
    made = desk.json("dossier", ANNA, *FEBRUARY, "-o", "february.zip")
    assert made["lines"] == 3
    desk("statement", ANNA, *FEBRUARY, "-o", "february.pdf")
    assert desk.json("verify-document", "february.pdf")["document"] == made["document"]
    assert desk.json("verify-document", made["document"])["account"] == ANNA


def test_books_of_one_account_and_one_month(desk: Desk) -> None:
    told = desk.json("export", "--format", "hledger", "--account", ANNA, *FEBRUARY, "-o", "anna.journal")
    assert told["events"] > 0
    books = (desk.folder / "anna.journal").read_text(encoding="utf-8")
    assert BORIS not in books
    assert "2026-03-" not in books


# Payments reconciled


def test_does_the_banks_list_agree_with_ours(desk: Desk) -> None:
    fed = dict.fromkeys(each for each in lines() if '"type": "top_up"' in each and each.endswith("}"))
    paid = [told for told in map(json.loads, fed) if told["channel"] == "card"]
    rows = [f"{pay['id']};{pay['account']};{pay['at']};{pay['amount'] / 100:.2f}".replace(".", ",") for pay in paid]
    bank = desk.writes("bank.csv", "id;номер;дата;сумма", *rows, f"new;{ANNA};2026-02-11 10:00;50,00")
    told = desk.json("reconcile", bank, "--channel", "card")
    assert (told["matched"], of(told["missing_here"], "id", "amount")) == (len(paid), [("new", 50_00)])
    assert [told[name] for name in ("missing_there", "other_sum", "other_number", "twice")] == [[], [], [], []]


# What books something comes last


def test_book_what_the_bank_has_and_we_have_not(desk: Desk) -> None:
    bank = desk.writes("one.csv", "id;номер;дата;сумма", f"new;{ANNA};2026-03-14 10:00;50,00")
    before = desk.json("balance", ANNA)["wallet"]
    assert desk.json("reconcile", bank, "--channel", "card", "--book", "--dry-run")["booked"] == 1
    assert desk.json("balance", ANNA)["wallet"] == before
    assert desk.json("reconcile", bank, "--channel", "card", "--book", "--yes")["booked"] == 1
    assert desk.json("reconcile", bank, "--channel", "card", "--book", "--yes")["booked"] == 0
    assert desk.json("balance", ANNA)["wallet"] == before + 50_00
    assert of(desk.json("find", "new"), "account") == [(ANNA,)]


def test_a_zone_without_a_price_is_mended_and_its_records_rated_in_one_go(desk: Desk) -> None:
    call: dict[str, Any] = {
        "service": "voice",
        "direction": "out",
        "quantity": 61,
        "zone": "moon",
        "peer": "74950001234",
    }
    at = "2026-03-16T10:00:00+03:00"
    desk("feed", desk.writes("moon.jsonl", line("usage", "far", at, ANNA, **call)))
    (waiting,) = desk.json("unrated")
    assert (waiting["zone"], waiting["quantity"], waiting["peer"]) == ("moon", 61, "74950001234")
    desk("catalogue", "add-price", "smart", "moon", "--voice", "9", "--from", "2026-03-01", "-o", "mended.toml")
    asked = ("rerate", "--all", "--catalogue", "mended.toml", "--yes")
    tried = desk.json(*asked, "--dry-run")
    assert (tried["rated"], tried["unrated"], tried["amount"]) == (1, 0, 18_00)
    assert len(desk.json("unrated")) == 1
    done = desk.json(*asked)
    assert (done["rated"], done["unrated"], done["amount"]) == (1, 0, 18_00)
    assert desk.json("unrated") == []


def test_late_records_are_chosen_and_mended_once(desk: Desk) -> None:
    found = desk.json("late")
    chosen = desk.json("late", "--account", VERA)
    assert {row["account"] for row in chosen["lines"]} <= {VERA}
    tried = desk.json("late", "--in-favour-of", "subscriber", "--book", "--per-account", "--by", "clerk-7", "--dry-run")
    assert desk.json("late") == found
    booked = desk.json("late", "--in-favour-of", "subscriber", "--book", "--per-account", "--by", "clerk-7")
    assert (booked["booked"], booked["refused"]) == (tried["booked"], tried["refused"])
    again = desk.json("late", "--in-favour-of", "subscriber", "--book", "--per-account", "--by", "clerk-7")
    assert again["booked"] == 0


def test_the_calls_of_a_switch_become_a_feed(desk: Desk) -> None:
    assert {each["map"] for each in desk.json("convert", "--list")} == {"asterisk", "freeswitch", "qiwi"}
    calls = desk.writes("calls.csv", "when;from;to;lasted", "17.03.2026 10:00:00;+7 916 000-01-01;74950001234;1:35")
    desk.writes("switch.toml", SWITCH)
    desk("convert", calls, "--map", "switch.toml", "-o", "feed.jsonl")
    for applied in (1, 0):
        assert desk.json("feed", "feed.jsonl")["applied"] == applied
    told = desk.json("explain", ANNA, "--at", "2026-03-17 10:00", "--peer", "74950001234")
    assert (told["event"]["quantity"], told["event"]["billed"]) == (95, 120)


def test_and_everything_still_agrees(desk: Desk) -> None:
    report = desk.json("verify")
    assert (report["ok"], report["problems"]) == (True, [])
