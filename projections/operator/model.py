"""Model: one of the operator's statements as it was read, its rows in the order in which they stand."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeAlias

from projections.operator import figures, words

Form: TypeAlias = Literal["xml", "html", "text"]

_DAY = re.compile(r"[0-9]{2}\.[0-9]{2}\.20[0-9]{2}")
_CLOCK = re.compile(r"[0-9]{1,2}:[0-9]{2}:[0-9]{2}")
_OFFSET = re.compile(r"[+-][0-9]{2}:[0-5][0-9]")
_SHOWN_MAX: Final = 40
UNDECODED: Final = "\ufdd0"
"""Stands for a byte that is no text; no text has it, and `words.kept` escapes it."""


class BadStatement(Exception):
    """A file that cannot be read as a statement of the operator; one line that says what is wrong, and where."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of usage: its cells as they stand, times and amounts read.

    `actual` and `billed` are printed quantities; `billed`, `cost` and `changed` are None in forms without them.
    Amounts are ten-thousandths of a ruble, `ex_vat` without and `cost` with VAT. `changed` is when the balance did,
    at the offset of the row. `block` is the number of the row that begins a group, like the parts of one message.
    `is_named` is false where one of our own rows says that its record names no other end.
    """

    number: int
    line: int
    at: datetime
    cell: str
    zp: str
    zv: str
    word: str
    actual: str
    billed: str | None
    ex_vat: int
    cost: int | None
    changed: datetime | None
    block: int | None
    is_named: bool = True

    @property
    def service(self) -> str | None:
        """`voice`, `sms`, `data` or `ussd`; None for a word that is in no list."""
        try:
            return words.service_of(self.word)[0]
        except words.UnknownWord:
            return None

    @property
    def outward(self) -> bool:
        """Whether the subscriber called or sent; a service nobody knows tells it by the mark of its number."""
        return self._ends[0] == "out"

    @property
    def peer(self) -> str:
        """The other end, without the marks of its cell."""
        return self._ends[1] if self.is_named else ""

    @property
    def _ends(self) -> tuple[str, str]:
        try:
            direction = words.service_of(self.word)[1]
        except words.UnknownWord:
            direction = None
        return words.peer_of(direction, self.cell)


@dataclass(frozen=True, slots=True, kw_only=True)
class BadRow:
    """A row that is passed over: its number, the line where it begins, and what is wrong.

    Of one that is cut off a part is missing, and `text` is its beginning; of one that is unreadable it says why.
    """

    number: int
    line: int
    why: Literal["cut_off", "unreadable"]
    text: str


class Unreadable(ValueError):
    """A cell that is not what its column holds, in one line; the rest of the statement is read all the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorStatement:
    """A statement as it was read; amounts in ten-thousandths of a ruble, None where the form has no such total.

    `own` says that it carries the ledger as well, so this program printed it.
    """

    form: Form
    account: str
    since: str | None
    until: str | None
    total_ex_vat: int | None
    total: int | None
    own: bool
    rows: tuple[Row, ...]
    bad_rows: tuple[BadRow, ...] = ()


def row(
    number: int,
    line: int,
    *,
    day: str,
    clock: str,
    offset: str,
    cell: str,
    zp: str,
    zv: str,
    word: str,
    actual: str,
    billed: str | None = None,
    ex_vat: str,
    cost: str | None = None,
    changed: str = "",
    block: int | None = None,
    is_named: bool = True,
) -> Row:
    """A row from the texts of its cells. Raises Unreadable."""
    if UNDECODED in "".join(
        (day, clock, offset, cell, zp, zv, word, actual, billed or "", ex_vat, cost or "", changed)
    ):
        raise Unreadable("a byte that is no text")
    try:
        return Row(
            number=number,
            line=line,
            at=moment(day, clock, offset),
            cell=cell,
            zp=zp,
            zv=zv,
            word=word,
            actual=actual,
            billed=billed,
            ex_vat=figures.ten_thousandths_of(ex_vat),
            cost=None if cost is None else figures.ten_thousandths_of(cost),
            changed=_changed(changed, offset),
            block=block,
            is_named=is_named,
        )
    except ValueError as error:
        raise Unreadable(str(error)) from None


class Blocks:
    """Numbers the groups of rows that forms mark by their first, inner and last ones."""

    def __init__(self, *, first: str, inner: str, last: str) -> None:
        self._first = first
        self._later = (inner, last)
        self._begun: int | None = None

    def of(self, number: int, mark: str) -> int | None:
        """The block of a row by its mark; None where it stands alone."""
        if mark == self._first:
            self._begun = number
        elif mark not in self._later:
            self._begun = None
        return self._begun


def moment(day: str, clock: str, offset: str) -> datetime:
    """The time of `06.09.2015`, `8:28:49` and `+03:00`, in the years 2000–2099; ValueError for anything else."""
    said = f"no time: {visible(f'{day} {clock} {offset}')}"
    if not (_DAY.fullmatch(day) and _CLOCK.fullmatch(clock) and _OFFSET.fullmatch(offset)):
        raise ValueError(said)
    try:
        return datetime.fromisoformat(figures.time_of(day, clock, offset))
    except ValueError:
        raise ValueError(said) from None


def visible(text: str) -> str:
    """A piece of somebody's file, fit for one line."""
    return ascii(text[:_SHOWN_MAX]) if not text.isprintable() else repr(text[:_SHOWN_MAX])


def _changed(text: str, offset: str) -> datetime | None:
    if not text.strip():
        return None
    day, _, clock = text.strip().partition(" ")
    return moment(day, clock.strip(), offset)
