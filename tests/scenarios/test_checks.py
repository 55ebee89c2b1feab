"""Inputs of options, credit, corrections and disputes: what is malformed, what the log remembers (contract §2, §3)."""

import json
from typing import Any

import pytest

from ledger import inputs
from ledger.events import Event, InputRefused
from ledger.inputs import Malformed
from ledger.reconstruct_input import NotReconstructible, reconstruct_input
from tests.scenarios.told import ALL_TEXT, Begin, Told
from tests.support import ACCOUNT, at, rfc

COMMON: dict[str, Any] = {"id": "i", "account": ACCOUNT, "at": "2023-01-15T12:00:00+03:00"}
BARE: dict[str, dict[str, Any]] = {
    "connect_option": {"option": "gb1"},
    "disconnect_option": {"option": "gb1"},
    "grant_discount": {"percent": 50, "from": "2023-02-01", "until": "2023-03-01"},
    "take_promise": {"amount": 100_00},
    "reverse": {"event": 2, "text": "ошибка"},
    "adjust": {"amount": -5_00, "cites": [2], "text": "сбой"},
    "rerate": {"event": 2},
    "open_dispute": {"event": 2, "text": "не моё"},
    "resolve_dispute": {"dispute": "d", "outcome": "upheld", "text": "вернуть"},
}
"""One input of each type, with the fields it must have."""

LONG = "ы" * 1000
HIGH = 10**12


def parse(type: str, change: dict[str, Any], *without: str) -> inputs.Input:
    """The input of a line of JSON that differs from the bare one."""
    said = {"type": type, **COMMON, **BARE[type], **change}
    return inputs.parse(json.dumps({name: value for name, value in said.items() if name not in without}))


ACCEPTED = [
    *((type, {}) for type in BARE),
    *((type, {"source": "desk", "by": "Иванова", "received_at": "2023-01-15T12:00:00.000001+03:00"}) for type in BARE),
    ("connect_option", {"option": "x"}),
    ("connect_option", {"option": "ы" * 64}),
    ("grant_discount", {"percent": 1}),
    ("grant_discount", {"percent": 100}),
    ("grant_discount", {"from": "2023-02-28", "until": "2023-03-01"}),
    ("grant_discount", {"from": "2000-01-01", "until": "2099-12-31"}),
    ("grant_discount", {"from": "2020-01-01", "until": "2020-02-01"}),  # over already
    ("take_promise", {"amount": 1}),
    ("take_promise", {"amount": HIGH}),
    ("reverse", {"amount": 1}),
    ("reverse", {"amount": HIGH, "event": HIGH}),
    ("reverse", {"text": ""}),
    ("reverse", {"text": LONG}),
    ("adjust", {"amount": 1}),
    ("adjust", {"amount": -HIGH}),
    ("adjust", {"amount": HIGH}),
    ("adjust", {"cites": [1, HIGH]}),
    ("adjust", {"text": ""}),
    ("rerate", {"event": HIGH}),
    ("open_dispute", {"text": ""}),
    ("resolve_dispute", {"amount": 1}),
    ("resolve_dispute", {"outcome": "rejected"}),
    ("resolve_dispute", {"dispute": "ы" * 64, "text": ""}),
]


@pytest.mark.parametrize(("type", "change"), ACCEPTED)
def test_what_the_contract_allows_is_an_input(type: str, change: dict[str, Any]) -> None:
    """Contract §2: the outermost values that are still well-formed."""
    assert parse(type, change).type == type


MALFORMED: list[tuple[str, dict[str, Any]]] = [
    # options
    ("connect_option", {"option": ""}),
    ("connect_option", {"option": "ы" * 65}),
    ("connect_option", {"option": 1}),
    ("connect_option", {"option": None}),
    ("connect_option", {"plan": "t4"}),
    ("disconnect_option", {"option": ""}),
    ("disconnect_option", {"option": "x" * 65}),
    ("disconnect_option", {"option": ["gb1"]}),
    # discount
    ("grant_discount", {"percent": 0}),
    ("grant_discount", {"percent": 101}),
    ("grant_discount", {"percent": -1}),
    ("grant_discount", {"percent": "50"}),
    ("grant_discount", {"percent": 50.0}),
    ("grant_discount", {"percent": True}),
    ("grant_discount", {"percent": None}),
    ("grant_discount", {"from": "2023-03-01"}),  # from = until
    ("grant_discount", {"from": "2023-03-02"}),  # from > until
    ("grant_discount", {"from": "2023-02-30"}),
    ("grant_discount", {"from": "2023-2-01"}),
    ("grant_discount", {"from": "20230201"}),
    ("grant_discount", {"from": "2023-02-01T00:00:00+03:00"}),
    ("grant_discount", {"from": "1999-12-31"}),
    ("grant_discount", {"until": "2100-01-01"}),
    ("grant_discount", {"until": "2023-W10-1"}),
    ("grant_discount", {"until": "٢٠٢٣-03-01"}),
    ("grant_discount", {"until": 20230301}),
    ("grant_discount", {"until": ""}),
    ("grant_discount", {"until": None}),
    ("grant_discount", {"from_": "2023-02-01"}),  # no such field
    # promise
    ("take_promise", {"amount": 0}),
    ("take_promise", {"amount": -1}),
    ("take_promise", {"amount": HIGH + 1}),
    ("take_promise", {"amount": 100.0}),
    ("take_promise", {"amount": "100"}),
    ("take_promise", {"amount": True}),
    ("take_promise", {"amount": None}),
    ("take_promise", {"days": 3}),
    # reversal
    ("reverse", {"event": 0}),
    ("reverse", {"event": -1}),
    ("reverse", {"event": "2"}),
    ("reverse", {"event": 2.0}),
    ("reverse", {"event": True}),
    ("reverse", {"event": HIGH + 1}),
    ("reverse", {"event": None}),
    ("reverse", {"event": [2]}),
    ("reverse", {"amount": 0}),
    ("reverse", {"amount": -1}),
    ("reverse", {"amount": 1.5}),
    ("reverse", {"amount": HIGH + 1}),
    ("reverse", {"amount": None}),  # null is not absence
    ("reverse", {"text": LONG + "ы"}),
    ("reverse", {"text": None}),
    ("reverse", {"text": 5}),
    ("reverse", {"cites": [2]}),
    # adjustment
    ("adjust", {"amount": 0}),
    ("adjust", {"amount": -0}),
    ("adjust", {"amount": HIGH + 1}),
    ("adjust", {"amount": -HIGH - 1}),
    ("adjust", {"amount": 5.0}),
    ("adjust", {"amount": "-5"}),
    ("adjust", {"amount": None}),
    ("adjust", {"cites": []}),
    ("adjust", {"cites": 2}),
    ("adjust", {"cites": [0]}),
    ("adjust", {"cites": [2, -1]}),
    ("adjust", {"cites": ["2"]}),
    ("adjust", {"cites": [2.0]}),
    ("adjust", {"cites": [True]}),
    ("adjust", {"cites": [None]}),
    ("adjust", {"cites": [HIGH + 1]}),
    ("adjust", {"cites": {"2": 2}}),
    ("adjust", {"cites": None}),
    ("adjust", {"text": LONG + "ы"}),
    ("adjust", {"text": None}),
    # rating again
    ("rerate", {"event": 0}),
    ("rerate", {"event": "2"}),
    ("rerate", {"event": 2.0}),
    ("rerate", {"event": HIGH + 1}),
    ("rerate", {"event": None}),
    ("rerate", {"text": "почему"}),
    # disputes
    ("open_dispute", {"event": 0}),
    ("open_dispute", {"event": "2"}),
    ("open_dispute", {"event": None}),
    ("open_dispute", {"event": HIGH + 1}),
    ("open_dispute", {"text": LONG + "ы"}),
    ("open_dispute", {"text": None}),
    ("open_dispute", {"amount": 1}),
    ("resolve_dispute", {"dispute": ""}),
    ("resolve_dispute", {"dispute": "x" * 65}),
    ("resolve_dispute", {"dispute": 5}),
    ("resolve_dispute", {"dispute": None}),
    ("resolve_dispute", {"outcome": "Upheld"}),
    ("resolve_dispute", {"outcome": "accepted"}),
    ("resolve_dispute", {"outcome": None}),
    ("resolve_dispute", {"amount": 0}),
    ("resolve_dispute", {"amount": -1}),
    ("resolve_dispute", {"amount": HIGH + 1}),
    ("resolve_dispute", {"amount": None}),
    ("resolve_dispute", {"outcome": "rejected", "amount": 1}),
    ("resolve_dispute", {"text": LONG + "ы"}),
    # all of them
    *((type, {"by": ""}) for type in BARE),
    *((type, {"by": "ы" * 65}) for type in BARE),
    *((type, {"received_at": "2023-01-15T11:59:59+03:00"}) for type in BARE),  # before `at`
    *((type, {"comment": "?"}) for type in BARE),
    *((type, {"id": ""}) for type in BARE),
]


@pytest.mark.parametrize(("type", "change"), MALFORMED)
def test_what_the_contract_forbids_is_malformed(type: str, change: dict[str, Any]) -> None:
    """Contract §2, R-10.1: unknown fields, other types of values, values out of range, null."""
    with pytest.raises(Malformed):
        parse(type, change)


@pytest.mark.parametrize(("type", "field"), [(type, field) for type, fields in BARE.items() for field in fields])
def test_every_field_named_is_needed(type: str, field: str) -> None:
    """Contract §2: only what is called optional or has a default may be absent; `text` too, though it may be empty."""
    with pytest.raises(Malformed):
        parse(type, {}, field)


@pytest.mark.parametrize("type", ["reverse", "adjust", "open_dispute", "resolve_dispute"])
def test_a_text_that_utf_8_cannot_hold_is_malformed(type: str) -> None:
    """Contract §2: a lone surrogate."""
    with pytest.raises(Malformed):
        parse(type, {"text": "\ud800"})


def test_what_is_malformed_leaves_no_trace(begin: Begin) -> None:
    """R-12.1, R-12.2: its id is still free, the clock stands."""
    story = begin(100_00)
    before = story.account
    with pytest.raises(Malformed):
        story.adjust("2023-01-16 12:00", 0, 1)
    with pytest.raises(Malformed):
        story.feed("grant_discount", "2023-01-16 12:00", percent=101, until="2023-02-01", **{"from": "2023-01-01"})
    assert story.account == before


# Input → events → input


MOON = """
[[plans]]
id = "t4"
name = "Тест t4"
effective_from = 2023-01-14
sold_from = 2015-01-01
regions = ["*"]
monthly_fee = "400.00"
packages = { voice_minutes = 200 }
packages_cover = ["home"]
[plans.prices.moon]
voice_minute = "2.00"
"""


def story_of_everything(begin: Begin) -> Told:
    """Every type of these chapters, once applied and once refused."""
    story = begin(5000_00, since="2023-01-10")
    story.connect("2023-01-15 12:00", "t4")  # 3, 4
    said: dict[str, Any] = {"source": "desk", "by": "Иванова"}
    story.call("2023-01-15 13:00", "1:00", zone="moon", peer="+1")  # 5: unrated
    story.feed("connect_option", "2023-01-16 12:00", option="gb1", received_at="2023-01-16 12:30", **said)
    story.feed("connect_option", "2023-01-16 13:00", option="gb1", **said)
    story.feed("disconnect_option", "2023-01-16 14:00", option="gb1", **said)
    story.feed("disconnect_option", "2023-01-16 15:00", option="gb1", **said)
    story.feed("grant_discount", "2023-01-16 16:00", percent=7, until="2023-03-01", **{"from": "2023-02-01"}, **said)
    story.feed("take_promise", "2023-01-16 17:00", amount=100_00, **said)
    story.feed("take_promise", "2023-01-16 18:00", amount=200_00, **said)
    story.feed("reverse", "2023-01-17 12:00", event=4, amount=1_00, text="часть", **said)
    story.feed("reverse", "2023-01-17 13:00", event=4, text="", **said)
    story.feed("reverse", "2023-01-17 14:00", event=4, text="ещё", **said)
    story.feed("reverse", "2023-01-17 15:00", event=4, amount=5, text="и ещё", **said)
    story.feed("adjust", "2023-01-17 16:00", amount=-3_00, cites=[4, 2, 4], text="сбой", **said)
    story.feed("adjust", "2023-01-17 17:00", amount=3_00, cites=[99], text="", **said)
    story.feed("rerate", "2023-01-18 12:00", event=5, **said)
    story.feed("rerate", "2023-01-18 13:00", event=4, **said)
    story.feed("open_dispute", "2023-01-19 12:00", event=2, text="не моё", id="d", **said)
    story.feed("open_dispute", "2023-01-19 13:00", event=99, text="", **said)
    story.feed("resolve_dispute", "2023-01-20 12:00", dispute="?", outcome="upheld", amount=5, text="!", **said)
    story.feed("resolve_dispute", "2023-01-20 12:30", dispute="?", outcome="rejected", text="", **said)
    story.feed("resolve_dispute", "2023-01-20 13:00", dispute="d", outcome="upheld", amount=5, text="да", **said)
    story.adopt(ALL_TEXT + MOON)
    story.feed("rerate", "2023-01-21 12:00", event=5, **said)
    return story


def test_the_log_knows_every_input_that_was_applied_or_refused(begin: Begin) -> None:
    """Contract §3: input → events → input, for every type of chapters 9 to 11, refused too."""
    story = story_of_everything(begin)
    log = story.log()
    applied: set[str] = set()
    refused: set[str] = set()
    for version, heard in story.heard:
        first = log[version - 1]
        assert reconstruct_input(ACCOUNT, first) == heard
        (refused if isinstance(first, InputRefused) else applied).add(heard.type)
    assert applied >= set(BARE)
    assert refused >= set(BARE) - {"grant_discount"}  # a discount is never refused


def test_the_rest_of_a_booking_is_no_input_of_its_own(begin: Begin) -> None:
    """Contract §3, R-2.7: a promise's end and an option's night have no input to recall."""
    story = begin(1000_00)
    story.connect("2023-01-15 12:00", "t4")
    story.option("2023-01-15 12:10", "min100")
    story.promise("2023-02-14 12:00", 1)
    story.night("2023-02-18 12:00")
    scheduled: list[Event] = [event for event in story.log() if event.input is None]
    assert len(scheduled) == 3
    for event in scheduled:
        with pytest.raises(NotReconstructible):
            reconstruct_input(ACCOUNT, event)


def test_a_refusal_keeps_times_and_texts_of_its_input(begin: Begin) -> None:
    """R-12.1, contract §3: fields in `fields`, the text in `personal`, apart."""
    story = begin(0)
    event = story.feed(
        "adjust", "2023-01-16 12:00", amount=-1, cites=[1], text="Иванов И. И.", received_at="2023-01-16 13:00"
    ).events[0]
    assert isinstance(event, InputRefused)
    assert event.input is not None
    assert (rfc(event.occurred_at)[11:19], event.booked_at, event.input.received_at) == (
        "12:00:00",
        at("2023-01-16 13:00"),
        at("2023-01-16 13:00"),
    )
    assert (event.fields, event.personal.text) == ({"amount": -1, "cites": [1]}, "Иванов И. И.")
