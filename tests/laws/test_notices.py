"""Laws of notices: told once, in order, the same whatever the stretches in which the log is followed."""

import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from ledger.inputs import Input, check
from ledger.service import Ledger
from projections.notices.notice import Notice
from scripts.app.notices import begin, follow
from scripts.state.outbox import Outbox
from scripts.state.place import StatePlace
from tests.laws.feeds import ACCOUNTS, DAY, HOUR, Raw, advance, end_of, fed, feeds, moderate, opened
from tests.notices import from_scratch
from tests.support import at, rfc

AHEAD = {"fee_due", "promise_ends"}


@contextmanager
def outbox() -> Iterator[Outbox]:
    with tempfile.TemporaryDirectory() as folder, Outbox(StatePlace(Path(folder), "law")) as made:
        yield made


def told(box: Outbox) -> list[Notice]:
    return [row.notice for row in box.rows(0, 1_000_000)]


def by_contract(notices: list[Notice]) -> dict[str, list[Notice]]:
    found = defaultdict(list)
    for each in notices:
        found[each.contract].append(each)
    return found


@moderate(40)
@given(feed=feeds(), at_once=st.sampled_from([1, 2, 3, 7, 50, 1000]))
def test_whatever_the_stretches_events_are_told_as_from_scratch(feed: list[Input], at_once: int) -> None:
    with fed(feed) as ledger, ledger.snapshot() as snapshot, outbox() as box:
        begin(snapshot.log, box, from_beginning=True)
        follow(snapshot.log, box, end_of(feed), at_once=at_once)
        behind = [each for each in told(box) if each.kind not in AHEAD]
        assert behind == from_scratch(snapshot.log)
        before = len(told(box))
        assert follow(snapshot.log, box, end_of(feed)) == 0
        assert len(told(box)) == before


_REGULAR: st.SearchStrategy[Raw] = st.sampled_from(
    [
        {"type": "usage", "service": "voice", "direction": "out", "quantity": 2_400},
        {"type": "usage", "service": "voice", "direction": "out", "quantity": 2_400},
        {"type": "usage", "service": "voice", "direction": "out", "quantity": 600},
        {"type": "usage", "service": "sms", "direction": "out", "quantity": 40},
        {"type": "usage", "service": "sms", "direction": "out", "quantity": 40},
        {"type": "usage", "service": "data", "direction": "out", "quantity": 1024**3},
        {"type": "usage", "service": "voice", "direction": "out", "quantity": 600, "zone": "russia"},
        {"type": "connect_option", "option": "gb1"},
        {"type": "refresh"},
        {"type": "reverse", "event": 7, "text": "?"},
        {"type": "top_up", "amount": 400_00},
        {"type": "take_promise", "amount": 100_00},
        {"type": "block", "kind": "voluntary"},
        {"type": "unblock", "kind": "voluntary"},
    ]
)


@st.composite
def months_of_use(draw: st.DrawFn) -> list[list[Input]]:
    """Two who use up what they pay for, record by record, some of them late; cut where somebody looks."""
    now, parts = at("2023-01-15 12:00"), list[list[Input]]()
    plans = {ACCOUNTS[0]: draw(st.sampled_from(["t3", "t4", "t4-auto"])), ACCOUNTS[1]: "t4-unlimited"}
    for account, plan in plans.items():
        raws: list[Raw] = [{"type": "open", "region": "moscow"}, {"type": "top_up", "amount": 900_00}]
        for number, raw in enumerate([*raws, {"type": "connect_plan", "plan": plan}]):
            parts.append([check(raw | {"id": f"b{number}", "account": account, "at": rfc(now)})])
    for number in range(draw(st.integers(5, 45))):
        now += draw(st.sampled_from([HOUR, HOUR, HOUR, 8 * HOUR, DAY, 9 * DAY]))
        raw = draw(_REGULAR)
        late = draw(st.sampled_from([0, 0, 0, 10 * HOUR])) if raw["type"] == "usage" else 0
        common = {"id": f"i{number}", "account": draw(st.sampled_from([ACCOUNTS[0], *ACCOUNTS[:2]]))}
        line = check(raw | common | {"at": rfc(now - late), "received_at": rfc(now)})
        if draw(st.integers(0, 3)):
            parts[-1].append(line)
        else:
            parts.append([line])
    return parts


@moderate(40)
@given(parts=months_of_use())
def test_packages_that_run_out_are_told_whoever_looks_and_when(parts: list[list[Input]]) -> None:
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder)) as ledger, outbox() as box:
        with ledger.snapshot() as snapshot:
            begin(snapshot.log, box, from_beginning=True)
        for part in parts:
            ledger.apply(part)
            look(ledger, box, max(line.received_at for line in part))
        with ledger.snapshot() as snapshot:
            told_behind = [each for each in told(box) if each.kind not in AHEAD]
            assert told_behind == from_scratch(snapshot.log)


@moderate(30)
@given(feed=feeds(lines_max=25), data=st.data())
def test_followed_beside_the_feed_each_is_told_once_in_order_of_its_contract(
    feed: list[Input], data: st.DataObject
) -> None:
    """A follower that looks in now and then, between inputs and days on which nothing comes."""
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder)) as ledger, outbox() as box:
        with ledger.snapshot() as snapshot:
            begin(snapshot.log, box, from_beginning=True)
        left = list(feed)
        while left:
            size = data.draw(st.integers(1, 8))
            some, left = left[:size], left[size:]
            ledger.apply(some)
            now = max(input.received_at for input in some) + data.draw(st.sampled_from([0, DAY, 3 * DAY]))
            look(ledger, box, now)
        advance(ledger, end_of(feed))
        look(ledger, box, end_of(feed))
        notices = told(box)
        keys = [(each.contract, each.kind, each.key) for each in notices]
        assert len(set(keys)) == len(keys)
        with ledger.snapshot() as snapshot:
            assert by_contract([each for each in notices if each.kind not in AHEAD]) == by_contract(
                from_scratch(snapshot.log)
            )
        for contract in by_contract(notices).values():
            assert [each.version for each in contract] == sorted(each.version for each in contract)
            behind = [each.at for each in contract if each.kind not in AHEAD]
            assert behind == sorted(behind)


def look(ledger: Ledger, box: Outbox, now: int) -> None:
    with ledger.snapshot() as snapshot:
        follow(snapshot.log, box, now)
