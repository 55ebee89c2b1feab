"""The log as a journal of hledger, which `ledger --pedantic` takes as well; a balance assertion on every posting."""

from functools import lru_cache
from typing import BinaryIO, Final

from ledger.events import EVENT_TYPES
from ledger.log.store import Reading
from ledger.progress import Progress
from ledger.units import Unit
from projections.exports.names import COMMODITIES, amount, component, parts
from projections.exports.postings import OPENING, TAGS, Books, Transaction
from projections.exports.selection import EVERYTHING, Selection

VERSION: Final = 2
HEAD: Final = (
    f"; Obnovi, hledger form {VERSION}: every event with entries, in order of position, on its local date.\n"
    "; Signs are the ledger's own: what a subscriber has is above zero.\n"
    "decimal-mark .\n"
    "commodity RUB\n  format 1000.00 RUB\n"
    "commodity SEC\ncommodity SMS\ncommodity KB\n"
    "account Subscribers\n  ; type:A\naccount Cash\n  ; type:R\naccount Granted\n  ; type:R\n"
    "account Revenue\n  ; type:X\naccount Consumed\n  ; type:X\naccount Expired\n  ; type:X\n"
)


def write(log: Reading, file: BinaryIO, progress: Progress, selection: Selection = EVERYTHING) -> int:
    """Write the whole log, or what is selected of it; how many events that is. Raises BadEvents."""
    declared = [f"payee {kind.__name__}\n" for kind in EVENT_TYPES] + [f"tag {name}\n" for name in (*TAGS, "grant")]
    file.write((HEAD + "".join(declared)).encode())
    if selection.since is not None:
        file.write(f"account Opening\n  ; type:E\npayee {OPENING}\n".encode())
    books = Books()
    for transaction in books.transactions(log, progress, selection):
        file.write(_text(transaction).encode())
    return books.events


def _text(transaction: Transaction) -> str:
    declared, lines = [], []
    for subscriber, name, moved, unit, grant, balance, is_new in transaction.postings:
        account = _account(subscriber, name, unit)
        commodity = COMMODITIES[unit]
        asserted = f" = {amount(balance, unit)} {commodity}" if balance is not None else ""
        granted = f"  ; grant:{grant}" if grant is not None else ""
        lines.append(f"    {account}  {amount(moved, unit)} {commodity}{asserted}{granted}\n")
        if is_new:
            declared.append(f"account {account}\n")
    said = ", ".join([f"{name}:{value}" for name, value in transaction.tags])
    head = f"{transaction.day.isoformat()} * {transaction.name}  ; {said}\n"
    return "".join([*declared, head, *lines])


def _account(subscriber: str | None, name: str, unit: Unit) -> str:
    told = _amount(name, unit)
    return f"Subscribers:{subscriber}:{told}" if subscriber is not None else told[0].upper() + told[1:]


@lru_cache(maxsize=10_000)
def _amount(name: str, unit: Unit) -> str:
    return ":".join(component(part) for part in parts(name, unit))
