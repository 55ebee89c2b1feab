"""Safe: a text from outside, shown so that it can neither move a cursor, nor make a line, nor hide."""

import re
import unicodedata
from typing import Final

_PICTURES: Final = {code: chr(0x2400 + code) for code in range(0x20)} | {0x7F: "␡", ord("\n"): "⏎"}
"""Control characters and their pictures; a line break has a sign that people know."""
_INVISIBLE: Final = "\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\uffa0\ufe00-\ufe0f\U000e0000-\U000e0fff"
"""No controls by category, yet drawn as nothing: Unicode's Default_Ignorable_Code_Point, and a blank braille cell."""
_ODD: Final = re.compile(f"[^\\x20-\\x7e\\xa0\\xab\\xbb\\u0400-\\u04ff\\u2014\\u2212\\u20bd]|[{_INVISIBLE}]")
_IGNORABLE: Final = re.compile(f"[{_INVISIBLE}]")


def safe(text: str) -> str:
    """A text with every character that is no visible sign or plain space shown as one: `␛`, `⏎`, `⟨U+202E⟩`.

    Controls (C0, C1), direction marks, overrides and isolates, zero-width and other invisible characters, line and
    paragraph separators, unassigned code points. What is harmless comes back as it is, so it may be applied twice. JSON
    and stored bytes never pass through here.
    """
    return text if text.isascii() and text.isprintable() else _ODD.sub(_visible, text)


def _visible(match: re.Match[str]) -> str:
    sign = match[0]
    if picture := _PICTURES.get(ord(sign)):
        return picture
    category = unicodedata.category(sign)
    if (category[0] in "CZ" and category != "Zs") or _IGNORABLE.match(sign):
        return f"⟨U+{ord(sign):04X}⟩"
    return sign
