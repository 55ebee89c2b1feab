"""Adjustments: the text that the program gives one; it is stored in Russian, and told in English too (R-11.5)."""

import re
from typing import Final

from ledger.units import Kopecks
from projections.words import money
from projections.words.language import Text
from projections.words.names import SERVICES
from projections.words.phrasebook import RUSSIAN, Phrasebook

LATE: Final = Text(
    "опоздавшая запись ({service}, {time}): было {was}, вовремя {would_be}",
    "late record ({service}, {time}): it was {was}, in time {would_be}",
)
_STORED: Final = re.compile(
    r"опоздавшая запись \((?P<service>.*?), (?P<time>.*?)\): было (?P<was>.*?), вовремя (?P<would_be>.*?)", re.DOTALL
)
_SUM: Final = re.compile(r",(?=\d\d\s₽\Z)")
_SERVICES: Final = {text.ru: text for text in SERVICES.values()}


def late(service: str, time: str, *, was: Kopecks, would_be: Kopecks) -> str:
    """The text of an adjustment for a late record, as it is stored; `time` is when the record happened."""
    return LATE.ru.format(
        service=RUSSIAN.service(service), time=time, was=money.rubles(was), would_be=money.rubles(would_be)
    )


def translate(phrases: Phrasebook, text: str) -> str:
    """An adjustment's text in the language of the speaker; what a clerk wrote is as it was written.

    The stored event has nothing but this text, so the sums in it are found again.
    """
    found = None if phrases.russian else _STORED.fullmatch(text)
    if found is None or found["service"] not in _SERVICES:
        return text
    sums = {name: _SUM.sub(".", found[name]) for name in ("was", "would_be")}
    return phrases.say(LATE, service=phrases.say(_SERVICES[found["service"]]), time=found["time"], **sums)
