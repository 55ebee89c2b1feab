"""Wording in Russian: what the statement's forms say; `projections.words` has the same in both languages."""

from typing import Final

from projections.words import names
from projections.words.language import Text
from projections.words.phrasebook import Phrasebook

_RUSSIAN: Final = Phrasebook("ru")


def _russian(texts: dict[str, Text]) -> dict[str, str]:
    return {name: text.ru for name, text in texts.items()}


SERVICES: Final = _russian(names.SERVICES)
DIRECTIONS: Final = _russian(names.DIRECTIONS)
ZONES: Final = _russian(names.ZONES)
MODES: Final = _russian(names.MODES)
BLOCKS: Final = _russian(names.BLOCKS)

zone = _RUSSIAN.zone
measured = _RUSSIAN.measured
packaged = _RUSSIAN.packaged
kilobytes = _RUSSIAN.data
day = _RUSSIAN.day
time = _RUSSIAN.time


def bucket(name: str) -> str:
    """The Russian name of a bucket."""
    return names.BUCKETS[name].ru if name in names.BUCKETS else f"опция {name.removeprefix('option:')}"
