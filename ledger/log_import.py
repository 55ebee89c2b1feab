"""A log taken over: events as they were stored elsewhere, into an empty ledger, all in one transaction or none."""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Final

from ledger.accounts import rebuild_heads
from ledger.adoption import versions_cited
from ledger.catalogue import BadCatalogue, parse
from ledger.hints import HintedError
from ledger.log.errors import BadEvents
from ledger.log.store import Adopted, LogRef, Stored, StoredKey, Writing
from ledger.sealing import DIGEST_BYTES

ROWS_AT_ONCE: Final = 10_000


class NotEmpty(HintedError):
    """The ledger has events of its own."""


class CannotFollow(HintedError):
    """What cannot stand at this place of a log."""


@contextmanager
def open_import(ref: LogRef, settings: Mapping[str, str | None]) -> Iterator["LogImport"]:
    """Take a log over into a ledger that is empty or not yet there; all of it stands when the block ends, else nothing.

    `settings` are what the log said about itself there, None where it had no such setting. Raises NotEmpty, StoreError,
    and CannotFollow also at the end.
    """
    with closing(ref.open(create=ref.is_made_by_use)) as store, store.writing() as tx:
        taking = begin_import(tx, settings)
        yield taking
        taking.finish()


def begin_import(tx: Writing, settings: Mapping[str, str | None]) -> "LogImport":
    """The same within a writing of the caller's, who calls `finish`. Raises NotEmpty."""
    if tx.positions_used():
        raise NotEmpty(f"{tx.ref} has {tx.positions_used()} events", "name_empty_ledger")
    if tx.adopted_count():
        tx.forget_adopted()
    for name, value in settings.items():
        if value is not None:
            tx.set(name, value)
        else:
            tx.unset(name)
    return LogImport(tx)


class LogImport:
    """Catalogues and events in the order in which they came into the log, then the keys of inputs by digest."""

    def __init__(self, tx: Writing) -> None:
        self._tx = tx
        self._versions: dict[str, int] = {}
        self._sources: set[str] = set()
        self._used: set[tuple[str, str, str]] = set()
        self._rows: list[Stored] = []
        self._keys: list[StoredKey] = []
        self._last_key = (b"", "")
        self._position = 0
        self._newest: str | None = None
        self.keys = 0

    def catalogue(self, row: Adopted) -> None:
        """A catalogue that holds from the next position on (R-3.6). Raises CannotFollow."""
        self._expect("position", self._position + 1, row.position)
        try:
            self._expect("digest", parse(row.toml).digest, row.digest)
        except BadCatalogue as error:
            raise CannotFollow(f"a catalogue that cannot be read: {error.problems[0]}") from None
        self._flush()
        self._tx.adopt(row.digest, row.toml, row.tzdata)
        self._newest = row.toml

    def event(self, row: Stored) -> None:
        """An event. Raises CannotFollow."""
        if self._newest is None:
            raise CannotFollow("an event before any catalogue")
        self._expect("position", self._position + 1, row.position)
        self._expect("version", self._versions.get(row.account, 0) + 1, row.version)
        try:
            event = row.event()
        except BadEvents as error:
            raise CannotFollow(str(error), error.hint) from None
        self._expect("version in the event", row.version, event.version)
        if event.input is not None:
            self._sources.add(event.input.source)
        self._used |= versions_cited((event,))
        self._versions[row.account] = row.version
        self._position = row.position
        self._rows.append(row)
        if len(self._rows) >= ROWS_AT_ONCE:
            self._flush()

    def key(self, row: StoredKey) -> None:
        """What is remembered of an input (R-12.2). Raises CannotFollow."""
        for digest in (row.key, row.content):
            self._expect("bytes of a digest", DIGEST_BYTES, len(digest))
        if not 1 <= row.version <= self._versions.get(row.account, 0):
            raise CannotFollow(f"the key of version {row.version} of account {row.account}, which is not there")
        if (row.key, row.account) <= self._last_key:
            raise CannotFollow("a key out of order")
        self._last_key = (row.key, row.account)
        self._keys.append(row)
        self.keys += 1
        if len(self._keys) >= ROWS_AT_ONCE:
            self._flush()

    def finish(self) -> None:
        """Store the rest and what follows from the events: sources, versions cited, heads. Raises CannotFollow."""
        self._flush()
        self._tx.add_sources(self._sources)
        self._tx.add_used_versions(self._used)
        if self._newest is None:
            return
        try:
            rebuild_heads(self._tx, parse(self._newest))
        except BadEvents as error:
            raise CannotFollow(str(error), error.hint) from None

    def _flush(self) -> None:
        self._tx.append_stored(self._rows, self._keys)
        self._rows, self._keys = [], []

    def _expect(self, what: str, expected: object, found: object) -> None:
        if expected != found:
            raise CannotFollow(f"{what} {found} where {expected} belongs")
