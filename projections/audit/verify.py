"""Verify: every booking is decided again from the log alone and compared, event by event, entry by entry."""

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import closing
from pathlib import Path
from typing import Final

import msgspec

from ledger.catalogue import BadCatalogue, parse
from ledger.log.journal import LAST_ACCOUNT, Head, Journal, Reading, Stored
from ledger.service import CatalogueTimeline
from projections.audit.account import AccountAudit, Problem

PROGRESS_EVERY_EVENTS: Final = 5_000
RANGES_PER_WORKER: Final = 8
EVENTS_FOR_A_POOL: Final = 20_000
"""Below this, starting processes costs more than they save."""


class Report(msgspec.Struct):
    """What `obnovi verify` found."""

    accounts: int = 0
    events: int = 0
    ok: bool = True
    problems: list[Problem] = msgspec.field(default_factory=list)


class _Part(msgspec.Struct):
    """What a range of accounts came to; `inputs` counts the bookings that must have a key."""

    accounts: int = 0
    events: int = 0
    inputs: int = 0
    problems: list[Problem] = msgspec.field(default_factory=list)


def verify(log: Reading, *, progress: Callable[[int], None] = lambda _: None) -> Report:
    """Decide every input and every night again and compare; check versions, positions, balances, keys and heads.

    What is stored stays the truth for what follows, so each difference is named once. A tail cut off together with its
    traces is not found here: that needs evidence from outside the ledger.
    """
    part = _range(log, "", LAST_ACCOUNT, log.last_position(), progress)
    return _report(log, [part])


def verify_file(path: Path, *, workers: int, progress: Callable[[int], None] = lambda _: None) -> Report:
    """The same over the ledger in a file, on several processes: no rule crosses accounts."""
    with closing(Journal(path, create=False)) as journal, journal.reading() as log:
        if workers == 1 or log.last_position() < EVENTS_FOR_A_POOL:
            return verify(log, progress=progress)
        ranges = _ranges(log.accounts(), workers * RANGES_PER_WORKER)
        parts: list[_Part] = []
        with ProcessPoolExecutor(max_workers=workers) as pool:
            jobs = [pool.submit(_range_of_file, path, *each, log.last_position()) for each in ranges]
            for done in as_completed(jobs):
                parts.append(done.result())
                progress(sum(part.events for part in parts))
        return _report(log, parts)


def _report(log: Reading, parts: list[_Part]) -> Report:
    problems = [*_whole(log), *(problem for part in parts for problem in part.problems)]
    inputs, stored_keys = sum(part.inputs for part in parts), log.count_keys()
    if stored_keys != inputs:
        problems.append(Problem(None, None, "number of idempotency keys", inputs, stored_keys))
    problems.sort(key=lambda problem: (problem.account or "", problem.version or 0))
    return Report(
        accounts=sum(part.accounts for part in parts),
        events=sum(part.events for part in parts),
        ok=not problems,
        problems=problems,
    )


def _range_of_file(path: Path, first: str, last: str, position: int) -> _Part:
    """One process's share, in a reading of its own."""
    with closing(Journal(path, create=False)) as journal, journal.reading() as log:
        return _range(log, first, last, position, lambda _: None)


def _range(log: Reading, first: str, last: str, position: int, progress: Callable[[int], None]) -> _Part:
    """Audit the accounts of a range; of what came behind `position` meanwhile, keys are not counted."""
    catalogues = CatalogueTimeline(log.adopted())
    stored_heads = _Heads(log.heads(first, last))
    part = _Part()
    for account_id, rows in _by_account(log.all_events(first, last)):
        part.accounts += 1
        audit = AccountAudit(account_id, catalogues, log, counted_until=position)
        for row in rows:
            part.events += 1
            audit.event(row)
            if part.events % PROGRESS_EVERY_EVENTS == 0:
                progress(part.events)
        audit.finish()
        part.inputs += audit.inputs
        part.problems += stored_heads.before(account_id)
        part.problems += audit.problems
        part.problems += audit.head(stored_heads.of(account_id))
    part.problems += stored_heads.before(None)
    progress(part.events)
    return part


def _ranges(accounts: list[str], count: int) -> list[tuple[str, str]]:
    size = -(-len(accounts) // count) or 1
    return [(accounts[i], accounts[min(i + size, len(accounts)) - 1]) for i in range(0, len(accounts), size)]


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


def _whole(log: Reading) -> Iterator[Problem]:
    """What concerns the ledger as a whole: the file, the positions, the catalogues."""
    for line in log.problems_of_file():
        yield Problem(None, None, "file", "ok", line)
    count, last, used = log.count(), log.last_position(), log.positions_used()
    if count != last:
        yield Problem(None, None, "events and positions", last, count)
    if used != last:
        yield Problem(None, None, "last position", used, last)
    for row in log.adopted():
        try:
            digest = parse(row.toml).digest
        except BadCatalogue as error:
            yield Problem(None, None, f"catalogue of position {row.position}", "a catalogue", str(error))
            continue
        if digest != row.digest:
            yield Problem(None, None, f"catalogue of position {row.position}", row.digest, digest)


def _by_account(rows: Iterator[Stored]) -> Iterator[tuple[str, Iterator[Stored]]]:
    """Rows grouped by account, each group consumed before the next begins."""
    pending = next(rows, None)

    def group(account: str) -> Iterator[Stored]:
        nonlocal pending
        while pending is not None and pending.account == account:
            yield pending
            pending = next(rows, None)

    while pending is not None:
        yield pending.account, group(pending.account)
