"""Crowd: a ledger of very many accounts on one plan, whose months end on thirty different days."""

import dataclasses
from datetime import date, timedelta
from pathlib import Path
from typing import Final, NamedTuple

from msgspec.structs import replace

from ledger import inputs, periods
from ledger.account import Account
from ledger.booking import book
from ledger.catalogue import Catalogue, parse, shipped_text
from ledger.events import Event, InputRef, MonthlyFeeCharged
from ledger.inputs import Input
from ledger.log import heads, keys
from ledger.log.engines import store_ref
from ledger.log.store import Head, KeyRow
from ledger.periods import Instant
from ledger.rules.schedule import next_scheduled
from ledger.service import Ledger
from scripts.benchmarks import traffic

DAYS: Final = 30
ZONE: Final = "Europe/Moscow"
ACCOUNTS_AT_ONCE: Final = 20_000


class Model(NamedTuple):
    """What happened to every account that joined on one day: its events, what they came from, and what they left."""

    inputs: list[Input]
    events: list[Event]
    account: Account
    next_at: Instant | None


def night(number: int) -> Instant:
    """The nights from 0 on, on each of which another thirtieth of the accounts is due."""
    return periods.night(date(2026, 4, 1) + timedelta(days=number), ZONE, parse(shipped_text()).settings.night_hour)


def make(path: Path, accounts: int) -> None:
    """Every account opened, paid for and given a plan on one of thirty days of March 2026.

    Each day is decided once, and written for all its accounts in the forms that booking one by one would write.
    """
    catalogue = parse(shipped_text())
    models = [_model(date(2026, 3, 1) + timedelta(days=day), catalogue) for day in range(DAYS)]
    with Ledger(store_ref(path), now=lambda: night(0), catalogue=shipped_text()) as ledger:
        for first in range(0, accounts, ACCOUNTS_AT_ONCE):
            rows = [
                (traffic.account_id(number), models[number % DAYS])
                for number in range(first, min(first + ACCOUNTS_AT_ONCE, accounts))
            ]
            with ledger.shards[0].store.writing() as tx:
                tx.append(
                    ((account, event) for account, model in rows for event in model.events),
                    (_key(account, input, event.version) for account, model in rows for input, event in _booked(model)),
                    (_head(account, model) for account, model in rows),
                    now=night(0),
                )
                tx.add_sources({input.source for input in models[0].inputs})
                tx.add_used_versions(
                    {
                        ("plan", event.plan, event.plan_version)
                        for event in models[0].events
                        if isinstance(event, MonthlyFeeCharged)
                    }
                )


def _model(day: date, catalogue: Catalogue) -> Model:
    at = periods.at_local(day, 12, ZONE)
    said: list[dict[str, object]] = [
        {"type": "open", "id": "open", "region": "moscow"},
        {"type": "top_up", "id": "pay", "amount": 5_000_00},
        {"type": "connect_plan", "id": "plan", "plan": "smart"},
    ]
    common = {"account": traffic.account_id(0), "at": periods.local_text(at, ZONE)}
    checked = [inputs.check(each | common) for each in said]
    account: Account | None = None
    events: list[Event] = []
    for input in checked:
        booked = book(account, input, catalogue, recorded_at=at)
        account = booked.account
        events += booked.events
    assert account is not None
    return Model(checked, events, account, next_scheduled(account, catalogue))


def _booked(model: Model) -> list[tuple[Input, Event]]:
    """Each input with the first event of its booking."""
    first: dict[InputRef | None, Event] = {}
    for event in model.events:
        first.setdefault(event.input, event)
    return list(zip(model.inputs, first.values(), strict=True))


def _key(account: str, input: Input, version: int) -> KeyRow:
    theirs = dataclasses.replace(input, account=account)
    return KeyRow(account, theirs.source, keys.key_of(theirs.source, theirs.id), version, keys.content_of(theirs))


def _head(account: str, model: Model) -> Head:
    state = heads.encode(replace(model.account, account=account))
    return Head(account, model.account.version, model.next_at, state)
