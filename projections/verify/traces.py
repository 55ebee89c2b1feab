"""Traces: what is left of events that are gone, or were put where none belongs, and whose events these are."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

import msgspec

from ledger.contracts import Contracts
from ledger.log import keys
from ledger.log.codec import SEALED_TOPICS
from ledger.log.errors import BadEvents
from ledger.log.store import Reading
from projections.verify.account import Missing, Problem

NAMED_MAX: Final = 1_000


class Gap(msgspec.Struct, frozen=True):
    """Positions without an event, `first` to `last`, with the name and position of the event behind them."""

    first: int
    last: int
    account: str
    version: int
    behind: int


def of_missing(
    missing: Sequence[Missing], gaps: Sequence[Gap], used: int, last: int, contracts: Contracts
) -> Iterator[Problem]:
    """Each event that is gone, with the position it had where that can be told; then the positions that are left over.

    `used` is the highest position ever given out, `last` that of the newest event.
    """
    tail = [Gap(last + 1, used, "", 0, used + 1)] if used > last else []
    told: set[int] = set()
    for gone in missing:
        free = [
            position
            for gap in (*gaps, *tail)
            for position in islice(range(gap.first, gap.last + 1), NAMED_MAX)
            if gone.after < position and (gone.before is None or position < gone.before)
        ]
        count = gone.last - gone.first + 1
        told.update(free)
        for place, version in enumerate(range(gone.first, min(gone.last, gone.first + NAMED_MAX) + 1)):
            at = _at([free[place]] if len(free) == count else free, gone)
            yield Problem(gone.account, version, "event missing", f"an event {at}", None)
    for gap in gaps:
        if not told.issuperset(islice(range(gap.first, gap.last + 1), NAMED_MAX)):
            yield _left_over(gap, used, contracts)
    if used != last:
        yield Problem(None, None, "last position", used, last)


def _left_over(gap: Gap, used: int, contracts: Contracts) -> Problem:
    """A gap that nobody's missing event explains. An event at a position that was never given out was put there."""
    if gap.behind > used:
        return Problem(gap.account, gap.version, "position along the log", gap.first, gap.behind)
    found = f"account {contracts.named(gap.account)}, version {gap.version} at position {gap.behind}"
    return Problem(None, None, "position along the log", f"an event at position {gap.first}", found)


def _at(free: Sequence[int], gone: Missing) -> str:
    match free:
        case []:
            bounds = f"behind position {gone.after}"
            return bounds if gone.before is None else f"{bounds}, before {gone.before}"
        case [position]:
            return f"at position {position}"
        case _:
            return f"at one of {len(free)} positions from {free[0]} to {free[-1]}"


def of_keys(log: Reading, missing: Sequence[Missing]) -> Iterator[Problem]:
    """Keys that no booking has: of an event that is gone, or put there."""
    gone = {(each.account, version) for each in missing for version in range(each.first, each.last + 1)}
    number = 0
    for key in log.all_keys():
        row = log.stored(key.account, key.version)
        try:
            if row is not None:
                input, opener = log.opened(row).input, log.keyring.key(key.account)
                if opener is None and row.topic in SEALED_TOPICS:
                    continue  # nobody can reckon its digest any more
                if input is None or keys.key_of(input.source, input.id, opener) != key.key:
                    yield Problem(key.account, key.version, "idempotency key without a booking", None, _hex(key.key))
                    number += 1
            elif (key.account, key.version) not in gone:
                expected = "an event: it has an idempotency key"
                yield Problem(key.account, key.version, "event missing", expected, None)
                number += 1
        except BadEvents:
            continue  # named by its account's audit
        if number == NAMED_MAX:
            return


def _hex(value: bytes) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)
