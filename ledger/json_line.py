"""JSON lines: one line as a value, strictly: no key twice, no constant that JSON lacks, no text nobody can store."""

import json
from typing import Any, Final, NoReturn

import msgspec


class Malformed(ValueError):
    """A line that is no input, or an input no rule can be asked about; the message is the detail."""


def load(line: str) -> object:
    """The value of a line. Raises Malformed."""
    raw = _load(line)
    if _ESCAPE in line:  # the only way for a NUL or a lone surrogate into a JSON string
        _refuse_unstorable(raw)
    return raw


def _load(line: str) -> object:
    """The value of a line of JSON; the quick decoder takes what it surely reads alike, the careful one the rest."""
    try:
        found = msgspec.json.decode(line)
    except (ValueError, RecursionError):
        return _load_carefully(line)
    if isinstance(found, dict) and line.count('":') == len(found) and not any(gap in line for gap in _KEY_GAPS):
        return found  # each key is followed by its colon, and there are no more of them than keys: none comes twice
    return _load_carefully(line)


def _load_carefully(line: str) -> object:
    try:
        return _DECODER.decode(line)
    except Malformed:
        raise
    except RecursionError:
        raise Malformed("not JSON: nested too deeply") from None
    except ValueError as error:
        raise Malformed(f"not JSON: {error}") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Malformed("an object with a key twice")
    return found


def _no_constant(name: str) -> NoReturn:
    raise Malformed(f"{name} is no JSON number")


def _refuse_unstorable(raw: object) -> None:
    for value in (*raw, *raw.values()) if isinstance(raw, dict) else ():
        if isinstance(value, str) and ("\0" in value or any("\ud800" <= each <= "\udfff" for each in value)):
            raise Malformed(f"{quoted(value)}: a NUL character or a lone surrogate")


def quoted(name: str) -> str:
    """A name or text for a message: ASCII, cut."""
    return ascii(name)[1:-1][:80]


_ESCAPE: Final = "\\u"
_KEY_GAPS: Final = ('" ', '"\t', '"\r')
_DECODER: Final = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_no_constant)
