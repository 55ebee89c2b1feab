"""A phrasebook: money, quantities, times and names in one language, Russian or English; nothing raw gets past it."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from ledger import periods
from ledger.events import Event, InputRefused, RefreshRefused, UsageUnrated, type_name
from ledger.periods import Instant
from ledger.units import BYTES_PER_KB, Kopecks, PackageQuantity, RecordQuantity, TenThousandths, round_up
from projections.words import durations, money, names, sizes, times
from projections.words.events import TITLES
from projections.words.language import Language, Text, sign
from projections.words.reasons import REASONS


class Phrasebook:
    """Says things in one language; money in kopecks, amounts in package units; `options` names options by id.

    `zone` is that of the clocks which showed the times.
    """

    def __init__(self, lang: Language, options: Mapping[str, str] | None = None, *, zone: str | None = None) -> None:
        self.lang = lang
        self.russian = lang == "ru"
        self.options = dict(options or {})
        self.clock_zone = zone

    @property
    def zone_of_clocks(self) -> str:
        """The zone whose clocks showed the times; only who was told one says times."""
        assert self.clock_zone is not None, "times are those of some zone's clocks"
        return self.clock_zone

    def say(self, text: Text, /, **values: object) -> str:
        """The sentence in this language, filled in."""
        sentence = text.of(self.lang)
        return sentence.format(**values) if values else sentence

    def head(self, texts: Sequence[Text]) -> tuple[str, ...]:
        """The head of a table."""
        return tuple(map(self.say, texts))

    def named(self, name: str, among: Mapping[str, Text]) -> str:
        """What something is called; what the map does not have, as the catalogue's own zones, is its own name."""
        return self.say(among[name]) if name in among else name

    # Money, quantities, times

    def money(self, amount: Kopecks) -> str:
        """Kopecks as money."""
        return money.rubles(amount, self.lang)

    def ten_thousandths(self, amount: TenThousandths) -> str:
        """An amount without VAT, its four decimals alone."""
        return money.ten_thousandths(amount, self.lang)

    def more_or_less(self, amount: Kopecks) -> str:
        """A difference of money."""
        if not amount:
            return self.say(names.THE_SAME)
        return self.say(names.MORE if amount > 0 else names.LESS, amount=self.money(abs(amount)))

    def measured(self, service: str, quantity: RecordQuantity) -> str:
        """A measured quantity: 1530 s → 25:30, 444 bytes → 1 КБ, pieces as they are."""
        match service:
            case "voice":
                return durations.clock(quantity)
            case "data":
                return sizes.rounded(round_up(quantity, BYTES_PER_KB), self.lang)
            case _:
                return str(quantity)

    def packaged(self, service: str, amount: PackageQuantity) -> str:
        """An amount in package units: seconds as minutes, pieces, kilobytes as megabytes."""
        match service:
            case "voice":
                return self.minutes(amount)
            case "data":
                return sizes.rounded(amount, self.lang)
            case _:
                return f"{amount} {self.say(names.PIECES)}"

    def exact(self, unit: str, amount: int) -> str:
        """An amount of an entry's unit, which sums and compares: no kilobyte and no second is rounded away."""
        match unit:
            case "kop":
                return self.money(amount)
            case "s":
                return self.minutes(amount)
            case "kb":
                return sizes.exact(amount, self.lang)
            case _:
                return f"{sign(amount)}{abs(amount)} {self.say(names.PIECES)}"

    def minutes(self, seconds: int) -> str:
        """Seconds as minutes: 1530 → 25:30 мин."""
        return f"{durations.clock(seconds)} {self.say(names.MINUTES)}"

    def day(self, on: date) -> str:
        """A date, as 01.02.2023."""
        return times.day(on)

    def day_of(self, at: Instant) -> str:
        """The date of an instant, as the clocks showed it."""
        return times.day(periods.local_date(at, self.zone_of_clocks))

    def time(self, at: Instant) -> str:
        """An instant, as 01.02.2023 10:00:00; on a day whose hour comes twice with its offset."""
        return times.moment(periods.local(at, self.zone_of_clocks)) + self.offset(at)

    def clocked(self, title: str) -> str:
        """The title of an answer, with whose clocks its times are from."""
        if self.clock_zone is None:
            return self.say(names.EACH_ITS_CLOCKS, title=title)
        return self.say(names.CLOCKS, title=title, zone=self.clock_zone)

    def offset(self, at: Instant) -> str:
        """What tells an instant from another that the clocks showed alike: ` +09:00`; nothing on most days."""
        zone = self.zone_of_clocks
        if not periods.turns_back(periods.local_date(at, zone), zone):
            return ""
        return f" {times.offset(periods.local(at, zone))}"

    def count(self, number: int, noun: str) -> str:
        """A number with its noun: 1 счёт, 2 счёта, 5 счетов; 1 account, 2 accounts."""
        (one, few, many), (single, plural) = names.COUNTED[noun]
        if not self.russian:
            return f"{number} {single if number == 1 else plural}"
        if number % 10 == 1 and number % 100 != 11:
            return f"{number} {one}"
        return f"{number} {few if number % 10 in (2, 3, 4) and number % 100 not in (12, 13, 14) else many}"

    # Names

    def bucket(self, name: str) -> str:
        """A bucket's name."""
        if name.startswith("option:"):
            option = name.removeprefix("option:")
            return self.say(names.OPTION, option=self.options.get(option, option))
        return self.say(names.BUCKETS[name])

    def service(self, name: str) -> str:
        """A service's name."""
        return self.say(names.SERVICES[name])

    def usage(self, service: str, direction: str) -> str:
        """A service and its direction, as «звонки исх.»."""
        return f"{self.service(service)} {self.say(names.DIRECTIONS[direction])}"

    def zone(self, name: str) -> str:
        """A zone's name, or the catalogue's own."""
        return self.named(name, names.ZONES)

    def blocked(self, kinds: Sequence[str]) -> str:
        """Kinds of blocks, or that there are none."""
        return ", ".join(self.say(names.BLOCKS[kind]) for kind in kinds) or self.say(names.NONE)

    def title(self, event: Event) -> str:
        """What an event was, in a few words."""
        name = type_name(event)
        if isinstance(event, UsageUnrated) and event.reason == "CLOSED":
            name = f"{name} {event.reason}"
        said = self.say(TITLES[name] if name in TITLES else TITLES[f"{name} {getattr(event, 'cause', '')}"])
        if option := getattr(event, "option_name", None):
            said = f"{said}: " + (f"«{option}»" if self.russian else f"“{option}”")
        if isinstance(event, RefreshRefused | InputRefused | UsageUnrated):
            said += f" — {self.say(REASONS[event.reason])} ({event.reason})"
        return said

    # Facts

    def funds(self, needed: Kopecks, available: Kopecks, *, where: str = "available") -> str:
        """What was needed beside what was available, or only what was in the wallet; and what was missing."""
        said = self.say(names.FUNDS[where], needed=self.money(needed), available=self.money(available))
        if available >= needed:
            return said
        return self.say(names.FUNDS_SHORT, funds=said, short=self.money(needed - available))

    def fact(self, kind: str, value: Any, facts: Mapping[str, Any]) -> str:
        """A fact by its kind; `facts` say of which service a quantity is."""
        if value is None or value == []:
            return self.say(names.NONE)
        said: str
        match kind:
            case "money":
                said = self.money(value)
            case "percent":
                said = f"{value} %"
            case "seconds":
                said = self.minutes(value)
            case "truth":
                said = self.say(names.YES if value else names.NO)
            case "day":
                said = self.day(periods.parse_date(value))
            case "time":
                said = self.time(value)
            case "stored_time":
                said = self.time(periods.parse_instant(value))
            case "measured":
                said = self.measured(facts["service"], value)
            case "packaged":
                said = self.packaged(facts["service"], value)
            case "service":
                said = self.service(value)
            case "direction":
                said = self.say(names.DIRECTIONS[value])
            case "zone":
                said = self.zone(value)
            case "zones":
                said = ", ".join(self.zone(each) for each in value)
            case "mode":
                said = self.say(names.MODES[value])
            case "blocks":
                said = self.blocked(value)
            case "reason":
                said = self.say(REASONS[value])
            case "outcome":
                said = self.say(names.OUTCOMES[value])
            case "versions":
                said = ", ".join(map(str, value))
            case _:
                said = str(value)
        return said


RUSSIAN: Final = Phrasebook("ru")
"""Where nothing else is asked for."""
