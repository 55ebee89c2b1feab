"""A speaker: amounts, names and facts in one language, Russian or English."""

from collections.abc import Mapping, Sequence
from typing import Any

from ledger.units import Kopecks, rubles
from projections import wording
from projections.audit.texts import REASONS, Text
from projections.formats.explanation_words import BUCKETS, DIRECTIONS, MODES, OUTCOMES, PHRASES, SERVICES, UNITS
from projections.formats.headings import Language


class Speaker:
    """Says things in one language; money in kopecks, amounts in package units; `options` names options by id."""

    def __init__(self, lang: Language, options: Mapping[str, str] | None = None) -> None:
        self.russian = lang == "ru"
        self.options = dict(options or {})

    def say(self, text: Text) -> str:
        """The sentence in this language."""
        return text.ru if self.russian else text.en

    def phrase(self, name: str, /, **values: Any) -> str:
        """A phrase of the form, filled in."""
        return self.say(PHRASES[name]).format(**values) if values else self.say(PHRASES[name])

    def money(self, amount: Kopecks) -> str:
        """Kopecks as money."""
        return rubles(amount) if self.russian else rubles(amount).replace(",", ".")

    def packaged(self, service: str, amount: int) -> str:
        """An amount in package units."""
        return self.units(wording.packaged(service, amount))

    def units(self, said: str) -> str:
        """A worded quantity, its unit in this language."""
        number, _, unit = said.rpartition(" ")
        return said if self.russian or unit not in UNITS else f"{number} {UNITS[unit]}"

    def bucket(self, name: str) -> str:
        """A bucket's name."""
        if name.startswith("option:"):
            option = name.removeprefix("option:")
            return self.phrase("option", option=self.options.get(option, option))
        return wording.bucket(name) if self.russian else BUCKETS[name]

    def service(self, name: str) -> str:
        """A service's name."""
        return wording.SERVICES[name] if self.russian else SERVICES[name]

    def zone(self, name: str) -> str:
        """A zone's name; English readers get the catalogue's own."""
        return wording.zone(name) if self.russian else name

    def blocked(self, kinds: Sequence[str]) -> str:
        """Kinds of blocks, or that there are none."""
        return ", ".join(wording.BLOCKS[kind] if self.russian else kind for kind in kinds) or self.phrase("none")

    def funds(self, needed: Kopecks, available: Kopecks) -> str:
        """What was needed beside what was available, and what was missing."""
        said = self.phrase("funds", needed=self.money(needed), available=self.money(available))
        if available >= needed:
            return said
        return self.phrase("funds_short", funds=said, short=self.money(needed - available))

    def fact(self, kind: str, value: Any, facts: dict[str, Any]) -> str:
        """A fact by its kind; `facts` say of which service a quantity is."""
        if value is None or value == []:
            return self.phrase("none")
        said: str
        match kind:
            case "money":
                said = self.money(value)
            case "percent":
                said = f"{value} %"
            case "seconds":
                said = f"{value} {'с' if self.russian else 's'}"
            case "truth":
                said = self.phrase("yes" if value else "no")
            case "day":
                said = wording.day(value)
            case "time":
                said = wording.time(value)
            case "measured":
                said = self.units(wording.measured(facts["service"], value))
            case "packaged":
                said = self.packaged(facts["service"], value)
            case "service":
                said = self.service(value)
            case "direction":
                said = wording.DIRECTIONS[value] if self.russian else DIRECTIONS[value]
            case "zone":
                said = self.zone(value)
            case "zones":
                said = ", ".join(self.zone(each) for each in value)
            case "mode":
                said = wording.MODES[value] if self.russian else MODES[value]
            case "blocks":
                said = self.blocked(value)
            case "reason":
                said = self.say(REASONS[value])
            case "outcome":
                said = self.say(OUTCOMES[value])
            case "versions":
                said = ", ".join(map(str, value))
            case _:
                said = str(value)
        return said
