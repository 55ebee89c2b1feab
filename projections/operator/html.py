"""HTML: the operator's page, its one table of usage found by the names of its columns."""

import re
from collections.abc import Iterator
from typing import Final

from lxml import etree

from projections.operator.figures import ten_thousandths_of
from projections.operator.markup import describe, line_at, line_of
from projections.operator.model import BadRow, BadStatement, Blocks, OperatorStatement, Row, Unreadable, row
from projections.operator.page import UNNAMED

_ENTITY = re.compile(r"<!ENTITY", re.IGNORECASE)
_ACCOUNT = re.compile(r"Сетевой ресурс\s+([0-9]+)")
_PERIOD = re.compile(r"за период с\s+([0-9.]{10})\s+по\s+([0-9.]{10})")
_END: Final = "</html>"
_TOTAL: Final = "итого"
_HEADS: Final = {
    "day": "дата",
    "clock": "время",
    "offset": "gmt",
    "cell": "номер",
    "zp": "зона вызова",
    "zv": "зона направления",
    "word": "услуга",
    "actual": "длительность",
    "ex_vat": "стоимость",
}
"""How the names of the columns begin, in their order."""
_CHANGED: Final = "изм. баланса"
_OWN: Final = "ledger"
"""The class of the table that only this program's pages have."""
_DEPTH: Final = "Excessive depth"


def read(text: str) -> OperatorStatement:
    """The statement that a page shows. Raises BadStatement."""
    if found := _ENTITY.search(text):
        raise BadStatement(f"line {line_at(text, found.start())}: an entity; the operator's pages have none")
    if not text.rstrip().lower().endswith(_END):
        raise BadStatement(f"line {line_at(text, len(text))}: HTML that is cut off, its end {_END} is missing")
    root = _parse(text)
    heads = [(head, columns) for head in root.iter("tr") if (columns := _columns(head))]
    tables = {next(head.iterancestors("table"), None) for head, _ in heads}
    if len(tables) != 1:
        raise BadStatement(f"it has {len(tables)} tables of usage; a statement of one number has one")
    head, columns = heads[0]
    account = _ACCOUNT.search(text)
    if account is None:
        raise BadStatement("it names no number: «Сетевой ресурс 7…» is missing")
    period = _PERIOD.search(text)
    rows, bad, total = _body(head, columns)
    return OperatorStatement(
        form="html",
        account=account[1],
        since=period and period[1],
        until=period and period[2],
        total_ex_vat=total,
        total=None,
        own=any(table.get("class") == _OWN for table in root.iter("table")),
        rows=tuple(rows),
        bad_rows=tuple(bad),
    )


def _parse(text: str) -> etree._Element:
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True)
    try:
        root = etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError as error:
        raise BadStatement(f"line {error.lineno}: HTML that is damaged: {describe(error)}") from None
    for problem in parser.error_log:
        if _DEPTH in problem.message:
            raise BadStatement(f"line {problem.line}: HTML that is nested too deeply")
    if root is None:
        raise BadStatement("a page without content")
    return root


def _columns(head: etree._Element) -> dict[str, int] | None:
    """Where each column stands, if this row is the head of the table of usage."""
    cells = list(head.iterchildren("th", "td"))
    if len(cells) < len(_HEADS) or head.find(".//table") is not None:
        return None
    names = [_text(cell).lower() for cell in cells]
    found: dict[str, int] = {}
    for column, name in _HEADS.items():
        at = next((at for at, text in enumerate(names) if at not in found.values() and text.startswith(name)), None)
        if at is None:
            return None
        found[column] = at
    if _CHANGED in names:
        found["changed"] = names.index(_CHANGED)
    return found


def _body(head: etree._Element, columns: dict[str, int]) -> tuple[list[Row], list[BadRow], int | None]:
    """The rows below the head, those that cannot be read, and the total of the table's foot."""
    table = next(head.iterancestors("table"), None)
    width = len(list(head.iterchildren("th", "td")))
    blocks = Blocks(first="FirstInBlock", inner="InBlock", last="LastInBlock")
    rows: list[Row] = []
    bad: list[BadRow] = []
    total = None
    for tr in () if table is None else _table_rows(table):
        elements = list(tr.iterchildren("td"))
        cells = [_text(cell) for cell in elements]
        line = line_of(tr)
        if not any(cells) or _columns(tr) is not None:
            continue
        if any(cell.lower().startswith(_TOTAL) for cell in cells):
            total = _total(cells, line)
            continue
        number = len(rows) + len(bad) + 1
        block = blocks.of(number, tr.get("class", ""))
        try:
            if len(cells) != width:
                raise Unreadable(f"{len(cells)} cells instead of {width}")
            told = {column: cells[at] for column, at in columns.items()}
            named = elements[columns["cell"]].get("class") != UNNAMED
            rows.append(row(number, line, **told, block=block, is_named=named))
        except Unreadable as error:
            bad.append(BadRow(number=number, line=line, why="unreadable", text=str(error)))
    return rows, bad, total


def _table_rows(table: etree._Element) -> Iterator[etree._Element]:
    """The rows of a table itself, none of a table in it."""
    for child in table.iterchildren("tr", "thead", "tbody", "tfoot"):
        if child.tag == "tr":
            yield child
        else:
            yield from child.iterchildren("tr")


def _total(cells: list[str], line: int) -> int:
    last = next(cell for cell in reversed(cells) if cell)
    try:
        return ten_thousandths_of(last)
    except ValueError as error:
        raise BadStatement(f"line {line}: the total: {error}") from None


def _text(cell: etree._Element) -> str:
    return " ".join("".join(map(str, cell.itertext())).split())
