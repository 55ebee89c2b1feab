"""Verify: every booking is decided again from the log alone and compared, event by event, entry by entry."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import partial
from typing import Final, NamedTuple

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from ledger.log.errors import BadEvents, InvalidText
from ledger.log.store import Head, Reading, Share, StoreRef
from ledger.progress import Progress, unwatched
from ledger.timeline import CatalogueTimeline
from projections import totals
from projections.shares import EVENTS_FOR_PROCESSES, SHARES_PER_WORKER, Job, Telling, cut, in_processes, whole
from projections.verify import ledger_wide, traces
from projections.verify.account import AccountAudit, Missing, Problem
from projections.verify.named import named, place
from projections.verify.references import References
from projections.verify.views import Copy, ViewsAudit, of_all

PROGRESS_EVERY_EVENTS: Final = 5_000
UNFOLLOWABLE: Final = (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError, BadEvents)
"""What damage to an account's rows can raise: it is a finding, and no reason not to look at the other accounts."""


class Report(msgspec.Struct):
    """What `obnovi verify` found of so many contracts. `of_accounts`, where only some were looked at: of how many.

    `erased`, where there are any: of how many the personal data are destroyed, so that only money, units and times were
    checked. `views`, where there are some that could not be compared: why. `positions`, where a dataset was looked at,
    which has events and catalogues alone: those of each shard up to which it holds.
    """

    accounts: int = 0
    events: int = 0
    ok: bool = True
    problems: list[Problem] = msgspec.field(default_factory=list)
    of_accounts: int | UnsetType = UNSET
    erased: int | UnsetType = UNSET
    views: str | UnsetType = UNSET
    positions: tuple[int, ...] | UnsetType = UNSET


class _Some(NamedTuple):
    """Accounts of a shard to decide again together: a share of all, or those that are named."""

    shard: int
    accounts: Share | Sequence[str]

    def heads(self, log: Reading) -> Iterator[Head]:
        """Their heads, in order of account."""
        if isinstance(self.accounts, Share):
            return log.heads_in(self.accounts)
        return iter(sorted(log.heads_of(self.accounts)))


class _Part(msgspec.Struct):
    """What a share of accounts came to; `inputs` counts the bookings that must have a key.

    `counted` are the events that were there when the audit began, `events` also those that came meanwhile.
    """

    shard: int = 0
    accounts: int = 0
    events: int = 0
    counted: int = 0
    inputs: int = 0
    cited: References = msgspec.field(default_factory=References)
    problems: list[Problem] = msgspec.field(default_factory=list)
    missing: list[Missing] = msgspec.field(default_factory=list)
    moved: Counter[totals.Cell] = msgspec.field(default_factory=Counter)
    named: tuple[str, ...] = ()
    erased: int = 0
    viewed: bool = True


def verify(
    log: Reading,
    *,
    accounts: Sequence[str] | None = None,
    views: Copy | None = None,
    progress: Progress = unwatched,
) -> Report:
    """Decide every input and every night again and compare; check versions, positions, balances, keys and heads.

    With `accounts`, ids of contracts, only these are looked at: their events, keys and heads, and the catalogues they
    were booked under.
    What concerns the ledger as a whole (the file, the positions, how many keys there are, what the tables list though
    nobody cites it) is not claimed then.

    The views are compared with the log where a copy of them is given.

    Of a dataset there are events and catalogues alone, so nothing else is claimed.

    What is stored stays the truth for what follows, so each difference is named once. A tail cut off together with its
    traces is not found here: that needs evidence from outside the ledger.
    """
    parts = [
        _audit(log, some, log.shards[some.shard].last_position(), views, progress) for some in _shares(log, accounts, 1)
    ]
    return _report(log, parts, [ledger_wide.along(shard) for shard in log.shards] if accounts is None else None, views)


def verify_store(
    ref: StoreRef,
    *,
    workers: int,
    accounts: Sequence[str] | None = None,
    views: Copy | None = None,
    progress: Progress = unwatched,
) -> Report:
    """The same over a store, on several processes: no rule crosses accounts."""
    try:
        return _verify_store(ref, workers, accounts, views, progress)
    except InvalidText:
        with closing(ref.open()) as store, store.reading(escape_invalid_text=True) as log:
            return verify(log, accounts=accounts, views=views, progress=progress)


def _verify_store(
    ref: StoreRef,
    workers: int,
    accounts: Sequence[str] | None,
    views: Copy | None,
    progress: Progress,
) -> Report:
    with closing(ref.open()) as store, store.reading() as log:
        count = log.count() if accounts is None else log.count_of(accounts)
        if workers == 1 or count < EVENTS_FOR_PROCESSES:
            return verify(log, accounts=accounts, views=views, progress=progress)
        positions, parts, along = [shard.last_position() for shard in log.shards], [], {}
        jobs: list[Job[_Part | tuple[int, ledger_wide.Along]]] = []
        if accounts is None:
            jobs += [partial(_along, number) for number in range(len(log.shards))]
        jobs += [
            Telling(partial(_audit_share, some, positions[some.shard], views))
            for some in _shares(log, accounts, workers)
        ]
        until = log.mark() if log.has_only_events else None
        for done in in_processes(jobs, log, workers=workers, until=until, progress=progress):
            if isinstance(done, _Part):
                parts.append(done)
            else:
                along[done[0]] = done[1]
        return _report(log, parts, [along[number] for number in sorted(along)] if accounts is None else None, views)


def _along(number: int, log: Reading) -> tuple[int, ledger_wide.Along]:
    return number, ledger_wide.along(log.shards[number])


def _shares(log: Reading, accounts: Sequence[str] | None, workers: int) -> list[_Some]:
    """All accounts, or the named ones, cut into shares for some processes."""
    if accounts is None:
        return [_Some(share.shard, share) for share in log.shares(workers)]
    count = workers * SHARES_PER_WORKER if workers > 1 else 1
    shares: list[_Some] = []
    for number, shard in enumerate(log.shards):
        named = _known(shard, accounts) if len(log.shards) > 1 else sorted(set(accounts))
        shares += [_Some(number, some) for some in cut(shard.as_read(named), count)]
    return shares


def _known(shard: Reading, accounts: Sequence[str]) -> list[str]:
    """Those of some accounts of which a shard has anything."""
    return sorted({*shard.newest_versions(accounts), *(head.account for head in shard.heads_of(accounts))})


def _report(log: Reading, parts: list[_Part], along: Sequence[ledger_wide.Along] | None, views: Copy | None) -> Report:
    """The report of all accounts with what was found along each log, or of some, where that is not looked at."""
    problems: list[Problem] = []
    for number, shard in enumerate(log.shards):
        found = _of_shard(
            shard, [part for part in parts if part.shard == number], along[number] if along is not None else None
        )
        if len(log.shards) > 1:
            named_here = [account for part in parts if part.shard == number for account in part.named]
            looked_at = shard.accounts() if along is not None else named_here
            found += ledger_wide.of_numbers(shard, number, len(log.shards), looked_at)
            found = [replace(problem, shard=number) for problem in found]
        problems += found
    if along is not None and views is not None:
        problems += of_all(views, _moved(parts), set(log.accounts()))
    return Report(
        accounts=sum(part.accounts for part in parts),
        events=sum(part.events for part in parts),
        ok=not problems,
        problems=sorted(named(problems, log.contracts), key=place),
        of_accounts=UNSET if along is not None else len(log.accounts()),
        erased=sum(part.erased for part in parts) or UNSET,
        positions=tuple(shard.last_position() for shard in log.shards) if log.has_only_events else UNSET,
    )


def _of_shard(log: Reading, parts: list[_Part], along: ledger_wide.Along | None) -> list[Problem]:
    """What was found in one log."""
    everybody = along is not None
    problems = [*ledger_wide.of_catalogues(log), *(problem for part in parts for problem in part.problems)]
    cited = References()
    for part in parts:
        cited.update(part.cited)
    if log.has_only_events:
        return problems
    problems += cited.problems(log, everybody=everybody)
    missing = [gone for part in parts for gone in part.missing]
    if along is not None:
        problems += [*ledger_wide.of_store(log), *along.problems]
        problems += traces.of_missing(missing, along.gaps, log.positions_used(), log.last_position(), log.contracts)
        problems += _counts(log, parts, missing, sound=not problems)
    else:
        problems += traces.of_missing(missing, [], 0, 0, log.contracts)
    return problems


def _counts(log: Reading, parts: list[_Part], missing: list[Missing], *, sound: bool) -> Iterator[Problem]:
    """All events belong to accounts, and each booking of an input has its one key; what does not is named.

    Where it cannot be, and nothing else was found that would account for it, the numbers are told.
    """
    events, inputs = sum(part.counted for part in parts), sum(part.inputs for part in parts)
    if (count := log.count()) != events and sound:
        yield Problem(None, None, "events of accounts", count, events)
    keys = log.count_keys()
    if keys == inputs and sound:
        return
    named = list(traces.of_keys(log, missing))
    yield from named
    if keys != inputs and sound and not named:
        yield Problem(None, None, "number of idempotency keys", inputs, keys)


def _moved(parts: list[_Part]) -> Counter[totals.Cell] | None:
    """What all accounts together moved; None where some could not be followed."""
    moved: Counter[totals.Cell] = Counter()
    for part in parts:
        moved.update(part.moved)  # keeps what nets to zero
    return moved if all(part.viewed for part in parts) else None


def _audit_share(some: _Some, position: int, views: Copy | None, log: Reading, progress: Progress) -> _Part:
    return _audit(log, some, position, views, progress)


def _audit(log: Reading, some: _Some, position: int, views: Copy | None, progress: Progress) -> _Part:
    """Audit some of the accounts; what came behind `position` meanwhile is not counted against other tables."""
    shard = log.shards[some.shard]
    if views is None:
        return _audited(shard, some, position, None, progress)
    with closing(ViewsAudit(views, some.shard)) as viewed:
        part = _audited(shard, some, position, viewed, progress)
        part.moved, part.viewed = viewed.moved, viewed.whole
        return part


def _audited(log: Reading, some: _Some, position: int, viewed: ViewsAudit | None, progress: Progress) -> _Part:
    catalogues = CatalogueTimeline(log.adopted())
    stored_heads = _Heads(some.heads(log))
    look_at_heads = not log.has_only_events and not ledger_wide.heads_are_older(log)
    part = _Part(some.shard, named=() if isinstance(some.accounts, Share) else tuple(some.accounts))
    for account_id, events in whole(log, some.accounts):
        rows = iter(events)
        part.accounts += 1
        audit = AccountAudit(
            account_id, catalogues, log, counted_until=position, booked=viewed.booking if viewed else lambda *_: None
        )
        part.problems += stored_heads.before(account_id)
        head = stored_heads.of(account_id)
        version = None
        try:
            for row in rows:
                version = row.version
                part.events += 1
                part.counted += row.position <= position
                event = audit.event(row)
                if row.position <= position and not log.has_only_events:
                    part.cited.add(row, event)
                if part.events % PROGRESS_EVERY_EVENTS == 0:
                    progress(part.events)
            audit.finish()
            if look_at_heads:
                audit.problems.extend(audit.head(head))
        except UNFOLLOWABLE as error:
            audit.problems.append(Problem(account_id, version, "audit", "events that can be followed", repr(error)))
            for row in rows:
                part.events += 1
                part.counted += row.position <= position
            audit.give_up()
        if viewed is not None:
            if audit.lost:
                viewed.lost()
            part.problems += viewed.account(account_id)
        part.inputs += audit.inputs
        part.erased += audit.erased
        part.problems += audit.problems
        part.missing += audit.missing
    part.problems += stored_heads.before(None)
    progress(part.events)
    return part


class _Heads:
    """The stored heads, walked beside the accounts of the log."""

    def __init__(self, rows: Iterator[Head]) -> None:
        self._rows = rows
        self._next = next(rows, None)

    def before(self, account: str | None) -> Iterator[Problem]:
        """Heads that stand before an account (all that remain, for None): the log has no events for them."""
        while self._next is not None and (account is None or self._next.account < account):
            yield Problem(self._next.account, None, "head without events", None, f"version {self._next.version}")
            self._next = next(self._rows, None)

    def of(self, account: str) -> Head | None:
        """The head of an account, if it is the next one."""
        found = self._next
        if found is None or found.account != account:
            return None
        self._next = next(self._rows, None)
        return found
