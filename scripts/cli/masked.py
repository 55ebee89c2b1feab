"""Passwords in URLs of PostgreSQL: never printed, whatever error echoes what somebody gave."""

import re
from typing import Final

_USERINFO: Final = re.compile(r"(postgres(?:ql)?:/+[^:/@\s]*):\S*@", re.IGNORECASE)
"""To the last @ there is, which a password that is not encoded may have in it; a path behind it may have one too."""
_QUERY: Final = re.compile(r"((?:ssl)?password=)[^&\s'\"`]*", re.IGNORECASE)


def masked(text: str) -> str:
    """The text without them."""
    return _QUERY.sub(r"\1***", _USERINFO.sub(r"\1@", text))
