"""The number's cell of our PDF: number and zones in one, for most rows have no zone and would leave a column empty."""

import re
from typing import Final, NamedTuple

from projections.operator import words
from projections.words.language import Language

_DOT: Final = "\N{MIDDLE DOT}"
_ODD: Final = re.compile(r"[^ -~À-žА-яЁё«»№—–]")
"""What may be lost on the way to a page and back, for fonts lack it or the dot means something else."""
_PARTS: Final = re.compile(rf"\s*{_DOT}\s*")
_KNOWN: Final = {text.replace(" ", ""): text for zone in words.NAMED_ZONES for text in words.zones(zone) if text}
_ROAMING: Final = words.zones("roaming").zp


class NumberCell(NamedTuple):
    """What the cell says: the number as other forms have it, both zones, whether the record names its other end."""

    number: str
    zp: str
    zv: str
    is_named: bool


def number_cell(service: str, direction: str, peer: str, zone: str, *, fits: int, lang: Language = "ru") -> str:
    """The cell of a record: `79280000000`, `79280000000 · Россия`, `internet.mts.ru · —`.

    Of one with more characters than fit on a line, a space is written as `words.kept` writes one that would be lost:
    a line may end there. Russian cells are read back.
    """
    parts = [_own(words.number(service, direction, peer))]
    if not words.is_named(direction, peer):
        parts.append(words.NOBODY)
    zp, zv = words.zones(zone, lang)
    if zp or zv:
        parts.append(_own(zp or (words.escaped(zv) if zv == _ROAMING else zv)))
    cell = f" {_DOT} ".join(parts)
    if len(cell) <= fits:
        return cell
    return f" {_DOT} ".join(part if part in _KNOWN.values() else part.replace(" ", words.SPACE) for part in parts)


def read(text: str) -> NumberCell:
    """What a cell says, its lines put together."""
    number, *others = _PARTS.split(text)
    is_named = others[:1] != [words.NOBODY]
    zone = "".join(others if is_named else others[1:])
    zone = _KNOWN.get(zone.replace(" ", ""), zone)
    return NumberCell(number, zone, "", is_named) if zone == _ROAMING else NumberCell(number, "", zone, is_named)


def _own(text: str) -> str:
    return _ODD.sub(lambda odd: words.escaped(odd[0]), text)
