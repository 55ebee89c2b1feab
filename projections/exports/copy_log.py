"""A log copied into another store: the same events, bytes, keys and settings, and a root that is read back."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from ledger.hints import HintedError
from ledger.log.contracts import FORM_SETTING, LEDGER_SETTING
from ledger.log.errors import BadEvents
from ledger.log.reach import is_reach
from ledger.log.store import Reading, Stored, Writing
from ledger.log_import import CannotFollow, LogImport, begin_import
from ledger.progress import Progress, unwatched
from projections.evidence.leaf import hashes
from projections.evidence.tree import Growing
from projections.exports.jsonl import root_text

EVENTS_AT_ONCE: Final = 4_096  # a power of two makes a perfect subtree
SETTINGS_COPIED: Final = (FORM_SETTING, LEDGER_SETTING)
"""What the keys of contracts go by; of heads the new ledger says itself in which form they are."""


class NotCopied(HintedError):
    """A log that cannot stand in another ledger as it is, or does not stand there as it was; nothing was copied."""


class Copied(NamedTuple):
    """How many events and keys a log has, and the root over its events in Base64."""

    events: int
    keys: int
    root: str


def copy_log(
    source: Reading, target: Writing, settings: tuple[str, ...] = (), progress: Progress = unwatched
) -> Copied:
    """Make the same log in an empty ledger, within a writing that the caller commits; read back, it has the same root.

    `settings` are copied besides those that the keys of contracts go by, and how far it was fed from topics. Raises
    NotEmpty, NotCopied, StoreError.
    """
    copied = {name: source.setting(name) for name in (*SETTINGS_COPIED, *settings)}
    copied |= {name: value for name, value in source.settings().items() if is_reach(name)}
    try:
        taking = begin_import(target, copied)
        tree = _take_events(source, taking, progress)
        for key in source.all_keys():
            taking.key(key)
        taking.finish()
    except (CannotFollow, BadEvents) as error:
        raise NotCopied(f"{source.ref}: {error}; nothing was copied", "run_verify") from None
    made = Copied(tree.size, taking.keys, root_text(tree))
    found = Copied(target.count(), target.count_keys(), _root_of(target))
    if found != made:
        raise NotCopied(f"{target.ref} has {found} where {made} belongs; nothing was copied")
    return made


def _take_events(source: Reading, taking: LogImport, progress: Progress) -> Growing:
    catalogues = source.adopted()
    tree = Growing()
    for some in _stretches(source):
        for row in some:
            while catalogues and catalogues[0].position <= row.position:
                taking.catalogue(catalogues.pop(0))
            taking.event(row)
        tree.add_hashes(hashes(some))
        progress(tree.size)
    for catalogue in catalogues:
        taking.catalogue(catalogue)
    return tree


def _root_of(log: Reading) -> str:
    tree = Growing()
    for some in _stretches(log):
        tree.add_hashes(hashes(some))
    return root_text(tree)


def _stretches(log: Reading) -> Iterator[list[Stored]]:
    last = log.last_position()
    for after in range(0, last, EVENTS_AT_ONCE):
        yield list(log.events_between(after, min(after + EVENTS_AT_ONCE, last)))
