"""The contracts of a log: its streams, named by the keyring; in a ledger of an older build by themselves (R-15.1)."""

from collections.abc import Iterable, Sequence
from typing import Final, Protocol

from ledger.contracts import Contract, is_number
from ledger.log.errors import KeysUnusable
from ledger.log.keyring import Keyring

FORM_SETTING: Final = "contracts"
"""How the contracts of a ledger are kept; one of an older build, whose streams are called by numbers, does not say."""
SEALED: Final = "sealed"
CLEAR: Final = "clear"
LEDGER_SETTING: Final = "ledger"
"""What a ledger is called in the keyring."""


class Log(Protocol):
    """What is asked of a reading."""

    def accounts(self) -> list[str]:
        """Every stream, in order."""

    def newest_versions(self, accounts: Sequence[str]) -> dict[str, int]:
        """The version of the newest event of streams, where they have any."""

    def setting(self, name: str) -> str | None:
        """A value the ledger keeps about itself."""

    def last_position(self) -> int:
        """The position of the newest event."""


class LogContracts:
    """The contracts of a reading (`ledger.contracts.Contracts`)."""

    def __init__(self, log: Log, keyring: Keyring) -> None:
        self._log = log
        self._keyring = keyring

    def named(self, id: str) -> Contract:
        """The contract of a stream; where its key is not at hand, without a number."""
        return Contract(id, 1, id) if is_number(id) else self._keyring.contract(id)

    def named_all(self, ids: Iterable[str]) -> dict[str, Contract]:
        """The same of many, by id."""
        listed = list(ids)
        self._keyring.look_up_all([id for id in listed if not is_number(id)])
        return {id: self.named(id) for id in listed}

    def of(self, number: str) -> list[Contract]:
        """The contracts of a number in order of opening. Raises KeysUnusable where no key of any is there."""
        found = candidates([number], self._keyring, numbers_too=True)[number]
        known = self._log.newest_versions([each.id for each in found])
        if not known and not self._keyring.exists() and self._log.setting(FORM_SETTING) and self._log.last_position():
            folder = self._keyring.place.folder
            raise KeysUnusable(f"there are no keys of this ledger's contracts in {folder}", "restore_keys")
        return [each for each in found if each.id in known]

    def with_id(self, id: str) -> Contract | None:
        """The contract of a stream, if the log has it."""
        return self.named(id) if self._log.newest_versions([id]) else None

    def all(self) -> list[Contract]:
        """Every contract, in the order of lists by account."""
        return sorted(self.named_all(self._log.accounts()).values())


def candidates(numbers: Iterable[str], keyring: Keyring, *, numbers_too: bool) -> dict[str, list[Contract]]:
    """The contracts that numbers may have in a ledger; the log says which of them there are.

    With `numbers_too`, also a stream that is called by the number, as a ledger of an older build has it.
    """
    found = keyring.of_numbers(numbers)
    if not numbers_too:
        return found
    return {number: [Contract(number, 1, number), *contracts] for number, contracts in found.items()}
