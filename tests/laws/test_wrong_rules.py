"""Laws of the audit: a rule that went wrong while the ledger was fed is found by `verify`, at its first event."""

from __future__ import annotations

import calendar
from collections.abc import Callable, Sequence
from datetime import date
from itertools import zip_longest
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import booking, inputs, periods
from ledger.account import Account, Bucket
from ledger.catalogue import Catalogue, PlanVersion
from ledger.entries import Entry
from ledger.inputs import Input, Usage
from ledger.periods import Instant
from ledger.rules import blocks, night, refresh, schedule, tariff, usage
from tests.laws.feeds import accounts_of, advance, audit, end_of, fed, feeds, folder, moderate, opened, told


class Wrong(NamedTuple):
    """A rule put wrong on purpose: what it does, and where it stands in place of the right one."""

    what: str
    module: object
    name: str
    rule: Any


def _started_minutes_are_given_away(input: Usage, plan: PlanVersion) -> int:
    step = {"voice": 60, "sms": 1, "data": 1024}[input.service]
    return input.quantity // step * {"voice": 60, "sms": 1, "data": 1}[input.service]


def _base_before_carried(bucket: Bucket) -> tuple[int, Instant, int]:
    rank, end, grant = _right_order(bucket)
    return -rank, -end, -grant


def _everything_expires(account: Account) -> list[Entry]:
    return tariff.expiry(account.tariff_buckets())


def _a_kopeck_more(account: Account, fee: int, day: date) -> int:
    return fee + 1


def _chained_from_the_clamped_day(after: date, anchor_day: int) -> date:
    year, month = (after.year + 1, 1) if after.month == 12 else (after.year, after.month + 1)
    return date(year, month, min(after.day, 28, calendar.monthrange(year, month)[1]))


def _never_again_after_unpaid(account: Account, catalogue: Catalogue) -> Instant | None:
    return account.period.next_due if account.period else None


_right_order: Callable[[Bucket], tuple[int, Instant, int]] = usage.spending_order

WRONG = (
    Wrong("started minutes and kilobytes are rounded down (R-6.2)", usage, "billed_quantity",
          _started_minutes_are_given_away),
    Wrong("the base package is spent before the carried one (R-6.4)", usage, "spending_order", _base_before_carried),
    Wrong("late records find no expired leftover (R-6.5)", usage, "late", lambda account, moment, occurred_at: []),
    Wrong("a refresh carries nothing (R-5.4)", tariff, "carriage", _everything_expires),
    Wrong("fees are a kopeck dearer (R-3.5)", tariff, "effective_fee", _a_kopeck_more),
    Wrong("due dates are chained from the clamped day (R-2.3)", periods, "next_due_date",
          _chained_from_the_clamped_day),
    Wrong("refusals are tested from the last to the first (R-5.3)", refresh, "REFUSALS", refresh.REFUSALS[::-1]),
    Wrong("nobody is blocked or freed by money (R-8.5)", booking, "settle", lambda *_: []),
    Wrong("the VAT of 2018 goes on for ever (R-1.6)", Catalogue, "vat_rate", lambda self, day: 18),
    Wrong("an unpaid account is never tried again (R-4.4)", schedule, "tariff_due", _never_again_after_unpaid),
    Wrong("a block may be set twice (R-8.2)", booking, "block",
          lambda account, input, moment: blocks.block(_unblocked(account), input, moment)),
    Wrong("a night under a block takes its fee (R-4.5)", schedule, "charge_tariff",
          lambda account, moment, catalogue: night.charge_tariff(_unblocked(account), moment, catalogue)),
    Wrong("a closed contract takes money (R-15.4)", booking, "refused_when_closed", lambda *_: []),
    Wrong("what was used after the closing is charged (R-15.4)", usage, "is_after_closing", lambda *_: False),
)  # fmt: skip


def _unblocked(account: Account) -> Account:
    import msgspec  # noqa: PLC0415

    return msgspec.structs.replace(account, blocks=())


def _story() -> list[Input]:
    """One account through everything that the wrong rules touch."""
    lines: Sequence[tuple[str, dict[str, Any]]] = (
        ("2023-01-31T11:00:00+03:00", {"type": "open", "region": "moscow"}),
        ("2023-01-31T11:10:00+03:00", {"type": "top_up", "amount": 1_500_00}),
        ("2023-01-31T12:00:00+03:00", {"type": "connect_plan", "plan": "t3"}),
        ("2023-02-01T12:00:00+03:00", _call(310)),
        ("2023-02-02T12:00:00+03:00", {"type": "usage", "service": "data", "direction": "out", "quantity": 1025}),
        ("2023-02-03T12:00:00+03:00", {"type": "ussd", "text": "*929#"}),
        ("2023-02-04T12:00:00+03:00", _call(61)),
        # the night of 3 March, and a call from before it
        ("2023-03-03T03:10:00+03:00", _call(600) | {"at": "2023-03-03T02:50:00+03:00"}),
        # blocked twice over the next due night
        ("2023-03-20T12:00:00+03:00", {"type": "block", "kind": "voluntary"}),
        ("2023-03-20T12:01:00+03:00", {"type": "block", "kind": "voluntary"}),
        ("2023-04-20T12:00:00+03:00", {"type": "refresh"}),
        ("2023-04-20T13:00:00+03:00", {"type": "unblock", "kind": "voluntary"}),
        # two dear SMS, a financial block, and the money that ends it
        ("2023-04-25T12:00:00+03:00", _sms(500)),
        ("2023-04-26T12:00:00+03:00", {"type": "top_up", "amount": 5_000_00}),
        ("2023-05-28T12:00:00+03:00", {"type": "connect_plan", "plan": "t4"}),
        ("2023-05-31T12:00:00+03:00", {"type": "refresh"}),
        ("2023-08-01T12:00:00+03:00", _call(61)),
        # closed, and what comes after it
        ("2023-08-02T12:00:00+03:00", {"type": "close"}),
        ("2023-08-03T12:00:00+03:00", {"type": "top_up", "amount": 1_00}),
        ("2023-08-03T13:00:00+03:00", _call(61)),
    )
    return [
        inputs.check({"id": f"s{n}", "account": "79160000001", "at": when, "received_at": when} | own)
        for n, (when, own) in enumerate(lines)
    ]


def _call(seconds: int) -> dict[str, Any]:
    return {"type": "usage", "service": "voice", "direction": "out", "quantity": seconds}


def _sms(pieces: int) -> dict[str, Any]:
    return {"type": "usage", "service": "sms", "direction": "out", "quantity": pieces, "zone": "russia"}


def _found(wrong: Wrong, feed: list[Input]) -> bool:
    """Feed under a wrong rule; where that made another event, verify must name it. Whether it did."""
    with fed(feed) as ledger:
        right = told(ledger, feed)
        assert audit(ledger).ok
    with folder() as where:
        with pytest.MonkeyPatch.context() as patch, opened(where) as ledger:
            patch.setattr(wrong.module, wrong.name, wrong.rule)
            ledger.apply(feed)
            advance(ledger, end_of(feed))
        with opened(where) as ledger:
            wronged, report = told(ledger, feed), audit(ledger)
    differed = False
    for account in accounts_of(feed):
        pairs = zip_longest(right[account], wronged[account])
        first = next((n for n, (should, event) in enumerate(pairs, 1) if should != event), None)
        if first is not None:
            differed = True
            named = [p.version for p in report.problems if p.account == account and p.version is not None]
            assert named, f"{wrong.what}: not found"
            # A missing event is named at the one it should have followed.
            assert min(named) in (first, first - 1), (first, named)
    assert report.ok == (not report.problems)
    return differed


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: wrong.what)
def test_a_wrong_rule_is_found_at_its_first_event(wrong: Wrong) -> None:
    assert _found(wrong, _story()), "the story never meets this rule"


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: wrong.what)
def test_a_rule_that_changed_since_is_found_at_the_first_event_it_would_change(wrong: Wrong) -> None:
    """Booked rightly, audited by a program that decides otherwise: account, version and both values are named."""
    feed = _story()
    (account,) = accounts_of(feed)
    with fed(feed) as ledger:
        right = told(ledger, feed)[account]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(wrong.module, wrong.name, wrong.rule)
            problems = audit(ledger).problems
        assert audit(ledger).ok
    with folder() as where, pytest.MonkeyPatch.context() as patch, opened(where) as ledger:
        patch.setattr(wrong.module, wrong.name, wrong.rule)
        ledger.apply(feed)
        advance(ledger, end_of(feed))
        wronged = told(ledger, feed)[account]
    first = next(n for n, (should, event) in enumerate(zip_longest(right, wronged), 1) if should != event)
    named = min(problem.version for problem in problems if problem.version is not None)
    assert named in (first, first - 1), (wrong.what, first, problems[:3])
    assert {problem.account for problem in problems} == {account}
    assert all(problem.expected != problem.found for problem in problems)


@moderate(60)
@given(feed=feeds(holders_max=1), wrong=st.sampled_from(WRONG))
def test_a_wrong_rule_is_found_in_any_feed(feed: list[Input], wrong: Wrong) -> None:
    _found(wrong, feed)
