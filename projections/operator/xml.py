"""XML: the operator's form `OldCompatible`, read without entities, network or deep nesting."""

import re
from typing import Final

from lxml import etree

from projections.operator.figures import ten_thousandths_of
from projections.operator.markup import describe, line_at, line_of
from projections.operator.model import BadRow, BadStatement, Blocks, OperatorStatement, Row, Unreadable, row, visible

_DECLARED = re.compile(r"<!(?:DOCTYPE|ENTITY)")
_ROOT: Final = "<Report"
_END: Final = "</Report>"
_ROW = re.compile(r"<i\s(?:(?!<i\s|</ds>|</Report>).)*", re.DOTALL)
"""A row, whatever is in it, up to the next one."""
_DAMAGED: Final = "damaged"
ROWS_TRIED_MAX: Final = 100_000
"""Of a file that is damaged so many rows are tried one by one; a statement of half a year has some thousand."""
_COLUMNS: Final = ("d", "n", "zp", "zv", "s", "du", "c", "dup", "f", "bd", "gmt")


def read(text: str) -> OperatorStatement:
    """The statement that an XML text states; elements and attributes that it does not need are passed over.

    Raises BadStatement.
    """
    if found := _DECLARED.search(text):
        raise BadStatement(
            f"line {line_at(text, found.start())}: a document type or an entity; the operator's statements have none"
        )
    if _ROOT in text and not text.rstrip().endswith(_END):
        raise BadStatement(f"line {line_at(text, len(text))}: XML that is cut off, its end {_END} is missing")
    root = _root(text)
    if root.tag != "Report":
        raise BadStatement(f"its root element is {visible(str(root.tag))}, not Report")
    sections = root.findall("ds")
    if len(sections) != 1:
        raise BadStatement(f"it has {len(sections)} elements ds; a statement of one number has one")
    section = sections[0]
    rows, bad = _rows(section)
    return OperatorStatement(
        form="xml",
        account=section.get("n", ""),
        since=section.get("sd"),
        until=section.get("ed"),
        total_ex_vat=_total(section, "t"),
        total=_total(section, "f"),
        own=root.find("ledger") is not None,
        rows=tuple(rows),
        bad_rows=tuple(bad),
    )


def _root(text: str) -> etree._Element:
    """The root element; where markup is damaged, with the rows in which it is taken out, each leaving its place."""
    try:
        return _parse(text)
    except BadStatement as damage:
        if text.count("<i") > ROWS_TRIED_MAX:
            raise
        sound = _ROW.sub(lambda found: found[0] if _is_sound(found[0]) else _place_of(found[0]), text)
        try:
            return _parse(sound)
        except BadStatement:
            raise damage from None


def _is_sound(row: str) -> bool:
    try:
        _parse(row)
    except BadStatement:
        return False
    return True


def _place_of(row: str) -> str:
    """An element in the place of a damaged row, on as many lines."""
    return f"<i {_DAMAGED}=''/>" + "\n" * row.count("\n")


def _parse(text: str) -> etree._Element:
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False, remove_comments=True
    )
    try:
        return etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError as error:
        raise BadStatement(f"line {error.lineno}: XML that is cut off or damaged: {describe(error)}") from None


def _total(section: etree._Element, name: str) -> int | None:
    text = section.get(name)
    try:
        return None if text is None else ten_thousandths_of(text)
    except ValueError as error:
        raise BadStatement(f"line {line_of(section)}: the total {name}: {error}") from None


def _rows(section: etree._Element) -> tuple[list[Row], list[BadRow]]:
    blocks = Blocks(first="b", inner="i", last="e")
    rows: list[Row] = []
    bad: list[BadRow] = []
    for number, element in enumerate(section.iterchildren("i"), 1):
        line = line_of(element)
        try:
            rows.append(_row(number, line, element, blocks))
        except Unreadable as error:
            bad.append(BadRow(number=number, line=line, why="unreadable", text=str(error)))
    return rows, bad


def _row(number: int, line: int, element: etree._Element, blocks: Blocks) -> Row:
    if element.get(_DAMAGED) is not None:
        raise Unreadable("XML that is cut off or damaged")
    cells = {name: element.get(name) for name in _COLUMNS}
    missing = [name for name, text in cells.items() if text is None]
    if missing:
        raise Unreadable(f"no attribute {missing[0]}")
    found = {name: text or "" for name, text in cells.items()}
    day, _, clock = found["d"].partition(" ")
    return row(
        number,
        line,
        day=day,
        clock=clock.strip(),
        offset=found["gmt"],
        cell=found["n"],
        zp=found["zp"],
        zv=found["zv"],
        word=found["s"],
        actual=found["du"],
        billed=found["dup"],
        ex_vat=found["c"],
        cost=found["f"],
        changed=found["bd"],
        block=blocks.of(number, element.get("g", "")),
        is_named=element.get("peer") != "",
    )
