"""Laws of what-if and late records: nothing changed is nothing said; what would be is what another feed gives."""

from collections.abc import Collection
from dataclasses import replace

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from ledger.events import Event
from ledger.inputs import Input, Refund, Usage
from ledger.periods import Instant
from ledger.service import Ledger, Outcome
from ledger.timeline import CatalogueTimeline
from projections.counterfactual.change import NOTHING, Change, moved
from projections.counterfactual.charge import adjustments
from projections.counterfactual.difference import AMOUNT, WALLET_AFTER, lines
from projections.counterfactual.history import Counterfactual, decide_with, steps_of
from projections.counterfactual.late import late
from tests.laws.feeds import ACCOUNTS, advance, audit, end_of, fed, feeds, folder, log_of, moderate, opened
from tests.support import account_of, unlike_without_change

ACCOUNT = ACCOUNTS[0]


def in_order(feed: list[Input]) -> list[Input]:
    """The feed by time of arrival, so that no line comes behind a night that has run (R-2.7)."""
    return sorted(feed, key=lambda input: input.received_at)


def otherwise(ledger: Ledger, change: Change) -> Counterfactual:
    """What a change makes; nothing has to be opened for that to come out."""
    with ledger.store.reading() as log:
        (contract,) = log.contracts.of(ACCOUNT)
        found, unopened = (
            decide_with(
                contract,
                list(steps_of(log, log.events(contract.id), sealed=sealed)),
                change,
                CatalogueTimeline(log.adopted()),
            )
            for sealed in (False, True)
        )
        assert lines(unopened) == lines(found)
        return found


def bare(events: list[Event], until: Instant) -> list[Event]:
    return [msgspec.structs.replace(event, recorded_at=0) for event in events if event.booked_at <= until]


def booked_inputs(ledger: Ledger, feed: list[Input]) -> list[tuple[Input, int]]:
    """The lines that are in the ledger, each with the version of its first event."""
    outcomes = ledger.apply(feed)
    return [
        (input, outcome.version)
        for input, outcome in zip(feed, outcomes, strict=True)
        if outcome.result in ("applied", "refused") and outcome.version is not None
    ]


def from_nothing(feed: list[Input], until: Instant) -> list[Event]:
    """What an empty ledger makes of a feed, and of the nights up to an instant."""
    with folder() as where, opened(where) as ledger:
        ledger.apply(feed)
        advance(ledger, until)
        return log_of(ledger, ACCOUNT)


@moderate(40)
@given(feed=feeds())
def test_without_a_change_every_event_comes_out_as_it_was(feed: list[Input]) -> None:
    with fed(feed) as ledger, ledger.store.reading() as log:
        assert unlike_without_change(log) == []


@moderate(60)
@given(feed=feeds(accounts_max=1, holders_max=1).map(in_order), data=st.data())
def test_dropping_an_input_is_feeding_the_rest_into_an_empty_ledger(feed: list[Input], data: st.DataObject) -> None:
    with folder() as where, opened(where) as ledger:
        inputs = booked_inputs(ledger, feed)
        advance(ledger, end_of(feed))
        number = data.draw(st.integers(1, len(inputs) - 1))
        found = otherwise(ledger, Change(drop=frozenset({inputs[number][1]})))
    clock = found.was[-1].booked_at
    rest = [input for input, _ in inputs[:number] + inputs[number + 1 :]]
    assert bare(found.would_be, clock) == bare(from_nothing(rest, clock), clock)


@moderate(60)
@given(feed=feeds(accounts_max=1, holders_max=1).map(in_order), data=st.data())
def test_moving_an_input_is_feeding_it_at_that_time(feed: list[Input], data: st.DataObject) -> None:
    with folder() as where, opened(where) as ledger:
        inputs = booked_inputs(ledger, feed)
        advance(ledger, end_of(feed))
        input, version = inputs[data.draw(st.integers(1, len(inputs) - 1))]
        near = [other.received_at for other, _ in inputs] + [event.booked_at for event in log_of(ledger, ACCOUNT)]
        at = data.draw(st.sampled_from(near)) + data.draw(st.sampled_from([0, 0, 1, 3_600_000_000]))
        found = otherwise(ledger, Change(move={version: at}))
    clock = max(found.was[-1].booked_at, at)
    feed = in_order([moved(input, at) if each is input else each for each, _ in inputs])
    assert bare(found.would_be, clock) == bare(from_nothing(feed, found.was[-1].booked_at), clock)


@moderate(40)
@given(feed=feeds(accounts_max=1, holders_max=1), data=st.data())
def test_amounts_sum_up_to_the_difference_of_the_wallets(feed: list[Input], data: st.DataObject) -> None:
    """R-1.3: wallets are nothing but sums."""
    with fed(feed) as ledger:
        versions = [event.version for event in log_of(ledger, ACCOUNT) if event.input is not None and event.version > 1]
        change = data.draw(
            st.one_of(
                st.sampled_from(["t3", "t4", "t4-day0", "free"]).map(lambda plan: Change(plan=plan)),
                st.sampled_from(versions or [0]).map(lambda v: Change(drop=frozenset({v})) if v else NOTHING),
            )
        )
        found = otherwise(ledger, change)
    told = lines(found)
    amounts = sum(int(line.would_be or 0) - int(line.was or 0) for line in told if line.field == AMOUNT)
    wallets = [(line.version, line.was, line.would_be) for line in told if line.field == WALLET_AFTER]
    assert amounts == found.wallet_would_be - found.wallet_was
    assert wallets == ([(found.was[-1].version, found.wallet_was, found.wallet_would_be)] if amounts else [])


@moderate(80)
@given(feed=feeds(accounts_max=1, holders_max=1).map(in_order))
def test_booked_late_records_bring_the_wallet_to_where_timely_arrival_would_have(feed: list[Input]) -> None:
    """R-11.5: but for what money did not reach for, which is listed again; refunds apart, which stay as they were."""
    feed = [input for input in feed if not isinstance(input, Refund)]
    with folder() as where, opened(where) as ledger:
        inputs = [input for input, _ in booked_inputs(ledger, feed)]
        advance(ledger, end_of(feed))
        clock = log_of(ledger, ACCOUNT)[-1].booked_at
        with ledger.store.reading() as log:
            (contract,) = log.contracts.of(ACCOUNT)
            mending = [
                each for _, some in adjustments(late(log, [contract.id]), "clerk", log.contracts) for each in some
            ]
        outcomes = ledger.apply(mending)
        with ledger.store.reading() as log:
            left = late(log, [contract.id])
        account = account_of(ledger, ACCOUNT)
        assert account is not None
        assert len(left) == sum(outcome.result == "refused" for outcome in outcomes)
        assert account.clock == clock
        assert audit(ledger).problems == []
    opened_at = inputs[0].received_at
    timely = in_order(
        [replace(each, received_at=each.at) if isinstance(each, Usage) and each.at >= opened_at else each
         for each in inputs]
    )  # fmt: skip
    wallet = next(
        (
            event.wallet_after
            for event in reversed(bare(from_nothing(timely, clock), clock))
            if event.wallet_after is not None
        ),
        0,
    )
    assert account.wallet + sum(charge.would_be - charge.was for charge in left) == wallet


@moderate(60)
@given(feed=feeds(accounts_max=1, holders_max=1).map(in_order), mask=st.integers(0, 255))
def test_what_a_merged_adjustment_mended_is_not_listed_again_and_the_rest_is_as_it_was(
    feed: list[Input], mask: int
) -> None:
    """R-11.5: some charges are mended by one adjustment, then the rest one by one; only what was refused is left."""
    with folder() as where, opened(where) as ledger:
        list(booked_inputs(ledger, feed))
        advance(ledger, end_of(feed))

        def charges() -> dict[str, int]:
            with ledger.store.reading() as log:
                return {each.key: each.difference for each in late(log, [contract.id])}

        def book(chosen: Collection[str], *, per_account: bool) -> list[Outcome]:
            with ledger.store.reading() as log:
                found = [each for each in late(log, [contract.id]) if each.key in chosen]
                made = adjustments(found, "clerk", log.contracts, per_account=per_account)
            return ledger.apply([input for _, inputs in made for input in inputs])

        with ledger.store.reading() as log:
            (contract,) = log.contracts.of(ACCOUNT)
        listed = charges()
        chosen = {key for place, key in enumerate(listed) if mask >> place % 8 & 1}
        outcomes = book(chosen, per_account=True)
        if [outcome.result for outcome in outcomes] == ["applied"]:
            assert charges() == {key: amount for key, amount in listed.items() if key not in chosen}
        else:
            assert charges() == listed
        before = charges()
        outcomes = book(set(before), per_account=False)
        assert len(charges()) == sum(outcome.result == "refused" for outcome in outcomes)
        assert audit(ledger).problems == []
