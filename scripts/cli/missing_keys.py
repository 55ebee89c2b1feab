"""Missing keys: of contracts whose keys are not at hand, people are told so beside the answer (contract §8)."""

from collections.abc import Iterable

from ledger.contracts import NO_KEY, Contract
from ledger.hints import Hinted
from ledger.log.contracts import require_keys
from ledger.log.errors import KeysUnusable
from ledger.log.store import Reading
from scripts.cli import terminal
from scripts.cli.messages import worded
from scripts.cli.options import print_error
from scripts.wiring import Settings, keys_folder


def tell_missing_keys(settings: Settings, contracts: Iterable[Contract]) -> None:
    """Say on stderr of how many contracts the answer has no names and texts, for want of their keys."""
    missing = {contract.id for contract in contracts if contract.number == NO_KEY}
    if missing:
        told = f"the keys of {terminal.count(len(missing), 'contract')} are not in {keys_folder(settings)}"
        print_error(f"obnovi: {worded(Hinted(told, 'restore_keys'))}")


def tell_all_missing_keys(settings: Settings, log: Reading) -> None:
    """The same of all contracts of a ledger, before an answer about all of them.

    Those that are not sealed get their numbers back from the log.
    """
    try:
        require_keys(log, log.keyring)
    except KeysUnusable:
        tell_missing_keys(settings, log.contracts.all())
