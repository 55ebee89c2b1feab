"""What this program prints it reads again: the same usage, up to whole seconds, kilobytes and the printed zone."""

from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import inputs as door
from ledger import periods
from ledger.units import BYTES_PER_KB, round_up
from projections.formats import html, xml
from projections.operator.check import check
from projections.operator.inputs import inputs_of
from projections.operator.model import OperatorStatement
from projections.statement import Statement
from tests.formats.support import handmade, row
from tests.formats.told import TOLD
from tests.operator.support import catalogue, read
from tests.support import ACCOUNT, CATALOGUE_TEXT, Story, rfc

PRINTERS: Final = {"xml": xml.render, "html": html.render}
SERVICES: Final = [("voice", "out"), ("voice", "in"), ("sms", "out"), ("sms", "in"), ("data", "out")]


def again(form: str, made: Statement) -> OperatorStatement:
    return read(PRINTERS[form](made).encode())


def usage_of(fed: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What inputs say of usage and requests, in whole seconds and kilobytes, in the order of their start."""
    kept = [said for said in fed if said["type"] in ("usage", "ussd", "sms")]
    told = []
    for said in kept:
        step = BYTES_PER_KB if said.get("service") == "data" else 1
        own: dict[str, Any] = {
            name: said[name] for name in ("service", "direction", "zone", "peer", "text", "to") if name in said
        }
        if "quantity" in said:
            own["quantity"] = round_up(said["quantity"], step) * step
        seconds = periods.parse_instant(said["at"]) // periods.SECOND
        told.append({"type": said["type"], "at": seconds} | own)
    return sorted(told, key=lambda own: (own["at"], str(own)))


def said(type: str, id: str, at: str, **fields: Any) -> dict[str, Any]:
    return {"type": type, "id": id, "account": ACCOUNT, "at": at} | fields


FED: Final = [
    said("open", "open", "2023-01-01T00:00:00+03:00", region="moscow"),
    said("top_up", "pay", "2023-01-01T00:00:01+03:00", amount=10_000_00),
    said("connect_plan", "plan", "2023-01-01T00:00:02+03:00", plan="t4"),
]


@pytest.mark.parametrize("form", PRINTERS)
def test_a_story_printed_and_read_is_the_same_usage(tmp_path: Path, form: str) -> None:
    """Every service and zone, paid and free, late and from another offset; requests by USSD and SMS too."""

    def usage(id: str, at: str, service: str, quantity: int, **fields: Any) -> dict[str, Any]:
        own = {"service": service, "quantity": quantity, "direction": "out", "zone": "home", "peer": "79031112233"}
        return said("usage", id, at, **own | fields)

    fed = [
        *FED,
        usage("long", "2023-01-02T10:00:00+03:00", "voice", 199 * 60),
        usage("paid", "2023-01-02T14:00:00.5+03:00", "voice", 310, received_at="2023-01-03T01:00:00+03:00"),
        usage("short", "2023-01-03T10:00:00+05:00", "voice", 3, peer="*100#"),
        usage("russia", "2023-01-03T11:00:00+03:00", "voice", 61, zone="russia"),
        usage("roaming", "2023-01-03T12:00:00+03:00", "voice", 61, zone="roaming", direction="in", peer="MTC"),
        usage("sms", "2023-01-03T13:00:00+03:00", "sms", 2, peer="900"),
        usage("data", "2023-01-03T14:00:00+03:00", "data", 1025, peer=""),
        said("ussd", "dial", "2023-01-04T10:00:00+03:00", text="*929#"),
        said("sms", "send", "2023-01-05T10:00:00+03:00", to="9290", text=""),
    ]
    story = Story(tmp_path)
    assert {each.result for each in story.ledger.apply([door.check(each) for each in fed])} == {"applied"}
    made = inputs_of(again(form, story.statement("2023-01-01", "2023-01-31")))
    assert made.passed_over == []
    assert usage_of(made.inputs) == usage_of(fed)
    assert all(door.check(input) for input in made.inputs)


@given(
    form=st.sampled_from(sorted(PRINTERS)),
    what=st.sampled_from(SERVICES),
    peer=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=64),
    zone=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=32)
    | st.sampled_from(["home", "russia", "international", "roaming"]),
    quantity=st.integers(0, 10**9),
    amount=st.integers(0, 10**6),
)
def test_any_usage_printed_and_read_is_the_same(
    form: str, what: tuple[str, str], peer: str, zone: str, quantity: int, amount: int
) -> None:
    """But for one free SMS to 9290 at home, which looks like the request that it is taken for."""
    service, direction = what
    printed = row(
        service=service,
        direction=direction,
        peer=peer,
        zone=zone,
        quantity=quantity,
        amount=amount,
        amount_ex_vat=100 * amount,
    )
    (input,) = inputs_of(again(form, handmade([printed]))).inputs
    step = BYTES_PER_KB if service == "data" else 1
    if (service, direction, peer, zone, quantity, amount) != ("sms", "out", "9290", "home", 1, 0):
        told = (input["service"], input["direction"], input["peer"], input["zone"], input["quantity"])
        assert told == (service, direction, peer, zone, round_up(quantity, step) * step)
    assert input["at"] == rfc(printed.at)


def test_a_record_has_one_word_in_every_form_of_a_document() -> None:
    used = row(service="data", direction="out", peer="internet.mts.ru", quantity=BYTES_PER_KB)
    made = handmade([used])
    assert [each.word for form in PRINTERS for each in again(form, made).rows] == ["gprs"] * len(PRINTERS)


@pytest.mark.parametrize("form", PRINTERS)
@pytest.mark.parametrize(
    ("service", "cell"), [("data", "internet.mts.ru"), ("voice", "—"), ("sms", "—")], ids=["data", "voice", "sms"]
)
def test_no_cell_of_a_number_is_empty_and_a_record_without_a_peer_stays_one(form: str, service: str, cell: str) -> None:
    """Programs look at the first character of the cell. What really was `internet.mts.ru` stays that."""
    peers = ["", cell]
    read = again(form, handmade([row(service=service, direction="out", peer=peer) for peer in peers]))
    assert [each.cell for each in read.rows] == [cell, cell]
    assert [each["peer"] for each in inputs_of(read).inputs] == peers


@pytest.mark.parametrize("form", PRINTERS)
@pytest.mark.parametrize("name", TOLD)
def test_what_is_printed_keeps_the_rules(tmp_path: Path, form: str, name: str) -> None:
    """R-1.6, R-6.2, R-13.1: across the change of VAT, with late rows and parts of messages."""
    made = TOLD[name](tmp_path)
    report = check(again(form, made), catalogue())
    assert report.findings == []
    assert (report.rows, report.total) == (len(made.usage), made.usage_total.amount)
    assert report.total_ex_vat == made.usage_total.amount_ex_vat


def test_a_balance_change_after_the_clocks_went_back_is_read_as_it_was(tmp_path: Path) -> None:
    """Moscow went from +04:00 to +03:00 at two in the morning of 26 October 2014."""
    story = Story(tmp_path, text=CATALOGUE_TEXT.replace("2015-01-01", "2014-01-01")).open("2014-10-01 00:00")
    story.connect("2014-10-01 00:02", "free")
    story.call("2014-10-26T01:59:50+04:00", "0:17", received_at="2014-10-26T01:00:10+03:00")
    made = again("xml", story.statement("2014-10-01", "2014-10-31"))
    (input,) = inputs_of(made).inputs
    assert (input["at"], input["received_at"]) == ("2014-10-26T01:59:50+04:00", "2014-10-26T02:00:10+04:00")
    assert check(made, catalogue()).findings == []
