"""Numbers as people write them: `+7 916 000-01-25`, `8 (916) 000-01-25`, `9160000125`."""

import re
from typing import Final

_BETWEEN: Final = re.compile(r"[\s().\-\u2010-\u2015\u200e\u202a\u202c\ufeff]+")
"""Spaces, brackets, dots and dashes of every kind, and the marks that come along when a number is copied."""
_WRITTEN: Final = re.compile(r"(?:\+?7|8)?(9[0-9]{9})")


def digits_of(text: str) -> str:
    """The number as accounts are called, 79 and nine digits; what is no such number is left as it is."""
    bare = text.replace(" ", "").replace("-", "").removeprefix("+")  # most are written like this
    if len(bare) == 11 and bare.startswith("79") and bare.isdecimal() and bare.isascii():
        return bare
    found = _WRITTEN.fullmatch(_BETWEEN.sub("", text))
    return f"7{found[1]}" if found else text
