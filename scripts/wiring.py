"""Wiring: from options and environment to an open ledger, its catalogue and the clock."""

import os
import shlex
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ledger.catalogue import BadCatalogue, parse
from ledger.evolve import BrokenLog
from ledger.log import files
from ledger.log.engines import AnyRef, FileRef, LogAnyRef, dataset_ref, store_ref, whole_ledger
from ledger.log.keyring import KeysPlace
from ledger.log.sharded.store import ShardedRef
from ledger.log.store import Reading
from ledger.periods import Instant
from ledger.reader import Reader
from ledger.service import Access, CatalogueRefused, Ledger
from scripts.errors import Refused, UsageError
from scripts.state.place import StatePlace, place_in

SMALL_BYTES_MAX: Final = 64 * 1024
"""Of a key or a checkpoint, which have some hundred."""
CATALOGUE_BYTES_MAX: Final = 4 * 1024 * 1024
"""The shipped one has some ten thousand."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The global options as given (contract §1)."""

    ledger: str = "obnovi.db"
    catalogue: str | None = None
    json: bool = False


def now() -> Instant:
    """The wall clock: the only one there is."""
    return time.time_ns() // 1_000


def ledger_ref(settings: Settings) -> AnyRef:
    """The ledger that the options name, of all its shards, with the place of its keys. Raises StoreError."""
    return whole_ledger(place_ref(settings))


def place_ref(settings: Settings) -> AnyRef:
    """The same as its URL alone says, whatever is there. Raises StoreError."""
    ref = store_ref(settings.ledger, caches=_caches_folder())
    return ref.with_keys(_named_keys() or KeysPlace(ref.keys_place.folder, _wrapping()))


def _named_keys() -> KeysPlace | None:
    """The place of keys that `OBNOVI_KEYS` names."""
    named = os.environ.get("OBNOVI_KEYS")
    return KeysPlace(Path(named), _wrapping()) if named else None


def _wrapping() -> Path | None:
    wrapping = os.environ.get("OBNOVI_KEK")
    return Path(wrapping) if wrapping else None


def log_ref(settings: Settings, what: str) -> LogAnyRef:
    """The same for a command that works on one log. Raises StoreError, and UsageError for a ledger of several."""
    ref = ledger_ref(settings)
    if isinstance(ref, ShardedRef):
        raise UsageError(f"{ref} has {len(ref.parts)} shards, and this {what} one log; name each shard as --ledger")
    return ref


def _caches_folder() -> Path:
    """Where views and evidence of a ledger that is no file are kept: `OBNOVI_CACHE`, else where a user's caches are."""
    named, caches = os.environ.get("OBNOVI_CACHE"), os.environ.get("XDG_CACHE_HOME")
    return Path(named) if named else Path(caches or Path.home() / ".cache") / "obnovi"


def is_sealing() -> bool:
    """Whether a new ledger is sealed: unless `OBNOVI_SEAL` is `off`. Raises UsageError for another word."""
    said = os.environ.get("OBNOVI_SEAL") or "on"
    if said not in ("on", "off"):
        raise UsageError(f"OBNOVI_SEAL is {said}; it takes on, or off for a ledger whose data can never be erased")
    return said == "on"


def file_of(settings: Settings, otherwise: str) -> FileRef:
    """The file that the ledger is. Raises UsageError for another one.

    `otherwise` says what does there what is asked for, with a `schema` and a `database`.
    """
    ref = place_ref(settings)
    if isinstance(ref, ShardedRef):
        raise UsageError(f"{ref} has {len(ref.parts)} shards, and this works on one file; name each shard as --ledger")
    if not isinstance(ref, FileRef):
        names = {"schema": shlex.quote(ref.place.schema), "database": shlex.quote(ref.place.database)}
        raise UsageError(f"{ref} is no file; {otherwise.format(**names)}")
    return ref


def keys_folder(settings: Settings) -> Path:
    """The folder of keys and checkpoints: `OBNOVI_KEYS`, else `keys/` beside the ledger. Raises StoreError."""
    return place_ref(settings).keys_place.folder


def state_place(settings: Settings, log: Reading) -> StatePlace:
    """Where the server's own state of a ledger is that is being read. Raises StoreError.

    The folder `OBNOVI_STATE`, else `server/` in that of keys.
    """
    named = os.environ.get("OBNOVI_STATE")
    return place_in(Path(named) if named else keys_folder(settings) / "server", log)


def require_file(path: Path, what: str) -> None:
    """Refuse a name that stands for no file. Raises UsageError."""
    if not path.exists():
        raise UsageError(f"there is no {what} at {path}")
    if path.is_dir():
        raise UsageError(f"{path} is a folder, not {'an' if what[0] in 'aeiou' else 'a'} {what}")


def read_text(path: Path, what: str, *, bytes_max: int = SMALL_BYTES_MAX) -> str:
    """The text of a UTF-8 file or pipe, a byte order mark left out.

    Raises UsageError where it cannot be read, or is larger than such a thing.
    """
    require_file(path, what)
    try:
        return files.read(path, bytes_max).decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except files.TooLarge:
        raise UsageError(f"{path} has more than {bytes_max} bytes, so it is no {what}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path} is no UTF-8 text, so no {what}") from None
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from None


def catalogue_text(path: Path) -> str:
    """The text of a catalogue that has been checked. Raises UsageError with its first problem."""
    text = read_text(path, "catalogue", bytes_max=CATALOGUE_BYTES_MAX)
    try:
        parse(text)
    except BadCatalogue as error:
        more = f" (and {len(error.problems) - 1} more)" if len(error.problems) > 1 else ""
        check = f"see `obnovi catalogue check {path}`"
        raise UsageError(f"{path} is no catalogue: {error.problems[0]}{more}; {check}") from None
    return text


@contextmanager
def open_log(settings: Settings, dataset: str | None) -> Iterator[Ledger | Reader]:
    """The ledger that the options name, to be read, or a dataset in its place."""
    with open_ledger(settings) if dataset is None else open_dataset(settings, dataset) as log:
        yield log


@contextmanager
def open_dataset(settings: Settings, dataset: str) -> Iterator[Reader]:
    """The dataset of a folder, with the keys of the ledger that the options name, which need not be there."""
    if settings.catalogue is not None:
        catalogue_text(Path(settings.catalogue))
    ref = dataset_ref(Path(dataset), _named_keys() or place_ref(settings).keys_place)
    with _damage_told(ref), Reader(ref) as reader:
        yield reader


@contextmanager
def open_ledger(settings: Settings, access: Access = "read") -> Iterator[Ledger]:
    """The ledger that the options name; a command that books adopts the catalogue (R-3.6).

    A command that only reads books nothing, so it checks a given catalogue and leaves the ledger's own in force.
    """
    ref = ledger_ref(settings)
    text = None
    if settings.catalogue is not None:
        text = catalogue_text(Path(settings.catalogue))
    try:
        given = None if access == "read" else text
        if access == "create" and not ref.is_made_by_use:
            access = "book"
        with (
            _damage_told(ref),
            Ledger(ref, now=now, access=access, catalogue=given, sealed=is_sealing()) as ledger,
        ):
            yield ledger
    except CatalogueRefused as error:
        raise Refused(str(error)) from error


@contextmanager
def _damage_told(log: object) -> Iterator[None]:
    """What damage to a log raises, as what to do about it."""
    try:
        yield
    except BrokenLog as error:
        raise UsageError(f"{error}; run `obnovi verify`") from error
    except BadCatalogue as error:
        raise UsageError(
            f"{log}: a catalogue in the ledger is damaged ({error.problems[0]}); run `obnovi verify`"
        ) from error
