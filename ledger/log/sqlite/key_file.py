"""The file of contract keys: wrapped keys with whose they are, and which were destroyed, in a SQLite file of its own.

What is deleted is overwritten, and nothing of it stays in a write-ahead log: it has none.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from ledger.log import files
from ledger.log.errors import KeysUnusable
from ledger.log.sqlite.connect import application_id, connect

APPLICATION_ID: Final = 0x4F424E4B  # "OBNK"
SCHEMA_VERSION: Final = 1
LOOKED_UP_AT_ONCE: Final = 400

SCHEMA: Final = (
    "CREATE TABLE contracts (contract TEXT PRIMARY KEY, number BLOB NOT NULL, holder INTEGER NOT NULL, "
    "ledger TEXT NOT NULL, wrapped BLOB NOT NULL) WITHOUT ROWID",
    "CREATE INDEX contracts_by_number ON contracts (number)",
    "CREATE TABLE erased (contract TEXT PRIMARY KEY, holder INTEGER NOT NULL, note TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE wrapping (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID",
    f"PRAGMA application_id = {APPLICATION_ID}",
    f"PRAGMA user_version = {SCHEMA_VERSION}",
)


class ContractRow(NamedTuple):
    """A contract as stored: a digest of its number, its place among the number's, its ledger, its wrapped key."""

    contract: str
    number: bytes
    holder: int
    ledger: str
    wrapped: bytes


class KeyFile:
    """An open file of keys. Raises KeysUnusable for what is none, and wherever the disk is in the way."""

    def __init__(self, path: Path, *, create: bool = False, read_only: bool = False) -> None:
        self.path = path
        with self._errors():
            if create:
                files.beside(path, None)
                path.chmod(0o600)
            self._db = connect(path, "ro" if read_only else "rw")
        try:
            with self._errors():
                if not read_only:
                    self._prepare(create)
                self._check()
        except BaseException:
            self._db.close()
            raise

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def version(self) -> int:
        """A number that changes when another process has changed the file."""
        with self._errors():
            return int(self._db.execute("PRAGMA data_version").fetchone()[0])

    def wrapping(self) -> dict[str, bytes]:
        """What is kept about the wrapping itself."""
        with self._errors():
            return dict(self._db.execute("SELECT name, value FROM wrapping").fetchall())

    def begin(self, wrapping: dict[str, bytes]) -> dict[str, bytes]:
        """Keep this about the wrapping, unless another process was first; what is kept then."""
        with self.writing():
            kept = self.wrapping()
            if not kept:
                self._db.executemany("INSERT INTO wrapping VALUES (?, ?)", list(wrapping.items()))
            return kept or wrapping

    def of_contracts(self, contracts: Sequence[str]) -> Iterator[ContractRow]:
        """The rows of contracts, where there are any."""
        return self._chosen("contract", contracts)

    def of_numbers(self, numbers: Sequence[bytes]) -> Iterator[ContractRow]:
        """The rows of numbers, by their digests."""
        return self._chosen("number", numbers)

    def all(self) -> Iterator[ContractRow]:
        """Every contract."""
        with self._errors():
            yield from map(ContractRow._make, self._db.execute("SELECT * FROM contracts").fetchall())

    def ids(self) -> Iterator[str]:
        """Every contract, and every one whose key was destroyed, in order."""
        with self._errors():
            for row in self._db.execute("SELECT contract FROM contracts UNION SELECT contract FROM erased ORDER BY 1"):
                yield row[0]

    def erased(self) -> dict[str, int]:
        """Contracts whose keys never come back, with their places among those of their numbers."""
        with self._errors():
            return dict(self._db.execute("SELECT contract, holder FROM erased").fetchall())

    def notes(self) -> dict[str, str]:
        """What is noted of each erasure, by contract."""
        with self._errors():
            return dict(self._db.execute("SELECT contract, note FROM erased ORDER BY contract").fetchall())

    def add(self, rows: Iterable[ContractRow]) -> None:
        """Add contracts, durable; those whose keys were destroyed stay without."""
        with self.writing():
            self._db.executemany(
                "INSERT OR IGNORE INTO contracts SELECT ?1, ?2, ?3, ?4, ?5 "
                "WHERE ?1 NOT IN (SELECT contract FROM erased)",
                list(rows),
            )

    def fence(self, contract: str, holder: int, note: str) -> None:
        """Let no key of a contract come back, and note this of its erasure, in place of what was; durable."""
        with self.writing():
            self._db.execute("INSERT OR REPLACE INTO erased VALUES (?, ?, ?)", (contract, holder, note))

    def destroy(self, contracts: Iterable[str]) -> None:
        """Destroy the rows of contracts, durable: their places in the file are overwritten, and the file is packed."""
        with self.writing():
            self._db.executemany("DELETE FROM contracts WHERE contract = ?", [(each,) for each in contracts])
        with self._errors():
            self._db.execute("VACUUM")
        files.fsync_path(self.path)

    def copy_to(self, target: Path) -> int:
        """Copy the file as it stands into an empty one, durable; how many contracts it has."""
        with self._errors():
            made = connect(target, "rw")
            try:
                self._db.backup(made)
            finally:
                made.close()
            files.fsync_path(target)
            return int(self._db.execute("SELECT COUNT(*) FROM contracts").fetchone()[0])

    @contextmanager
    def writing(self) -> Iterator[None]:
        """The file to oneself until the block ends; commits then, rolls back on any exception."""
        with self._errors():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def _chosen(self, column: str, values: Sequence[object]) -> Iterator[ContractRow]:
        with self._errors():
            for start in range(0, len(values), LOOKED_UP_AT_ONCE):
                some = values[start : start + LOOKED_UP_AT_ONCE]
                marks = ",".join("?" * len(some))
                rows = self._db.execute(f"SELECT * FROM contracts WHERE {column} IN ({marks})", tuple(some))
                yield from map(ContractRow._make, rows.fetchall())

    def _prepare(self, create: bool) -> None:
        self._db.execute("PRAGMA journal_mode = DELETE")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.execute("PRAGMA secure_delete = ON")
        if create:
            with self.writing():
                if not self._db.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone():
                    for statement in SCHEMA:
                        self._db.execute(statement)

    def _check(self) -> None:
        if self._db.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
            raise KeysUnusable(f"{self.path} is no file of contract keys", "name_keys")
        if self._db.execute("PRAGMA user_version").fetchone()[0] > SCHEMA_VERSION:
            raise KeysUnusable(f"{self.path} was written by a newer program; update Obnovi to read it")

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise KeysUnusable(f"{self.path} cannot be used ({error}); bring it back from a copy of the keys") from None


def names_itself_keys(path: Path) -> bool:
    """Whether the header of a file says that it holds keys of contracts."""
    return application_id(path) == APPLICATION_ID
