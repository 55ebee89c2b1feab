"""Text of a PDF: as `pdftotext` writes it, one cell a line, wrapped cells on several, page heads and feet between."""

import re
from collections.abc import Iterator
from typing import Final

from projections.operator.figures import ten_thousandths_of
from projections.operator.model import BadRow, BadStatement, OperatorStatement, Row, Unreadable, row, shown

_START = re.compile(r"([0-9]{2}\.[0-9]{2}\.[0-9]{4}) +([0-9]{1,2}:[0-9]{2}:[0-9]{2})")
_PLACE = re.compile(r"([+-][0-9]{2}:[0-9]{2}) +(\S.*)")
_COST = re.compile(r"(-?[0-9]+,[0-9]{4})(?: +(\S.*))?")
_PAGE = re.compile(r"Страница [0-9]+ из [0-9]+")
_PERIOD = re.compile(r"за период с +([0-9.]{10}) +по +([0-9.]{10})")
_ACCOUNT = re.compile(r"Сетевой ресурс\s+([0-9]+)")
_RUSSIAN = re.compile(r"[А-Яа-яЁё]")
_TOTAL: Final = "Итого"
_PIECES_MIN: Final = 5
"""A row has at least a time, a place with a number, a service, a quantity and a cost."""


def read(text: str) -> OperatorStatement:
    """The statement that the text of a PDF shows.

    A row of which a part is missing, or that cannot be read, is told and never guessed. Raises BadStatement.
    """
    lines = [(number, line.strip()) for number, line in enumerate(text.replace("\f", "\n").split("\n"), 1)]
    end = next((at for at, (_, line) in enumerate(lines) if line.rstrip(":") == _TOTAL), None)
    if end is None:
        raise BadStatement(f"line {len(lines)}: text that is cut off, «{_TOTAL}» is missing")
    account = _ACCOUNT.search(text)
    if account is None:
        raise BadStatement("it names no number: «Сетевой ресурс» and 7… are missing")
    rows: list[Row] = []
    bad: list[BadRow] = []
    for number, pieces in enumerate(_records(lines[:end]), 1):
        line, start = pieces[0]
        try:
            made = _row(number, pieces)
        except Unreadable as error:
            bad.append(BadRow(number=number, line=line, why="unreadable", text=str(error)))
            continue
        if made is None:
            bad.append(BadRow(number=number, line=line, why="cut_off", text=start))
        else:
            rows.append(made)
    if not rows and not bad:
        raise BadStatement("no row of usage in it; make the text with `pdftotext` and without -layout")
    period = _PERIOD.search(text)
    return OperatorStatement(
        form="text",
        account=account[1],
        since=period and period[1],
        until=period and period[2],
        total_ex_vat=_total(lines[end + 1 :]),
        total=None,
        own=False,
        rows=tuple(rows),
        bad_rows=tuple(bad),
    )


def _records(lines: list[tuple[int, str]]) -> Iterator[list[tuple[int, str]]]:
    """The lines of each row, from its time to its cost; what stands between rows is heads and feet of pages.

    Of a row that a page break cut the beginning is given, and its rest belongs to it: it is one row.
    """
    pieces: list[tuple[int, str]] = []
    rest = False
    for number, line in lines:
        if _START.fullmatch(line) or _PAGE.fullmatch(line):
            if pieces:
                yield pieces
            is_page = _PAGE.fullmatch(line) is not None
            rest = is_page and bool(pieces) and not any(_PLACE.fullmatch(text) for _, text in pieces)
            pieces = [] if is_page else [(number, line)]
        elif rest and not pieces:
            rest = _COST.fullmatch(line) is None
        elif line and (pieces or _PLACE.fullmatch(line)):
            pieces.append((number, line))
            if _COST.fullmatch(line):
                yield pieces
                pieces = []
    if pieces:
        yield pieces


def _row(number: int, pieces: list[tuple[int, str]]) -> Row | None:
    """A row from its lines, read from both ends: a number may be wrapped, and empty zones leave no line.

    None for one of which a part is missing. Raises Unreadable.
    """
    texts = [text for _, text in pieces]
    if len(texts) < _PIECES_MIN or sum(_PLACE.fullmatch(text) is not None for text in texts) != 1:
        return None
    start, place, cost = _START.fullmatch(texts[0]), _PLACE.fullmatch(texts[1]), _COST.fullmatch(texts[-1])
    if start is None or place is None or cost is None:
        return None
    between = texts[2:-3]
    zones = next((at for at, text in enumerate(between) if _RUSSIAN.search(text)), len(between))
    return row(
        number,
        pieces[0][0],
        day=start[1],
        clock=start[2],
        offset=place[1],
        cell=place[2] + "".join(between[:zones]),
        zp="",
        zv=" ".join(between[zones:]),
        word=texts[-3],
        actual=texts[-2],
        ex_vat=cost[1],
        changed=" ".join((cost[2] or "").split()),
    )


def _total(lines: list[tuple[int, str]]) -> int:
    number, text = next(((number, line) for number, line in lines if line), (0, ""))
    try:
        return ten_thousandths_of(text)
    except ValueError:
        raise BadStatement(f"line {number}: «{_TOTAL}» is followed by no amount: {shown(text)}") from None
