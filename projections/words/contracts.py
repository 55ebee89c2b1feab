"""Contracts: what one is called in a sentence or a title, in Russian and English."""

from typing import Final

from ledger.contracts import ERASED, NO_KEY, Contract, is_number
from projections.words.language import Text
from projections.words.phrasebook import Phrasebook

PLACE: Final = Text(" (договор {contract})", " (contract {contract})")
_BOUND: Final = "\N{NO-BREAK SPACE}"


def contract_name(phrases: Phrasebook, contract: Contract) -> str:
    """The number; from the second holder on with the contract's place, and where the number is gone with its id."""
    return contract.number + place(phrases, contract)


def place(phrases: Phrasebook, contract: Contract) -> str:
    """What a name has behind the number, if anything."""
    if contract.number in (ERASED, NO_KEY):
        return phrases.say(PLACE, contract=contract.id)
    return "" if contract.holder == 1 else phrases.say(PLACE, contract=contract.holder)


def phone(number: str) -> str:
    """A number as people read it, `+7 916 123-45-67`; what is none stays as it is."""
    if not is_number(number):
        return number
    return f"+7{_BOUND}{number[1:4]}{_BOUND}{number[4:7]}-{number[7:9]}-{number[9:]}"
