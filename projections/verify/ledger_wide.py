"""Ledger-wide: what the accounts together must agree with: the file, its tables, the recorded times, the catalogues."""

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Final

import msgspec

from ledger.catalogue import BadCatalogue, parse
from ledger.contracts import ERASED, NO_KEY
from ledger.log import heads
from ledger.log.contracts import CLEAR, FORM_SETTING, LEDGER_SETTING, SEALED
from ledger.log.reach import is_reach, reach_of
from ledger.log.sharded.placing import SHARD_SETTING, SHARDS_SETTING, shard_of
from ledger.log.store import Flaw, Reading
from projections.verify.account import Problem
from projections.verify.traces import NAMED_MAX, Gap

HEADS_SCHEMA: Final = "heads_schema"


class _Recorded(msgspec.Struct, gc=False):
    """The one field of an event that is looked at across accounts."""

    recorded_at: int


_decoder: Final = msgspec.json.Decoder(_Recorded)


class Along(msgspec.Struct):
    """What was found along the log: problems, and positions that no event has."""

    problems: list[Problem] = msgspec.field(default_factory=list)
    gaps: list[Gap] = msgspec.field(default_factory=list)


def of_store(log: Reading, flaws: Iterable[Flaw]) -> Iterator[Problem]:
    """What the store finds wrong with itself, and the ledger's own settings."""
    for flaw in flaws:
        yield Problem(None, None, *flaw)
    settings = log.settings()
    if settings.get(HEADS_SCHEMA) != str(heads.STATE_SCHEMA) and not heads_are_older(log):
        yield Problem(None, None, f"setting {HEADS_SCHEMA}", heads.STATE_SCHEMA, settings.get(HEADS_SCHEMA))
    if (form := settings.get(FORM_SETTING, SEALED)) not in (SEALED, CLEAR):
        yield Problem(None, None, f"setting {FORM_SETTING}", f"{SEALED} or {CLEAR}", form)
    known = {HEADS_SCHEMA, FORM_SETTING, LEDGER_SETTING, SHARD_SETTING, SHARDS_SETTING}
    for name in sorted(settings.keys() - known, key=str):
        is_one = isinstance(name, str) and is_reach(name)
        if not is_one or reach_of(name, str(settings[name])) is None:
            yield Problem(None, None, f"setting {name}", "an offset and a mark" if is_one else None, settings[name])


def heads_are_older(log: Reading) -> bool:
    """Whether the heads are said to be of an older form: the next command that opens the ledger makes them anew."""
    return log.settings().get(HEADS_SCHEMA) in [str(schema) for schema in range(1, heads.STATE_SCHEMA)]


def along(log: Reading) -> Along:
    """Positions have no gaps, and `recorded_at` never runs backwards along the log (R-2.5), whoever's events follow.

    Where it does, either of two neighbours was changed: the later one is named, the other one is in what was expected.
    A dataset is in no such order; it had no gap when it was sealed.
    """
    found = Along()
    if not log.has_only_events:
        found.problems.extend(_along(log, found.gaps))
    return found


def _along(log: Reading, gaps: list[Gap]) -> Iterator[Problem]:
    recorded_at, before, position = 0, None, 0
    for row in log.events_between(0, log.last_position()):
        if row.position != position + 1 and len(gaps) < NAMED_MAX:
            gaps.append(Gap(position + 1, row.position - 1, str(row.account), row.version, row.position))
        position = row.position
        if not isinstance(row.account, str):
            yield Problem(None, row.version, "account of an event", "text", f"{row.account!r} at position {position}")
        try:
            recorded = _decoder.decode(row.state).recorded_at
        except (msgspec.DecodeError, UnicodeDecodeError, TypeError):
            continue  # named by its account's audit
        if before is not None and recorded < recorded_at:
            earlier = f"account {log.contracts.named(str(before.account))}, version {before.version}"
            expected = f"at least {recorded_at}, that of {earlier}"
            yield Problem(str(row.account), row.version, "recorded_at along the log", expected, recorded)
        recorded_at, before = recorded, row


def of_numbers(log: Reading, number: int, shards: int, accounts: Iterable[str]) -> Iterator[Problem]:
    """Contracts in this shard, of some, that are not in the shard of their number: nobody who asks by it meets them."""
    for contract in log.contracts.named_all(accounts).values():
        if contract.number not in (ERASED, NO_KEY) and shard_of(contract.number, shards) != number:
            yield Problem(contract.id, None, "shard of the number", shard_of(contract.number, shards), number)


def of_catalogues(log: Reading) -> Iterator[Problem]:
    """Each catalogue is the one whose digest was kept, and they hold from position 1 on, one after the other."""
    adopted, next_position = log.adopted(), log.last_position() + 1
    if not adopted or adopted[0].position != 1:
        yield Problem(None, None, "first catalogue", "position 1", adopted[0].position if adopted else None)
    for row in adopted:
        if not isinstance(row.position, int):
            yield Problem(None, None, "position of a catalogue", "a number", row.position)
    for before, row in pairwise(each for each in adopted if isinstance(each.position, int)):
        if not before.position <= row.position <= next_position:
            expected = f"a position from {before.position} to {next_position}"
            yield Problem(None, None, "position of a catalogue", expected, row.position)
    for row in adopted:
        if not isinstance(row.toml, str):
            yield Problem(None, None, f"catalogue of position {row.position}", "text", "bytes")
            continue
        try:
            digest = parse(row.toml).digest
        except BadCatalogue as error:
            yield Problem(None, None, f"catalogue of position {row.position}", "a catalogue", str(error))
            continue
        if digest != row.digest:
            yield Problem(None, None, f"catalogue of position {row.position}", row.digest, digest)
