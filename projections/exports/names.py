"""Names: accounts, units and free texts of the log, in words that no other program can misread."""

import re
from functools import lru_cache
from hashlib import sha256
from typing import Final
from urllib.parse import quote

from ledger.entries import TARIFF_BUCKETS, WALLET
from ledger.units import Unit

COMMODITIES: Final[dict[Unit, str]] = {"kop": "RUB", "s": "SEC", "sms": "SMS", "kb": "KB"}
"""Each of two letters or more: beancount 2 knows no commodity of one."""
HOLDS_BUCKETS: Final = frozenset((*TARIFF_BUCKETS, "option"))
COMPONENT_BYTES_MAX: Final = 255
DIGEST_DIGITS: Final = 32
CUT_BYTES: Final = COMPONENT_BYTES_MAX - DIGEST_DIGITS - len("%~")
_ODD: Final = re.compile(r"[^\w.~-]+")


@lru_cache(maxsize=10_000)
def is_held(name: str, unit: Unit) -> bool:
    """Whether an account of entries is a subscriber's own (R-1.4), and no counter-account."""
    return name == WALLET or (unit != "kop" and parts(name, unit)[0] in HOLDS_BUCKETS)


@lru_cache(maxsize=10_000)
def parts(name: str, unit: Unit) -> tuple[str, ...]:
    """An account of entries piece by piece: `option:gb1/data` → option, gb1, data.

    The service stands behind the last slash, what is an option's or a channel's own name behind the first colon.
    """
    kind, _, service = name.rpartition("/") if unit != "kop" else (name, "", "")
    what, _, own = kind.partition(":")
    return tuple(part for part in (what, own, service) if part)


def amount(value: int, unit: Unit) -> str:
    """An amount in its commodity: 40000 kopecks → "400.00", 60 seconds → "60"."""
    if unit != "kop":
        return str(value)
    whole, kopecks = divmod(abs(value), 100)
    return f"{'-' if value < 0 else ''}{whole}.{kopecks:02d}"


def quoted(text: str) -> str:
    """A free text that breaks out of nothing: letters, digits and `_-.~` stand, all else is percent-encoded."""
    return _ODD.sub(lambda odd: quote(odd[0], safe=""), text)


def component(text: str) -> str:
    """A free text as a part of an account's name; `ledger` takes no more than 255 bytes of it.

    A longer one is cut, behind `%~` stands a digest of all of it: no two texts become one.
    """
    told = quoted(text)
    if len(told.encode()) <= COMPONENT_BYTES_MAX:
        return told
    digest = sha256(text.encode()).hexdigest()[:DIGEST_DIGITS]
    return f"{told.encode()[:CUT_BYTES].decode(errors='ignore')}%~{digest}"
