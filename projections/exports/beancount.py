"""The log as a beancount file; every account that moved on a day is asserted at the start of the next, to the unit."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache
from typing import BinaryIO, Final

from ledger.log.store import Reading
from ledger.progress import Progress
from ledger.units import Unit
from projections.exports.names import COMMODITIES, amount, parts
from projections.exports.postings import Books, Posting, Transaction
from projections.exports.selection import EVERYTHING, Selection

VERSION: Final = 2
BEFORE_ALL: Final = "1970-01-01"
"""Counter-accounts are open since then: late feeds of other accounts bring earlier dates at any position."""
HEAD: Final = (
    f"; Obnovi, beancount form {VERSION}: every event with entries, on its local date.\n"
    "; Signs are the ledger's own: what a subscriber has is above zero. `~ 0` makes assertions exact.\n"
    'option "title" "Obnovi"\noption "operating_currency" "RUB"\n'
    + "".join(f"{BEFORE_ALL} commodity {commodity}\n" for commodity in COMMODITIES.values())
)
ROOTS: Final = {
    "cash": "Income:Cash",
    "granted": "Income:Granted",
    "revenue": "Expenses:Revenue",
    "consumed": "Expenses:Consumed",
    "expired": "Expenses:Expired",
    "opening": "Equity:Opening",
}
_NUMBERS: Final = frozenset({"position", "version"})
_PLAIN: Final = re.compile(r"[a-z0-9]+(?:_[a-z][a-z0-9]*|-[a-z0-9]+)*")
_ODD: Final = re.compile(r"[^A-Za-z0-9]")

Waiting = dict[str, tuple[date, int, Unit]]
"""By account: the day of its last posting, the balance behind it, its unit."""


def write(log: Reading, file: BinaryIO, progress: Progress, selection: Selection = EVERYTHING) -> int:
    """Write the whole log, or what is selected of it; how many events that is. Raises BadEvents."""
    file.write(HEAD.encode())
    waiting: Waiting = {}
    books = Books()
    for transaction in books.transactions(log, progress, selection):
        file.write("".join(_lines(transaction, waiting)).encode())
    for account, (day, balance, unit) in waiting.items():
        file.write(_assertion(account, day, balance, unit).encode())
    return books.events


def _lines(transaction: Transaction, waiting: Waiting) -> Iterator[str]:
    day = transaction.day
    accounts = [_account(posting) for posting in transaction.postings]
    for posting, account in zip(transaction.postings, accounts, strict=True):
        if posting.is_new:
            yield _opening(posting, account, day)
        if posting.balance is not None:
            last = waiting.get(account)
            if last is not None and last[0] < day:
                yield _assertion(account, *last)
            waiting[account] = (day, posting.balance, posting.unit)
    yield f'{day} * "{transaction.name}"\n'
    for name, value in transaction.tags:
        yield f"  {name}: {value}\n" if name in _NUMBERS else f'  {name}: "{value}"\n'
    for posting, account in zip(transaction.postings, accounts, strict=True):
        yield f"  {account}  {amount(posting.amount, posting.unit)} {COMMODITIES[posting.unit]}\n"
        if posting.grant is not None:
            yield f"    grant: {posting.grant}\n"


def _opening(posting: Posting, account: str, day: date) -> str:
    since = str(day) if posting.subscriber is not None else BEFORE_ALL
    return f"{since} open {account} {COMMODITIES[posting.unit]}\n"


def _assertion(account: str, day: date, balance: int, unit: Unit) -> str:
    return f"{day + timedelta(days=1)} balance {account}  {amount(balance, unit)} ~ 0 {COMMODITIES[unit]}\n"


def _account(posting: Posting) -> str:
    told = _amount(posting.name, posting.unit)
    return told if posting.subscriber is None else f"Assets:Subscribers:{_component(posting.subscriber)}:{told}"


@lru_cache(maxsize=10_000)
def _amount(name: str, unit: Unit) -> str:
    what, *rest = parts(name, unit)
    return ":".join((ROOTS.get(what) or component(what), *(component(part) for part in rest)))


@lru_cache(maxsize=10_000)
def _component(subscriber: str) -> str:
    return component(subscriber)


def component(name: str) -> str:
    """A name as a component of an account: `monthly_fee` → `MonthlyFee`, `mb500-month` → `Mb500-month`.

    Components begin with a capital or a digit and hold letters, digits and dashes. Any other name stands behind `X--`,
    with what is neither an ASCII letter nor a digit as its code point between dashes: `SBP-2` → `X--SBP-2d-2`. No two
    names have one component.
    """
    if _PLAIN.fullmatch(name) is None:
        return "X--" + _ODD.sub(lambda odd: f"-{ord(odd[0]):x}-", name)
    words = name.split("_")
    return "".join(word[0].upper() + word[1:] for word in words)
