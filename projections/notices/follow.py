"""Follow: what the events of a stretch of the log are told about, read with as little of accounts as it takes.

Most events are told without the account they belong to. Where the account just behind an event is needed, it is the
contract's newest state if the event is its newest, else it is folded from its events; and records are looked at one by
one only where the newest state says that packages went beyond a mark within the stretch.
"""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple, TypeAlias

import msgspec

from ledger.account import Account
from ledger.accounts import stored_accounts
from ledger.catalogue import PlanVersion
from ledger.entries import Entry
from ledger.events import (
    AccountClosed,
    Blocked,
    ChargeReversed,
    DailyFeeCharged,
    Event,
    MonthlyFeeCharged,
    OptionConnected,
    OptionDisconnected,
    OptionExpired,
    OptionFeeCharged,
    OptionSuspended,
    PackagesRefreshed,
    PeriodLapsed,
    PlanConnected,
    UsageCharged,
)
from ledger.evolve import BrokenLog, evolve
from ledger.log.errors import BadEvents
from ledger.log.store import Reading, Stored
from ledger.periods import Instant, local_date
from ledger.rules.tariff import plan_version
from ledger.timeline import CatalogueTimeline
from ledger.units import Service
from projections.notices.ahead import FEE_AHEAD, notices_ahead
from projections.notices.behind import TOLD, needs_account, notice_behind
from projections.notices.notice import Notice
from projections.notices.supply import spent_live, supply

Row: TypeAlias = tuple[int, str, int, str, bytes]
"""An event as it is read in bulk: position, contract, version, topic, state."""
Found: TypeAlias = list[tuple[int, Notice]]
"""Notices with the positions of their events."""
ACCOUNTS_AT_ONCE: Final = 1_000
ACCOUNTS_AT_HAND: Final = 20_000
"""So many accounts are kept from one stretch to the next."""
_USAGE: Final = UsageCharged.__name__
_TOLD: Final = frozenset(kind.__name__ for kind in TOLD)
_TURNS: Final = frozenset(
    kind.__name__
    for kind in (
        AccountClosed, Blocked, ChargeReversed, DailyFeeCharged, MonthlyFeeCharged, OptionConnected, OptionDisconnected,
        OptionExpired, OptionFeeCharged, OptionSuspended, PackagesRefreshed, PeriodLapsed, PlanConnected,
    )
)  # fmt: skip
"""What changes packages otherwise than by use."""


class Stretch(NamedTuple):
    """What a stretch of the log is told about, in its order, and the version to which it brought each contract."""

    notices: list[Notice]
    versions: dict[str, int]


class _Use(msgspec.Struct, gc=False):
    """What is decoded of most records."""

    booked_at: Instant
    service: Service
    entries: tuple[Entry, ...] = ()


_use: Final = msgspec.json.Decoder(_Use).decode


class Follower:
    """Follows one log, stretch by stretch in order of position, and keeps the accounts that it had to fold."""

    def __init__(self, log: Reading) -> None:
        self._log = log
        self._catalogues = CatalogueTimeline(log.adopted())
        self._known: dict[str, Account] = {}

    def behind(self, after: int, until: int) -> Stretch:
        """What the events behind `after` up to `until` are told about. Raises BadEvents."""
        by_contract: dict[str, list[Row]] = {}
        for row in self._log.rows_between(after, until):
            by_contract.setdefault(row[1], []).append(row)
        found: Found = []
        for contract, newest in self._with_newest(by_contract):
            found += self._of_contract(by_contract[contract], newest)
        if len(self._known) > ACCOUNTS_AT_HAND:
            self._known.clear()
        found.sort(key=lambda each: each[0])
        return Stretch([notice for _, notice in found], {each: rows[-1][2] for each, rows in by_contract.items()})

    def ahead(
        self, contracts: Sequence[str], now: Instant, seen: Mapping[str, int] = MappingProxyType({})
    ) -> Iterator[Notice]:
        """What is to be told by `now` of what the schedules of some contracts will ask for, as they stand.

        One that went on behind the version that was `seen` is left out: its later events come first. Raises BadEvents.
        """
        catalogue = self._catalogues.newest()
        for start in range(0, len(contracts), ACCOUNTS_AT_ONCE):
            some = contracts[start : start + ACCOUNTS_AT_ONCE]
            heads = {head.account: head.next_at for head in self._log.heads_of(some)}
            soon = [each for each in some if (due := heads.get(each, now)) is not None and due <= now + FEE_AHEAD]
            for found in stored_accounts(self._log, soon).values():
                account = found.account
                if account.version <= seen.get(account.account, account.version):
                    yield from notices_ahead(account, catalogue, now)

    def _with_newest(self, by_contract: Mapping[str, Sequence[Row]]) -> Iterator[tuple[str, Account | None]]:
        """The contracts of which something may have to be told, with their newest state where it may be of use."""
        some = [each for each, rows in by_contract.items() if each in self._known or any(map(_may_be_told, rows))]
        for start in range(0, len(some), ACCOUNTS_AT_ONCE):
            part = some[start : start + ACCOUNTS_AT_ONCE]
            newest = stored_accounts(self._log, [each for each in part if not self._begins(by_contract[each][0])])
            yield from ((each, newest[each].account if each in newest else None) for each in part)

    def _begins(self, row: Row) -> bool:
        """Whether the account before a row is at hand: a contract's first event has none."""
        return row[2] == 1 or row[1] in self._known

    def _of_contract(self, rows: Sequence[Row], newest: Account | None) -> Found:
        """What the events of one contract are told about."""
        found = None if newest is None else self._by_newest(rows, newest)
        if found is not None:
            return found
        first = rows[0]
        account = self._known.pop(first[1], None)
        if not account and first[2] > 1:
            account = self._folded(first[1], before=first[2])
        return self._one_by_one(rows, account)

    def _by_newest(self, rows: Sequence[Row], newest: Account) -> Found | None:
        """The same, if the events and the newest state of their contract tell it; else None."""
        found: Found = []
        used: list[tuple[Row, _Use]] = []
        for row in rows:
            if not _may_be_told(row):
                continue
            if _type(row) == _USAGE:
                used.append((row, _decoded(row)))
                continue
            event = Stored._make(row).event()
            if needs_account(event) and event.version != newest.version:
                return None
            found += self._told(row[0], event, newest)
        if len(used) == 1 and used[0][0][2] == newest.version:
            row = used[0][0]
            return found + self._told(row[0], Stored._make(row).event(), newest)
        return None if used and self._may_pass(rows, used, newest) else found

    def _may_pass(self, rows: Sequence[Row], used: Sequence[tuple[Row, _Use]], newest: Account) -> bool:
        """Whether packages may have gone beyond a mark by some records; False is sure, by the newest state."""
        if rows[-1][2] != newest.version or any(_type(row) in _TURNS for row in rows):
            return True
        first, *others = [self._plan(newest, row[0], use.booked_at) for row, use in used]
        if any(other is not first for other in others):
            return True
        return first is not None and any(
            _passed(newest, service, first, [use for _, use in used if use.service == service])
            for service in {use.service for _, use in used}
        )

    def _plan(self, account: Account, position: int, at: Instant) -> PlanVersion | None:
        return plan_version(account, self._catalogues.at(position), local_date(at, account.zone))

    def _one_by_one(self, rows: Sequence[Row], account: Account | None) -> Found:
        """The same from each account behind an event, which is folded on."""
        found: Found = []
        for row in rows:
            event = Stored._make(row).event()
            try:
                account = evolve(account, event, row[1])
            except BrokenLog as error:
                raise BadEvents(str(error), "run_verify") from None
            if _may_be_told(row):
                found += self._told(row[0], event, account)
        if account is not None:
            self._known[account.account] = account
        return found

    def _folded(self, contract: str, *, before: int) -> Account | None:
        account: Account | None = None
        for stored in self._log.events(contract):
            if stored.version >= before:
                break
            try:
                account = evolve(account, stored.event(), contract)
            except BrokenLog as error:
                raise BadEvents(str(error), "run_verify") from None
        return account

    def _told(self, position: int, event: Event, account: Account) -> Found:
        notice = notice_behind(event, account, self._catalogues.at(position)) if isinstance(event, TOLD) else None
        return [] if notice is None else [(position, notice)]


def _type(row: Row) -> str:
    return row[3].partition("/")[0]


def _may_be_told(row: Row) -> bool:
    """Whether an event may be told about; of records only those that took from packages."""
    name = _type(row)
    return name in _TOLD and (name != _USAGE or b'"grant"' in row[4])


def _passed(newest: Account, service: Service, plan: PlanVersion, used: Sequence[_Use]) -> bool:
    """Whether the packages of a service are beyond a mark, and were not before all of some records."""
    found = supply(newest, service, newest.clock, plan)
    if found is None:
        return False
    return not found.left or (found.is_low() and not found.is_low(sum(spent_live(use.entries) for use in used)))


def _decoded(row: Row) -> _Use:
    try:
        return _use(row[4])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, TypeError):
        Stored._make(row).event()  # says what is wrong with it
        raise
