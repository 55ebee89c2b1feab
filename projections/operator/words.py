"""Words: one map between our usage and the columns of the operator's statements, to print and to read by.

What is printed and read again is the same, whatever the texts are: a character that a page or an XML attribute would
lose, that nobody would see, or that would be read as something else, stands as `\\uXXXX`.
"""

import re
from typing import Final, NamedTuple

from projections.words.language import Language
from projections.words.names import ZONES
from projections.words.safe import safe

IN: Final = "<--"
"""The mark before the number of whoever called or wrote."""
NETWORK: Final = "internet.mts.ru"
"""What the operator writes as the number of data; ours has a mark beside it where the record names no peer."""
NOBODY: Final = "\N{EM DASH}"
"""Stands for the number of any other record without a peer, and as the mark where a form has no other."""

_SERVICES: Final[dict[tuple[str, str], str]] = {
    ("voice", "out"): "Телеф.",
    ("voice", "in"): "Телеф.",
    ("sms", "out"): "sms o",
    ("sms", "in"): "sms i",
    ("ussd", "out"): "ussd",
    ("ussd", "in"): "ussd",
    ("data", "out"): "gprs",
}
"""One word in all forms, so that a document says the same in each. Of those of data it is `gprs`, which stands in the
real page and the real PDF; programs that read the page know it for certain."""
_READ: Final[dict[str, tuple[str, str | None]]] = {
    "телеф.": ("voice", None),
    "sms o": ("sms", "out"),
    "sms i": ("sms", "in"),
    "ussd": ("ussd", None),
    **dict.fromkeys(("hsdpa (3g)", "hsdpa", "gprs", "4g"), ("data", "out")),
}
ALL_WORDS: Final = tuple(_READ)
"""Every word of a service that is read, in small letters."""
_MARKED: Final = frozenset({"voice", "ussd"})
"""Services whose word leaves the direction to the mark of the number."""

_MSISDN = re.compile(r"[0-9]{11}")
_PLUS = re.compile(r"\++[0-9]{10}")
_LOST = re.compile(r"[\x00-\x1f\x7f-\x9f\ufdd0\ufffe\uffff]|[^\S ]|\A | \Z|(?<= ) |\\(?=u[0-9a-f]{4})")
_ESCAPED = re.compile(r"\\ud[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2}|\\u(?!d[89a-f])[0-9a-f]{4}")


class UnknownWord(ValueError):
    """A service that no statement of the operator was seen to name."""


class Zones(NamedTuple):
    """The two zone columns: where the subscriber was, and where the connection went; empty at home."""

    zp: str
    zv: str


_ZONES: Final[dict[str, Zones]] = {
    "home": Zones("", ""),
    "roaming": Zones(ZONES["roaming"].ru, ""),
    **{zone: Zones("", text.ru) for zone, text in ZONES.items() if zone not in ("home", "roaming")},
}
NAMED_ZONES: Final = tuple(zone for zone in _ZONES if zone != "home")
"""Zones for which the operator has words."""
SPACE: Final = "\\u0020"
"""A space as `kept` writes one that would be lost."""
_ZONES_READ: Final = {zones.zv: zone for zone, zones in _ZONES.items() if zones.zv}
_HOME: Final = ('ПАО "МТС"', "Московский регион")
"""What the operator writes about connections that stay in the home region, with more words behind it."""


def service(service: str, direction: str) -> str:
    """The operator's word for a service and direction, the same in every form."""
    return _SERVICES[service, direction]


def service_of(word: str) -> tuple[str, str | None]:
    """Service and direction of a word of any form; no direction where the number's mark tells it.

    Raises UnknownWord.
    """
    try:
        return _READ[word.strip().casefold()]
    except KeyError:
        raise UnknownWord(f"no service is called {word!r}") from None


def number(service: str, direction: str, peer: str) -> str:
    """The cell of the number: `79…` for outgoing, `<--+79…` or `<--SENDER` for incoming.

    A plus in front of ten digits is the operator's, so a peer that has one of its own is given another. No cell is
    empty: programs look at its first character. Whether there is a peer, `is_named` tells.
    """
    if not is_named(direction, peer):
        return NETWORK if service == "data" else NOBODY
    cell = kept(peer)
    if direction == "in":
        return f"{IN}+{cell}" if _MSISDN.fullmatch(peer) or _PLUS.match(peer) else IN + cell
    if cell.startswith(IN) and service in _MARKED:
        return escaped(cell)
    return f"+{cell}" if _PLUS.match(peer) else cell


def is_named(direction: str, peer: str) -> bool:
    """Whether the cell of the number says who the other end is; an incoming one is marked and may be empty."""
    return direction == "in" or peer != ""


def peer_of(direction: str | None, cell: str) -> tuple[str, str]:
    """Direction and peer of a number's cell; `direction` is what `service_of` told."""
    found = direction or ("in" if cell.startswith(IN) else "out")
    if found == "in":
        cell = cell.removeprefix(IN)
    if _PLUS.match(cell):
        cell = cell[1:]
    return found, restored(cell)


def zones(zone: str, lang: Language = "ru") -> Zones:
    """The zone columns of a zone; one without words of its own stands verbatim in the second. Russian is read back."""
    if zone in _ZONES:
        own = ZONES[zone].of(lang)
        return Zones(*(own if cell else "" for cell in _ZONES[zone]))
    text = kept(zone)
    if text in _ZONES_READ or text.startswith((*_HOME, NOBODY)):
        text = escaped(text)
    return Zones("", text)


def zone_of(zp: str, zv: str) -> str:
    """The zone that two columns mean: a place of call that is named is not home; unknown words are the zone itself.

    The operator's words may be longer than an input allows a zone to be.
    """
    if zp:
        return "roaming"
    if not zv or zv.startswith(_HOME):
        return "home"
    return _ZONES_READ.get(zv) or restored(zv)


def accumulator(service: str) -> str:
    """The accumulator of the XML form: `U` for USSD, else empty."""
    return "U" if service == "ussd" else ""


def kept(text: str) -> str:
    """A text with everything that a form would lose or nobody would see as `\\uXXXX`: controls, odd spaces, marks."""
    text = _LOST.sub(lambda found: _escape(found[0]), text)
    if safe(text) == text:
        return text
    return "".join(sign if safe(sign) == sign else _escape(sign) for sign in text)


def restored(text: str) -> str:
    """The text that `kept` was given."""
    return _ESCAPED.sub(lambda found: bytes.fromhex(found[0].replace("\\u", "")).decode("utf-16-be"), text)


def _escape(character: str) -> str:
    """As JSON escapes it: a character beyond four digits by its two halves."""
    return re.sub("....", r"\\u\g<0>", character.encode("utf-16-be").hex())


def escaped(text: str) -> str:
    """The first character of a text as `kept` writes what a form would lose, the rest as it is."""
    return _escape(text[0]) + text[1:]
