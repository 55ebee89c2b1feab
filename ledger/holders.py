"""Holders: the contracts of the numbers that some inputs name, within one writing of the ledger (R-15.1, R-15.7)."""

from collections.abc import Iterable, Mapping, Sequence
from secrets import token_hex
from typing import NamedTuple, TypeAlias

from ledger.account import Account
from ledger.contracts import Contract
from ledger.inputs import Input
from ledger.log.contracts import CLEAR, FORM_SETTING, LEDGER_SETTING, candidates
from ledger.log.keys import content_of, key_of
from ledger.log.store import Key, KeyRow, Writing
from ledger.routing import Held
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
        self._keyring = tx.keyring
        self._form = tx.setting(FORM_SETTING)
        found = candidates(numbers, self._keyring, numbers_too=self._form is None)
        self._of = {number: {each.id: each for each in contracts} for number, contracts in found.items()}

    def ids(self) -> list[str]:
        """The streams there may be."""
        return sorted(id for contracts in self._of.values() for id in contracts)

    def keys_of(self, input: Input) -> dict[str, bytes]:
        """By what an input may be known, by contract: over all contracts of its number (R-15.7)."""
        return {id: self._key_of(input, id) for id in self._of[input.account]}

    def known(
        self,
        input: Input,
        keys: Mapping[str, bytes],
        held: Sequence[Held],
        stored: Mapping[InputKey, Key],
        booked: Mapping[InputKey, KeyRow],
    ) -> Known | None:
        """What is known of an input in the contracts of its number that there are, stored or booked meanwhile."""
        for contract, _ in held:
            key = contract.id, keys.get(contract.id) or self._key_of(input, contract.id)
            if (found := booked.get(key) or stored.get(key)) is not None:
                return Known(contract, found.version, found.content == self._content_of(input, contract))
        return None

    def key_row(self, input: Input, keys: Mapping[str, bytes], contract: Contract, version: int) -> KeyRow:
        """The key of an input that was booked in a contract, to be stored with its events."""
        key = keys.get(contract.id) or self._key_of(input, contract.id)
        return KeyRow(contract.id, input.source, key, version, self._content_of(input, contract))

    def claim_name(self, contract: Contract) -> ClaimName | None:
        """What stands for the ids of a contract's claims; None where they are not sealed."""
        return self._keyring.claim_name(contract.id)

    def _key_of(self, input: Input, id: str) -> bytes:
        return key_of(input.source, input.id, self._keyring.key(id))

    def _content_of(self, input: Input, contract: Contract) -> bytes:
        return content_of(input, self._keyring.key(contract.id))

    def held(self, number: str, accounts: Mapping[str, Account]) -> list[Held]:
        """The contracts of a number that there are, in order of opening, as they stand."""
        return [Held(each, accounts[id]) for id, each in self._of[number].items() if id in accounts]

    def begin(self, number: str, held: list[Held]) -> Contract:
        """The next contract of a number, whose key is durable once the keyring keeps it."""
        holder = held[-1].contract.holder + 1 if held else 1
        contract = self._keyring.begin(number, holder, ledger=self._ledger(), sealed=self._form != CLEAR)
        self._of[number][contract.id] = contract
        return contract

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
