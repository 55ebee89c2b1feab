"""Inputs: applied, refused or rejected; known by their id for ever (R-12)."""

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from ledger import inputs
from ledger.events import InputRefused
from ledger.inputs import Malformed
from ledger.reconstruct_input import reconstruct_input
from ledger.service import Ledger, Outcome
from tests.scenarios.given import example_1, only, with_plan
from tests.stores import ledger_ref
from tests.support import ACCOUNT, CATALOGUE_TEXT, Clock, Story, at, run

OPEN: dict[str, Any] = {
    "type": "open",
    "id": "o",
    "account": ACCOUNT,
    "at": "2023-01-01T00:00:00+03:00",
    "region": "moscow",
}
TOP_UP: dict[str, Any] = {
    "type": "top_up",
    "id": "p",
    "account": ACCOUNT,
    "at": "2023-01-02T00:00:00+03:00",
    "amount": 100_00,
}
CALL: dict[str, Any] = {
    "type": "usage",
    "id": "c",
    "account": ACCOUNT,
    "at": "2023-01-20T10:00:00+03:00",
    "service": "voice",
    "direction": "out",
    "quantity": 60,
}


def apply(story: Story, raw: dict[str, Any]) -> Outcome:
    return story.ledger.apply([inputs.check(raw)])[0]


def opened(folder: Path) -> Story:
    return Story(folder).open("2023-01-01 00:00")


# Applied, refused, rejected


def test_an_input_of_an_unknown_account_is_rejected(tmp_path: Path) -> None:
    """R-12.3, R-12.2: and its id is still free once the account is there."""
    story = Story(tmp_path)
    outcome = apply(story, TOP_UP)
    assert (outcome.result, outcome.reason, outcome.events, outcome.version) == (
        "rejected",
        "UNKNOWN_ACCOUNT",
        (),
        None,
    )
    apply(story, OPEN)
    assert apply(story, TOP_UP).result == "applied"


def test_a_second_opening_is_refused(tmp_path: Path) -> None:
    """R-12.3: ALREADY_OPEN, with every field of the refused input; nothing changes."""
    story = opened(tmp_path)
    again = {"region": "yekaterinburg", "credit_limit": 500_00}
    refused = only(story.events_of("open", "2023-02-01 00:00", **again), InputRefused)
    assert (refused.input_type, refused.reason, refused.entries) == ("open", "ALREADY_OPEN", ())
    shown = story.shown()[-1]
    assert {name: shown[name] for name in again} == again
    made = story.balance
    assert (made.region, made.credit_limit, made.clock) == ("moscow", 0, at("2023-02-01 00:00"))


def test_a_refused_id_stays_used_and_a_rejected_one_does_not(tmp_path: Path) -> None:
    """R-12.2."""
    story = opened(tmp_path)
    connect = {"type": "connect_plan", "id": "k", "account": ACCOUNT, "at": "2023-01-05T00:00:00+03:00", "plan": "t4"}
    assert apply(story, connect).result == "refused"
    apply(story, TOP_UP | {"amount": 1000_00})
    again = apply(story, connect)
    assert (again.result, again.version, again.events) == ("duplicate", 2, ())
    assert story.account.plan is None
    conflict = apply(story, TOP_UP)
    assert (conflict.result, conflict.reason) == ("rejected", "ID_CONFLICT")
    with pytest.raises(Malformed):
        apply(story, TOP_UP | {"id": "x", "amount": 0})
    assert apply(story, TOP_UP | {"id": "x"}).result == "applied"


def test_nothing_of_a_rejected_input_is_stored(tmp_path: Path) -> None:
    """R-12.1, R-2.6: neither event nor key, and the clock stands; what is due stays due."""
    story = example_1(tmp_path)
    apply(story, CALL)
    before = (story.log(), story.account)
    assert apply(story, CALL | {"quantity": 61, "at": "2023-05-01T00:00:00+03:00"}).reason == "ID_CONFLICT"
    assert apply(story, CALL | {"received_at": "2023-05-01T00:00:00+03:00"}).result == "duplicate"
    assert (story.log(), story.account) == before
    with story.reading() as log:
        assert log.count_keys() == 4
    assert story.verify().ok


@pytest.mark.parametrize(
    ("raw", "result", "reason"),
    [
        # malformed before unknown account
        (TOP_UP | {"account": "79160000000", "amount": 0}, "rejected", "MALFORMED"),
        # malformed before duplicate
        (OPEN | {"region": "atlantis"}, "rejected", "MALFORMED"),
        # unknown account before a conflict of ids
        (TOP_UP | {"account": "79160000000", "amount": 5}, "rejected", "UNKNOWN_ACCOUNT"),
        # a conflict before the rules
        (OPEN | {"credit_limit": 1}, "rejected", "ID_CONFLICT"),
        (TOP_UP | {"type": "block", "kind": "operator"}, "rejected", "ID_CONFLICT"),
        # a duplicate before the rules
        (OPEN, "duplicate", ""),
        # the rules last
        (OPEN | {"id": "o2"}, "refused", ""),
    ],
)
def test_the_checks_have_an_order(tmp_path: Path, raw: dict[str, Any], result: str, reason: str) -> None:
    """R-12.1: malformed, unknown account, duplicate or ID_CONFLICT, advance, the rules."""
    story = Story(tmp_path)
    apply(story, OPEN)
    apply(story, TOP_UP)
    fields = {name: value for name, value in raw.items() if name != "amount" or raw["type"] == "top_up"}
    try:
        outcome = apply(story, fields)
    except Malformed:
        outcome = Outcome("rejected", reason="MALFORMED")
    assert (outcome.result, outcome.reason) == (result, reason)


def test_the_account_is_advanced_before_the_rules_are_asked(tmp_path: Path) -> None:
    """R-12.1, R-2.7: a refused input comes after the night that was due."""
    story = example_1(tmp_path)
    outcome = story.feed("connect_plan", "2023-02-20 00:00", plan="no-such-plan")
    assert [type(event).__name__ for event in outcome.events] == ["MonthlyFeeCharged", "InputRefused"]
    assert (outcome.result, outcome.version) == ("refused", 6)


# The id and the content


def test_an_id_belongs_to_its_source_and_its_account(tmp_path: Path) -> None:
    """R-12.2: the key is (account, source, id)."""
    story = opened(tmp_path)
    other = "79160000001"
    assert apply(story, TOP_UP).result == "applied"
    assert apply(story, TOP_UP | {"source": "bank"}).result == "applied"
    apply(story, OPEN | {"account": other})
    assert apply(story, TOP_UP | {"account": other}).result == "applied"
    assert apply(story, TOP_UP | {"source": "feed"}).result == "duplicate"
    assert story.wallet == 200_00


@pytest.mark.parametrize(
    "change",
    [
        {"source": "feed"},
        {"zone": "home"},
        {"peer": ""},
        {"zone": "home", "peer": "", "source": "feed"},
        {"received_at": "2023-01-20T10:00:00+03:00"},
        {"received_at": "2023-03-20T10:00:00+03:00"},
        {"at": "2023-01-20T07:00:00Z"},
        {"at": "2023-01-20t12:00:00.000000+05:00"},
        {"at": "2023-01-20T07:00:00.0z"},
    ],
    ids=str,
)
def test_the_same_content_is_a_duplicate_however_it_is_said(tmp_path: Path, change: dict[str, Any]) -> None:
    """R-12.2: defaults and `received_at` don't count, instants compare as instants."""
    story = example_1(tmp_path)
    assert apply(story, CALL).result == "applied"
    again = apply(story, CALL | change)
    assert (again.result, again.version, again.events) == ("duplicate", 5, ())


@pytest.mark.parametrize(
    "change",
    [
        {"quantity": 61},
        {"service": "sms"},
        {"direction": "in"},
        {"zone": "russia"},
        {"peer": "79031112233"},
        {"by": "msc"},
        {"at": "2023-01-20T10:00:00.000001+03:00"},
        {"at": "2023-01-20T10:00:00+02:00"},
    ],
    ids=str,
)
def test_another_content_is_a_conflict(tmp_path: Path, change: dict[str, Any]) -> None:
    """R-12.2, R-7.3: this holds for every field but `received_at`."""
    story = example_1(tmp_path)
    assert apply(story, CALL).result == "applied"
    outcome = apply(story, CALL | change)
    assert (outcome.result, outcome.reason, outcome.events) == ("rejected", "ID_CONFLICT", ())
    assert len(story.log()) == 5


def test_what_was_said_outright_and_left_out_later_is_the_same(tmp_path: Path) -> None:
    """R-12.2: the default said first, then left out."""
    story = opened(tmp_path)
    assert apply(story, TOP_UP | {"channel": "cash", "source": "feed"}).result == "applied"
    assert apply(story, TOP_UP).result == "duplicate"
    assert apply(story, TOP_UP | {"channel": "card"}).reason == "ID_CONFLICT"


@pytest.mark.parametrize(
    "line",
    [
        '{"amount":10000,"at":"2023-01-02T00:00:00+03:00","id":"p","type":"top_up","account":"79161234567"}',
        ' { "type" : "top_up", "id":"\\u0070", "account":"79161234567",\t"at":"2023-01-02T00:00:00+03:00",'
        ' "amount": 10000 } ',
    ],
)
def test_the_spelling_of_json_is_irrelevant(tmp_path: Path, line: str) -> None:
    """R-12.2: order of keys, blanks, escapes."""
    story = opened(tmp_path)
    apply(story, TOP_UP)
    assert story.ledger.apply([inputs.parse(line)])[0].result == "duplicate"


def test_a_duplicate_is_known_after_a_restart(tmp_path: Path) -> None:
    """R-12.2: kept for ever."""
    story = opened(tmp_path)
    apply(story, TOP_UP)
    story.ledger.close()
    story.ledger = Ledger(ledger_ref(story.path), now=story.clock)
    assert apply(story, TOP_UP).result == "duplicate"
    assert apply(story, TOP_UP | {"amount": 1}).reason == "ID_CONFLICT"
    assert story.wallet == 100_00


def test_a_duplicate_within_one_batch_is_one(tmp_path: Path) -> None:
    """R-12.2: the second of two lines of one transaction."""
    story = opened(tmp_path)
    raws = [TOP_UP, TOP_UP, TOP_UP | {"amount": 1}, TOP_UP | {"id": "q"}]
    outcomes = story.ledger.apply([inputs.check(raw) for raw in raws])
    assert [outcome.result for outcome in outcomes] == ["applied", "duplicate", "rejected", "applied"]
    assert story.wallet == 200_00


def test_two_writers_book_an_input_once(tmp_path: Path) -> None:
    """R-12.2: concurrent writers on one file."""
    story = opened(tmp_path)
    results: list[str] = []

    def write() -> None:
        with Ledger(ledger_ref(story.path), now=story.clock) as ledger:
            for number in range(10):
                outcome = ledger.apply([inputs.check(TOP_UP | {"id": f"p{number}", "amount": 1})])[0]
                results.append(outcome.result)

    writers = [threading.Thread(target=write) for _ in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert (results.count("applied"), results.count("duplicate")) == (10, 20)
    assert (story.wallet, len(story.log())) == (10, 11)
    assert story.verify().ok


# Malformed

REFRESH: dict[str, Any] = {"type": "refresh", "id": "r", "account": ACCOUNT, "at": "2023-01-02T00:00:00Z"}
SMS: dict[str, Any] = REFRESH | {"type": "sms", "to": "9290", "text": ""}
USSD: dict[str, Any] = REFRESH | {"type": "ussd", "text": "*929#"}


@pytest.mark.parametrize(
    "raw",
    [
        {},
        REFRESH | {"type": "refund"},
        REFRESH | {"type": 1},
        REFRESH | {"zone": "home"},
        REFRESH | {"id": ""},
        REFRESH | {"id": "x" * 65},
        REFRESH | {"id": 7},
        REFRESH | {"id": None},
        REFRESH | {"source": ""},
        REFRESH | {"source": "x" * 33},
        REFRESH | {"source": None},
        REFRESH | {"by": ""},
        REFRESH | {"by": "x" * 65},
        REFRESH | {"by": None},
        REFRESH | {"received_at": None},
        REFRESH | {"account": "78161234567"},
        REFRESH | {"account": "7916123456"},
        REFRESH | {"account": "791612345678"},
        REFRESH | {"account": "79161234567\n"},
        REFRESH | {"account": "7916123456٧"},
        REFRESH | {"account": 79161234567},
        REFRESH | {"account": "+79161234567"},
        REFRESH | {"at": "2023-01-02T00:00:00"},
        REFRESH | {"at": "2023-01-02 00:00:00+03:00"},
        REFRESH | {"at": "2023-01-02T00:00+03:00"},
        REFRESH | {"at": "2023-01-02T00:00:00.1234567+03:00"},
        REFRESH | {"at": "2023-01-02T00:00:60+03:00"},
        REFRESH | {"at": "2023-01-02T24:00:00+03:00"},
        REFRESH | {"at": "2023-02-29T00:00:00+03:00"},
        REFRESH | {"at": "2023-01-02T00:00:00+0300"},
        REFRESH | {"at": "2023-01-02T00:00:00+03"},
        REFRESH | {"at": "2023-01-02T00:00:00.+03:00"},
        REFRESH | {"at": "２023-01-02T00:00:00+03:00"},
        REFRESH | {"at": "1999-12-31T23:59:59Z"},
        REFRESH | {"at": "2100-01-01T00:00:00Z"},
        REFRESH | {"at": 1672606800},
        REFRESH | {"received_at": "2023-01-01T23:59:59.999999Z"},  # `at` is later
        {name: value for name, value in REFRESH.items() if name != "id"},
        {name: value for name, value in REFRESH.items() if name != "at"},
        {name: value for name, value in REFRESH.items() if name != "account"},
        OPEN | {"credit_limit": -1},
        OPEN | {"credit_limit": 10**12 + 1},
        OPEN | {"credit_limit": 300.0},
        OPEN | {"region": ""},
        OPEN | {"region": "\ud800"},
        TOP_UP | {"channel": ""},
        TOP_UP | {"channel": "x" * 33},
        TOP_UP | {"channel": None},
        TOP_UP | {"type": "connect_plan", "plan": "t4"},
        CALL | {"service": "fax"},
        CALL | {"direction": "both"},
        CALL | {"quantity": -1},
        CALL | {"quantity": 10**12 + 1},
        CALL | {"quantity": 60.0},
        CALL | {"quantity": "60"},
        CALL | {"quantity": False},
        CALL | {"zone": ""},
        CALL | {"zone": "x" * 33},
        CALL | {"peer": "x" * 65},
        CALL | {"peer": None},
        {name: value for name, value in CALL.items() if name != "direction"},
        REFRESH | {"type": "connect_plan", "plan": ""},
        REFRESH | {"type": "connect_plan", "plan": "x" * 65},
        REFRESH | {"type": "connect_plan"},
        REFRESH | {"type": "block", "kind": "fraud"},
        REFRESH | {"type": "block"},
        USSD | {"text": "x" * 33},
        USSD | {"text": None},
        REFRESH | {"type": "ussd"},
        SMS | {"to": "x" * 33},
        SMS | {"text": "x" * 1001},
        SMS | {"text": "\udfff"},
        REFRESH | {"type": "sms", "to": "9290"},
        REFRESH | {"type": "sms", "text": ""},
    ],
    ids=str,
)
def test_a_malformed_input_is_no_input(raw: dict[str, Any]) -> None:
    """R-12.1, R-2.6, contract §2: strict fields, types and times."""
    with pytest.raises(Malformed):
        inputs.check(raw)


@pytest.mark.parametrize(
    "raw",
    [
        REFRESH | {"id": "x" * 64, "source": "x" * 32, "by": "x" * 64},
        REFRESH | {"at": "2000-01-01T00:00:00Z"},
        REFRESH | {"at": "2099-12-31T23:59:59.999999-11:00"},
        REFRESH | {"at": "2023-01-02t00:00:00z"},
        REFRESH | {"at": "2024-02-29T00:00:00.1+03:00"},
        REFRESH | {"received_at": "2023-01-02T03:00:00+03:00"},
        OPEN | {"credit_limit": 10**12},
        OPEN | {"credit_limit": 0},
        TOP_UP | {"amount": 1, "channel": "Ж" * 32},
        TOP_UP | {"amount": 10**12},
        CALL | {"quantity": 0, "zone": "x" * 32, "peer": "x" * 64},
        CALL | {"quantity": 10**12},
        REFRESH | {"type": "connect_plan", "plan": "x" * 64},
        USSD | {"text": ""},
        USSD | {"text": "x" * 32},
        SMS | {"to": "", "text": "x" * 1000},
        SMS | {"to": "x" * 32, "text": "😀"},
    ],
    ids=str,
)
def test_at_the_borders_an_input_is_well_formed(raw: dict[str, Any]) -> None:
    """Contract §2: the longest, the smallest, the first and the last."""
    checked = inputs.check(raw)
    assert (checked.type, checked.id) == (raw["type"], raw["id"])


@pytest.mark.parametrize(
    "line",
    [
        "",
        "{",
        "[]",
        '"top_up"',
        "null",
        json.dumps(REFRESH)[:-1] + ',"id":"r"}',
        json.dumps(TOP_UP).replace("10000", "1e4"),
        json.dumps(TOP_UP).replace("10000", "100.00"),
        json.dumps(TOP_UP).replace("10000", "NaN"),
        json.dumps(TOP_UP).replace("10000", "Infinity"),
        json.dumps(REFRESH) + json.dumps(REFRESH),
    ],
)
def test_a_line_that_is_no_json_object_is_malformed(line: str) -> None:
    """R-12.1, R-1.1, contract §2: also a key twice, and any float."""
    with pytest.raises(Malformed):
        inputs.parse(line)


@pytest.mark.parametrize("gap", ["", " ", "\t", "\r", " \t "])
@pytest.mark.parametrize("text", ["", '":', '" :', '\\":'])
def test_a_key_twice_is_malformed_however_it_is_spelt(gap: str, text: str) -> None:
    """R-12.1: also where a text holds what looks like the end of a key."""
    said = json.dumps(USSD | {"text": text})
    assert inputs.parse(said) == inputs.check(USSD | {"text": text})
    with pytest.raises(Malformed, match="a key twice"):
        inputs.parse(f'{said[:-1]},"id"{gap}:"r"}}')
    with pytest.raises(Malformed, match="a key twice"):
        inputs.parse(f'{{"id"{gap}:"r",{said[1:]}')


def test_one_bad_line_never_stops_the_rest(tmp_path: Path) -> None:
    """R-12.1: rejects name line and reason, blank lines are no inputs, and the count is complete."""
    later = {"at": "2023-03-01T00:00:00Z"}
    feed = [
        json.dumps(OPEN),
        "",
        "не JSON",
        json.dumps(TOP_UP),
        json.dumps(TOP_UP),
        json.dumps(TOP_UP | {"amount": 7}),
        json.dumps(TOP_UP | {"account": "79160000000"}),
        "   ",
        json.dumps(TOP_UP | later | {"id": "q", "amount": 5}),
        json.dumps(OPEN | later | {"id": "o2"}),
        json.dumps(TOP_UP | {"id": "f", "at": "2098-01-01T00:00:00Z"}),
    ]
    (tmp_path / "feed.jsonl").write_text("\n".join(feed), encoding="utf-8")
    catalogue = Path(__file__).parent.parent / "catalogue.toml"
    arguments = ["feed", str(tmp_path / "feed.jsonl"), "--rejects", str(tmp_path / "rejects.jsonl")]
    Ledger(ledger_ref(tmp_path / "new.db"), now=Clock(0), catalogue=CATALOGUE_TEXT).close()  # no feed makes a schema
    counts = json.loads(run(tmp_path / "new.db", *arguments, "--catalogue", str(catalogue)))
    assert counts == {"applied": 3, "duplicates": 1, "refused": 1, "rejected": 4, "events": 4}
    rejects = [json.loads(line) for line in (tmp_path / "rejects.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [(reject["line"], reject["reason"], reject["input"]) for reject in rejects] == [
        (3, "MALFORMED", feed[2]),
        (6, "ID_CONFLICT", feed[5]),
        (7, "UNKNOWN_ACCOUNT", feed[6]),
        (11, "FUTURE", feed[10]),
    ]
    assert rejects[0]["detail"]


# From the log back to the input


@pytest.mark.parametrize(
    "raw",
    [
        OPEN | {"id": "again", "at": "2023-01-21T00:00:00+03:00", "credit_limit": 5, "by": "clerk"},
        TOP_UP | {"at": "2023-01-21T00:00:00+03:00", "channel": "card", "source": "bank"},
        CALL | {"peer": "79031112233", "received_at": "2023-01-21T00:00:00+03:00"},
        CALL | {"zone": "moon", "peer": "x"},
        CALL | {"direction": "in", "by": "msc"},
        USSD | {"at": "2023-01-21T00:00:00+03:00"},
        USSD | {"at": "2023-01-21T00:00:00+03:00", "text": "*100#"},
        USSD | {"at": "2023-01-21T00:00:00+03:00", "text": ""},
        SMS | {"at": "2023-01-21T00:00:00+03:00"},
        SMS | {"at": "2023-01-21T00:00:00+03:00", "to": ""},
        REFRESH | {"at": "2023-01-21T00:00:00+03:00"},
        REFRESH | {"at": "2023-01-21T00:00:00+03:00", "type": "block", "kind": "operator", "by": "fraud desk"},
        REFRESH | {"at": "2023-01-21T00:00:00+03:00", "type": "unblock", "kind": "operator"},
        REFRESH | {"at": "2023-01-21T00:00:00+03:00", "type": "connect_plan", "plan": "t3"},
        REFRESH | {"at": "2023-01-21T00:00:00+03:00", "type": "connect_plan", "plan": "no such"},
    ],
    ids=str,
)
@pytest.mark.parametrize("kopecks", [400_00, 2000_00])
def test_the_log_alone_gives_back_every_input(tmp_path: Path, raw: dict[str, Any], kopecks: int) -> None:
    """Contract §3, R-12.1: input → events → input, refusals too; and it can be decided again."""
    story = with_plan(tmp_path, "2023-01-15 12:00", kopecks)
    input = inputs.check(raw)
    outcome = story.ledger.apply([input])[0]
    assert outcome.version is not None
    assert reconstruct_input(story.account_id, story.log()[outcome.version - 1]) == input
    assert story.verify().ok


def test_an_input_is_found_by_its_id(tmp_path: Path) -> None:
    """R-12.1, contract §1: the scheduled events before it are not its own."""
    story = with_plan(tmp_path, "2023-01-15 12:00", 800_00)
    story.feed("usage", "2023-02-20 10:00", service="voice", direction="out", quantity=9, zone="russia", id="v")
    assert story.printed("find", "v") == [{"account": ACCOUNT, "holder": 1, "source": "feed", "versions": [6, 7]}]
    assert at("2023-02-20 10:00") == story.account.clock


def test_peers_and_free_texts_are_stored_apart(tmp_path: Path) -> None:
    """Contract §3: in one sub-object `personal`, and nowhere else in the stored form, where nothing is sealed."""
    story = with_plan(tmp_path, "2023-01-15 12:00", 1000_00, sealed=False)
    story.call("2023-01-16 10:00", "1:00", peer="79031112233")
    story.call("2023-01-16 10:01", "1:00", zone="moon", peer="79031112233")
    story.dial("2023-01-16 10:02", "*100*79031112233#")
    story.sms("2023-01-16 10:03", "79031112233", "79031112233")
    with story.reading() as log:
        stored = [json.loads(row.state) for row in log.events(story.contract.id, after_version=4)]
    assert [event.pop("personal") for event in stored] == [
        {"peer": "79031112233"},
        {"peer": "79031112233"},
        {"text": "*100*79031112233#"},
        {"to": "79031112233"},
    ]
    assert "79031112233" not in json.dumps(stored)
