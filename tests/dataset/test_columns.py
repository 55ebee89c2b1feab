"""The typed columns say what the stored events say, whichever way they were made, and nothing that is personal."""

from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from msgspec.structs import fields, replace

from ledger.events import EVENT_TYPES, Event, FormerStatement, PersonalErased, UsageCharged
from ledger.inputs import Input
from ledger.log import codec
from ledger.log.dataset import parquet, typed
from ledger.log.dataset.columns import SCHEMA
from ledger.log.dataset.program import Program
from ledger.log.dataset.sealing import seal
from ledger.log.engines import dataset_ref, store_ref
from ledger.log.errors import BadEvents
from ledger.log.keyring import KeysPlace
from ledger.log.places import Place
from ledger.log.store import Stored
from tests.cli.support import ACCOUNT, Run, line, month, write
from tests.dataset.support import Ledgers, files_of, reading, rewritten, stored_alone
from tests.erasure.support import PERSONAL, fed, first_contract, second_contract
from tests.laws.feeds import contracts_of, feeds, log_of, moderate
from tests.laws.feeds import fed as booked
from tests.verify.tampered import told

PLACE: Final = Place("moscow", "Europe/Moscow")
WAYS: Final = {"parsed together": 1, "decoded one by one": 10**9, "both": 3}
"""How many events of a topic are parsed together at least."""


def said(event: Event, place: Place = PLACE) -> dict[str, Any]:
    """What the columns should say of an event, by its fields alone."""
    own = {field.encode_name: getattr(event, field.name) for field in fields(event)}
    type, input, period, facts = type_of(event), event.input, own.get("period"), {}
    is_usage = type in ("UsageCharged", "UsageUnrated")
    if type == "RefreshRefused":
        facts = own["facts"]
    row = {name: own.get(name) for name in SCHEMA.names} | {
        "type": type,
        "input_source": input.source if input else None,
        "input_received_at": input.received_at if input else None,
        "entries": [
            {"from": each.from_, "to": each.to, "unit": each.unit, "amount": each.amount, "grant": each.grant}
            for each in event.entries
        ],
        "region": place.region,
        "zone": place.zone,
        "usage_zone": own["zone"] if is_usage else None,
        "period_start": period.start if period else None,
        "period_end": period.next_due if period else None,
        "cites": list(own["cites"]) if "cites" in own else None,
        "packages_returned": own["packages"] if type == "ChargeReversed" else None,
        "from_date": own["from"] if type == "DiscountGranted" else None,
        "until_date": own["until"] if type == "DiscountGranted" else None,
        "until": own["until"] if type == "PromiseTaken" else None,
        "fact_fee": facts.get("fee"),
        "fact_available": facts.get("available"),
        "fact_mode": facts.get("mode"),
    }
    assert list(row) == SCHEMA.names
    return row


def type_of(event: Event) -> str:
    return type(event).__name__


def in_numbers(table: pa.Table) -> list[dict[str, Any]]:
    """Rows of the typed columns, times as microseconds."""
    columns = {name: table.column(name) for name in SCHEMA.names}
    times = {name: each.cast(pa.int64()) for name, each in columns.items() if pa.types.is_timestamp(each.type)}
    rows: list[dict[str, Any]] = pa.table(columns | times).to_pylist()
    return rows


def rows_of(events: list[tuple[str, bytes]], versions: list[int]) -> pa.Table:
    """Stored events of one contract as they are written."""
    topics, states = zip(*events, strict=True)
    own = {
        "shard": [0] * len(events),
        "position": [100 + version for version in versions],
        "contract": ["c"] * len(events),
    }
    return pa.table(own | {"version": versions, "topic": topics, "state": states}, parquet.HELD)


def typed_rows(events: list[Event], *, together: int, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    with monkeypatch.context() as patch:
        patch.setattr(typed, "PARSED_TOGETHER_MIN", together)
        stored = [codec.encode(event) for event in events]
        return in_numbers(typed.typed(rows_of(stored, [event.version for event in events]), {"c": PLACE}))


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> list[Event]:
    """Events of every type, one of a record that was rated again; no input makes what an erasure leaves."""
    with reading(store_ref(told(tmp_path_factory.mktemp("told")))) as (log,):
        events = [row.event() for row in log.all_events()]
    erased = PersonalErased(
        version=len(events), occurred_at=1, booked_at=2, recorded_at=3, ground="order 12", by="archive",
        statements=(FormerStatement("2023-01", "digest"),),
    )  # fmt: skip
    charged = next(event for event in events if isinstance(event, UsageCharged))
    again = replace(charged, used_at=charged.occurred_at - 1, rerates=7, record=5)
    assert {type(event) for event in (*events, erased)} == set(EVENT_TYPES)
    return [*events, again, erased]


@pytest.mark.parametrize("way", WAYS)
def test_every_column_of_every_type_says_what_the_event_says(
    story: list[Event], way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert typed_rows(story, together=WAYS[way], monkeypatch=monkeypatch) == [said(event) for event in story]
    filled = {name for event in story for name, value in said(event).items() if value is not None}
    assert filled == set(SCHEMA.names), "each column has a value in some event"


@moderate(10)
@given(feed=feeds())
def test_it_is_so_of_any_feed(feed: list[Input]) -> None:
    with booked(feed) as ledger, pytest.MonkeyPatch.context() as monkeypatch:
        for account in contracts_of(ledger):
            events = list(log_of(ledger, account))
            expected = [said(event) for event in events]
            for together in WAYS.values():
                assert typed_rows(events, together=together, monkeypatch=monkeypatch) == expected


@pytest.mark.parametrize("dataset", ["once", "twice"])
def test_files_have_them_beside_the_events(sealed: Ledgers, dataset: str) -> None:
    """Region and zone too, where a contract was opened in an earlier sealing than the file's."""
    with reading(sealed.ref()) as (log,):
        stored: dict[str, list[Stored]] = {account: list(log.events(account)) for account in log.accounts()}
    seen = 0
    for file in files_of(sealed.folder / dataset):
        table = pq.ParquetFile(file).read()
        keys = zip(table["contract"].to_pylist(), table["version"].to_pylist(), strict=True)
        for (contract, version), found in zip(keys, in_numbers(table), strict=True):
            opening = stored[contract][0].event()
            place = Place(opening.region, opening.zone)  # type: ignore[union-attr]  # it opens
            assert found == said(stored[contract][version - 1].event(), place)
            seen += 1
    assert seen == sum(map(len, stored.values()))


# Bytes that today's program would not write


def call(**fields: Any) -> dict[str, Any]:
    made = {
        "version": 2, "occurred_at": 10, "booked_at": 11, "recorded_at": 12, "service": "voice", "direction": "out",
        "quantity": 310, "zone": "home", "billed": 360, "amount": 600, "vat_rate": 20,
        "entries": [{"from": "wallet", "to": "revenue:usage", "unit": "kop", "amount": 600}],
    }  # fmt: skip
    return {name: value for name, value in (made | fields).items() if value is not ...}


def bytes_of(**fields: Any) -> bytes:
    return msgspec.json.encode(call(**fields))


ENTRY: Final = {"from": "wallet", "to": "revenue:usage", "unit": "kop", "amount": 600}
DAMAGED: Final = {
    "nothing": b"",
    "no object": b"[]",
    "an empty object": b"{}",
    "two objects": bytes_of() + bytes_of(),
    "two lines": bytes_of() + b"\n" + bytes_of(),
    "cut off": bytes_of()[:-1],
    "more behind it": bytes_of() + b"x",
    "no UTF-8": bytes_of(zone="home?").replace(b"?", b"\xff"),
    "no time": bytes_of(booked_at=...),
    "a time in words": bytes_of(booked_at="noon"),
    "a number in words": bytes_of(quantity="many"),
    "half a kopeck": bytes_of(amount=0.5),
    "too large a number": bytes_of().replace(b"600,", b"99999999999999999999,"),
    "too large a rate": bytes_of(vat_rate=2**40),
    "an entry that is none": bytes_of(entries=[None]),
    "an entry without a place": bytes_of(entries=[{"to": "wallet", "unit": "kop", "amount": 1}]),
    "entries that are no list": bytes_of(entries=5),
    "an input without a source": bytes_of(input={"received_at": 5}),
}
ODD: Final = {
    "blanks": msgspec.json.format(bytes_of(), indent=2),
    "another order": msgspec.json.encode(dict(reversed(call().items()))),
    "defaults that are written out": bytes_of(unlimited=False, plan=None, input=None, used_at=None),
    "a field of later": bytes_of(colour={"red": [1]}),
    "the same twice": b'{"amount":5,' + bytes_of()[1:],
}
PLAIN: Final = {"version": 2, "amount": 600, "entries": [ENTRY | {"grant": None}], "unlimited": False}


def among_others(state: bytes) -> pa.Table:
    """Calls of which the second is these bytes."""
    others = [("UsageCharged/1", bytes_of(version=version)) for version in (1, 3, 4)]
    return rows_of([others[0], ("UsageCharged/1", state), *others[1:]], [1, 2, 3, 4])


@pytest.fixture(params=[1, 10**9], ids=["parsed together", "decoded one by one"])
def together(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typed, "PARSED_TOGETHER_MIN", request.param)


@pytest.mark.usefixtures("together")
@pytest.mark.parametrize("damage", DAMAGED)
def test_what_is_no_event_is_named_by_its_position(damage: str) -> None:
    with pytest.raises(BadEvents, match=r"^event 102: [^\n]+$"):
        typed.typed(among_others(DAMAGED[damage]), {"c": PLACE})


@pytest.mark.usefixtures("together")
@pytest.mark.parametrize("spelling", ODD)
def test_another_spelling_of_an_event_is_the_same_event(spelling: str) -> None:
    rows = in_numbers(typed.typed(among_others(ODD[spelling]), {"c": PLACE}))
    assert rows == [said(msgspec.convert(call(), UsageCharged))] * 4


@pytest.mark.usefixtures("together")
@pytest.mark.parametrize(
    "states",
    [
        (bytes_of(version=1) + bytes_of(version=2), b"{}"),
        (bytes_of(version=1) + bytes_of(version=2)[:-1] + b',"holder":{}', b'{"x":1}}'),
        (bytes_of(version=1) + bytes_of(version=2)[:-1] + b',"plan":"}', b'{"}'),
    ],
)
def test_states_that_make_up_for_each_other_are_seen(states: tuple[bytes, bytes]) -> None:
    """One has two events in it, the next none: as many in all as there should be."""
    with pytest.raises(BadEvents, match=r"^event 101: "):
        typed.typed(rows_of([("UsageCharged/1", state) for state in states], [1, 2]), {"c": PLACE})


def test_a_topic_of_nobody_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = rows_of([("UsageCharged/1", bytes_of(version=1)), ("Payment/9", b"{}")], [1, 2])
    with pytest.raises(BadEvents, match=r"^event 102: Payment/9: "):
        typed.typed(rows, {"c": PLACE})


def test_an_older_topic_is_read_as_what_it_became(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(
        codec.UPCASTS, "Call/1", ("UsageCharged/1", lambda stored: {**stored, "quantity": stored["seconds"]})
    )
    old = bytes_of(quantity=..., seconds=310)
    rows = in_numbers(typed.typed(rows_of([("Call/1", old)] * 20, [2] * 20), {"c": PLACE}))
    assert rows == [said(msgspec.convert(call(), UsageCharged))] * 20


# Files


def test_no_column_has_what_is_personal(obnovi: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even of a ledger in the clear, whose stored bytes have all of it."""
    monkeypatch.setenv("OBNOVI_SEAL", "off")
    fed(obnovi, *first_contract(), *second_contract())
    assert obnovi("seal", "dataset").code == 0
    tables = [pq.ParquetFile(file).read() for file in files_of(Path("dataset"))]
    stored = b"".join(state for table in tables for state in table["state"].to_pylist()).decode()
    columns = repr([table.drop_columns("state").to_pylist() for table in tables])
    assert [word for word in PERSONAL if word in stored]
    assert not [word for word in (*PERSONAL, ACCOUNT) if word in columns.replace(f"'contract': '{ACCOUNT}", "")]


@pytest.fixture
def of_yesterday(obnovi: Run) -> Run:
    """A dataset that a program sealed which knew no columns, and a call that came since."""
    write(Path("feed"), *month())
    assert obnovi("feed", "feed").code == 0
    assert obnovi("seal", "dataset").code == 0
    for file in files_of(Path("dataset")):
        rewritten(Path("dataset"), file, stored_alone)
    write(Path("more"), line("top_up", "more", "2023-01-20T12:00:00+03:00", amount=100))
    assert obnovi("feed", "more").code == 0
    return obnovi


def untyped() -> list[str]:
    store = dataset_ref(Path("dataset"), KeysPlace(Path("keys"))).open()
    return store.untyped()


def test_a_dataset_without_columns_is_read_and_gone_on_with(of_yesterday: Run) -> None:
    assert of_yesterday("verify", "--from", "dataset", "--json").json()["events"] == 4
    assert of_yesterday("seal", "dataset", "--json").json()["added"] == 1
    found = of_yesterday("verify", "--from", "dataset", "--json").json()
    assert (found["events"], found["problems"]) == (5, [])
    old, new = files_of(Path("dataset"))
    assert pq.read_schema(old).names == parquet.SCHEMA.names[:6]
    (row,) = in_numbers(pq.ParquetFile(new).read())
    assert (row["type"], row["amount"], row["region"], row["zone"]) == ("ToppedUp", 100, "moscow", "Europe/Moscow")


def test_it_can_be_told_which_files_have_none(of_yesterday: Run) -> None:
    (old,) = untyped()
    assert of_yesterday("seal", "dataset").code == 0
    assert untyped() == [old]
    assert of_yesterday("seal", "anew").code == 0
    store = dataset_ref(Path("anew"), KeysPlace(Path("keys"))).open()
    assert store.untyped() == []


def test_groups_of_rows_change_nothing(sealed: Ledgers, tmp_path: Path) -> None:
    """Several groups get their columns together; a file may have many."""
    with (
        reading(sealed.ref("once")) as (log,),
        patch.object(parquet, "GROUP_ROWS", 20),
        patch.object(parquet, "TYPED_ROWS", 50),
    ):
        seal(log, tmp_path, Program("1", "3.11", "2026a"))
    cut = [pq.ParquetFile(file) for file in files_of(tmp_path)]
    whole = [pq.ParquetFile(file) for file in files_of(sealed.folder / "once")]
    assert [file.read() for file in cut] == [file.read() for file in whole]
    assert max(file.num_row_groups for file in cut) > 5 * max(file.num_row_groups for file in whole)
