"""Lines of the text of a PDF, whichever way `pdftotext` wrote it, as cells in the order of the operator's columns.

By itself it writes one cell a line; with `-layout` one row a line, its cells far apart; with `-raw` one row a line, its
cells a space apart, so that they are known by what they hold.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from projections.operator import words

START: Final = re.compile(r"[0-9]{2}\.[0-9]{2}\.[0-9]{4} +[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?![0-9])")
_WORDS: Final = "|".join(re.escape(word) for word in sorted(words.ALL_WORDS, key=len, reverse=True))
_WORD: Final = rf"(?P<word>(?i:{_WORDS})|\S+)"
_COST: Final = r"(?P<cost>-?[0-9]+,[0-9]{4}(?: +\S.*)?)"
_TAIL: Final = re.compile(rf"(?:(?P<number>\S.*?) +)??{_WORD} +(?P<length>\S+) +{_COST}")
_FAR: Final = re.compile(r" {2,}")
_OFFSET: Final = re.compile(r"[+-][0-9]{2}:[0-9]{2}")
_INDENT: Final = " " * 8


class Cell(NamedTuple):
    """A cell, or a line of one; not `certain` where a number may have zones behind it that nothing parts from it."""

    line: int
    text: str
    certain: bool = True


def cells(lines: Iterable[tuple[int, str]]) -> Iterator[Cell]:
    """The cells of numbered lines, and what stands between rows as it stands; of a wrapped cell its lines."""
    row: list[Cell] = []
    is_apart = False
    for number, line in lines:
        text = line.strip()
        if is_apart and text and line.startswith(_INDENT) and not _FAR.search(text):
            row.insert(-3, Cell(number, text))  # behind the number, before service, length and cost
            continue
        yield from row
        row = []
        is_apart = False
        found = START.match(text)
        rest = text[found.end() :].strip() if found else ""
        if found and rest:
            parts, certain = _parts(rest)
            is_apart = certain and len(parts) > 3  # number, service, length, cost
            row = [Cell(number, found[0]), Cell(number, parts[0], certain), *(Cell(number, each) for each in parts[1:])]
            continue
        tail = _TAIL.fullmatch(text)
        if tail and tail["number"] is None:
            yield from (Cell(number, tail[name]) for name in ("word", "length", "cost"))
        else:
            yield Cell(number, text)
    yield from row


def _parts(rest: str) -> tuple[list[str], bool]:
    """The cells behind the time of a row that stands on one line, and whether they stood far apart."""
    parts = _FAR.split(rest)
    if _OFFSET.fullmatch(parts[0]) and len(parts) > 1:
        parts[:2] = [f"{parts[0]} {parts[1]}"]
    if len(parts) > 2:  # a number's and a cost's cell may have two spaces of their own
        if found := re.fullmatch(r"-?[0-9]+,[0-9]{4}", parts[-2]):
            parts[-2:] = [f"{found[0]} {parts[-1]}"]
        return parts, True
    found = _TAIL.fullmatch(" ".join(parts))
    if found and found["number"] is not None:
        return [found["number"], found["word"], found["length"], found["cost"]], False
    return [rest], False
