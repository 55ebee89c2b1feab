"""Laws of entries: every unit sums to zero, nothing falls below zero, and sums are the only source of balances."""

from collections import Counter, defaultdict
from itertools import pairwise

from hypothesis import given

from ledger.account import Account
from ledger.events import PackagesRefreshed
from ledger.evolve import evolve
from ledger.inputs import Input
from tests.laws.feeds import account_named, contracts_of, fed, feeds, log_of, moderate

UNIT_OF_SERVICE = {"voice": "s", "sms": "sms", "data": "kb"}
HELD = ("base", "carried", "daily")


def unit_of(name: str) -> str:
    """The unit that the name of an account alone implies (R-1.4)."""
    place, _, service = name.partition("/")
    if not service:
        assert place == "wallet" or place.startswith(("cash:", "revenue:")), name
        return "kop"
    assert place in (*HELD, "granted", "consumed", "expired") or place.startswith("option:"), name
    return UNIT_OF_SERVICE[service]


@moderate(25)
@given(feed=feeds())
def test_every_unit_sums_to_zero_in_every_event(feed: list[Input]) -> None:
    """R-1.4: each transfer stays within one unit, on both of its sides; so does the whole ledger."""
    whole: Counter[str] = Counter()
    with fed(feed) as ledger:
        for account in contracts_of(ledger):
            for event in log_of(ledger, account):
                moved: Counter[str] = Counter()
                for entry in event.entries:
                    assert entry.amount > 0
                    assert entry.from_ != entry.to
                    assert unit_of(entry.from_) == unit_of(entry.to) == entry.unit
                    assert (entry.grant is None) == (entry.unit == "kop")
                    moved[unit_of(entry.from_)] -= entry.amount
                    moved[unit_of(entry.to)] += entry.amount
                assert not any(moved.values())
                whole.update(moved)
    assert not any(whole.values())


@moderate(25)
@given(feed=feeds())
def test_the_wallet_is_the_sum_of_its_entries(feed: list[Input]) -> None:
    """R-1.3: after every event, and each balance that an event states is that sum."""
    with fed(feed) as ledger:
        for account in contracts_of(ledger):
            wallet = 0
            for event in log_of(ledger, account):
                before = wallet
                wallet += sum(entry.amount for entry in event.entries if entry.to == "wallet")
                wallet -= sum(entry.amount for entry in event.entries if entry.from_ == "wallet")
                if wallet != before:
                    assert event.wallet_after == wallet
                assert event.wallet_after in (None, wallet)
            assert account_named(ledger, account).wallet == wallet


@moderate(25)
@given(feed=feeds())
def test_no_package_ever_falls_below_zero(feed: list[Input]) -> None:
    """R-6.3, R-6.5: neither a live bucket nor an expired leftover gives more than it has."""
    with fed(feed) as ledger:
        for account in contracts_of(ledger):
            state: Account | None = None
            sums: defaultdict[tuple[str, int | None], int] = defaultdict(int)
            for event in log_of(ledger, account):
                for entry in event.entries:
                    sums[entry.from_, entry.grant] -= entry.amount
                    sums[entry.to, entry.grant] += entry.amount
                for (name, grant), left in sums.items():
                    if name.partition("/")[0] in (*HELD, "expired"):
                        assert left >= 0, (event.version, name, grant)
                state = evolve(state, event, account)
                for bucket in (*state.buckets, *state.leftovers):
                    assert 0 <= bucket.left <= bucket.granted, (event.version, bucket)


@moderate(25)
@given(feed=feeds())
def test_what_is_left_of_a_bucket_is_the_sum_of_its_entries(feed: list[Input]) -> None:
    """R-1.3, R-5.5: and there is never more than one carried bucket of a service."""
    with fed(feed) as ledger:
        for account in contracts_of(ledger):
            sums: Counter[tuple[str, int | None]] = Counter()
            for event in log_of(ledger, account):
                for entry in event.entries:
                    sums[entry.from_, entry.grant] -= entry.amount
                    sums[entry.to, entry.grant] += entry.amount
            state = account_named(ledger, account)
            live = {(f"{b.name}/{b.service}", b.grant): b.left for b in state.buckets if not b.unlimited}
            held = {
                key: left for key, left in sums.items() if key[0].partition("/")[0] in HELD and (left or key in live)
            }
            assert held == {key: left for key, left in live.items() if key in sums or left}
            carried = Counter(bucket.service for bucket in state.buckets if bucket.name == "carried")
            assert all(count == 1 for count in carried.values())


@moderate(25)
@given(feed=feeds())
def test_the_accounts_clock_never_runs_backwards(feed: list[Input]) -> None:
    """R-2.5, R-2.6: booked times and times of recording only grow, and nothing is booked before it reached us."""
    with fed(feed) as ledger:
        for account in contracts_of(ledger):
            log = log_of(ledger, account)
            assert [event.version for event in log] == list(range(1, len(log) + 1))
            for before, event in pairwise(log):
                assert before.booked_at <= event.booked_at
                assert before.recorded_at <= event.recorded_at
            for event in log:
                if event.input is None:
                    assert event.occurred_at == event.booked_at
                else:
                    assert event.occurred_at <= event.input.received_at <= event.booked_at


@moderate(25)
@given(feed=feeds())
def test_a_refresh_carries_all_that_is_left_once(feed: list[Input]) -> None:
    """R-5.4, R-5.5: base moves whole, the old carried leftover expires whole, nothing is carried twice."""
    with fed(feed) as ledger:
        for account in contracts_of(ledger):
            state: Account | None = None
            for event in log_of(ledger, account):
                if isinstance(event, PackagesRefreshed):
                    assert state is not None
                    turned = {
                        (e.from_, e.to, e.grant): e.amount
                        for e in event.entries
                        if e.to.startswith(("carried/", "expired/"))
                    }
                    where_to = {"base": "carried", "carried": "expired"}
                    assert turned == {
                        (f"{b.name}/{b.service}", f"{where_to[b.name]}/{b.service}", b.grant): b.left
                        for b in state.buckets
                        if b.left
                    }
                state = evolve(state, event, account)
