"""What is wrong with a map, with the line and the key where it is."""

import re
from collections.abc import Sequence
from typing import Final, TypeAlias

from pydantic import ValidationError

Place: TypeAlias = tuple[str | int, ...]

_SAID: Final = {"missing": "missing", "extra_forbidden": "no such key"}


def told(text: str, error: ValidationError) -> list[str]:
    """A line for each key. Where a value may be several things, only what is wrong with the likeliest is told."""
    found: dict[Place, list[str]] = {}
    for details in error.errors():
        kind, place = details["type"], details["loc"]
        keys = tuple(key for key in place[:-1] if isinstance(key, int) or _entry(key).search(text))
        last = place[-1:] if kind in _SAID or (place and isinstance(place[-1], int)) else ()
        if not last and place and _entry(str(place[-1])).search(text):
            last = place[-1:]
        message = _SAID.get(kind, details["msg"].removeprefix("Value error, "))
        found.setdefault((*keys, *last), []).append(message)
    deepest = [place for place in found if not any(other != place and other[: len(place)] == place for other in found)]
    return [_line(text, place, " or ".join(dict.fromkeys(found[place]))) for place in deepest]


def _line(text: str, place: Place, message: str) -> str:
    line = _line_of(text, place)
    key = ".".join(str(key + 1 if isinstance(key, int) else key) for key in place)
    return ": ".join(part for part in (f"line {line}" if line else "", key, message) if part)


def _line_of(text: str, place: Sequence[str | int]) -> int | None:
    """The line of the last key that stands somewhere behind those before it."""
    lines, begin, found = text.splitlines(), 0, None
    for key, then in zip(place, (*place[1:], None), strict=True):
        if isinstance(key, str):
            there = [number for number in range(begin, len(lines)) if _entry(key).search(lines[number])]
            wanted = then if isinstance(then, int) and len(there) > then else 0
            if there:
                found = begin = there[wanted]
    return None if found is None else found + 1


def _entry(key: str) -> re.Pattern[str]:
    """Where a key stands: as a table, or before its value, also within braces."""
    name = re.escape(key)
    return re.compile(rf"^\s*\[\[?(?:[\w.]+\.)?{name}\s*\]|(?:^|[{{,.])\s*{name}\s*[.=]", re.MULTILINE)
