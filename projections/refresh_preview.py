"""Refresh preview: what «Обнови пакет» would do to an account now, or why not and what it would take (R-5)."""

from collections.abc import Sequence
from typing import Any

import msgspec

from ledger.account import Account
from ledger.catalogue import Catalogue
from ledger.entries import BASE, CARRIED, EXPIRED, GRANTED
from ledger.events import Event, PackagesRefreshed, Period, RefreshRefused
from ledger.evolve import evolve
from ledger.periods import Instant
from ledger.reasons import RefusalReason
from ledger.rules.moment import Moment
from ledger.rules.refresh import Reply, month_of_refusal, reply
from ledger.units import SERVICES, UNIT_OF, Kopecks, PackageQuantity, Unit
from projections.explain.unmet import unmet
from projections.words.phrasebook import RUSSIAN


class Package(msgspec.Struct, frozen=True):
    """So much of a service, in `unit`; `quantity` is None where it is unlimited."""

    service: str
    unit: Unit
    quantity: PackageQuantity | None


class RefreshPreview(msgspec.Struct, frozen=True, kw_only=True):
    """What a request for a refresh at `at` would come to; sums in kopecks, times on the clocks of `zone`.

    `ahead` are the events that the schedule books before it. Of an accepted one: `fee` is debited, `period` is paid,
    `carried` comes along, `granted` is new, `expired` is lost. Of a refused one: `reason` is the first that holds,
    `reasons` are all of them, `needed` the steps that remove them, `missing` the kopecks of these.
    """

    zone: str
    at: Instant
    ahead: int
    accepted: bool
    plan: str | None
    fee: Kopecks | None
    discount: int = 0
    wallet: Kopecks
    wallet_after: Kopecks
    available: Kopecks
    period: Period | None = None
    carried: list[Package] = []
    granted: list[Package] = []
    expired: list[Package] = []
    reason: RefusalReason | None = None
    reasons: list[RefusalReason] = []
    needed: list[str] = []
    missing: Kopecks = 0
    reply: Reply


def refresh_preview(before: Account, events: Sequence[Event], catalogue: Catalogue) -> RefreshPreview:
    """The preview of what was tried: the account as it stands, and the events that a request would cause."""
    ahead = [event for event in events if event.input is None]
    account = before
    for event in ahead:
        account = evolve(account, event)
    asked = events[len(ahead)]
    moment = Moment(asked.occurred_at, asked.booked_at, asked.recorded_at)
    seen: dict[str, Any] = {
        "zone": account.zone,
        "at": asked.booked_at,
        "ahead": len(ahead),
        "plan": account.plan,
        "wallet": account.wallet,
        "available": account.available,
    }
    if isinstance(asked, PackagesRefreshed):
        moved = [(entry.from_.partition("/"), entry.to.partition("/"), entry.amount) for entry in asked.entries]

        def sums(from_: str | None, to: str) -> list[Package]:
            found: dict[str, int] = {}
            for (source, _, service), (target, _, _), amount in moved:
                if service and target == to and from_ in (None, source):
                    found[service] = found.get(service, 0) + amount
            return [Package(each, UNIT_OF[each], PackageQuantity(found[each])) for each in SERVICES if each in found]

        unlimited = [Package(each, UNIT_OF[each], None) for each in SERVICES if asked.packages.get(each) == "unlimited"]
        return RefreshPreview(
            **seen,
            accepted=True,
            fee=asked.amount,
            discount=asked.discount,
            wallet_after=account.wallet - asked.amount,
            period=asked.period,
            carried=sums(BASE, CARRIED),
            granted=[*sums(GRANTED, BASE), *unlimited],
            expired=sums(None, EXPIRED),
            reply=reply(asked, account.zone),
        )
    if not isinstance(asked, RefreshRefused):
        raise ValueError("a closed contract has nothing to refresh")
    lacking = unmet(account, catalogue, moment, RUSSIAN)
    return RefreshPreview(
        **seen,
        accepted=False,
        fee=asked.facts["fee"],
        wallet_after=account.wallet,
        reason=asked.reason,
        reasons=lacking.reasons,
        needed=lacking.steps,
        missing=lacking.missing,
        reply=reply(asked, account.zone, month_of_refusal(asked, account, catalogue)),
    )
