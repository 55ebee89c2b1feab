"""Whole: what the accounts together must agree with: the file, the positions, the recorded times, the catalogues."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

import msgspec

from ledger.catalogue import BadCatalogue, parse
from ledger.log.journal import Reading
from projections.audit.account import Problem


class _Recorded(msgspec.Struct, gc=False):
    """The one field of an event that is looked at across accounts."""

    recorded_at: int


_decoder: Final = msgspec.json.Decoder(_Recorded)


def of_file(log: Reading) -> Iterator[Problem]:
    """What SQLite finds, and positions: none is missing, none was given out that is gone."""
    for line in log.problems_of_file():
        yield Problem(None, None, "file", "ok", line)
    count, last, used = log.count(), log.last_position(), log.positions_used()
    if count != last:
        yield Problem(None, None, "events and positions", last, count)
    if used != last:
        yield Problem(None, None, "last position", used, last)


def of_recorded_times(log: Reading) -> Iterator[Problem]:
    """`recorded_at` never runs backwards along the log (R-2.5), whoever's events follow each other.

    Where it does, either of two neighbours was changed: the later one is named, the other one is in what was expected.
    """
    recorded_at, before = 0, None
    for row in log.events_between(0, log.last_position()):
        try:
            found = _decoder.decode(row.state).recorded_at
        except (msgspec.DecodeError, UnicodeDecodeError, TypeError):
            continue  # named by its account's audit
        if before is not None and found < recorded_at:
            expected = f"at least {recorded_at}, that of account {before.account}, version {before.version}"
            yield Problem(row.account, row.version, "recorded_at along the log", expected, found)
        recorded_at, before = found, row


def of_catalogues(log: Reading) -> Iterator[Problem]:
    """Each catalogue is the one whose digest was kept, and they hold from position 1 on, one after the other."""
    adopted, next_position = log.adopted(), log.last_position() + 1
    if not adopted or adopted[0].position != 1:
        yield Problem(None, None, "first catalogue", "position 1", adopted[0].position if adopted else None)
    for before, row in pairwise(adopted):
        if not before.position <= row.position <= next_position:
            expected = f"a position from {before.position} to {next_position}"
            yield Problem(None, None, "position of a catalogue", expected, row.position)
    for row in adopted:
        try:
            digest = parse(row.toml).digest
        except BadCatalogue as error:
            yield Problem(None, None, f"catalogue of position {row.position}", "a catalogue", str(error))
            continue
        if digest != row.digest:
            yield Problem(None, None, f"catalogue of position {row.position}", row.digest, digest)
