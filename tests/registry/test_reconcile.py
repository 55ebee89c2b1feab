"""A bank's registry beside the payments of its channel: exact matches only, and what is missing here booked once."""

import json
import os
from datetime import datetime
from pathlib import Path

import pytest
from openpyxl import Workbook

from tests.cli.support import ACCOUNT, Done, Run, in_this_process, line, write
from tests.registry.support import HEADER, OTHER, STRANGER, fed, ids, opened, paid, reconciled, registry

LISTS = ("missing_here", "missing_there", "other_sum", "other_number", "twice")


@pytest.fixture
def ledger(obnovi: Run) -> Run:
    fed(
        obnovi,
        *opened(ACCOUNT, OTHER),
        paid("p1", "12T10:05", 1000_00),
        paid("p2", "12T11:05", 200_50, source="kassa"),
        paid("p3", "12T12:05", 300_00, OTHER),
        paid("p4", "13T12:05", 400_00, OTHER),
        paid("r1", "13T13:05", 50_00, type="refund"),
        paid("x1", "13T18:00", 777_00, OTHER),
        paid("c1", "13T18:30", 123_00, OTHER, channel="cash"),
    )
    return obnovi


def test_what_is_the_same_on_both_sides_is_counted_and_nothing_else_is_said(ledger: Run) -> None:
    """The id of the payment is the id of the input, whatever its source; a number is written as people do."""
    path = registry(
        "p1;+7 (916) 123-45-67;12.01.2026 10:05:00;1 000,00",
        "p2;89161234567;12.01.2026 11:05;200,50",
        f"p3;{OTHER};2026-01-12T12:05:00+03:00;300",
        f"p4;{OTHER};13.01.2026 12:05;400.00",
        f"r1;{ACCOUNT};13.01.2026 13:05;-50,00",
        f"x1;{OTHER};13.01.2026 18:00;777,00",
        "Итого;;;2 627,50",
    )
    assert reconciled(ledger, path) == {
        "matched": 6,
        **{name: [] for name in LISTS},
        "totals": {
            "file": {
                "count": 6,
                "payments": 2677_50,
                "refunds": -50_00,
                "amount": 2627_50,
                "total_line": {"line": 8, "count": None, "amount": 2627_50, "agrees": True},
            },
            "ledger": {"count": 6, "payments": 2677_50, "refunds": -50_00, "amount": 2627_50},
        },
    }


def test_a_channel_that_nothing_ever_came_by_is_told(ledger: Run) -> None:
    path = registry(f"n1;{OTHER};13.01.2026 19:30;55,55")
    done = ledger("reconcile", path, "--channel", "bnak", "--json")
    assert (done.code, done.json()["matched"]) == (0, 0)
    assert done.err == "obnovi: nothing was ever paid by channel bnak here; there are bank, cash\n"
    assert ledger("reconcile", path, "--channel", "bank", "--json").err == ""


def test_each_difference_is_told_as_what_it_is(ledger: Run) -> None:
    path = registry(
        f"p1;{ACCOUNT};12.01.2026 10:05;1000,00",
        f"p3;{OTHER};12.01.2026 12:05;300,01",
        f"p4;{ACCOUNT};13.01.2026 12:05;400,00",
        f"n1;{OTHER};13.01.2026 19:30;55,55",
        f"n1;{OTHER};13.01.2026 19:30;55,55",
    )
    found = reconciled(ledger, path)
    assert found["matched"] == 1
    assert found["missing_here"] == [
        {"id": "n1", "account": OTHER, "at": "2026-01-13T19:30:00+03:00", "amount": 55_55, "line": 5}
    ]
    booked = {"holder": 1, "account": OTHER}
    assert found["other_sum"] == [
        {
            "id": "p3", "account": OTHER, "at": "2026-01-12T12:05:00+03:00", "amount": 300_01, "line": 3,
            "booked": booked
            | {"id": "p3", "version": 2, "at": "2026-01-12T12:05:00+03:00", "amount": 300_00},
        }
    ]  # fmt: skip
    assert found["other_number"] == [
        {
            "id": "p4", "account": ACCOUNT, "at": "2026-01-13T12:05:00+03:00", "amount": 400_00, "line": 4,
            "booked": booked
            | {"id": "p4", "version": 3, "at": "2026-01-13T12:05:00+03:00", "amount": 400_00},
        }
    ]  # fmt: skip
    assert found["twice"] == [
        {
            "id": "n1", "account": OTHER, "at": "2026-01-13T19:30:00+03:00", "amount": 55_55, "line": 6,
            "first": 5,
        }
    ]  # fmt: skip
    assert found["missing_there"] == [
        {
            "id": "p2", "account": ACCOUNT, "holder": 1, "version": 3, "at": "2026-01-12T11:05:00+03:00",
            "amount": 200_50,
        },
        {
            "id": "r1", "account": ACCOUNT, "holder": 1, "version": 4, "at": "2026-01-13T13:05:00+03:00",
            "amount": -50_00,
        },
        {
            "id": "x1", "account": OTHER, "holder": 1, "version": 4, "at": "2026-01-13T18:00:00+03:00",
            "amount": 777_00,
        },
    ]  # fmt: skip


def test_a_payment_booked_twice_here_is_told_once_as_matched_and_once_as_twice(ledger: Run) -> None:
    """Under two sources on its number, or under one id on two numbers."""
    fed(ledger, paid("p1", "12T10:06", 1000_00, source="again"), paid("p3", "12T12:06", 300_00))
    path = registry(f"p1;{ACCOUNT};12.01.2026 10:05;1000,00", f"p3;{OTHER};12.01.2026 12:05;300,00")
    found = reconciled(ledger, path)
    assert found["matched"] == 2
    assert [(each["id"], each["account"], each["line"]) for each in found["twice"]] == [
        ("p1", ACCOUNT, 2),
        ("p3", ACCOUNT, 3),
    ]
    assert not {"p1", "p3"} & set(ids(found["missing_there"]))


def test_what_only_looks_the_same_is_told_as_likely_on_both_sides_and_never_matched_or_booked(ledger: Run) -> None:
    path = registry(f"y1;{OTHER};13.01.2026 18:10;777,00")
    found = reconciled(ledger, path, "--book", "--yes")
    (here,) = found["missing_here"]
    assert (here["reason"], here["likely"]["id"], here["likely"]["version"]) == ("LIKELY", "x1", 4)
    assert [each["likely"]["line"] for each in found["missing_there"] if each["id"] == "x1"] == [2]
    assert (found["matched"], found["booked"], found["rejected"]) == (0, 0, 0)


@pytest.mark.parametrize(
    ("at", "amount", "account", "likely"),
    [
        ("14.01.2026 18:00", "777,00", OTHER, True),
        ("14.01.2026 18:01", "777,00", OTHER, False),
        ("12.01.2026 18:00", "777,00", OTHER, True),
        ("12.01.2026 17:59", "777,00", OTHER, False),
        ("13.01.2026 18:00", "777,01", OTHER, False),
        ("13.01.2026 18:00", "777,00", ACCOUNT, False),
    ],
)
def test_likely_is_the_same_number_and_sum_within_a_day(
    ledger: Run, at: str, amount: str, account: str, likely: bool
) -> None:
    found = reconciled(ledger, registry(f"y1;{account};{at};{amount}"))
    assert ("likely" in found["missing_here"][0]) is likely


def test_book_books_what_is_missing_here_under_the_id_of_the_payment_and_a_second_time_nothing(ledger: Run) -> None:
    path = registry(f"n1;{OTHER};13.01.2026 19:30:15;55,55", f"n2;{ACCOUNT};13.01.2026 20:00;-10,00")
    first = reconciled(ledger, path, "--book", "--yes", "--source", "bank")
    assert (first["booked"], first["refused"], first["rejected"]) == (2, 0, 0)
    events = [json.loads(each) for each in ledger("events", OTHER, "--json").out.splitlines()]
    booked = next(each for each in events if each["type"] == "ToppedUp" and each["input"]["id"] == "n1")
    assert (booked["amount"], booked["channel"], booked["input"]["source"]) == (55_55, "bank", "bank")
    assert booked["occurred_at"] == "2026-01-13T19:30:15+03:00"
    again = reconciled(ledger, path, "--book", "--yes", "--source", "bank")
    assert (again["matched"], again["booked"], again["missing_here"]) == (2, 0, [])


def test_a_dry_run_says_what_would_be_booked_and_writes_nothing(ledger: Run) -> None:
    path = registry(f"n1;{OTHER};13.01.2026 19:30;55,55", f"n2;{STRANGER};13.01.2026 19:30;1,00")
    tried = reconciled(ledger, path, "--book", "--dry-run")
    assert (tried["booked"], tried["rejected"]) == (1, 1)
    assert ids(reconciled(ledger, path)["missing_here"]) == ["n1", "n2"]
    said = ledger("reconcile", path, "--channel", "bank", "--book", "--dry-run").out.replace("\N{NO-BREAK SPACE}", " ")
    assert said.endswith("1 would be booked, 55.55 ₽ in all, 1 rejected; nothing was written\n")


def test_inputs_are_counted_with_those_that_a_feed_will_reject(ledger: Run, tmp_path: Path) -> None:
    path = registry(f"n1;{OTHER};13.01.2026 19:30;55,55", f"n2;{STRANGER};13.01.2026 19:30;1,00")
    said = ledger("reconcile", path, "--channel", "bank", "--inputs", "inputs.jsonl").out
    assert said.endswith("2 written to inputs.jsonl\n")
    assert len((tmp_path / "inputs.jsonl").read_text(encoding="utf-8").splitlines()) == 2
    none = registry(f"n2;{STRANGER};13.01.2026 19:30;1,00")
    assert ledger("reconcile", none, "--channel", "bank", "--inputs", "again.jsonl").out.endswith(
        "1 written to again.jsonl\n"
    )


def test_a_payment_of_the_future_is_not_told_as_one_that_would_be_booked(ledger: Run) -> None:
    path = registry(f"n1;{OTHER};13.01.2026 19:30;55,55", f"n2;{OTHER};13.01.2099 19:30;1,00")
    tried = reconciled(ledger, path, "--book", "--dry-run")
    assert (tried["booked"], tried["rejected"]) == (1, 1)
    done = ledger("reconcile", path, "--channel", "bank", "--book", "--yes", "--json")
    assert (done.code, done.json()["booked"], done.json()["rejected"]) == (3, 1, 1)
    assert done.err.startswith("registry.csv line 3: FUTURE: ")


def test_inputs_are_written_for_a_feed_instead(ledger: Run, tmp_path: Path) -> None:
    path = registry(f"n1;{OTHER};13.01.2026 19:30;55,55", f"r9;{ACCOUNT};13.01.2026 19:30;-1,00")
    reconciled(ledger, path, "--inputs", "inputs.jsonl")
    assert [json.loads(each) for each in Path("inputs.jsonl").read_text(encoding="utf-8").splitlines()] == [
        json.loads(paid("n1", "13T19:30", 55_55, OTHER)),
        json.loads(paid("r9", "13T19:30", 1_00, type="refund")),
    ]
    assert ledger("feed", "inputs.jsonl", "--json").json()["applied"] == 2
    assert reconciled(ledger, path)["matched"] == 2


def test_a_number_that_nobody_has_is_rejected_with_its_line_and_the_rest_is_booked(ledger: Run) -> None:
    path = registry(f"n1;{OTHER};13.01.2026 19:30;55,55", f"n2;{STRANGER};13.01.2026 19:30;1,00")
    done = ledger("reconcile", path, "--channel", "bank", "--book", "--yes", "--json")
    assert done.code == 3
    assert (done.json()["booked"], done.json()["rejected"]) == (1, 1)
    assert done.json()["missing_here"][1]["reason"] == "UNKNOWN_ACCOUNT"
    assert done.err == "registry.csv line 3: UNKNOWN_ACCOUNT: open the account first\n"


@pytest.mark.parametrize(
    ("row", "booked"),
    [
        (f"c1;{OTHER};13.01.2026 18:30;123,00", {"type": "ToppedUp", "channel": "cash", "amount": 123_00}),
        (f"big;{OTHER};13.01.2026 18:30;-9000,00", {"type": "InputRefused", "reason": "INSUFFICIENT_FUNDS"}),
        (f"open;{OTHER};13.01.2026 18:30;1,00", {"type": "AccountOpened"}),
    ],
)
def test_an_id_that_the_number_has_for_something_else_is_told_and_not_booked_again(
    ledger: Run, row: str, booked: dict[str, object]
) -> None:
    """In another channel, refused by a rule, or an input of another type."""
    fed(ledger, paid("big", "13T18:30", 9000_00, OTHER, type="refund"))
    found = reconciled(ledger, registry(row), "--book", "--yes")
    (missing,) = found["missing_here"]
    assert missing["reason"] == "ID_BOOKED"
    assert missing["booked"].items() >= booked.items()
    assert found["booked"] == 0


def test_of_a_number_with_two_contracts_the_one_that_had_it_is_told(ledger: Run) -> None:
    """R-15.2: what was paid to the holder before is not booked on the next one."""
    fed(
        ledger,
        line("close", "close", "2026-01-20T10:00:00+03:00"),
        line("open", "open-2", "2026-01-25T10:00:00+03:00", region="moscow"),
        paid("q1", "26T10:00", 5_00),
    )
    path = registry(
        f"p1;{ACCOUNT};12.01.2026 10:05;1000,01",
        f"q1;{ACCOUNT};26.01.2026 10:00;5,00",
        f"late;{ACCOUNT};19.01.2026 10:00;7,00",
        f"new;{ACCOUNT};27.01.2026 10:00;8,00",
    )
    found = reconciled(ledger, path, "--book", "--yes")
    assert (found["matched"], found["booked"]) == (1, 1)
    assert [(each["id"], each["booked"]["holder"]) for each in found["other_sum"]] == [("p1", 1)]
    assert [(each["id"], each.get("reason")) for each in found["missing_here"]] == [
        ("late", "EARLIER_CONTRACT"),
        ("new", None),
    ]
    assert {each["holder"] for each in found["missing_there"]} == {1}
    assert reconciled(ledger, path)["matched"] == 2


def test_the_ledger_is_asked_about_the_days_that_the_file_spans_or_about_those_that_are_named(ledger: Run) -> None:
    path = registry(f"p1;{ACCOUNT};12.01.2026 10:05;1000,00")
    assert ids(reconciled(ledger, path)["missing_there"]) == ["p2", "p3"]
    days = ("--from", "2026-01-13", "--to", "2026-01-13")
    assert ids(reconciled(ledger, path, *days)["missing_there"]) == ["r1", "p4", "x1"]
    assert ids(reconciled(ledger, path, "--month", "2026-01")["missing_there"]) == ["p2", "r1", "p3", "p4", "x1"]
    assert reconciled(ledger, path, "--month", "2026-02")["missing_there"] == []


def test_days_and_times_are_those_of_the_zone_that_is_named(ledger: Run) -> None:
    fed(ledger, paid("night", "13T23:30", 9_00))
    path = registry(f"night;{ACCOUNT};14.01.2026 06:30;9,00")
    found = reconciled(ledger, path, "--zone", "Asia/Vladivostok")
    assert (found["matched"], ids(found["missing_there"])) == (1, ["x1"])


def test_a_file_without_payments_still_compares_the_days_that_are_named(ledger: Run) -> None:
    done = ledger("reconcile", registry(), "--channel", "bank", "--json")
    assert (done.code, done.json()["missing_there"]) == (0, [])
    assert "--from" in done.err
    assert len(reconciled(ledger, registry(), "--month", "2026-01")["missing_there"]) == 6


def test_a_total_may_be_more_than_one_payment_can_be(ledger: Run) -> None:
    rows = [f"q{n};{ACCOUNT};12.01.2026 10:05;9999999999,99" for n in (1, 2)]
    line = reconciled(ledger, registry(*rows, "Итого;2;;19 999 999 999,98"))["totals"]["file"]["total_line"]
    assert line == {"line": 4, "count": None, "amount": 19_999_999_999_98, "agrees": True}


def test_a_total_line_that_is_not_what_the_rows_come_to_is_told(ledger: Run) -> None:
    path = registry(f"p1;{ACCOUNT};12.01.2026 10:05;1000,00", "ИТОГО:;;;1 000,01")
    line = reconciled(ledger, path)["totals"]["file"]["total_line"]
    assert line == {"line": 3, "count": None, "amount": 1000_01, "agrees": False}
    assert "is not what its rows come to" in ledger("reconcile", path, "--channel", "bank").out


def test_a_registry_without_a_header_whose_date_and_time_are_apart_and_whose_total_counts(ledger: Run) -> None:
    """As Sberbank writes it: 05-04-2013;12-24-40;…, and `=` before the number of payments."""
    path = Path("bank.txt")
    path.write_bytes(
        f"12-01-2026;10-05-00;8593/0007;12;p1;{ACCOUNT};ИВАНОВ ИВАН;УЛ. ЁЛКИНА №1;0126;1000.00;990.00;10.00\r\n"
        "=1;1000.00;990.00;10.00;123456;13-01-2026\r\n".encode("windows-1251")
    )
    found = reconciled(ledger, path, "--columns", "id=5,account=6,at=1+2,amount=10")
    assert found["matched"] == 1
    assert found["totals"]["file"]["total_line"] == {"line": 2, "count": 1, "amount": 1000_00, "agrees": True}


@pytest.mark.parametrize(
    ("end", "count"),
    [
        ("Total:;1;1000.00", 1),
        ("=1;1000,00;990,00", 1),
        ("ВСЕГО;;;1000,00", None),
        ("Итого: 1 000,00 руб.", None),
        ("Сумма принятых платежей: 1000.00 RUB\r\nЧисло платежей: 1", 1),
        ("Общая сумма платежей:;1000,00\r\nКоличество операций:;1", 1),
    ],
)
def test_the_total_is_found_as_different_banks_write_it(ledger: Run, end: str, count: int | None) -> None:
    path = registry(f"p1;{ACCOUNT};12.01.2026 10:05;1000,00", end)
    line = reconciled(ledger, path)["totals"]["file"]["total_line"]
    assert line == {"line": 3, "count": count, "amount": 1000_00, "agrees": True}


def test_the_registry_of_a_payment_system_without_a_header_is_read_as_it_comes(ledger: Run) -> None:
    """QIWI: number, date, time, subscriber and sum between tabs, and behind them `Total:` with their count and sum."""
    path = Path("QIWI_1_202601120.csv")
    path.write_text(
        f"p1\t12.01.2026\t10:05:00\t{ACCOUNT[1:]}\t1000.00\np2\t12.01.2026\t11:05:00\t{ACCOUNT[1:]}\t200.50\n"
        "Total:\t2\t1200.50\n",
        encoding="utf-8",
    )
    found = reconciled(ledger, path, "--columns", "id=1,at=2+3,account=4,amount=5")
    assert found["matched"] == 2
    assert found["totals"]["file"]["total_line"] == {"line": 3, "count": 2, "amount": 1200_50, "agrees": True}


@pytest.mark.parametrize(
    "options",
    [
        ("id=3,account=Абонент,at=Когда,amount=5",),
        ("id=3,account=2,at=1,amount=5",),
        ("account=Абонент,at=Когда,id=Квитанция",),
    ],
)
def test_columns_are_named_by_number_or_by_header(ledger: Run, options: tuple[str]) -> None:
    header = "Когда\tАбонент\tКвитанция\tКомиссия\tСумма, руб."
    path = registry(f"12.01.2026 10:05\t{ACCOUNT}\tp1\t1,00\t1000,00", header=header, encoding="utf-8-sig")
    assert reconciled(ledger, path, "--columns", *options)["matched"] == 1


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (f"p1;{ACCOUNT};12.01.2026 10:61;1000,00", "column 3 (at)"),
        (f"p1;{ACCOUNT};12.01.2026 10:05;1000,005", "column 4 (amount)"),
        (f"p1;{ACCOUNT};12.01;1000,005", "column 3 (at)"),
    ],
)
def test_a_first_row_that_is_damaged_is_no_header(ledger: Run, row: str, told: str) -> None:
    """Where columns are named by number a header is passed over, and nothing else."""
    rows = (row, f"p2;{ACCOUNT};12.01.2026 11:05;200,50")
    done = ledger(
        "reconcile", registry(*rows), "--channel", "bank", "--columns", "id=1,account=2,at=3,amount=4", "--json"
    )
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"obnovi: registry.csv line 2, {told}")
    assert reconciled(ledger, registry(*rows[1:]), "--columns", "id=1,account=2,at=3,amount=4")["matched"] == 1


@pytest.mark.parametrize(
    "header",
    [
        "№ платежа;№ телефона;Дата/время платежа;Сумма (руб.)",
        "Идентификатор операции;Лицевой счёт;Дата операции;Сумма операции, руб.",
        "ID транзакции;Абонент;Время платежа;Сумма платежа",
        "Payment ID;Phone number;Created at;Amount, RUB",
        "txn_id;account;date;sum",
        "RRN;MSISDN;Transaction date;Amount",
        "Номер операции;Номер телефона;Дата;Сумма",
        "№ чека;л/с;Дата зачисления;Сумма зачисления",
    ],
)
def test_columns_are_found_by_what_banks_call_them(ledger: Run, header: str) -> None:
    path = registry(f"p1;{ACCOUNT};12.01.2026 10:05;1000,00", header=header)
    assert reconciled(ledger, path)["matched"] == 1


def test_an_id_that_two_numbers_have_in_the_file_and_in_the_ledger_is_matched_for_both(ledger: Run) -> None:
    """Ids of inputs are a number's own (R-12.2)."""
    fed(ledger, paid("1", "13T10:05", 300_00), paid("1", "13T10:06", 400_00, OTHER))
    rows = (f"1;{ACCOUNT};13.01.2026 10:05;300,00", f"1;{OTHER};13.01.2026 10:06;400,00")
    found = reconciled(ledger, registry(*rows))
    assert (found["matched"], found["twice"], found["other_number"]) == (2, [], [])
    found = reconciled(ledger, registry(*rows, rows[1]))
    assert found["matched"] == 2
    assert [(each["line"], each["first"]) for each in found["twice"]] == [(4, 2)]


def test_a_payer_who_is_called_like_a_total_is_no_total(ledger: Run) -> None:
    path = registry(
        f"Total Ltd;p1;{ACCOUNT};12.01.2026 10:05;1000,00", "Total;;;;1000,00", header=f"Плательщик;{HEADER}"
    )
    found = reconciled(ledger, path)
    assert (found["matched"], found["totals"]["file"]["total_line"]["agrees"]) == (1, True)


@pytest.mark.parametrize("kind", ["Тип операции", "Тип", "type"])
def test_a_kind_column_tells_refunds(ledger: Run, kind: str) -> None:
    path = registry(
        f"p1;{ACCOUNT};12.01.2026 10:05;1000,00;Платёж",
        f"r1;{ACCOUNT};13.01.2026 13:05;50,00;Возврат",
        header=f"{HEADER};{kind}",
    )
    assert reconciled(ledger, path)["matched"] == 2


def test_a_column_that_says_how_somebody_paid_tells_no_kind(ledger: Run) -> None:
    path = registry(f"p1;{ACCOUNT};12.01.2026 10:05;1000,00;Банковская карта", header=f"{HEADER};Тип")
    assert reconciled(ledger, path)["matched"] == 1


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", ": the file is empty"),
        ("%PDF-1.7", ": a PDF; ask for the same list as CSV"),
        ("PK\x03\x04", ": no workbook that can be read"),
        ('{"type":"top_up"}', ": JSON, no table"),
        ("ID платежа;Телефон;Сумма\n1;2;3\n", " line 1: the header has no column for at; name it with --columns"),
        ("1;2;3\n", " line 1: no header that names the columns of id, account, at and amount; name it with --columns"),
        (f"{HEADER}\n1;2;12.01.2026 10:61;1\n", " line 2, column 3 (at): '10:61' is no time of a day"),
        (f"{HEADER}\n1;2;31.02.2026 10:00;1\n", " line 2, column 3 (at): '31.02.2026' is no date of the calendar"),
        (f"{HEADER}\n1;2;12.01.2026 10:00;1,000\n", " line 2, column 4 (amount): '1,000' may have thousands or"),
        (f"{HEADER}\n1;2;12.01.2026 10:00;1,005\n", " line 2, column 4 (amount): '1,005' may have thousands or"),
        (f"{HEADER}\n1;2;12.01.2026 10:00;\n", " line 2, column 4 (amount): there is no sum"),
        (f"{HEADER}\n1;2;12.01.2026 10:00;0,00\n", " line 2, column 4 (amount): a payment of 0"),
        (f"{HEADER}\n1;2;12.01.2026 10:00\n", " line 2, column 4 (amount): the row has 3 cells"),
        (f"{HEADER}\n;2;12.01.2026 10:00;1\n", " line 2, column 1 (id): there is no id"),
        (f"{HEADER}\n1,23E+15;2;12.01.2026 10:00;1\n", " line 2, column 1 (id): '1,23E+15' was rounded by a"),
        (f'{HEADER}\n1;"2;12.01.2026 10:00;1\n', " line 2: a quote that is opened here is not closed"),
        (
            f"{HEADER};Сумма\n",
            " line 1: two columns are called 'Сумма', and either may be meant; name it with --columns",
        ),
        (
            f"{HEADER};Тип операции\n1;2;12.01.2026 10:00;1;Бонус\n",
            " line 2, column 5 (kind): 'Бонус' is neither a payment nor a refund",
        ),
    ],
)
def test_what_cannot_be_read_is_one_line_with_its_place_and_nothing_is_booked(
    ledger: Run, content: str, told: str
) -> None:
    Path("bad.csv").write_text(content, encoding="utf-8")
    done = ledger("reconcile", "bad.csv", "--channel", "bank", "--book", "--yes")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"obnovi: bad.csv{told}")
    assert done.err.count("\n") == 1


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--dry-run",), "--dry-run goes with --book"),
        (("--book", "--inputs", "x"), "--inputs writes what --book would book"),
        (("--columns", "number=1"), "'number=1' is not like id=1"),
        (("--columns", "id=0"), "columns are counted from 1"),
        (("--zone", "Mars"), "no time zone 'Mars'"),
        (("--encoding", "none"), "no encoding 'none'"),
        (("--from", "2026-02-01", "--to", "2026-01-01"), "lies after"),
        (("--inputs", "obnovi.db"), "is the ledger itself"),
    ],
)
def test_options_that_cannot_be_meant_are_refused(ledger: Run, options: tuple[str, ...], told: str) -> None:
    path = registry(f"p1;{ACCOUNT};12.01.2026 10:05;1000,00")
    done = ledger("reconcile", path, "--channel", "bank", *options)
    assert done.code == 2
    assert told in done.err


def test_people_read_what_was_found_in_their_language(ledger: Run) -> None:
    path = registry(f"p1;{ACCOUNT};12.01.2026 10:05;1000,00", f"n2;{STRANGER};12.01.2026 19:30;1,00")
    told = ledger("reconcile", path, "--channel", "bank", "--lang", "ru").out
    for text in ("Сверка канала bank, 12.01.2026 – 12.01.2026", "Совпало: 1", "такого счёта нет", "Есть в леджере"):
        assert text in told


def test_a_registry_in_a_workbook_is_read_as_excel_shows_it(ledger: Run) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["Реестр платежей"],
        HEADER.split(";"),
        ["p1", 79161234567, datetime.fromisoformat("2026-01-12 10:05:00"), 1000],
        ["p2", 79161234567.0, "12.01.2026 11:05:00", 200.1 + 0.4],
        ["Итого", None, None, 1200.5],
    ):
        sheet.append(row)
    book.save("registry.xlsx")
    found = reconciled(ledger, Path("registry.xlsx"))
    assert (found["matched"], found["totals"]["file"]["total_line"]["agrees"]) == (2, True)


def test_stdin_is_read_like_a_file(ledger: Run, tmp_path: Path) -> None:
    path = registry(f"p1;{ACCOUNT};12.01.2026 10:05;1000,00")
    done = in_this_process(
        "reconcile", path, "--channel", "bank", "--json", cwd=tmp_path, env=os.environ, stdin=path.read_bytes()
    )
    assert done.json()["matched"] == 1


@pytest.mark.parametrize("shards", [1, 3])
def test_a_ledger_in_postgresql_whole_or_in_shards_finds_the_same(
    tmp_path: Path, postgres_database: str, shards: int
) -> None:
    def ask(*arguments: object) -> Done:
        return in_this_process("--ledger", postgres_database, *arguments, cwd=tmp_path, env=environment)

    environment = os.environ | {"OBNOVI_KEYS": str(tmp_path / "keys"), "OBNOVI_CACHE": str(tmp_path / "cache")}
    numbers = [f"7916000{number:04d}" for number in range(12)]
    assert ask("ledger", "create", postgres_database, "--shards", shards).code == 0
    payments = [paid("same id", "12T10:00", 1_00 + place, number) for place, number in enumerate(numbers)]
    assert ask("feed", write(tmp_path / "feed.jsonl", *opened(*numbers), *payments)).code == 0
    rows = [f"same id;{number};12.01.2026 10:00;1,{place:02d}" for place, number in enumerate(numbers[:1])]
    rows += [f"new {number};{number};12.01.2026 10:00;5,00" for number in numbers]
    path = registry(*rows, name=str(tmp_path / "registry.csv"))
    found = ask("reconcile", path, "--channel", "bank", "--book", "--yes", "--json").json()
    assert (found["matched"], found["booked"], len(found["twice"])) == (1, 12, 11)
    assert [each["account"] for each in found["missing_here"]] == numbers
    assert ask("reconcile", path, "--channel", "bank", "--json").json()["matched"] == 13
