"""One screen a contract: who, what is there, what comes next, and below it everything that happened, newest first."""

import secrets
from collections import deque
from collections.abc import Mapping
from itertools import islice
from typing import Any, Final

from ledger.entries import wallet_movement
from ledger.events import Event, type_name
from ledger.rules.refresh import Reply
from projections.event_facts import peer_of
from projections.next_charges import next_charges
from projections.refresh_preview import RefreshPreview
from projections.words import next_charges as charge_words
from projections.words import replies
from projections.words.causes import about, kind_of
from projections.words.names import BLOCKS, MODES
from projections.words.replies import say
from scripts.app.bounds import Bounds
from scripts.app.event_search import TYPES, LookedForEvents, events_of
from scripts.app.refreshing import preview
from scripts.web.answer import Answer
from scripts.web.asked import Asked
from scripts.web.pages.cabinet import amounts
from scripts.web.pages.desk import Case, case_page, moment_in
from scripts.web.pages.home import cover, package_rows, unlimited_buckets
from scripts.web.pages.page import first_upper
from scripts.web.pages.sums import kopecks_of
from scripts.web.route import Param

EVENTS_SHOWN: Final = 50
WAITING_SHOWN: Final = 3
CHANNELS: Final = (("cash", "наличными"), ("card", "на карту"), ("bank", "на счёт в банке"))
"""By which ways money is paid out."""
FILTERS: Final = (
    Param(name="from", does="Booked on this date or later; empty for any."),
    Param(name="to", does="Booked up to this date; empty for any."),
    Param(name="type", does="Only events of this type; empty for any."),
    Param(name="peer", does="Only those with this number or code; empty for any."),
    Param(name="amount", does="Only those that moved so many rubles; empty for any."),
    Param(name="before", kind="integer", does="Only earlier versions: the next page."),
)


async def contract(asked: Asked) -> Answer:
    """A contract with its time line, now or as it was seen then."""
    return await case_page(asked, "desk/contract.html", lambda case: {**_facts(case), **_time_line(case)})


def _facts(case: Case) -> Mapping[str, Any]:
    phrases, account, snapshot = case.phrases, case.account, case.snapshot
    made = case.found.balance
    catalogue = snapshot.catalogues.newest()
    waits = None if case.is_then else next_charges(account, catalogue)
    refresh = _refresh(case)
    seen_from = case.found.as_of or case.found.known_at or case.now
    plan = None if made.plan is None else catalogue.plan_at(made.plan, seen_from, account.zone)
    return {
        "balance": made,
        "account": account,
        "plan": made.plan if plan is None else plan.name,
        "region": catalogue.regions[made.region].name,
        "mode": phrases.say(MODES[made.mode]),
        "blocks": [phrases.say(BLOCKS[kind]) for kind in made.blocks],
        "packages": package_rows(phrases, made.buckets),
        "unlimited": unlimited_buckets(phrases, account, seen_from),
        "charge": None if waits is None else charge_words.next_charge(phrases, waits),
        "waiting": [charge_words.booked(phrases, each) for each in islice(case.found.waits, WAITING_SHOWN)],
        **({} if waits is None else cover(waits)),
        "refresh": refresh,
        "reply": "" if refresh is None else say(phrases, refresh.reply),
        "amounts": lambda some: amounts(phrases, some),
        "claims": case.claims(),
        "seen_from": seen_from,
        "id": f"desk-{secrets.token_hex(8)}",
        "channels": CHANNELS,
    }


def _refresh(case: Case) -> RefreshPreview | None:
    """What a refresh would do; nothing where it is looked at from another time, or where nobody could ask for it."""
    if case.is_then or case.account.closed_at is not None or not case.is_latest:
        return None
    return preview(case.snapshot, case.contract, now=case.now)


def _time_line(case: Case) -> Mapping[str, Any]:
    """The newest events that are looked for, a page of them."""
    asked, phrases = case.asked, case.phrases
    type = asked.get("type") or ""
    amount = (asked.get("amount") or "").strip()
    since, until = moment_in(asked, "from"), moment_in(asked, "to")
    looked_for = LookedForEvents(
        booked=Bounds(since, until),
        types=frozenset({type} if type else ()),
        peer=(asked.get("peer") or "").strip() or None,
        amount=kopecks_of(amount, signed=True) if amount else None,
        known_at=case.known_at,
    )
    before = asked.get("before")
    as_of = case.found.as_of
    newest: deque[tuple[Event, Reply | None]] = deque(maxlen=EVENTS_SHOWN + 1)
    number = 0
    _, found = events_of(case.snapshot, case.contract, looked_for)
    for event, reply in found:
        if as_of is not None and event.booked_at > as_of:
            continue
        number += 1
        if before is None or event.version < before:
            newest.append((event, reply))
    more = len(newest) > EVENTS_SHOWN
    shown = list(newest)[-EVENTS_SHOWN:][::-1]
    filters = {name: asked.get(name) or "" for name in ("from", "to", "type", "peer", "amount")}
    kinds = sorted((kind_of(phrases, each), each) for each in TYPES)
    return {
        "rows": [_row(case, event, reply) for event, reply in shown],
        "number": number,
        "filters": filters,
        "filtered": any(filters.values()),
        "types": kinds,
        "older": case.link(before=shown[-1][0].version, **filters) if more else None,
        "newest": case.link(**filters) if before is not None else None,
    }


def _row(case: Case, event: Event, reply: Reply | None) -> dict[str, Any]:
    """An event as the time line has it."""
    phrases = case.phrases
    moved = wallet_movement(event.entries)
    after = event.wallet_after
    return {
        "version": event.version,
        "time": case.time(event.booked_at),
        "occurred": case.time(event.occurred_at) if event.occurred_at != event.booked_at else "",
        "title": first_upper(kind_of(phrases, type_name(event))),
        "about": replies.say(phrases, reply) if reply else about(phrases, event),
        "peer": peer_of(event),
        "by": event.input.by if event.input is not None else None,
        "moved": moved,
        "before": None if after is None else after - moved,
        "after": after,
    }
