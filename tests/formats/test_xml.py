"""The operator's XML: the form of a real file, the sums of the JSON, and usage that reads back (R-1.6, R-13)."""

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.periods import parse_instant
from projections.canonical import statement_id
from projections.formats import xml
from projections.operator import figures
from projections.statement import Statement
from projections.words.money import decimal
from tests.conftest import Golden
from tests.formats.support import handmade, known, read_xml, report, row
from tests.formats.told import TOLD
from tests.support import SHARED_FEED, at

REAL = SHARED_FEED.with_name("operator-statement-2015.xml")
SERVICES = [("voice", "out"), ("voice", "in"), ("sms", "out"), ("sms", "in"), ("data", "out"), ("ussd", "out")]


@pytest.mark.parametrize("name", TOLD)
def test_statements_as_recorded(told: dict[str, Statement], golden: Golden, name: str) -> None:
    golden(f"{name}.xml", xml.render(told[name]))


def test_a_row_as_the_operator_writes_it() -> None:
    """Attributes in their order, decimal comma, date without a leading zero of the hour, mark of the direction."""
    calls = [
        row(),
        row(direction="in", quantity=562, billed=562, amount=0, amount_ex_vat=0, at=at("2015-09-09 08:00:00")),
    ]
    lines = [line.strip() for line in xml.render(handmade(calls)).splitlines() if "<i " in line]
    assert lines == [
        '<i  d="08.09.2015 14:37:40" n="79280000000" zp="" zv="" s="Телеф." a="" du="0:17" c="1,1017" dup="1:00"'
        ' f="1,3000" bd="08.09.2015 14:37:57" cur="810" gmt="+03:00" />',
        '<i  d="09.09.2015 8:00:00" n="&lt;--+79280000000" zp="" zv="" s="Телеф." a="" du="9:22" c="0" dup="9:22"'
        ' f="0" bd="08.09.2015 14:37:57" cur="810" gmt="+03:00" /></ds>',
    ]


def test_rows_that_belong_together_are_marked() -> None:
    """Parts of one message: its beginning, what lies between, its end; so they are no row twice."""
    parts = [row(service="sms", direction="in", quantity=1, billed=1, amount=0, amount_ex_vat=0)] * 3
    alone = row(at=at("2015-09-08 20:00:00"))
    marks = [each.get("g") for each in report(handmade([*parts, alone])).iter("i")]
    assert marks == ["b", "i", "e", None]


def test_the_total_adds_rounded_rows() -> None:
    """R-1.6: 44.70 without 18 % is 37.8814, and yet these ten rows are 37.8815."""
    dear = [(2000, 16_9492), (1170, 9_9153), (390, 3_3051)]
    made = handmade([row() for _ in range(7)] + [row(amount=much, amount_ex_vat=net) for much, net in dear])
    found = report(made).find("ds")
    assert found is not None
    assert (found.get("t"), found.get("f")) == ("37,8815", "44,7000")


@pytest.mark.skipif(not REAL.exists(), reason="the operator's real file is not kept in this repository")
def test_every_element_has_the_attributes_of_the_real_file(told: dict[str, Statement]) -> None:
    """Their names, their order, and the constants among them; only `ledger` is ours, behind everything else."""
    real, ours = ET.parse(REAL).getroot(), report(told["full"])
    assert (real.tag, real.attrib) == (ours.tag, ours.attrib)
    assert [child.tag for child in ours] == [*(child.tag for child in real), "ledger"]
    for theirs, own in zip(real, ours, strict=False):
        assert list(own.attrib) == list(theirs.attrib)
    varying = {"dcd", "page_count"}
    for tag in ("cp", "dp"):
        constants = [
            {name: value for name, value in next(root.iter(tag)).attrib.items() if name not in varying}
            for root in (real, ours)
        ]
        assert constants[0] == constants[1]
    assert {tuple(each.attrib) for each in ours.iter("i")} <= {tuple(each.attrib) for each in real.iter("i")}
    heads = [REAL.read_text(encoding="utf-8"), xml.render(told["full"])]
    white = [[line[: len(line) - len(line.lstrip())] for line in text.splitlines()[:7]] for text in heads]
    assert white[0] == white[1]


@pytest.mark.skipif(not REAL.exists(), reason="the operator's real file is not kept in this repository")
def test_rows_of_the_real_file_are_printed_as_they_were_read() -> None:
    """Attribute by attribute; but the operator's words for home zones and data, and what nobody else writes."""
    odd = re.compile(r"\+79|<--\+?[0-9]{10}$|.*/")  # pluses of outgoing calls, numbers without their 7, two numbers
    compared = 0
    for element in ET.parse(REAL).getroot().iter("i"):
        read = read_xml(element)
        told = element.attrib
        if odd.match(told["n"]) or (read["service"] == "sms" and told["du"] == "0:01"):
            continue
        billed = figures.quantity_of("voice", told["dup"]) if read["service"] == "voice" else 0
        times = {name: parse_instant(read[name]) for name in ("at", "booked_at")}
        clocks = f"Etc/GMT{-int(read['at'][-6:-3]):+d}"
        again = next(report(handmade([row(**read | times, billed=billed)], zone=clocks)).iter("i")).attrib
        free = {"zv", "g"} | ({"dup", "s"} if read["service"] == "data" else set())
        assert {name: value for name, value in again.items() if name not in free} == {
            name: value for name, value in told.items() if name not in free
        }
        compared += 1
    assert compared > 1_100


@pytest.mark.parametrize("name", TOLD)
def test_the_sums_are_those_of_the_json(told: dict[str, Statement], name: str) -> None:
    """R-13.2: totals, every row, every ledger line."""
    made = told[name]
    found = report(made)
    ds, ledger = found.find("ds"), found.find("ledger")
    assert ds is not None
    assert ledger is not None
    rows = [read_xml(each) for each in ds]
    total = str(ds.get("t")).replace(",", "").rjust(5, "0")
    assert sum(each["amount_ex_vat"] for each in rows) == int(total)
    assert int(total) == made.usage_total.amount_ex_vat
    assert sum(each["amount"] for each in rows) == made.usage_total.amount
    assert (ledger.get("opening"), ledger.get("closing")) == (decimal(made.opening), decimal(made.closing))
    assert [(line.get("version"), line.get("amount"), line.get("balance")) for line in ledger.iter("line")] == [
        (str(line.version), decimal(line.amount), decimal(line.balance)) for line in made.lines
    ]
    assert (ledger.get("id"), ledger.get("final")) == (statement_id(made), str(made.final).lower())


def test_rows_stand_in_the_order_of_their_starts() -> None:
    """R-13.1: by instant, also where the clocks go back; and of one instant in order of booking."""
    starts = [
        ("2015-10-25T02:30:00+01:00", 2),
        ("2015-10-25T02:40:00+02:00", 3),
        ("2015-10-25T05:35:00+05:00", 4),
        ("2015-10-25T03:30:00+02:00", 5),
    ]
    rows = [row(at=parse_instant(at), version=version, peer=str(version)) for at, version in starts]
    made = handmade(rows, zone="Europe/Berlin")
    assert [(each.get("n"), each.get("d"), each.get("gmt")) for each in report(made).iter("i")] == [
        ("4", "25.10.2015 2:35:00", "+02:00"),
        ("3", "25.10.2015 2:40:00", "+02:00"),
        ("2", "25.10.2015 2:30:00", "+01:00"),
        ("5", "25.10.2015 2:30:00", "+01:00"),
    ]


@given(
    st.sampled_from(SERVICES),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=64),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=32) | st.sampled_from(["home", "russia"]),
    st.integers(0, 10**7),
)
def test_usage_reads_back(what: tuple[str, str], peer: str, zone: str, quantity: int) -> None:
    """Whatever the peer and the zone are; to the second and the kilobyte."""
    made = row(service=what[0], direction=what[1], peer=peer, zone=zone, quantity=quantity)
    read = read_xml(next(report(handmade([made])).iter("i")))
    assert read == known(made, read)


def test_the_ledger_keeps_what_the_old_columns_cannot(told: dict[str, Statement]) -> None:
    """R-13.3, R-13.4: texts, channels, periods and what is left; a line break of a clerk's text stands escaped."""
    ledger = report(told["full"], checkpoint="17 <a>").find("ledger")
    assert ledger is not None
    lines = [line.attrib for line in ledger.iter("line")]
    assert ledger.get("checkpoint") == "17 <a>"
    assert [line["kind"] for line in lines] == [line.kind for line in told["full"].lines]
    assert [line["channel"] for line in lines if line["kind"] == "top_up"] == ["cash", "касса <№1>"]
    assert [line["text"] for line in lines if line["kind"] == "adjustment"] == ["Перерасчёт: ошибка\\u000a«№ 7»"]
    assert {(line["first"], line["last"]) for line in lines if line["kind"] == "option_fee"} == {
        ("2019-01-05", "2019-02-04")
    }
    assert [(left.get("bucket"), left.get("left")) for left in ledger.iter("left")] == [
        (row.bucket, str(row.left)) for row in told["full"].left
    ]


@pytest.mark.parametrize(
    ("name", "created"),
    [
        ("full", "01.02.2019 0:00:00"),
        ("empty", "01.02.2021 0:00:00"),
        ("daily", "15.03.2023 3:00:00"),
        ("below_zero", "20.01.2023 10:00:00"),
    ],
)
def test_the_time_of_creation_comes_from_what_is_printed(told: dict[str, Statement], name: str, created: str) -> None:
    """R-13.5: no clock; a final statement dates from the end of its range, another from its last line."""
    found = report(told[name]).find("cp")
    assert found is not None
    assert found.get("dcd") == created


def test_a_final_statement_is_printed_twice_with_the_same_bytes(tmp_path: Path) -> None:
    """R-13.5: from two ledgers that were fed on their own."""
    folders = [tmp_path / name for name in ("one", "other")]
    for folder in folders:
        folder.mkdir()
    one, other = (xml.render(TOLD["full"](folder)) for folder in folders)
    assert one == other
