"""`obnovi summary`: "What did I pay for in March?", in the form of the contract (§11.1)."""

import json
import re
from pathlib import Path

import pytest

from tests.cli.support import ACCOUNT, Run, line, month, write

CALL = {"service": "voice", "direction": "out", "peer": "79031112233"}


@pytest.fixture
def ledger(obnovi: Run, tmp_path: Path) -> Run:
    """January: t4, a call in the package, one abroad, a record that nobody can rate; and a refund in February."""
    write(
        tmp_path / "feed",
        *month(),
        line("usage", "in", "2023-01-16T12:00:00+03:00", quantity=310, **CALL),
        line("usage", "abroad", "2023-01-17T12:00:00+03:00", quantity=61, zone="roaming", **CALL),
        line("usage", "mars", "2023-01-18T12:00:00+03:00", quantity=60, zone="mars", **CALL),
        line("refund", "out", "2023-02-01T12:00:00+03:00", amount=100_00, channel="card"),
    )
    assert obnovi("feed", "feed").code == 0
    return obnovi


def test_what_did_i_pay_for_in_january(ledger: Run) -> None:
    usage = {"kind": "usage", "service": "voice", "unit": "s", "direction": "out", "count": 1, "unlimited": 0}
    asked = ledger("summary", ACCOUNT, "--month", "2023-01", "--json")
    none = {"service": None, "zone": None, "unit": None, "quantity": 0, "from_packages": 0}
    assert asked.json() == [
        {"kind": "monthly_fee", "count": 1, "amount": -400_00} | none,
        usage
        | {"zone": "home", "quantity": 360, "measured": 310, "from_packages": 360, "amount": 0}
        | {"packages": [{"bucket": "base", "quantity": 360}], "without_packages": 12_00},
        usage
        | {"zone": "roaming", "quantity": 120, "measured": 61, "from_packages": 0, "amount": -50_00}
        | {"packages": [], "without_packages": 50_00},
        {"kind": "top_up", "count": 1, "amount": 1000_00, "channel": "cash"} | none,
        {"kind": "unrated", "service": "voice", "zone": "mars", "unit": "s", "direction": "out", "count": 1}
        | {"quantity": 0, "measured": 60, "from_packages": 0, "amount": 0},
    ]
    assert (asked.code, asked.err) == (0, "")
    range_ = ("--from", "2023-01-01", "--to", "2023-01-31")
    assert ledger("--json", "summary", ACCOUNT, *range_).out == asked.out
    statement = ledger("statement", ACCOUNT, *range_, "--json").json()
    assert sum(row["amount"] for row in asked.json()) == statement["closing"] - statement["opening"]
    assert "summary" not in statement


def test_people_read_it_in_either_language_with_what_packages_spared(ledger: Run) -> None:
    said = ledger("summary", ACCOUNT, "--month", "2023-01")
    assert said.out.splitlines()[0] == (
        "Сводка счёта 79161234567 за период с 01.01.2023 по 31.01.2023, время Europe/Moscow"
    )
    assert said.out.splitlines()[-2:] == [
        "Итого: 550,00\xa0₽",
        "Без пакетов эти услуги стоили бы 62,00\xa0₽: пакеты сберегли 12,00\xa0₽.",
    ]
    assert "основной пакет 6:00 мин" in said.out
    english = ledger("summary", ACCOUNT, "--month", "2023-01", "--lang", "en").out
    assert "Without packages this usage would have cost 62.00\xa0₽: packages spared 12.00\xa0₽." in english
    assert not any("а" <= letter.lower() <= "я" for letter in english)


def test_a_month_of_nothing_is_empty(ledger: Run) -> None:
    assert ledger("summary", ACCOUNT, "--month", "2022-01", "--json").json() == []
    assert "Ничего не было." in ledger("summary", ACCOUNT, "--month", "2022-01").out


@pytest.mark.parametrize(
    ("asked", "code", "says"),
    [
        ((ACCOUNT,), 2, "name the range: --month YYYY-MM, or both --from DATE and --to DATE"),
        ((ACCOUNT, "--from", "2023-01-01"), 2, "name the range"),
        ((ACCOUNT, "--month", "2023-1"), 2, "not a month YYYY-MM"),
        ((ACCOUNT, "--month", "2023-01", "--to", "2023-01-31"), 2, "--month names the range by itself"),
        ((ACCOUNT, "--from", "2023-02-01", "--to", "2023-01-31"), 2, "lies after"),
        ((ACCOUNT, "--month", "2023-01", "--json", "--lang", "en"), 2, "--lang is for people"),
        (("79000000000", "--month", "2023-01"), 1, "no account 79000000000"),
        (("12", "--month", "2023-01"), 1, "12"),
        ((ACCOUNT, "--month", "2023-01", "--holder", "2"), 1, "no contract 2"),
    ],
)
def test_what_cannot_be_asked_is_one_line(ledger: Run, asked: tuple[str, ...], code: int, says: str) -> None:
    done = ledger("summary", *asked)
    assert (done.code, done.out) == (code, "")
    assert done.err.startswith("obnovi: ")
    assert done.err.count("\n") == 1
    assert says in done.err


def test_each_contract_of_a_number_has_its_own_and_an_erased_one_keeps_its_figures(ledger: Run, tmp_path: Path) -> None:
    """R-15.8, R-15.9: the next holder paid nothing of it; without personal data the sums are as they were."""
    closing = line("close", "end", "2023-02-02T12:00:00+03:00")
    again = line("open", "again", "2023-03-01T12:00:00+03:00", region="moscow")
    assert ledger("feed", write(tmp_path / "end", closing, again)).code == 0
    asked = ("--month", "2023-01", "--json")
    assert ledger("summary", ACCOUNT, *asked).json() == []
    before = ledger("summary", ACCOUNT, *asked, "--holder", "1").json()
    assert len(before) == 5
    first, _ = ledger("accounts", ACCOUNT, "--json").json()
    erased = ledger("erase", ACCOUNT, "--holder", "1", "--ground", "просьба", "--by", "clerk-7", "--early", "--yes")
    assert erased.code == 0, erased.err
    assert ledger("summary", first["contract"], *asked).json() == before
    assert "данные уничтожены" in ledger("summary", first["contract"], "--month", "2023-01").out


@pytest.mark.parametrize("form", ["txt", "html", "csv", "xml"])
def test_a_statement_has_it_as_a_section_where_its_form_has_room(ledger: Run, form: str) -> None:
    """The JSON has none, whose bytes are the statement's id (R-13.5)."""
    asked = ("statement", ACCOUNT, "--month", "2023-01", "--format", form)
    said = ledger(*asked, *(("--table", "summary") if form == "csv" else ())).out
    marks = {
        "txt": "Звонки исх., роуминг 1 2:00 мин −50,00\xa0₽",
        "html": "<td>Звонки исх., роуминг</td><td>1</td><td>2:00\xa0мин</td>",
        "csv": "услуги связи;Звонки исх., роуминг;звонки;исх.;роуминг;1;с;120;0;;50,00;-50,00;Тест t4\r\n",
        "xml": '<kind name="usage" service="voice" zone="roaming" unit="s" count="1" quantity="120" from_packages="0" '
        'amount="-50,00" direction="out" measured="61" unlimited="0" without_packages="50,00" />',
    }
    assert marks[form] in re.sub(" +", " ", said)


def test_statements_in_bulk_write_it_too(ledger: Run) -> None:
    asked = ("--month", "2023-01", "--format", "csv", "--table", "summary", "-o", "january")
    assert ledger("statements", *asked, "--json").json()["written"] == 1
    alone = ledger("statement", ACCOUNT, "--month", "2023-01", "--format", "csv", "--table", "summary").out
    written = Path("january", f"{ACCOUNT}-2023-01.summary.csv").read_bytes()
    assert written == alone.encode()
    manifest = Path("january", "manifest-2023-01.summary.csv.jsonl").read_text(encoding="utf-8")
    assert json.loads(manifest)["file"] == f"{ACCOUNT}-2023-01.summary.csv"
