"""Rows as inputs: when they reached the ledger, what they say, and which are none (contract §2)."""

from typing import Any

import pytest

from ledger import inputs as door
from projections.operator.inputs import inputs_of
from projections.operator.model import BadStatement
from tests.operator.support import ACCOUNT, FREE, HEARD, cells, page, pdf_text, read, xml

NIGHT = "08.09.2015 14:37:40"


def told(data: bytes, **options: Any) -> list[dict[str, Any]]:
    """The inputs, without what all of them share; every one of them gets through the door."""
    made = inputs_of(read(data), **options).inputs
    for input in made:
        assert door.check(input)
        assert (input.pop("source"), input.pop("account")) == ("statement", ACCOUNT)
    return made


def passed_over(data: bytes) -> list[tuple[int, str]]:
    return [(each.row, each.why) for each in inputs_of(read(data)).passed_over]


def test_a_call() -> None:
    assert told(xml(FREE)) == [
        {
            "type": "usage",
            "id": "20150908T113740Z-ffd503c6e635d23804d6a00b-1",
            "at": "2015-09-08T14:37:40+03:00",
            "received_at": "2015-09-08T14:37:57+03:00",
            "service": "voice",
            "direction": "out",
            "quantity": 17,
            "zone": "home",
            "peer": "79280000000",
        }
    ]


@pytest.mark.parametrize(
    ("changed", "received"),
    [
        ("08.09.2015 14:37:39", "2015-09-08T14:37:40+03:00"),
        ("08.09.2015 14:37:40", "2015-09-08T14:37:40+03:00"),
        ("08.09.2015 14:37:41", "2015-09-08T14:37:41+03:00"),
        ("", "2015-09-08T14:37:40+03:00"),
    ],
)
def test_a_row_is_received_at_the_later_of_start_and_balance_change(changed: str, received: str) -> None:
    """R-2.6: nothing reaches us before it happened, whatever the statement says."""
    assert told(xml(FREE | {"bd": changed}))[0]["received_at"] == received


def test_inputs_stand_in_the_order_in_which_they_reached_the_balance() -> None:
    """Of one instant in the order of their rows."""
    late, early = FREE | {"bd": "08.09.2015 20:00:00"}, FREE | {"bd": "08.09.2015 19:00:00"}
    rows = (late | {"n": "1"}, early | {"n": "2"}, late | {"n": "3"})
    assert [input["peer"] for input in told(xml(*rows))] == ["2", "1", "3"]


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (HEARD, ("voice", "in", 17, "home", "79280000000")),
        (HEARD | {"zp": "роуминг"}, ("voice", "in", 17, "roaming", "79280000000")),
        (FREE | {"zv": 'ПАО "МТС" Москва'}, ("voice", "out", 17, "home", "79280000000")),
        (FREE | {"zv": "Россия", "du": "61:01"}, ("voice", "out", 3661, "russia", "79280000000")),
        (FREE | {"zv": "Антарктида"}, ("voice", "out", 17, "Антарктида", "79280000000")),
        (FREE | {"s": "sms i", "n": "<--MTC", "du": "0:01"}, ("sms", "in", 1, "home", "MTC")),
        (FREE | {"s": "sms o", "n": "900", "du": "2"}, ("sms", "out", 2, "home", "900")),
        (FREE | {"s": "HSDPA (3G)", "n": "net", "du": "435Kb"}, ("data", "out", 445_440, "home", "net")),
        (FREE | {"s": "gprs", "n": "net", "du": "0Kb"}, ("data", "out", 0, "home", "net")),
        (FREE | {"s": "sms o", "n": "9290", "du": "2"}, ("sms", "out", 2, "home", "9290")),
        ({"s": "sms o", "n": "9290", "du": "1"}, ("sms", "out", 1, "home", "9290")),
    ],
)
def test_usage_of_every_kind(cells: dict[str, str], said: tuple[str, str, int, str, str]) -> None:
    (input,) = told(xml(cells))
    assert input["type"] == "usage"
    assert tuple(input[name] for name in ("service", "direction", "quantity", "zone", "peer")) == said


@pytest.mark.parametrize(
    ("cells", "zone"),
    [
        ({}, "russia"),
        ({"zv": "другие страны"}, "international"),
        ({"zv": 'ПАО "МТС"'}, "home"),
        ({"zp": "роуминг"}, "roaming"),
        (FREE, "home"),
        (HEARD | {"c": "1,1017", "f": "1,3000"}, "home"),
        ({"s": "sms o", "du": "1"}, "home"),
        ({"s": "gprs", "du": "1Kb"}, "home"),
    ],
)
def test_a_paid_call_whose_columns_name_no_zone_left_the_home_region(cells: dict[str, str], zone: str) -> None:
    assert told(xml(cells))[0]["zone"] == zone
    assert told(xml(cells), paid_zone="home")[0]["zone"] == ("home" if not cells else zone)


def test_requests_for_a_refresh_are_requests() -> None:
    """R-5.1: exactly the code, and a free SMS to the number."""
    dialled = FREE | {"s": "ussd", "a": "U", "du": "1", "n": "*929#"}
    sent = FREE | {"s": "sms o", "du": "1", "n": "9290"}
    assert [(input["type"], input.get("text"), input.get("to")) for input in told(xml(dialled, sent))] == [
        ("ussd", "*929#", None),
        ("sms", "", "9290"),
    ]


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ({"s": "ussd", "n": "100", "du": "1"}, "ussd"),
        ({"s": "ussd", "n": "<--*929#", "du": "1"}, "ussd"),
        ({"s": "ussd", "n": "*929", "du": "1"}, "ussd"),
        ({"s": "gprs", "n": "PAY_TETHERING", "du": "1"}, "unmeasured"),
        ({"s": "mms o", "du": "1"}, "unknown"),
        ({"du": "17"}, "malformed"),
        ({"s": "gprs", "du": "17"}, "unmeasured"),
        ({"s": "gprs", "du": "0:17"}, "malformed"),
        ({"zv": "о" * 33}, "malformed"),
        ({"n": "7" * 65}, "malformed"),
    ],
)
def test_what_can_be_no_input_is_passed_over_with_its_reason(cells: dict[str, str], why: str) -> None:
    data = xml(FREE, FREE | cells, FREE)
    assert passed_over(data) == [(2, why)]
    assert [input["id"][-2:] for input in told(data)] == ["-1", "-2"]


def test_a_row_that_is_cut_off_is_passed_over() -> None:
    rest = ("01.01.2020  0:00:47", "+03:00  900", "sms o", "1", " 0,0000")
    data = pdf_text("01.01.2020  0:00:46", "+03:00  900", "sms o", *rest)
    assert passed_over(data) == [(1, "cut_off")]
    assert [input["at"] for input in told(data)] == ["2020-01-01T00:00:47+03:00"]


def test_what_is_passed_over_is_told_in_the_order_of_rows() -> None:
    lines = ("01.01.2020  0:00:46", "+03:00  100", "ussd", "1", " 0,0000", "01.01.2020  0:00:47")
    dialled = ("01.01.2020  0:00:48", "+03:00  100", "ussd", "1", " 0,0000")
    assert passed_over(pdf_text(*lines, *dialled)) == [(1, "ussd"), (2, "cut_off"), (3, "ussd")]


def test_html_is_received_when_it_began() -> None:
    (input,) = told(page(cells("7:53:01", "79010000002", "Телеф.", "0:11")))
    assert input["at"] == input["received_at"] == "2017-05-01T07:53:01+05:00"


def test_a_statement_of_no_account_is_refused() -> None:
    with pytest.raises(BadStatement, match="'74951234567' is no account"):
        inputs_of(read(xml(FREE, n="74951234567")))
