"""Adjustments: the text that the program itself gives one, kept in Russian, and the same in English (R-11.5)."""

from typing import Final

from ledger.units import Kopecks
from projections.words.language import Text
from projections.words.names import SERVICES
from projections.words.phrasebook import RUSSIAN, Phrasebook

LATE: Final = Text(
    "опоздавшая запись ({service}, {time}): было {was}, вовремя {would_be}",
    "late record ({service}, {time}): it was {was}, in time {would_be}",
)


def late(service: str, time: str, *, was: Kopecks, would_be: Kopecks) -> str:
    """The text of an adjustment for a late record, as it is stored; `time` is when the record happened."""
    sums = {"was": RUSSIAN.money(was), "would_be": RUSSIAN.money(would_be)}
    return RUSSIAN.say(LATE, service=RUSSIAN.service(service), time=time, **sums)


def translate(phrases: Phrasebook, text: str) -> str:
    """An adjustment's text in the language of the speaker; what a clerk wrote is as it was written."""
    values = LATE.filled_in(text)
    service = next((text for text in SERVICES.values() if values and text.ru == values["service"]), None)
    if phrases.russian or values is None or service is None:
        return text
    return phrases.translated(text, [LATE]).replace(f"({values['service']},", f"({phrases.say(service)},", 1)
