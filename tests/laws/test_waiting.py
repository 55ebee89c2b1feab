"""The law of what waits: what people are told comes next is what the night books, at its instant and with its sums."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from ledger import periods
from ledger.events import Event
from ledger.service import Ledger
from projections.next_charges import Scheduled, charges_until, next_charges
from projections.words.next_charges import booked, next_charge, provisional
from projections.words.phrasebook import Phrasebook
from tests.laws.pair import FEED, MORE, PLANS, STARTS, Pair, Step, one
from tests.length import examples
from tests.support import ACCOUNT, CATALOGUE_TEXT, account_of, catalogues_of, events_of

INSTANTS = 8


@given(
    opened=st.sampled_from(STARTS),
    credit_limit=one(0, 300_00),
    money=one(450_00, 900_00, 10_000_00),
    plan=st.sampled_from(PLANS),
    feed=FEED,
)
@settings(max_examples=examples(15), deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_what_is_told_to_wait_is_what_the_night_books(
    opened: str, credit_limit: int, money: int, plan: str, feed: list[tuple[Any, Any, Step]]
) -> None:
    """R-2.7, R-4, R-9.2, R-10.3: instant by instant, and the next charge as it was told long before."""
    text = CATALOGUE_TEXT + MORE.replace("PROMISE_FEE", "5.00")
    with TemporaryDirectory() as folder:
        told = Pair(Path(folder), text=text, opened=opened, region="moscow", credit_limit=credit_limit)
        told.feed(type="top_up", amount=money)
        told.feed(type="connect_plan", plan=plan)
        for gap, late, said in feed:
            told.take(gap, late, said)
        ledger = told.ledger
        for _ in range(INSTANTS):
            account = account_of(ledger, ACCOUNT)
            assert account is not None
            before = account.version
            catalogue = catalogues_of(ledger).newest()
            waiting = next_charges(account, catalogue)
            if not waiting.first:
                assert list(charges_until(account, catalogue, periods.parse_instant("2099-01-01T00:00:00Z"))) == []
                return
            due = waiting.first[-1].event.booked_at
            phrases = Phrasebook("ru", zone=account.zone)
            assert tuple(charges_until(account, catalogue, due)) == waiting.first
            assert booked_by(ledger, due - 1, before) == []
            assert booked_by(ledger, due, before) == bare(waiting.first)
            assert all(f"{periods.local(due, account.zone):%d.%m}" in booked(phrases, each) for each in waiting.first)
            assert provisional(phrases, waiting, account.mode) != "предварительно: период ещё не закрыт"
        if waiting.charges:
            made = booked_by(ledger, waiting.charges[-1].event.booked_at, before)
            assert [each for each in bare(waiting.charges) if each not in made] == []
            charge = next_charge(phrases, waiting)
            assert waiting.tariff is None or charge.at is None or charge.at == waiting.tariff.event.booked_at


def booked_by(ledger: Ledger, until: int, before: int) -> list[Event]:
    """What the nightly job has booked up to an instant behind a version."""
    while ledger.advance_due(until, accounts_max=10) is not None:
        pass
    events = (event for _, event in islice(events_of(ledger, ACCOUNT), before, None))
    return [replace(event, recorded_at=0) for event in events]


def bare(scheduled: tuple[Scheduled, ...]) -> list[Event]:
    return [replace(each.event, recorded_at=0) for each in scheduled]
