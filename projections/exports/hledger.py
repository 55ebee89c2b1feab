"""The log as a journal of hledger, which `ledger --pedantic` takes as well; a balance assertion on every posting."""

from collections.abc import Iterator
from functools import lru_cache
from typing import BinaryIO, Final

from ledger.events import EVENT_TYPES, type_name
from ledger.log.journal import Reading
from ledger.units import Unit
from projections.exports.names import COMMODITIES, amount, parts, quoted
from projections.exports.postings import TAGS, Books, Posting, Progress, Transaction, tags

VERSION: Final = 1
HEAD: Final = (
    f"; Obnovi, hledger form {VERSION}: every event with entries, in order of position, on its local date.\n"
    "; Signs are the ledger's own: what a subscriber has is above zero.\n"
    "decimal-mark .\n"
    "commodity RUB\n  format 1000.00 RUB\n"
    "commodity S\ncommodity SMS\ncommodity KB\n"
    "account Subscribers\n  ; type:A\naccount Cash\n  ; type:R\naccount Granted\n  ; type:R\n"
    "account Revenue\n  ; type:X\naccount Consumed\n  ; type:X\naccount Expired\n  ; type:X\n"
)


def write(log: Reading, file: BinaryIO, progress: Progress) -> int:
    """Write the whole log; how many events it has. Raises BadEvents."""
    declared = [f"payee {kind.__name__}\n" for kind in EVENT_TYPES] + [f"tag {name}\n" for name in (*TAGS, "grant")]
    file.write((HEAD + "".join(declared)).encode())
    last = log.last_position()
    for transaction in Books().transactions(log, last, progress):
        file.write("".join(_lines(transaction)).encode())
    return log.count()


def _lines(transaction: Transaction) -> Iterator[str]:
    for posting in transaction.postings:
        if posting.is_new:
            yield f"account {_account(posting)}\n"
    said = ", ".join(f"{name}:{value}" for name, value in tags(transaction).items())
    yield f"{transaction.day} * {type_name(transaction.event)}  ; {said}\n"
    for posting in transaction.postings:
        commodity = COMMODITIES[posting.unit]
        line = f"    {_account(posting)}  {amount(posting.amount, posting.unit)} {commodity}"
        if posting.balance is not None:
            line += f" = {amount(posting.balance, posting.unit)} {commodity}"
        if posting.grant is not None:
            line += f"  ; grant:{posting.grant}"
        yield line + "\n"


def _account(posting: Posting) -> str:
    told = _told(posting.name, posting.unit)
    return f"Subscribers:{posting.subscriber}:{told}" if posting.subscriber is not None else told[0].upper() + told[1:]


@lru_cache(maxsize=10_000)
def _told(name: str, unit: Unit) -> str:
    return ":".join(quoted(part) for part in parts(name, unit))
