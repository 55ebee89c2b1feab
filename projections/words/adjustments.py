"""Adjustments: the text that the program gives one; it is stored in Russian, and told in English too (R-11.5)."""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from ledger.units import Kopecks
from projections.words import money
from projections.words.causes import kind_of
from projections.words.events import TITLES, TYPES
from projections.words.language import Text
from projections.words.names import SERVICES
from projections.words.phrasebook import RUSSIAN, Phrasebook

TEXT_MAX: Final = 1_000
"""Characters of an input's text (contract §2)."""
LATE: Final = Text(
    "запись {version} от {day} ({kind}): было {was}, вовремя {would_be}, опоздавшая запись ({service}, {time}) "
    "поступила {arrived}",
    "event {version} of {day} ({kind}): it was {was}, in time {would_be}, the late record ({service}, {time}) "
    "arrived {arrived}",
)
"""A charge that a late record changed; an event that there is not has no version."""
ANEW: Final = Text(
    LATE.ru.replace("запись {version}", "новая запись", 1), LATE.en.replace("event {version}", "a new event")
)
MORE: Final = Text("и ещё записей: {count}", "and {count} more events")
_OLDER: Final = Text(
    "опоздавшая запись ({service}, {time}): было {was}, вовремя {would_be}",
    "late record ({service}, {time}): it was {was}, in time {would_be}",
)
"""As older builds said it."""
_BETWEEN: Final = "; "
_SUM: Final = re.compile(r",(?=\d\d\s₽\Z)")
_SERVICES: Final = {text.ru: text for text in SERVICES.values()}
_KINDS: Final = {text.ru: text for text in (*TYPES.values(), *TITLES.values())}


class LateLine(NamedTuple):
    """A charge that a late record changed: the line that is corrected, and the record, its times as people read them.

    `about` is the type of the line's event; `version` is None where there is no such event.
    """

    version: int | None
    day: str
    about: str
    was: Kopecks
    would_be: Kopecks
    service: str
    time: str
    arrived: str


def late(lines: Sequence[LateLine]) -> str:
    """The text of an adjustment for late records, as it is stored: as many of its lines as fit, and how many more."""
    told = [_late(line) for line in lines]
    for kept in range(len(told), 0, -1):
        more = [MORE.ru.format(count=len(told) - kept)] if kept < len(told) else []
        if len(text := _BETWEEN.join([*told[:kept], *more])) <= TEXT_MAX:
            return text
    raise AssertionError("one line is no longer than a text may be")


def _late(line: LateLine) -> str:
    sums = {name: money.rubles(getattr(line, name)) for name in ("was", "would_be")}
    named = {"kind": kind_of(RUSSIAN, line.about), "service": RUSSIAN.service(line.service)}
    return (ANEW if line.version is None else LATE).ru.format(**line._asdict() | sums | named)


def translate(phrases: Phrasebook, text: str) -> str:
    """An adjustment's text in the language of the speaker; what a clerk wrote is as it was written.

    The stored event has nothing but this text, so what stands in it is found again.
    """
    if phrases.russian:
        return text
    told = [_translated(phrases, part) for part in text.split(_BETWEEN)]
    return text if None in told else _BETWEEN.join(filter(None, told))


def _translated(phrases: Phrasebook, part: str) -> str | None:
    """One line of such a text; None for anything else."""
    for template, stored in _STORED:
        found = stored.fullmatch(part)
        if found is None:
            continue
        said = found.groupdict()
        for name, known in (("service", _SERVICES), ("kind", _KINDS)):
            if name in said and said[name] not in known:
                return None
            if name in said:
                said[name] = phrases.say(known[said[name]])
        said |= {name: _SUM.sub(".", said[name]) for name in ("was", "would_be") if name in said}
        return phrases.say(template, **said)
    return None


def _pattern(template: Text) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.*?)", re.escape(template.ru)), re.DOTALL)


_STORED: Final = [(template, _pattern(template)) for template in (LATE, ANEW, MORE, _OLDER)]
