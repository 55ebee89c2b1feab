"""Refused: what a refused request lacked, and when the same request would have been accepted (R-5.3)."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any, Final

import msgspec

from ledger import periods
from ledger.account import Account
from ledger.catalogue import Catalogue
from ledger.events import RefreshRefused
from ledger.evolve import evolve
from ledger.periods import Instant
from ledger.rules.refresh import REFUSALS, facts_of
from ledger.service import Ledger
from ledger.units import rubles
from projections.refusals import RefusalRow
from projections.wording import BLOCKS

REASONS: Final = frozenset({reason for reason, _ in REFUSALS})
REQUESTS: Final = ("ussd", "sms", "refresh")
"""The types of input that ask for a refresh."""


class Refused(msgspec.Struct, frozen=True):
    """A refusal; of a refresh also what it lacked, `missing` in kopecks, and when it would have been accepted.

    That is the version and local time of the first event behind which no reason holds, as far as the log goes.
    """

    account: str
    version: int
    input_type: str
    reason: str
    facts: dict[str, Any]
    booked_at: str
    needed: str | None = None
    missing: int | None = None
    worked_from: int | None = None
    worked_at: str | None = None


def refused(ledger: Ledger, rows: Iterable[RefusalRow]) -> Iterator[Refused]:
    """What became of refusals, which come by account and version."""
    for account, theirs in groupby(rows, key=lambda row: row.account):
        yield from _of_account(ledger, account, list(theirs))


def needed(reason: str, facts: dict[str, Any]) -> str:
    """What was missing for a refresh, in Russian (R-5.3)."""
    missing = _missing(facts)
    match reason:
        case "NOT_ELIGIBLE":
            return "тариф с «Обнови пакет» и ежемесячной платой в домашнем регионе"
        case "FEE_WAIVED":
            return "конец скидки 100 %"
        case "BLOCKED":
            kinds = ", ".join(BLOCKS[kind] for kind in facts["blocks"])
            return f"снять блокировку ({kinds})"
        case "ALTERNATIVE_PERIOD" if missing:
            return f"пополнить на {rubles(missing)} и дождаться ночи"
        case "ALTERNATIVE_PERIOD" | "UNPAID_PERIOD":
            return "дождаться ночного списания"
        case _:
            return f"пополнить на {rubles(missing)}"


def _of_account(ledger: Ledger, account: str, rows: list[RefusalRow]) -> Iterator[Refused]:
    if not any(_asks_for_refresh(row) for row in rows):
        yield from (_told(row) for row in rows)
        return
    found: dict[int, tuple[int, Instant]] = {}
    waiting: list[int] = []
    state: Account | None = None
    catalogues = ledger.catalogues()
    for position, event in ledger.events(account):
        state = evolve(state, event, account)
        if waiting and _would_work(state, event.booked_at, catalogues.at(position)):
            found |= dict.fromkeys(waiting, (event.version, event.booked_at))
            waiting = []
        if isinstance(event, RefreshRefused):
            waiting.append(event.version)
    assert state is not None, "an account with a refusal has events"
    for row in rows:
        version, at = found.get(row.version, (None, None))
        yield _told(row, version, None if at is None else periods.local_text(at, state.zone))


def _would_work(account: Account, at: Instant, catalogue: Catalogue) -> bool:
    facts = facts_of(account, catalogue, periods.local_date(at, account.zone))
    return not any(holds(facts) for _, holds in REFUSALS)


def _told(row: RefusalRow, worked_from: int | None = None, worked_at: str | None = None) -> Refused:
    of_refresh = _asks_for_refresh(row)
    return Refused(
        account=row.account,
        version=row.version,
        input_type=row.input_type,
        reason=row.reason,
        facts=row.facts,
        booked_at=row.booked_at,
        needed=needed(row.reason, row.facts) if of_refresh else None,
        missing=_missing(row.facts) or None if of_refresh else None,
        worked_from=worked_from if of_refresh else None,
        worked_at=worked_at if of_refresh else None,
    )


def _asks_for_refresh(row: RefusalRow) -> bool:
    return row.input_type in REQUESTS and row.reason in REASONS


def _missing(facts: dict[str, Any]) -> int:
    fee, available = int(facts["fee"] or 0), int(facts["available"])
    return max(fee - available, 0)
