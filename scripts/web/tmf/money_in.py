"""654, what is done: money put in, and corrections of a clerk; the same request again is the first one."""

from collections.abc import Callable
from typing import Annotated, Final, Literal, TypeVar

import msgspec

from ledger import events as ev
from ledger.contracts import ERASED, NO_KEY, Contract
from ledger.events import Event
from ledger.periods import local_text
from ledger.snapshot import Snapshot
from scripts.app.accounts import require_account
from scripts.web.answer import Answer
from scripts.web.asked import Asked
from scripts.web.body import Word, malformed
from scripts.web.tmf.amounts import RUB, kopecks_of, quantity
from scripts.web.tmf.booking import SOURCE, booked, reached
from scripts.web.tmf.buckets import API, BUCKET
from scripts.web.tmf.parts import About, ChannelRef, EntityRef, Quantity, account_of, id_of, read
from scripts.web.tmf.resources import Resource, head, href, listed, one
from scripts.web.tmf.whose import contract_meant, id_asked, named, nothing, version_in, whose

T = TypeVar("T", bound=Event)
TOPUP: Final = f"{API}/topupBalance"
ADJUSTMENT: Final = f"{API}/adjustBalance"
CHANNEL: Final = "cash"


class TopupRequest(About, kw_only=True):
    """Money that came: `amount` in rubles, more than nothing."""

    amount: Quantity
    id: Word | None = None
    channel: ChannelRef | None = None
    requested_date: str | None = None
    usage_type: Literal["monetary"] = "monetary"


class AdjustRequest(About, kw_only=True):
    """A correction: `amount` in rubles, less than nothing takes; `relatedEntity` are the events that it is for."""

    amount: Quantity
    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=1_000)]
    related_entity: Annotated[list[EntityRef], msgspec.Meta(min_length=1, max_length=100)]
    id: Word | None = None
    requested_date: str | None = None
    usage_type: Literal["monetary"] = "monetary"
    adjust_type: Literal["oneTime"] = "oneTime"


async def top_up(asked: Asked) -> Answer:
    """Money put in."""
    given = await read(asked, TopupRequest)
    amount = _kopecks(given.amount)
    channel = CHANNEL if given.channel is None else given.channel.name
    made = await booked(
        asked,
        await reached(asked, account_of(given)),
        {"type": "top_up", "id": id_of(asked, given.id), "amount": amount, "channel": channel},
        at=given.requested_date,
        is_same=lambda event: isinstance(event, ev.ToppedUp) and (event.amount, event.channel) == (amount, channel),
    )
    return _done(asked, TOPUP, topup, made.contract, made.event, made.zone, made.status)


async def adjust(asked: Asked) -> Answer:
    """A correction under the name of who asks."""
    given = await read(asked, AdjustRequest)
    amount = _kopecks(given.amount)
    target = await reached(asked, account_of(given))
    cites = [_version(each.id, target.contract) for each in given.related_entity]
    made = await booked(
        asked,
        target,
        {"type": "adjust", "id": id_of(asked, given.id), "amount": amount, "cites": cites, "text": given.reason},
        at=given.requested_date,
        may_name_holder=True,
        is_same=lambda event: (
            isinstance(event, ev.Adjusted)
            and (event.amount, list(event.cites), event.personal.text) == (amount, cites, given.reason)
        ),
    )
    return _done(asked, ADJUSTMENT, adjustment, made.contract, made.event, made.zone, made.status)


async def top_ups(asked: Asked) -> Answer:
    """The money that came, oldest first."""
    return await _listed(asked, ev.ToppedUp, topup)


async def adjustments(asked: Asked) -> Answer:
    """The corrections, oldest first."""
    return await _listed(asked, ev.Adjusted, adjustment)


async def top_up_of_id(asked: Asked) -> Answer:
    """One of them."""
    return await _of_id(asked, ev.ToppedUp, topup)


async def adjustment_of_id(asked: Asked) -> Answer:
    """One of them."""
    return await _of_id(asked, ev.Adjusted, adjustment)


def topup(contract: Contract, event: Event, zone: str) -> Resource:
    """Money that came, as 654 tells it."""
    assert isinstance(event, ev.ToppedUp)
    return _action(TOPUP, "TopupBalance", contract, event, zone) | {
        "amount": quantity(event.amount),
        "channel": {"name": event.channel},
    }


def adjustment(contract: Contract, event: Event, zone: str) -> Resource:
    """A correction, as 654 tells it."""
    assert isinstance(event, ev.Adjusted)
    return _action(ADJUSTMENT, "AdjustBalance", contract, event, zone) | {
        "amount": quantity(event.amount),
        "adjustType": "oneTime",
        "reason": event.personal.text or "",
        "relatedEntity": [{"id": named(contract, version)} for version in event.cites],
    }


def _action(collection: str, kind: str, contract: Contract, event: Event, zone: str) -> Resource:
    id = named(contract, event.version)
    bucket = named(contract, "wallet")
    client = None if event.input is None or event.input.id in ("", ERASED, NO_KEY) else event.input.id
    return {
        **head(collection, kind, id),
        "status": "completed",
        "usageType": "monetary",
        "requestedDate": local_text(event.occurred_at, zone),
        "confirmationDate": local_text(event.booked_at, zone),
        "impactedBucket": [{"id": bucket, "href": href(BUCKET, bucket)}],
        **({} if client is None else {"transactionId": client}),
        **({} if event.input is None or event.input.source == SOURCE else {"source": event.input.source}),
        **whose(contract),
    }


Shown = Callable[[Contract, Event, str], Resource]


def _done(
    asked: Asked, collection: str, shown: Shown, contract: Contract, event: Event, zone: str, status: int
) -> Answer:
    made = shown(contract, event, zone)
    return one(asked, made, whose=[], status=status, headers={"Location": href(collection, made["id"])})


async def _listed(asked: Asked, kind: type[Event], shown: Shown) -> Answer:
    def answer(snapshot: Snapshot) -> Answer:
        contract = contract_meant(asked, snapshot)
        zone = require_account(snapshot, contract.id).zone
        events = [event for _, event in snapshot.events(contract.id) if isinstance(event, kind)]
        return listed(asked, [shown(contract, each, zone) for each in events], whose=[contract.id])

    return await asked.service.read(answer)


async def _of_id(asked: Asked, kind: type[Event], shown: Shown) -> Answer:
    def answer(snapshot: Snapshot) -> Answer:
        contract, rest = id_asked(asked, snapshot)
        event = snapshot.log.event(contract.id, version_in(rest))
        if not isinstance(event, kind):
            raise nothing()
        zone = require_account(snapshot, contract.id).zone
        return one(asked, shown(contract, event, zone), whose=[contract.id])

    return await asked.service.read(answer)


def _kopecks(given: Quantity) -> int:
    if given.units != RUB:
        raise malformed(f"amount.units: only {RUB} is kept here")
    return kopecks_of("amount.amount", given.amount)


def _version(id: str, contract: Contract) -> int:
    """The version of the event that a reference means: an id of this façade, or the version itself. Raises Problem."""
    name, _, text = id.rpartition("-")
    if name not in ("", contract.id) or not (text.isascii() and text.isdecimal() and len(text) <= 18):
        raise malformed("relatedEntity.id: the id of a usage, top-up or billed line of the same contract")
    return int(text)
