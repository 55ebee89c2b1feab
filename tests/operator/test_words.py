"""The operator's words and figures: what is printed reads back as what it was."""

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.units import PackageQuantity, RecordQuantity
from projections.operator import figures, words
from projections.words import times

SERVICES = [("voice", "out"), ("voice", "in"), ("sms", "out"), ("sms", "in"), ("data", "out"), ("ussd", "out")]
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=64) | st.from_regex(
    r"(<--|\+|\\u00|ПАО \"МТС\"| |\t){0,3}[0-9]{0,12}(#| )?", fullmatch=True
)


@pytest.mark.parametrize(
    ("service", "direction", "word"),
    [
        ("voice", "out", "Телеф."),
        ("voice", "in", "Телеф."),
        ("sms", "in", "sms i"),
        ("sms", "out", "sms o"),
        ("ussd", "out", "ussd"),
        ("data", "out", "gprs"),
    ],
)
def test_services_have_the_operators_words(service: str, direction: str, word: str) -> None:
    assert words.service(service, direction) == word
    found, told = words.service_of(word)
    assert (found, told or direction) == (service, direction)


def test_every_word_of_a_data_service_is_read_and_an_unknown_one_is_not() -> None:
    assert {words.service_of(word) for word in ("HSDPA (3G)", "hsdpa", "gprs", "4G")} == {("data", "out")}
    with pytest.raises(words.UnknownWord, match="mms o"):
        words.service_of("mms o")


@pytest.mark.parametrize(
    ("service", "direction", "peer", "cell"),
    [
        ("voice", "out", "79280000000", "79280000000"),
        ("voice", "out", "0890", "0890"),
        ("voice", "in", "79280000000", "<--+79280000000"),
        ("sms", "in", "MTC", "<--MTC"),
        ("sms", "in", "9290", "<--9290"),
        ("ussd", "out", "*929#", "*929#"),
        ("data", "out", "internet.mts.ru", "internet.mts.ru"),
        ("voice", "in", "", "<--"),
        ("voice", "out", "", "—"),
        ("data", "out", "", "internet.mts.ru"),
        ("voice", "out", "<--+79280000000", r"\u003c--+79280000000"),
        ("sms", "out", "<--1", "<--1"),
        ("voice", "out", "+79280000000", "++79280000000"),
        ("voice", "out", "a\tb  c ", r"a\u0009b \u0020c\u0020"),
        ("voice", "out", "7\u202e9\u200b", r"7\u202e9\u200b"),
        ("voice", "out", "7\U000e0041", r"7\udb40\udc41"),
        ("voice", "out", r"\u0009", r"\u005cu0009"),
        ("voice", "out", r"c:\users", r"c:\users"),
    ],
)
def test_the_number_cell_marks_the_direction(service: str, direction: str, peer: str, cell: str) -> None:
    assert words.number(service, direction, peer) == cell


@pytest.mark.parametrize(
    ("word", "cell", "direction", "peer"),
    [
        ("Телеф.", "+79000000010", "out", "79000000010"),
        ("Телеф.", "<--+9280000000", "in", "9280000000"),
        ("sms i", "<--79010000003", "in", "79010000003"),
        ("sms i", "<--+79010000003/+79010000004", "in", "79010000003/+79010000004"),
        ("sms i", "<--Vam_Zvonili:+79010000003", "in", "Vam_Zvonili:+79010000003"),
        ("ussd", "<--*984#", "in", "*984#"),
    ],
)
def test_numbers_of_real_statements_are_read(word: str, cell: str, direction: str, peer: str) -> None:
    assert words.peer_of(words.service_of(word)[1], cell) == (direction, peer)


@given(st.sampled_from(SERVICES), TEXTS)
def test_any_peer_comes_back(what: tuple[str, str], peer: str) -> None:
    """Also through readers that trim cells and run spaces together; that there is none is told beside the cell."""
    service, direction = what
    cell = words.number(service, direction, peer)
    assert cell
    assert cell == " ".join(cell.split())
    found, told = words.service_of(words.service(service, direction))
    if words.is_named(direction, peer):
        assert (found, *words.peer_of(told, cell)) == (service, direction, peer)
    else:
        assert (found, words.peer_of(told, cell)[0], peer) == (service, direction, "")


@pytest.mark.parametrize(
    ("zone", "columns"),
    [
        ("home", ("", "")),
        ("russia", ("", "Россия")),
        ("international", ("", "другие страны")),
        ("roaming", ("роуминг", "")),
        ("moon", ("", "moon")),
        ("— moon", ("", r"\u2014 moon")),
        ("Россия", ("", r"\u0420оссия")),
    ],
)
def test_zones_have_the_operators_columns(zone: str, columns: tuple[str, str]) -> None:
    assert words.zones(zone) == columns


@given(TEXTS.filter(bool))
def test_any_zone_comes_back(zone: str) -> None:
    assert words.zone_of(*words.zones(zone)) == zone


@pytest.mark.parametrize(
    "zv", ["", 'ПАО "МТС"', 'ПАО "МТС" Москва и Московская обл', "Московский регион (Мобильный регион): 7985"]
)
def test_what_the_operator_writes_about_home_is_home(zv: str) -> None:
    assert words.zone_of("", zv) == "home"


@pytest.mark.parametrize(
    ("service", "quantity", "text", "read"),
    [
        ("voice", 0, "0:00", 0),
        ("voice", 562, "9:22", 562),
        ("voice", 3_661, "61:01", 3_661),
        ("sms", 3, "3", 3),
        ("ussd", 1, "1", 1),
        ("data", 0, "0Kb", 0),
        ("data", 1, "1Kb", 1024),
        ("data", 435 * 1024, "435Kb", 435 * 1024),
    ],
)
def test_quantities_are_printed_as_measured_and_read_in_whole_units(
    service: str, quantity: int, text: str, read: int
) -> None:
    assert figures.actual(service, RecordQuantity(quantity)) == text
    assert figures.quantity_of(service, text) == read


def test_a_message_as_long_as_0_01_is_one_piece() -> None:
    assert figures.quantity_of("sms", "0:01") == 1


def test_what_is_billed_at_nothing_is_printed_as_measured() -> None:
    """R-6.2: 0:03 of a free call; kilobytes are billed as kilobytes."""
    assert figures.billed("voice", PackageQuantity(60), RecordQuantity(17)) == "1:00"
    assert figures.billed("voice", PackageQuantity(0), RecordQuantity(3)) == "0:03"
    assert figures.billed("data", PackageQuantity(435), RecordQuantity(435 * 1024)) == "435Kb"


@pytest.mark.parametrize(
    ("at", "moment", "offset"),
    [
        ("2015-09-06T08:28:49+03:00", "06.09.2015 8:28:49", "+03:00"),
        ("2015-09-06T00:00:00.250000+05:00", "06.09.2015 0:00:00", "+05:00"),
        ("2015-12-31T23:59:59-02:30", "31.12.2015 23:59:59", "-02:30"),
    ],
)
def test_times_are_printed_to_the_second(at: str, moment: str, offset: str) -> None:
    day, clock = moment.split()
    shown = datetime.fromisoformat(at)
    assert (figures.moment(shown), times.offset(shown)) == (moment, offset)
    assert figures.time_of(day, clock, offset) == at.replace(".250000", "")


def test_amounts_have_four_decimals_and_a_comma() -> None:
    assert [figures.cost(amount) for amount in (0, 5, 130, 2000)] == ["0", "0,0500", "1,3000", "20,0000"]
    assert [figures.cost_ex_vat(amount) for amount in (0, 1_1017)] == ["0", "1,1017"]
    assert [figures.ten_thousandths_of(text) for text in ("0", " 0,0000", "1,1017", "-0,05")] == [0, 0, 11017, -500]


@pytest.mark.parametrize(
    ("read", "arguments"),
    [
        (figures.quantity_of, ("voice", "12")),
        (figures.quantity_of, ("data", "12")),
        (figures.quantity_of, ("sms", "1:00")),
        (figures.ten_thousandths_of, ("1.10",)),
        (figures.time_of, ("31.02.2015", "8:28:49", "+03:00")),
    ],
)
def test_what_is_no_figure_is_refused(read: Any, arguments: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read(*arguments)
