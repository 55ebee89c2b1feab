"""Holders: the contracts of the numbers that some inputs name, within one writing of the ledger (R-15.1, R-15.7)."""

from collections.abc import Iterable, Mapping
from secrets import token_hex
from typing import NamedTuple, TypeAlias

from ledger.account import Account
from ledger.contracts import Contract
from ledger.inputs import Input
from ledger.log.contracts import CLEAR, FORM_SETTING, LEDGER_SETTING, candidates
from ledger.log.keys import content_of, key_of
from ledger.log.store import Key, KeyRow, Writing
from ledger.rules.disputes import ClaimName

InputKey: TypeAlias = tuple[str, bytes]
"""By what an input is known: its contract's id, and the digest of its source and id."""


class Known(NamedTuple):
    """Where an input is known: the contract, the version of its first event, and whether it said the same."""

    contract: Contract
    version: int
    is_same: bool


class Holders:
    """The contracts of some numbers, also those that are opened meanwhile. Raises KeysUnusable."""

    def __init__(self, tx: Writing, numbers: Iterable[str]) -> None:
        self._tx = tx
        self._form = tx.setting(FORM_SETTING)
        self._may_be = candidates(numbers, tx.keyring, numbers_too=self._form is None)
        self._keys = {each.id: tx.keyring.key(each.id) for held in self._may_be.values() for each in held}
        self._held: dict[str, list[Contract]] = {}

    def ids(self) -> list[str]:
        """The streams there may be."""
        return sorted(self._keys)

    def keys_of(self, input: Input) -> dict[str, bytes]:
        """By what an input may be known, by contract: over all contracts of its number (R-15.7)."""
        keys = self._keys
        return {each.id: key_of(input.source, input.id, keys[each.id]) for each in self._may_be[input.account]}

    def begin(self) -> None:
        """A batch begins, with no contract opened in it yet."""
        self._held = {}

    def held(self, number: str, accounts: Mapping[str, Account]) -> list[Contract]:
        """The contracts of a number that there are, in order of opening."""
        held = self._held.get(number)
        if held is None:
            held = self._held[number] = [each for each in self._may_be[number] if each.id in accounts]
        return held

    def open(self, number: str, held: list[Contract]) -> Contract:
        """The next contract of a number, whose key is durable once the keyring keeps it."""
        holder = held[-1].holder + 1 if held else 1
        keyring = self._tx.keyring
        contract = keyring.begin(number, holder, ledger=self._ledger(), sealed=self._form != CLEAR)
        self._keys[contract.id] = keyring.key(contract.id)
        held.append(contract)
        return contract

    def known(
        self,
        input: Input,
        asked: Mapping[str, bytes],
        held: Iterable[Contract],
        stored: Mapping[InputKey, Key],
        booked: Mapping[InputKey, KeyRow],
    ) -> Known | None:
        """What is known of an input in the contracts of its number that there are, stored or booked meanwhile."""
        for contract in held:
            key = contract.id, asked.get(contract.id) or self._key_of(input, contract)
            if (found := booked.get(key) or stored.get(key)) is not None:
                return Known(contract, found.version, found.content == content_of(input, self._keys[contract.id]))
        return None

    def key_row(self, input: Input, asked: Mapping[str, bytes], contract: Contract, version: int) -> KeyRow:
        """The key of an input that was booked in a contract, to be stored with its events."""
        key = asked.get(contract.id) or self._key_of(input, contract)
        return KeyRow(contract.id, input.source, key, version, content_of(input, self._keys[contract.id]))

    def claim_name(self, contract: Contract) -> ClaimName | None:
        """What stands for the ids of a contract's claims; None where they are not sealed."""
        key = self._keys[contract.id]
        return key.claim_name if key is not None else None

    def _key_of(self, input: Input, contract: Contract) -> bytes:
        return key_of(input.source, input.id, self._keys[contract.id])

    def _ledger(self) -> str:
        """What the ledger is called in the keyring; one of an older build gets a name with its first contract."""
        name = self._tx.setting(LEDGER_SETTING)
        if name is None:
            name = new_name()
            self._tx.set(LEDGER_SETTING, name)
        return name


def new_name() -> str:
    """A name for a ledger in the keyring."""
    return token_hex(8)
