"""Text of a PDF, the operator's or ours: rows from their time to their cost, page heads and feet between."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from projections.operator import number_cell, words
from projections.operator.figures import ten_thousandths_of
from projections.operator.model import BadRow, BadStatement, OperatorStatement, Row, Unreadable, row, visible
from projections.operator.pdf_lines import START, Cell, cells

_PLACE = re.compile(r"([+-][0-9]{2}:[0-9]{2}) +(\S.*)")
_COST = re.compile(r"(-?[0-9]+,[0-9]{4})(?: +(\S.*))?")
_PAGE = re.compile(r"(?:.* )?Страница [0-9]+ из [0-9]+")
_PERIOD = re.compile(r"с +([0-9.]{10}) +по +([0-9.]{10})")
_ACCOUNT = re.compile(r"Сетевой ресурс\s+([0-9]+)")
_OWN = re.compile(r"[0-9a-f]{64} · ")
_RUSSIAN = re.compile(r"[А-Яа-яЁё]")
_TITLE: Final = "Оказанные услуги связи"
_TOTAL: Final = "Итого"
_WITH_VAT: Final = "Итого с НДС"
_LINE_MAX: Final = 2_000
"""Characters of a line; a row has a tenth of it, and patterns would take long over more."""
_PIECES_MIN: Final = 5
"""A row has at least a time, a place with a number, a service, a quantity and a cost."""


def read(text: str) -> OperatorStatement:
    """The statement that the text of a PDF shows.

    A row of which a part is missing, or that cannot be read, is told and never guessed. Raises BadStatement.
    """
    lines = list(enumerate((line[:_LINE_MAX] for line in text.replace("\f", "\n").split("\n")), 1))
    begin = next((at for at, (_, line) in enumerate(lines) if line.strip().startswith(_TITLE)), 0)
    end = next((at for at, (_, line) in enumerate(lines) if at >= begin and _is_total(line, _TOTAL)), None)
    if end is None:
        raise BadStatement(f"line {len(lines)}: text that is cut off, «{_TOTAL}» is missing")
    usage = "\n".join(line for _, line in lines[begin:])
    account = _ACCOUNT.search(usage)
    if account is None:
        raise BadStatement("it names no number: «Сетевой ресурс» and 7… are missing")
    own = _OWN.search(text) is not None
    rows: list[Row] = []
    bad: list[BadRow] = []
    for number, pieces in enumerate(_records(cells(lines[begin:end])), 1):
        line, start, _ = pieces[0]
        try:
            made = _row(number, pieces, own=own)
        except Unreadable as error:
            bad.append(BadRow(number=number, line=line, why="unreadable", text=str(error)))
            continue
        if made is None:
            bad.append(BadRow(number=number, line=line, why="cut_off", text=start))
        else:
            rows.append(made)
    if not rows and not bad and not own:
        raise BadStatement("no row of usage in it; make the text with `pdftotext FILE.pdf FILE.txt`")
    period = _PERIOD.search(usage)
    with_vat = next((at for at, (_, line) in enumerate(lines) if at > end and _is_total(line, _WITH_VAT)), None)
    return OperatorStatement(
        form="text",
        account=account[1],
        since=period and period[1],
        until=period and period[2],
        total_ex_vat=_total(lines[end:], _TOTAL),
        total=None if with_vat is None else _total(lines[with_vat:], _WITH_VAT),
        own=own,
        rows=tuple(rows),
        bad_rows=tuple(bad),
    )


def _records(told: Iterable[Cell]) -> Iterator[list[Cell]]:
    """The cells of each row, from its time to its cost; what stands between rows is heads and feet of pages.

    Of a row that a page break cut the beginning is given, and its rest belongs to it: it is one row.
    """
    pieces: list[Cell] = []
    rest = False
    for cell in told:
        is_page = _PAGE.fullmatch(cell.text) is not None
        if is_page or START.fullmatch(cell.text):
            if pieces:
                yield pieces
            rest = is_page and bool(pieces) and not any(_PLACE.fullmatch(each.text) for each in pieces)
            pieces = [] if is_page else [cell]
        elif rest and not pieces:
            rest = _COST.fullmatch(cell.text) is None
        elif cell.text and (pieces or _PLACE.fullmatch(cell.text)):
            pieces.append(cell)
            if _COST.fullmatch(cell.text):
                yield pieces
                pieces = []
    if pieces:
        yield pieces


def _row(number: int, pieces: list[Cell], *, own: bool) -> Row | None:
    """A row from its cells, read from both ends: a number may be wrapped, and empty zones leave no line.

    None for one of which a part is missing. Raises Unreadable.
    """
    texts = [piece.text for piece in pieces]
    if len(texts) < _PIECES_MIN or sum(_PLACE.fullmatch(text) is not None for text in texts) != 1:
        return None
    start, place, cost = START.fullmatch(texts[0]), _PLACE.fullmatch(texts[1]), _COST.fullmatch(texts[-1])
    if start is None or place is None or cost is None:
        return None
    if not own and not pieces[1].certain and " " in place[2]:
        raise Unreadable("its number and zone are not told apart; make the text with `pdftotext -layout`")
    day, _, clock = start[0].partition(" ")
    between = texts[2:-3]
    cell = _own_cell(place[2], between) if own else _operators_cell(place[2], between)
    return row(
        number,
        pieces[0].line,
        day=day,
        clock=clock.strip(),
        offset=place[1],
        cell=cell.number,
        zp=cell.zp,
        zv=cell.zv,
        word=texts[-3],
        actual=texts[-2],
        ex_vat=cost[1],
        changed=" ".join((cost[2] or "").split()),
        is_named=cell.is_named,
    )


def _own_cell(begin: str, others: list[str]) -> number_cell.NumberCell:
    return number_cell.read("".join((begin, *others)))


def _operators_cell(begin: str, others: list[str]) -> number_cell.NumberCell:
    """The number may go on in a second line; zones are words of Russian, and of ours only is known which is which."""
    zones = next((at for at, text in enumerate(others) if _RUSSIAN.search(text)), len(others))
    zone = " ".join(others[zones:])
    abroad = zone == words.zones("roaming").zp
    return number_cell.NumberCell(
        begin + "".join(others[:zones]), zone if abroad else "", "" if abroad else zone, is_named=True
    )


def _is_total(line: str, name: str) -> bool:
    """Whether a line is the name of a total, with or without the amount behind it."""
    text = line.strip()
    return text.startswith(name) and _amount(text.removeprefix(name).strip(": ")) is not None


def _amount(text: str) -> int | None:
    """Ten-thousandths of an amount, 0 where there is none; None for any other text."""
    try:
        return ten_thousandths_of(text) if text else 0
    except ValueError:
        return None


def _total(lines: list[tuple[int, str]], name: str) -> int:
    """The amount behind the name of a total, on its line or on the next one that is not empty."""
    said = [(number, text) for number, line in lines if (text := line.strip())]
    number, text = said[0]
    text = text.removeprefix(name).strip(": ")
    if not text:
        number, text = said[1] if len(said) > 1 else (number, "")
    try:
        return ten_thousandths_of(text)
    except ValueError:
        raise BadStatement(f"line {number}: «{name}» is followed by no amount: {visible(text)}") from None
