"""The contracts of a log: its streams, named by the keyring; in a ledger of an older build by themselves (R-15.1)."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final, Protocol

from ledger.contracts import NO_KEY, Contract, is_number
from ledger.events import AccountOpened
from ledger.log import heads
from ledger.log.errors import KeysUnusable
from ledger.log.keyring import Keyring
from ledger.log.store import Head, Stored

FORM_SETTING: Final = "contracts"
"""How the contracts of a ledger are kept; one of an older build, whose streams are called by numbers, does not say."""
SEALED: Final = "sealed"
CLEAR: Final = "clear"
NAMED_AT_ONCE: Final = 5_000
LEDGER_SETTING: Final = "ledger"
"""What a ledger is called in the keyring."""


class Log(Protocol):
    """What is asked of a reading."""

    def accounts(self) -> list[str]:
        """Every stream, in order."""

    def accounts_with_head(self) -> Iterator[str]:
        """Every stream that has a head, in order."""

    def newest_versions(self, accounts: Sequence[str]) -> dict[str, int]:
        """The version of the newest event of streams, where they have any."""

    def openings(self, accounts: Sequence[str]) -> Iterator[Stored]:
        """The first event of each of some streams, in no order."""

    def setting(self, name: str) -> str | None:
        """A value the ledger keeps about itself."""

    def head(self, account: str) -> Head | None:
        """A stream's head as stored."""


class LogContracts:
    """The contracts of a reading (`ledger.contracts.Contracts`)."""

    def __init__(self, log: Log, keyring: Keyring) -> None:
        self._log = log
        self._keyring = keyring
        self._are_whole = False

    def named(self, id: str) -> Contract:
        """The contract of a stream; where its key is not at hand, without a number."""
        return Contract(id, 1, id) if is_number(id) else self._keyring.contract(id)

    def named_all(self, ids: Iterable[str]) -> dict[str, Contract]:
        """The same of many, by id."""
        listed = list(ids)
        self._keyring.look_up_all([id for id in listed if not is_number(id)])
        return {id: self.named(id) for id in listed}

    def each_named(self, ids: Iterable[str]) -> Iterator[Contract]:
        """The same of very many, in no order: none of them is remembered."""
        rest = iter(ids)
        while some := list(islice(rest, NAMED_AT_ONCE)):
            yield from (Contract(id, 1, id) for id in some if is_number(id))
            yield from self._keyring.contracts([id for id in some if not is_number(id)])

    def of(self, number: str) -> list[Contract]:
        """The contracts of a number in order of opening. Raises KeysUnusable where there may be one without a key.

        Behind a contract that has not ended there is none.
        """
        found = candidates([number], self._keyring, numbers_too=True)[number]
        known = self._log.newest_versions([each.id for each in found])
        held = [each for each in found if each.id in known]
        if not self._are_whole and (not held or not self._is_open(held[-1])):
            require_keys(self._log, self._keyring)
            self._are_whole = True
            found = candidates([number], self._keyring, numbers_too=True)[number]
            known = self._log.newest_versions([each.id for each in found])
            held = [each for each in found if each.id in known]
        return held

    def _is_open(self, contract: Contract) -> bool:
        head = self._log.head(contract.id)
        account = heads.decode(head.state, heads.no_parts) if head is not None else None
        return account is not None and account.closed_at is None

    def with_id(self, id: str) -> Contract | None:
        """The contract of a stream, if the log has it."""
        return self.named(id) if self._log.newest_versions([id]) else None

    def all(self) -> list[Contract]:
        """Every contract, in the order of lists by account."""
        return sorted(self.named_all(self._log.accounts()).values())


def require_keys(log: Log, keyring: Keyring) -> None:
    """Raise KeysUnusable where the log has contracts whose keys are missing: nobody knows whose they are.

    Until they are back, a number that seems to be nobody's, or an earlier holder's, may be that of any of them. Those
    that are not sealed say themselves whose they are: they are put into the table of numbers again.
    """
    if keyring.has_all(id for id in log.accounts_with_head() if not is_number(id)):
        return
    ids = [id for id in log.accounts() if not is_number(id)]
    keyring.look_up_all(ids)
    missing = [id for id in ids if keyring.contract(id).number == NO_KEY]
    openings = ((row.account, row.event()) for row in log.openings(missing))
    clear = [
        Contract(opening.personal.number, opening.holder, id)
        for id, opening in openings
        if isinstance(opening, AccountOpened) and opening.personal.number not in (None, NO_KEY)
    ]
    if clear:
        keyring.take_up(clear, ledger=log.setting(LEDGER_SETTING) or "")
    lost = sorted(set(missing) - {each.id for each in clear})
    if lost:
        keys = "the key of a contract is" if len(lost) == 1 else f"the keys of {len(lost)} contracts are"
        folder = keyring.place.folder
        raise KeysUnusable(f"{keys} missing in {folder}: nobody can tell whose {lost[0]} is", "restore_keys")


def candidates(numbers: Iterable[str], keyring: Keyring, *, numbers_too: bool) -> dict[str, list[Contract]]:
    """The contracts that numbers may have in a ledger; the log says which of them there are.

    With `numbers_too`, also a stream that is called by the number, as a ledger of an older build has it.
    """
    found = keyring.of_numbers(numbers)
    if not numbers_too:
        return found
    return {number: [Contract(number, 1, number), *contracts] for number, contracts in found.items()}
