"""Engines: which store a URL means."""

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias, overload

from ledger.log.errors import StoreError
from ledger.log.keyring import KeysPlace
from ledger.log.sharded.store import ShardedRef
from ledger.log.sqlite.connections import is_ledger_header
from ledger.log.sqlite.store import SQLiteRef
from ledger.log.store import AnyStore, Store

if TYPE_CHECKING:
    from ledger.log.dataset.store import DatasetRef
    from ledger.log.postgres.store import PostgresRef

FileRef: TypeAlias = SQLiteRef
"""A store that is a file."""
LogAnyRef: TypeAlias = "SQLiteRef | PostgresRef"
"""Where one log is."""
AnyRef: TypeAlias = "SQLiteRef | PostgresRef | ShardedRef"
"""Of several engines a union, so that mypy says where one is asked for what only another can do."""
SHARDS_FILE: Final = ".toml"
SHARDS_BYTES_MAX: Final = 64 * 1024


@overload
def store_ref(url: Path, *, keys: KeysPlace | None = None, caches: Path = Path()) -> FileRef: ...
@overload
def store_ref(url: str, *, keys: KeysPlace | None = None, caches: Path = Path()) -> AnyRef: ...
def store_ref(url: str | Path, *, keys: KeysPlace | None = None, caches: Path = Path()) -> AnyRef:
    """The store that a path means, or a URL: `sqlite:///` with a path, `postgresql://`, or a TOML file of shards.

    `keys`, where they are not beside it. Raises StoreError.
    """
    if isinstance(url, str) and url.endswith(SHARDS_FILE) and "://" not in url:
        return _sharded(Path(url), keys, caches)
    if isinstance(url, Path):
        return SQLiteRef(url, keys)
    return _log_ref(url, keys, caches)


def _log_ref(url: str, keys: KeysPlace | None, caches: Path, *, relative_to: Path | None = None) -> LogAnyRef:
    if url.startswith(("postgresql://", "postgres://")):
        return _postgres(url, keys, caches)
    if url.startswith("sqlite:///"):
        url = url.removeprefix("sqlite:///")
    elif "://" in url:
        named = f"{url.partition('://')[0]}://"  # what follows may be a password
        raise StoreError(
            f"a ledger is a file, sqlite:///FILE or postgresql://HOST/DATABASE, not {named}", "unknown_store", url=named
        )
    if not url:
        raise StoreError("a ledger without a name", "nameless_store")
    return SQLiteRef(Path(url) if relative_to is None else relative_to / url, keys)


def _postgres(url: str, keys: KeysPlace | None, caches: Path) -> "PostgresRef":
    """A ledger in PostgreSQL, whose driver is an extra and is loaded only for one."""
    try:
        from ledger.log.postgres.place import parse_url  # noqa: PLC0415  # see above
        from ledger.log.postgres.store import PostgresRef  # noqa: PLC0415
    except ImportError:
        raise StoreError("a ledger in PostgreSQL needs the driver psycopg", "install_postgres") from None
    return PostgresRef(parse_url(url), keys, caches)


def _sharded(path: Path, keys: KeysPlace | None, caches: Path) -> ShardedRef:
    """The shards that a TOML file lists, paths relative to its folder. Raises StoreError."""
    try:
        with path.open("rb") as file:
            listed = tomllib.loads(file.read(SHARDS_BYTES_MAX).decode())
    except FileNotFoundError:
        raise StoreError(f"there is no file {path} that would list shards; make one, or name another ledger") from None
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise StoreError(f"{path} is no TOML file: {error}") from None
    urls = listed.get("shards")
    if listed.keys() != {"shards"} or not isinstance(urls, list) or not all(isinstance(url, str) for url in urls):
        raise StoreError(f"{path} has to be a list of URLs alone: shards = [URL, …]")
    if not urls:
        raise StoreError(f"{path} lists no shards")
    if any(url.endswith(SHARDS_FILE) for url in urls):
        raise StoreError(f"{path} lists another list; a shard is a ledger of its own")
    places = tuple(_log_ref(url, None, caches, relative_to=path.parent) for url in urls)
    for number, place in enumerate(places):
        if _same(place) in map(_same, places[:number]):
            raise StoreError(f"{path} lists {place} twice")
    return ShardedRef(places, str(path), path, keys)


def _same(place: LogAnyRef) -> object:
    return place.path.absolute() if isinstance(place, SQLiteRef) else place


def whole_ledger(ref: AnyRef) -> AnyRef:
    """The ledger that a URL names, of all its shards: in PostgreSQL the first schema tells. Raises StoreError."""
    return ref if isinstance(ref, SQLiteRef | ShardedRef) else ref.whole()


def dataset_ref(path: Path, keys: KeysPlace) -> "DatasetRef":
    """The dataset of a folder, with the keys of its ledger's contracts."""
    from ledger.log.dataset.store import DatasetRef  # noqa: PLC0415  # pyarrow takes a while: only for a dataset

    return DatasetRef(path, keys)


def file_ref(path: Path) -> FileRef:
    """The ledger of a file."""
    return SQLiteRef(path)


@overload
def open_store(url: Path, *, create: bool = False) -> Store: ...
@overload
def open_store(url: str, *, create: bool = False) -> AnyStore: ...
def open_store(url: str | Path, *, create: bool = False) -> AnyStore:
    """Open the store that a URL means, or make one. Raises StoreError."""
    return store_ref(url).open(create=create)


def holds_ledger(content: bytes) -> bool:
    """Whether a file that begins like this is a ledger, or a copy of one."""
    return is_ledger_header(content)
