"""Missing keys: of contracts whose keys are not at hand, people are told so beside the answer (contract §8)."""

from collections.abc import Iterable

from ledger.contracts import NO_KEY, Contract
from ledger.hints import Hinted
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
