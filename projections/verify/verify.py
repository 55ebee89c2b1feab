"""Verify: every booking is decided again from the log alone and compared, event by event, entry by entry."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import partial
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from ledger.log.errors import InvalidText
from ledger.log.store import Flaw, Head, Reading, Share, Stored, StoredKey, StoreRef
from ledger.progress import Progress, unwatched
from ledger.timeline import CatalogueTimeline
from projections import totals
from projections.engines.engine import Engine, Job, Telling
from projections.engines.pool import HERE
from projections.shares import EVENTS_FOR_PROCESSES, SHARES_PER_WORKER, cut, whole
from projections.verify import ledger_wide, traces
from projections.verify.account import UNFOLLOWABLE, AccountAudit, KeysOfAccount, Missing, Problem
from projections.verify.named import named, place
from projections.verify.recorded import Recorded
from projections.verify.references import References
from projections.verify.views import Copy, ViewsAudit, of_all


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

    def keys(self, log: Reading) -> "_Keys | None":
        """Their keys, read once along; of those that are named each is looked up."""
        return _Keys(log.keys_in(self.accounts)) if isinstance(self.accounts, Share) else None

    def heads(self, log: Reading) -> Iterator[Head]:
        """Their heads, in order of account."""
        if isinstance(self.accounts, Share):
            return log.heads_in(self.accounts)
        return iter(sorted(log.heads_of(self.accounts)))


class _Flaws(NamedTuple):
    """What a store finds wrong with itself."""

    shard: int
    found: Sequence[Flaw]


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
    recorded: Recorded = msgspec.field(default_factory=Recorded)
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
    return _verified(log, accounts, views, HERE, progress)


def verify_store(
    ref: StoreRef,
    *,
    engine: Engine,
    accounts: Sequence[str] | None = None,
    views: Copy | None = None,
    progress: Progress = unwatched,
) -> Report:
    """The same over a store, on an engine: no rule crosses accounts."""
    try:
        return _verify_store(ref, engine, accounts, views, progress)
    except InvalidText:
        with closing(ref.open()) as store, store.reading(escape_invalid_text=True) as log:
            return verify(log, accounts=accounts, views=views, progress=progress)


def _verify_store(
    ref: StoreRef,
    engine: Engine,
    accounts: Sequence[str] | None,
    views: Copy | None,
    progress: Progress,
) -> Report:
    with closing(ref.open()) as store, store.reading() as log:
        count = log.count() if accounts is None else log.count_of(accounts)
        return _verified(log, accounts, views, engine.sized(enough=count >= EVENTS_FOR_PROCESSES), progress)


def _verified(
    log: Reading, accounts: Sequence[str] | None, views: Copy | None, engine: Engine, progress: Progress
) -> Report:
    positions = [shard.last_position() for shard in log.shards]
    jobs: list[Job[_Part | _Flaws]] = [
        Telling(partial(_audit, some, positions[some.shard], views)) for some in _shares(log, accounts, engine.workers)
    ]
    if accounts is None:
        jobs += [partial(_flaws, number) for number in range(len(log.shards))]
    parts, flaws = [], []
    until = log.mark() if log.has_only_events else None
    for done in engine.run(jobs, log, until=until, progress=progress):
        if isinstance(done, _Part):
            parts.append(done)
        else:
            flaws.append(done)
    return _report(log, parts, flaws if accounts is None else None, views)


def _flaws(number: int, log: Reading) -> "_Flaws":
    return _Flaws(number, list(log.shards[number].flaws()))


def _shares(log: Reading, accounts: Sequence[str] | None, workers: int) -> list[_Some]:
    """All accounts, or the named ones, cut into shares for so many processes."""
    if accounts is None:
        return [_Some(share.shard, share) for share in log.shares(workers)]
    shares: list[_Some] = []
    for number, shard in enumerate(log.shards):
        named = _known(shard, accounts) if len(log.shards) > 1 else sorted(set(accounts))
        count = workers * SHARES_PER_WORKER if workers > 1 else 1
        shares += [_Some(number, some) for some in cut(shard.as_read(named), count)]
    return shares


def _known(shard: Reading, accounts: Sequence[str]) -> list[str]:
    """Those of some accounts of which a shard has anything."""
    return sorted({*shard.newest_versions(accounts), *(head.account for head in shard.heads_of(accounts))})


def _report(log: Reading, parts: list[_Part], flaws: Sequence[_Flaws] | None, views: Copy | None) -> Report:
    """The report of all accounts with what each store finds wrong with itself, or of some, where nobody asked it."""
    everybody = flaws is not None
    problems: list[Problem] = []
    for number, shard in enumerate(log.shards):
        found = _of_shard(
            shard,
            [part for part in parts if part.shard == number],
            [flaw for each in flaws if each.shard == number for flaw in each.found] if flaws is not None else None,
        )
        if len(log.shards) > 1:
            named_here = [account for part in parts if part.shard == number for account in part.named]
            looked_at = shard.accounts() if everybody else named_here
            found += ledger_wide.of_numbers(shard, number, len(log.shards), looked_at)
            found = [replace(problem, shard=number) for problem in found]
        problems += found
    if everybody and views is not None:
        problems += of_all(views, _moved(parts), set(log.accounts()))
    return Report(
        accounts=sum(part.accounts for part in parts),
        events=sum(part.events for part in parts),
        ok=not problems,
        problems=sorted(named(problems, log.contracts), key=place),
        of_accounts=UNSET if everybody else len(log.accounts()),
        erased=sum(part.erased for part in parts) or UNSET,
        positions=tuple(shard.last_position() for shard in log.shards) if log.has_only_events else UNSET,
    )


def _of_shard(log: Reading, parts: list[_Part], flaws: Sequence[Flaw] | None) -> list[Problem]:
    """What was found in one log."""
    problems = [*ledger_wide.of_catalogues(log), *(problem for part in parts for problem in part.problems)]
    cited = References()
    for part in parts:
        cited.update(part.cited)
    if log.has_only_events:
        return problems
    problems += cited.problems(log, everybody=flaws is not None)
    missing = [gone for part in parts for gone in part.missing]
    if flaws is not None:
        along = _along(log, parts)
        problems += [*ledger_wide.of_store(log, flaws), *along.problems]
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


def _along(log: Reading, parts: list[_Part]) -> ledger_wide.Along:
    """What is found along the log; one gone through account by account tells mostly that this would be nothing."""
    recorded = Recorded()
    for part in parts:
        recorded.update(part.recorded)
    return ledger_wide.Along() if recorded.is_in_order(log.last_position()) else ledger_wide.along(log)


def _moved(parts: list[_Part]) -> Counter[totals.Cell] | None:
    """What all accounts together moved; None where some could not be followed."""
    moved: Counter[totals.Cell] = Counter()
    for part in parts:
        moved.update(part.moved)  # keeps what nets to zero
    return moved if all(part.viewed for part in parts) else None


def _audit(some: _Some, position: int, views: Copy | None, log: Reading, progress: Progress) -> _Part:
    """Audit some of the accounts; what came behind `position` meanwhile is not counted against other tables."""
    shard = log.shards[some.shard]
    if views is None:
        return _audited(shard, some, position, None, progress)
    with closing(ViewsAudit(views, some.shard)) as viewed:
        part = _audited(shard, some, position, viewed, progress)
        part.moved, part.viewed = viewed.moved.cells(), viewed.whole
        return part


def _audited(log: Reading, some: _Some, position: int, viewed: ViewsAudit | None, progress: Progress) -> _Part:
    catalogues = CatalogueTimeline(log.adopted())
    stored_heads, stored_keys = _Heads(some.heads(log)), some.keys(log)
    look_at_heads = not log.has_only_events and not ledger_wide.heads_are_older(log)
    part = _Part(some.shard, named=() if isinstance(some.accounts, Share) else tuple(some.accounts))
    for account_id, rows in whole(log, some.accounts):
        part.accounts += 1
        part.events += len(rows)
        counted = sum([row.position <= position for row in rows])
        part.counted += counted
        part.problems += stored_heads.before(account_id)
        head = stored_heads.of(account_id)
        audit = AccountAudit(account_id, catalogues, log, counted_until=position)
        if audit.agrees(rows, stored_keys.of(account_id) if stored_keys is not None else None):
            if not log.has_only_events:
                part.cited.add_all(rows[:counted], audit.events[:counted])
            part.recorded.add(rows[:counted], audit.events[:counted])
            if viewed is not None and audit.state is not None:
                viewed.events(audit.state, rows, audit.events, catalogues)
        else:
            audit = _named(account_id, rows, catalogues, log, position, viewed, part.cited)
        try:
            if look_at_heads:
                audit.problems.extend(audit.head(head))
        except UNFOLLOWABLE as error:
            audit.problems.append(_unfollowable(account_id, rows[-1].version, error))
            audit.give_up()
        if viewed is not None:
            if audit.lost:
                viewed.lost()
            part.problems += viewed.account(account_id)
        part.inputs += audit.inputs
        part.erased += audit.erased
        part.problems += audit.problems
        part.missing += audit.missing
        progress(part.events)
    part.problems += stored_heads.before(None)
    return part


def _named(
    account_id: str,
    rows: Sequence[Stored],
    catalogues: CatalogueTimeline,
    log: Reading,
    position: int,
    viewed: ViewsAudit | None,
    cited: References,
) -> AccountAudit:
    """The audit of an account that does not agree, event by event, with what differs."""
    booked = viewed.booking if viewed is not None else lambda *_: None
    audit = AccountAudit(account_id, catalogues, log, counted_until=position, booked=booked)
    version = None
    try:
        for row in rows:
            version = row.version
            event = audit.event(row)
            if row.position <= position:
                cited.add(row, event)
        audit.finish()
    except UNFOLLOWABLE as error:
        audit.problems.append(_unfollowable(account_id, version, error))
        audit.give_up()
    return audit


def _unfollowable(account_id: str, version: int | None, error: Exception) -> Problem:
    return Problem(account_id, version, "audit", "events that can be followed", repr(error))


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


class _Keys:
    """The stored keys of inputs, walked beside the accounts of the log."""

    def __init__(self, rows: Iterator[StoredKey]) -> None:
        self._accounts = groupby(rows, attrgetter("account"))
        self._next = next(self._accounts, None)

    def of(self, account: str) -> KeysOfAccount:
        """Those of an account; what stands before them belongs to none that has events."""
        while self._next is not None and self._next[0] < account:
            self._next = next(self._accounts, None)
        if self._next is None or self._next[0] != account:
            return {}
        found: KeysOfAccount = {key: (version, content) for key, _, version, content in self._next[1]}
        self._next = next(self._accounts, None)
        return found
