"""`obnovi import-statement` and `check-statement`: the operator's statements from file to answer."""

import json
import zipfile
from pathlib import Path

import pytest

from tests.cli.support import Run, line, write
from tests.operator.support import ACCOUNT, FREE, cells, page, pdf_text, xml
from tests.support import with_settings

CUT_OFF = pdf_text("01.01.2020  0:00:46", "+03:00  900", *("01.01.2020  0:00:47", "+03:00  9", "sms o", "1", " 0,0000"))


def test_a_statement_is_imported_and_fed(obnovi: Run, tmp_path: Path) -> None:
    """What comes out goes in: again it changes nothing."""
    ussd = FREE | {"s": "ussd", "n": "100", "du": "1", "dup": "1"}
    (tmp_path / "statement.xml").write_bytes(xml(FREE, {}, ussd))
    done = obnovi("import-statement", "statement.xml")
    assert (done.code, done.err) == (
        0,
        "statement.xml: 2 inputs; 1 row passed over (USSD other than a request for a refresh)\n",
    )
    assert [json.loads(each)["zone"] for each in done.out.splitlines()] == ["home", "russia"]
    opening = line("open", "open", "2015-01-01T00:00:00+03:00", ACCOUNT, region="moscow")
    write(tmp_path / "feed", opening, *done.out.splitlines())
    assert obnovi("feed", "feed", "--json").json()["applied"] == 3
    assert obnovi("feed", "feed", "--json").json()["duplicates"] == 3


@pytest.mark.parametrize("order", ["first second", "second first", "second first second"])
def test_overlapping_statements_of_one_number_are_booked_once(obnovi: Run, tmp_path: Path, order: str) -> None:
    """Two calls of 1.30 and 2.60 and two equal messages in both files, another call of 1.30 in the second only."""
    sent = FREE | {"s": "sms o", "du": "1", "dup": "1", "d": "09.09.2015 10:00:00", "bd": "09.09.2015 10:00:00"}
    later = {"d": "10.09.2015 11:00:00", "du": "1:10", "dup": "2:00", "c": "2,2034", "f": "2,6000"}
    both: tuple[dict[str, str], ...] = ({}, sent, sent, later | {"bd": "10.09.2015 11:01:10"})
    (tmp_path / "first").write_bytes(xml(*both))
    (tmp_path / "second").write_bytes(xml({"d": "02.09.2015 9:00:00", "bd": "02.09.2015 9:00:30"}, *both))
    write(
        tmp_path / "account",
        line("open", "open", "2015-08-01T10:00:00+03:00", ACCOUNT, region="moscow"),
        line("top_up", "pay", "2015-08-01T11:00:00+03:00", ACCOUNT, amount=1000_00),
        line("connect_plan", "plan", "2015-08-01T12:00:00+03:00", ACCOUNT, plan="t4"),
    )
    obnovi("feed", "account")
    applied = 0
    for name in order.split():
        write(tmp_path / "usage", *obnovi("import-statement", name).out.splitlines())
        fed = obnovi("feed", "usage", "--json")
        assert (fed.code, fed.json()["rejected"]) == (0, 0)
        applied += fed.json()["applied"]
    assert applied == 5
    balance = obnovi("balance", ACCOUNT, "--json").json()
    messages = [bucket["left"] for bucket in balance["buckets"] if bucket["service"] == "sms"]
    assert (balance["wallet"], messages) == (180_00, [198])


def test_what_an_earlier_import_booked_by_the_numbers_of_rows_stays_found(obnovi: Run, tmp_path: Path) -> None:
    """Such a ledger takes the statement again, and one that overlaps it, without a second charge."""
    rows = [FREE | {"d": f"08.09.2015 14:37:4{second}", "n": "7928000000" + str(second)} for second in range(4)]
    (tmp_path / "first.xml").write_bytes(xml(*rows[1:]))
    (tmp_path / "second.xml").write_bytes(xml(*rows))
    made = [json.loads(each) for each in obnovi("import-statement", "first.xml").out.splitlines()]
    numbered = [json.dumps(each | {"id": f"row-{place:04d}"}) for place, each in enumerate(made, 1)]
    write(tmp_path / "old", line("open", "open", "2015-01-01T00:00:00+03:00", ACCOUNT, region="moscow"), *numbered)
    assert obnovi("feed", "old", "--json").json()["applied"] == 4
    for name, found in (("first.xml", (0, 3)), ("second.xml", (1, 3)), ("second.xml", (0, 4))):
        write(tmp_path / "usage", *obnovi("import-statement", name).out.splitlines())
        fed = obnovi("feed", "usage", "--json").json()
        assert (fed["applied"], fed["duplicates"], fed["rejected"]) == (*found, 0)
    assert "event 2" in obnovi("find", "row-0001").out


def test_the_zone_of_paid_calls_is_an_option(obnovi: Run, tmp_path: Path) -> None:
    (tmp_path / "statement.xml").write_bytes(xml({}))
    done = obnovi("--json", "import-statement", "statement.xml", "--paid-zone", "elsewhere")
    assert done.json()["zone"] == "elsewhere"


def test_rows_that_should_have_been_inputs_are_told_and_counted(obnovi: Run, tmp_path: Path) -> None:
    """Exit code 3, as for rejected lines of a feed; what is whole is imported all the same."""
    (tmp_path / "pdf.txt").write_bytes(CUT_OFF)
    done = obnovi("import-statement", "pdf.txt")
    assert (done.code, len(done.out.splitlines())) == (3, 1)
    assert done.err.splitlines() == [
        "pdf.txt: row 1 (line 6): cut off: 01.01.2020  0:00:46",
        "pdf.txt: 1 input; 1 row rejected",
    ]


def test_many_rejected_rows_are_counted_after_twenty(obnovi: Run, tmp_path: Path) -> None:
    (tmp_path / "statement.xml").write_bytes(xml(*[FREE | {"s": "mms o"}] * 25))
    done = obnovi("import-statement", "statement.xml")
    assert (done.code, done.out) == (3, "")
    assert len(done.err.splitlines()) == 22
    assert done.err.splitlines()[-2:] == [
        "statement.xml: … and 5 more: unknown",
        "statement.xml: 0 inputs; 25 rows rejected",
    ]


def test_a_sound_statement_is_confirmed(obnovi: Run, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "statement.zip", "w") as archive:
        archive.writestr("statement.xml", xml({}))
    done = obnovi("check-statement", "statement.zip")
    assert (done.code, done.out) == (
        0,
        f"statement.zip (XML): номер {ACCOUNT} за 06.09.2015 – 06.03.2016, строк: 1\n"
        "Итого без НДС 1,1017: подтверждено\nИтого с НДС 1,30 ₽: подтверждено\nОтступлений от правил нет.\n",
    )
    assert obnovi("check-statement", "statement.zip", "--json").json() == {
        "account": ACCOUNT,
        "form": "xml",
        "rows": 1,
        "total": 130,
        "total_ex_vat": "1.1017",
        "printed_total": 130,
        "printed_total_ex_vat": "1.1017",
        "unknown": 0,
        "findings": [],
    }


def test_findings_are_told_row_by_row(obnovi: Run, tmp_path: Path) -> None:
    (tmp_path / "statement.html").write_bytes(page(cells("7:53:01", "900", "Телеф.", "0:02", "0,8475"), total="0,8476"))
    done = obnovi("check-statement", "statement.html", "--json")
    assert (done.code, done.json()["findings"]) == (
        1,
        [
            {
                "row": 1,
                "rule": "R-6.2",
                "check": "free",
                "expected": "0.0000",
                "found": "0.8475",
                "at": "2017-05-01T07:53:01+05:00",
            },
            {
                "row": None,
                "rule": "R-1.6",
                "check": "total_ex_vat",
                "expected": "0.8475",
                "found": "0.8476",
                "at": None,
            },
        ],
    )
    people = obnovi("check-statement", "statement.html")
    assert people.code == 1
    assert "Итого без НДС 0,8475: не подтверждено, напечатано 0,8476" in people.out
    assert "Итого с НДС 1,00 ₽: в выписке не напечатано" in people.out
    cells_of = [[cell.strip() for cell in each.split("│")[1:-1]] for each in people.out.splitlines() if "│" in each]
    assert ["R-6.2", "стоимость бесплатного", "1"] in cells_of
    assert ["итого", "R-1.6", "итого без НДС", "0.8475", "0.8476", ""] in cells_of


def test_many_findings_of_a_kind_are_counted(obnovi: Run, tmp_path: Path) -> None:
    """The first twenty of each kind are told, so that none hides another; --json tells all."""
    rows = [cells(f"7:{minute:02}:01", "900", "Телеф.", "0:02", "0,8475") for minute in range(25)]
    (tmp_path / "statement.html").write_bytes(page(*rows, total="0,8476"))
    people = obnovi("check-statement", "statement.html").out
    assert people.count("│ R-6.2   │ стоимость бесплатного │") == 21  # the summary's line, too
    assert "│ R-1.6   │ итого без НДС         │" in people
    assert people.splitlines()[-1] == "… и ещё 5: стоимость бесплатного; все — с --json"
    assert len(obnovi("check-statement", "statement.html", "--json").json()["findings"]) == 26


def test_rates_and_window_come_from_the_catalogue(obnovi: Run, tmp_path: Path) -> None:
    """The tests' catalogue has the late window of the shipped one; this one has none."""
    (tmp_path / "statement.xml").write_bytes(xml({}))
    (tmp_path / "other.toml").write_text(with_settings("late_window_hours = 0"), encoding="utf-8")
    assert obnovi("check-statement", "statement.xml").code == 0
    done = obnovi("check-statement", "statement.xml", "--catalogue", "other.toml", "--json")
    assert (done.code, [each["check"] for each in done.json()["findings"]]) == (1, ["changed_late"])


def test_what_cannot_be_read_is_one_line(obnovi: Run, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "number.xml").write_bytes(xml(FREE, n="74951234567"))
    (tmp_path / "cut.xml").write_bytes(b"<Report>\n<ds>")
    with (tmp_path / "large.xml").open("wb") as sparse:
        sparse.truncate(1 << 30)
    said = {
        "missing.xml": "obnovi: there is no statement at missing.xml\n",
        "folder": "obnovi: folder is a folder, not a statement\n",
        "large.xml": "obnovi: large.xml: 1073741824 bytes; a statement has at most 16777216\n",
        "cut.xml": "obnovi: cut.xml: line 2: XML that is cut off, its end </Report> is missing\n",
    }
    for command in ("import-statement", "check-statement"):
        for name, expected in said.items():
            assert obnovi(command, name) == (2, "", expected)
    assert obnovi("import-statement", "number.xml").err.endswith("'74951234567' is no account: 79 and nine digits\n")
    assert obnovi("check-statement", "number.xml").code == 0
