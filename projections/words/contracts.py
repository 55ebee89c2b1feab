"""Contracts: what one is called in a sentence or a title, in Russian and English."""

from typing import Final

from ledger.contracts import ERASED, NO_KEY, Contract
from projections.words.language import Text
from projections.words.phrasebook import Phrasebook

LATER: Final = Text("{number} (договор {contract})", "{number} (contract {contract})")


def contract_name(phrases: Phrasebook, contract: Contract) -> str:
    """The number; from the second holder on with the contract's place, and where the number is gone with its id."""
    if contract.number in (ERASED, NO_KEY):
        return phrases.say(LATER, number=contract.number, contract=contract.id)
    if contract.holder == 1:
        return contract.number
    return phrases.say(LATER, number=contract.number, contract=contract.holder)
