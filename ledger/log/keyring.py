"""The keyring: keys of contracts and the table of numbers, outside the ledger, wrapped by a key in a file of its own.

A key is durable before the first event under it. A contract whose key is there and whose events are not was begun and
never booked: the next opening of the number takes it up.
"""

import hmac
import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from ledger.contracts import ERASED, NO_KEY, Contract, is_number
from ledger.log.errors import KeysUnusable
from ledger.log.sqlite.key_file import ContractRow, KeyFile, names_itself_keys
from ledger.log.wrapping import Wrapping, make_wrapping_key
from ledger.rules.disputes import ClaimName
from ledger.sealing import DIGEST_BYTES, KEY_BYTES, ContractKey

CONTRACTS: Final = "contracts.db"
WRAPPING: Final = "wrapping.key"
ID_BYTES: Final = 10
REMEMBERED_MAX: Final = 200_000
"""Contracts and numbers that are kept in memory; more are forgotten and looked up again."""
_ALPHABET: Final = "abcdefghijklmnopqrstuvwxyz234567"
_INDEX: Final = "index of numbers"
_TAGS: Final = b"tags of payments"


@dataclass(frozen=True, slots=True)
class KeysPlace:
    """Where contract keys are kept, and the file of the key that wraps them."""

    folder: Path
    wrapping: Path | None = None

    @property
    def contracts(self) -> Path:
        """The file of contracts."""
        return self.folder / CONTRACTS

    @property
    def wrapping_key(self) -> Path:
        """The file of the key that wraps them, by default in the same folder."""
        return self.wrapping or self.folder / WRAPPING


class Known(NamedTuple):
    """A contract, its ledger, and its key; None where it is not sealed."""

    contract: Contract
    ledger: str
    key: ContractKey | None


class Merged(NamedTuple):
    """How many contracts a copy of keys has, and how many of them were new."""

    contracts: int
    added: int


class KeysCopy(NamedTuple):
    """What a copy of keys has: contracts as stored and opened, and places and notes of those it says are erased."""

    rows: list[tuple[ContractRow, Known]]
    erased: dict[str, int]
    notes: dict[str, str]


class Keyring:
    """The keys of a place, opened when they are first needed. Raises KeysUnusable."""

    def __init__(self, place: KeysPlace) -> None:
        self.place = place
        self._file: KeyFile | None = None
        self._identity: tuple[int, int] | None = None
        self._version = 0
        self._wrapping: Wrapping | None = None
        self._index = b""
        self._erased: dict[str, int] = {}
        self._known: dict[str, Known | None] = {}
        self._of_numbers: dict[str, list[Contract]] = {}
        self._begun: dict[str, ContractRow] = {}

    def close(self) -> None:
        """Close the file; it is opened again where it is needed."""
        if self._file is not None:
            self._file.close()
        self._file = None
        self._forget()

    def refresh(self) -> None:
        """Forget what another process may have changed since, and what was begun and came to nothing."""
        if self._file is None:
            return
        if self._begun:
            self._forget()
        if _identity(self.place.contracts) != self._identity:
            self.close()
        elif (version := self._file.version()) != self._version:
            self._version = version
            self._forget()

    def identity(self) -> tuple[int, int]:
        """What tells the file of contracts from another one in its place; zeros where there is none."""
        return _identity(self.place.contracts) or (0, 0)

    # Asked

    def opener(self, contract: str) -> ContractKey | str:
        """What opens the sealed events of a contract, or the word that stands where nothing does."""
        known = self._look_up(contract)
        if known is not None and known.key is not None:
            return known.key
        return ERASED if contract in self._erased else NO_KEY

    def key(self, contract: str) -> ContractKey | None:
        """The key that seals a contract's events and digests its inputs; None where it has none."""
        known = self._look_up(contract)
        return known.key if known is not None else None

    def claim_name(self, contract: str) -> ClaimName | None:
        """What stands for the ids of a contract's claims; None where they are not sealed, or nobody can tell."""
        key = self.key(contract)
        return key.claim_name if key is not None else None

    def contract(self, contract: str) -> Contract:
        """Whose contract it is."""
        known = self._look_up(contract)
        if known is not None:
            return known.contract
        if contract in self._erased:
            return Contract(ERASED, self._erased[contract], contract)
        return Contract(NO_KEY, 0, contract)

    def contracts(self, contracts: Sequence[str]) -> Iterator[Contract]:
        """Whose contracts these are, in no order. Neither they nor their keys are remembered."""
        file = self._opened()
        missing = dict.fromkeys(contracts)
        rows = file.of_contracts([each for each in missing if each not in self._erased]) if file is not None else ()
        for row in rows:
            del missing[row.contract]
            number = self._content(row)[KEY_BYTES:].decode()
            yield Contract(number, row.holder, row.contract)
        yield from map(self.contract, missing)

    def key_of_tags(self) -> bytes:
        """A key of this place for digests that are made of its contracts' data; empty where there are no keys."""
        return hmac.digest(self._index, _TAGS, "sha256") if self._opened() is not None else b""

    def look_up_all(self, contracts: Sequence[str]) -> None:
        """Look many up at once, which costs a fraction of one each."""
        file = self._opened()
        missing = [each for each in contracts if each not in self._known]
        if file is None or not missing:
            return
        self._make_room(len(missing))
        self._known.update(dict.fromkeys(missing))
        for row in file.of_contracts([each for each in missing if each not in self._erased]):
            self._known[row.contract] = self._unwrapped(row)

    def of_numbers(self, numbers: Iterable[str]) -> dict[str, list[Contract]]:
        """The contracts of numbers in order of holder, also those of other ledgers and those only begun."""
        file = self._opened()
        found = {number: self._of_numbers.get(number) for number in numbers}
        missing = [number for number, contracts in found.items() if contracts is None]
        if file is not None and missing:
            self._make_room(len(missing))
            digests = {self._digest(number): number for number in missing}
            rows: dict[str, list[Contract]] = {number: [] for number in missing}
            for row in file.of_numbers(list(digests)):
                if row.contract in self._erased:
                    continue
                known = self._known[row.contract] = self._unwrapped(row)
                rows[digests[row.number]].append(known.contract)
            for number, contracts in rows.items():
                contracts.sort()
                self._of_numbers[number] = found[number] = contracts
        return {number: contracts or [] for number, contracts in found.items()}

    def has_all(self, contracts: Iterable[str]) -> bool:
        """Whether contracts, given in order, are all here or were erased: at a fraction of the cost of their keys."""
        file = self._opened()
        here = file.ids() if file is not None else iter(())
        return all(contract in here for contract in contracts)  # each looks on from where the one before was found

    def finds(self, contract: Contract) -> bool:
        """Whether a contract is found by its number; one that is called by it, or was erased, has no need to be."""
        if is_number(contract.id) or contract.number in (ERASED, NO_KEY):
            return True
        return contract in self.of_numbers([contract.number])[contract.number]

    def all(self) -> Iterator[Contract]:
        """Every contract, in no order."""
        file = self._opened()
        for row in file.all() if file is not None else ():
            if row.contract not in self._erased:
                yield self._unwrapped(row).contract

    # Opening and ending contracts

    def begin(self, number: str, holder: int, *, ledger: str, sealed: bool) -> Contract:
        """A contract to be opened; its key is durable once `keep` has been called.

        One that was begun in this ledger for the same holder of the number, and never booked, is taken up; the caller
        has seen that the log has none of this holder.
        """
        for each in self.of_numbers([number])[number]:
            known = self._look_up(each.id)
            if each.holder == holder and known is not None and known.ledger == ledger:
                return each
        self._made()
        contract = Contract(number, holder, _new_id())
        secret = secrets.token_bytes(KEY_BYTES) if sealed else b""
        row = ContractRow(contract.id, self._digest(number), holder, ledger, self._wrapped(contract, secret))
        self._begun[contract.id] = row
        self._known[contract.id] = Known(contract, ledger, ContractKey(contract.id, secret) if sealed else None)
        self._of_numbers[number] = sorted([*self._of_numbers.get(number, []), contract])
        return contract

    def keep(self) -> None:
        """Make the keys of contracts that were begun durable, before anything is booked under them."""
        if not self._begun:
            return
        self._required().add(self._begun.values())
        self._begun = {}

    def take_up(self, contracts: Iterable[Contract], *, ledger: str) -> None:
        """Put contracts that are not sealed into the table of numbers again, durable."""
        file = self._made()
        file.add(
            ContractRow(each.id, self._digest(each.number), each.holder, ledger, self._wrapped(each, b""))
            for each in contracts
        )
        self._forget()

    # Erasing them

    def fence(self, contract: str, holder: int, note: str) -> None:
        """Let the key of a contract never come back (R-15.9): from now on nobody knows it, here and elsewhere.

        Until it is destroyed it still is in the file. `note` says what is known of the erasure, in place of what was
        noted before; nothing personal.
        """
        file = self._made()
        file.fence(contract, holder, note)
        self._forget()

    def notes(self) -> dict[str, str]:
        """What is noted of each erasure, by contract."""
        file = self._opened()
        return file.notes() if file is not None else {}

    def fenced(self, contract: str) -> Known | None:
        """A contract whose key was fenced and is still to be destroyed; it opens nothing any more."""
        file = self._opened()
        if file is None or contract not in self._erased:
            return None
        row = next(file.of_contracts([contract]), None)
        return self._unwrapped(row) if row is not None else None

    def destroy(self, contracts: Iterable[str]) -> None:
        """Destroy the keys of contracts, fenced before."""
        self._required().destroy(contracts)
        self._forget()

    def begun_of(self, number: str, *, ledger: str, in_log: Iterable[str]) -> list[str]:
        """Contracts of a number that were begun in this ledger and have no events."""
        there = set(in_log)
        return [
            each.id
            for each in self.of_numbers([number])[number]
            if each.id not in there and (known := self._look_up(each.id)) is not None and known.ledger == ledger
        ]

    def copy_to(self, target: Path) -> int:
        """Copy the file of contracts as it stands into an empty file, durable; how many contracts it has.

        The key that wraps them is not in it. Raises KeysUnusable.
        """
        return self._required().copy_to(target)

    def read_copy(self, source: Path) -> KeysCopy:
        """What a copy has, opened with the wrapping key that is here; nothing is made. Raises KeysUnusable."""
        copy = KeyFile(source, read_only=True)
        try:
            wrapping = Wrapping(self.place.wrapping_key)
            rows = [(row, _unwrapped(wrapping, row)) for row in copy.all()]
            return KeysCopy(rows, copy.erased(), copy.notes())
        finally:
            copy.close()

    def merge(self, copy: KeysCopy) -> Merged:
        """Take over the contracts of a copy that are not here, but for those whose keys were destroyed here or there.

        Raises KeysUnusable, where nothing is taken over.
        """
        rows, erased, notes = copy
        file = self._made()
        for id in erased.keys() - self._erased.keys():
            file.fence(id, erased[id], notes[id])
        file.destroy(set(erased) & {row.contract for row in file.of_contracts(list(erased))})
        before = sum(1 for _ in file.all())
        file.add(row._replace(number=self._digest(known.contract.number)) for row, known in rows)
        self._forget()
        return Merged(len(rows), sum(1 for _ in file.all()) - before)

    def erased(self) -> frozenset[str]:
        """Contracts whose keys were fenced, to be destroyed, or are."""
        self._opened()
        return frozenset(self._erased)

    # Inside

    def _look_up(self, contract: str) -> Known | None:
        try:
            return self._known[contract]
        except KeyError:
            self.look_up_all([contract])
            return self._known.get(contract)

    def _opened(self) -> KeyFile | None:
        """The file; None where there is none, or an empty one that somebody is only making, or was killed over."""
        if self._file is None and self.place.contracts.exists() and self.place.contracts.stat().st_size:
            return self._open(create=False)
        return self._file

    def _made(self) -> KeyFile:
        """The file, made with the key that wraps it where there is none."""
        if (file := self._opened()) is not None:
            return file
        _make_folder(self.place.folder)
        make_wrapping_key(self.place.wrapping_key)
        return self._open(create=True)

    def _open(self, *, create: bool) -> KeyFile:
        identity = _identity(self.place.contracts)
        wrapping = Wrapping(self.place.wrapping_key)
        file = KeyFile(self.place.contracts, create=create)
        try:
            kept = file.wrapping()
            if not kept:
                kept = file.begin({_INDEX: wrapping.wrap(secrets.token_bytes(KEY_BYTES), _INDEX)})
            self._index = wrapping.unwrap(kept.get(_INDEX, b""), _INDEX)
            self._erased = file.erased()
            self._version = file.version()
        except BaseException:
            file.close()
            raise
        self._wrapping, self._file = wrapping, file
        self._identity = identity or _identity(self.place.contracts)
        return file

    def _required(self) -> KeyFile:
        file = self._opened()
        if file is None:
            raise KeysUnusable(f"there are no keys of contracts in {self.place.folder}", "restore_keys")
        return file

    def _digest(self, number: str) -> bytes:
        return hmac.digest(self._index, number.encode(), "sha256")[:DIGEST_BYTES]

    def _wrapped(self, contract: Contract, secret: bytes) -> bytes:
        assert self._wrapping is not None, "opened before"
        content = secret.ljust(KEY_BYTES, b"\0") + contract.number.encode()
        return self._wrapping.wrap(content, _bound(contract.id, contract.holder))

    def _unwrapped(self, row: ContractRow) -> Known:
        return _known(row, self._content(row))

    def _content(self, row: ContractRow) -> bytes:
        """The key and the number of a row."""
        assert self._wrapping is not None, "opened before"
        try:
            return self._wrapping.unwrap(row.wrapped, _bound(row.contract, row.holder))
        except KeysUnusable:  # what the key that wraps them opened before was the file itself, so it is the right one
            damaged = f"{self.place.contracts} has a damaged key, that of contract {row.contract}"
            raise KeysUnusable(f"{damaged}; bring the file back from a copy of the keys") from None

    def _make_room(self, more: int) -> None:
        if len(self._known) + len(self._of_numbers) + more > REMEMBERED_MAX and not self._begun:
            self._known.clear()
            self._of_numbers.clear()

    def _forget(self) -> None:
        self._begun, self._known, self._of_numbers = {}, {}, {}
        if self._file is not None:
            self._erased = self._file.erased()


def is_copy_of_keys(path: Path) -> bool:
    """Whether a file is one of contract keys, as its header says; nothing is opened that could be in use."""
    return path.is_file() and names_itself_keys(path)


def _bound(contract: str, holder: int) -> str:
    """What a wrapped key is bound to."""
    return f"{contract} {holder}"


def _unwrapped(wrapping: Wrapping, row: ContractRow) -> Known:
    return _known(row, wrapping.unwrap(row.wrapped, _bound(row.contract, row.holder)))


def _known(row: ContractRow, content: bytes) -> Known:
    secret, number = content[:KEY_BYTES], content[KEY_BYTES:].decode()
    key = ContractKey(row.contract, secret) if any(secret) else None
    return Known(Contract(number, row.holder, row.contract), row.ledger, key)


def _new_id() -> str:
    """An opaque id: 80 random bits as 16 letters and digits."""
    number = int.from_bytes(secrets.token_bytes(ID_BYTES))
    return "".join(_ALPHABET[number >> shift & 31] for shift in range(0, 8 * ID_BYTES, 5))


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise KeysUnusable(f"{folder} cannot be made ({error.strerror})", "name_keys") from None
