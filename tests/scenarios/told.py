"""Stories of options, credit and corrections: told input by input, read back as facts, checked when they are over."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import msgspec
from msgspec.structs import replace

from ledger import inputs, periods
from ledger.events import Event, InputRefused, type_name
from ledger.inputs import Input
from ledger.reconstruct_input import reconstruct_input
from ledger.service import Ledger, Outcome
from projections.ledger_line import Line
from projections.statement import Dates, statements
from tests.stores import ledger_ref
from tests.support import CATALOGUE_TEXT, Story, at, catalogues_of, events_of, rfc, unlike_without_change

E = TypeVar("E", bound=Event)

MB = 1024 * 1024
"""Bytes, as usage records count them."""
MB_KB = 1024
"""A megabyte in package units."""

OPTIONS_TEXT = """
[[options]]
id = "gb2"
name = "2 ГБ"
effective_from = 2015-01-01
fee = "200.00"
packages = { data_mb = 2048 }

[[options]]
id = "day"
name = "Сутки"
effective_from = 2015-01-01
fee = "20.00"
packages = { data_mb = 100 }
days = 1

[[options]]
id = "sms100"
name = "100 SMS"
effective_from = 2015-01-01
fee = "50.00"
packages = { sms = 100 }

[[options]]
id = "net"
name = "Безлимит"
effective_from = 2015-01-01
fee = "300.00"
packages = { data_mb = "unlimited" }

[[options]]
id = "gift"
name = "Подарок"
effective_from = 2015-01-01
fee = "0.00"
packages = { voice_minutes = 10 }

# cheaper, smaller and under another name from 2023-04-01
[[options]]
id = "talk"
name = "Разговоры"
effective_from = 2015-01-01
fee = "100.00"
packages = { voice_minutes = 60 }

[[options]]
id = "talk"
name = "Разговоры 2023"
effective_from = 2023-04-01
fee = "60.00"
packages = { voice_minutes = 30 }

# not there before 2023-06-01
[[options]]
id = "later"
name = "Позже"
effective_from = 2023-06-01
fee = "10.00"
packages = { sms = 10 }
"""

FEE_FOR_PROMISES = 'promise = { max = "800.00", days = 3, fee = "20.00" }'


class Told(Story):
    """A story that remembers what it was told, so that the log can be asked whether it does too."""

    def __init__(self, folder: Path, text: str) -> None:
        super().__init__(folder, text=text)
        self.heard: list[tuple[int, Input]] = []

    def feed(self, type: str, when: str, **fields: Any) -> Outcome:
        self._inputs_fed += 1
        raw = {"type": type, "id": f"{type}-{self._inputs_fed}", "account": self.account_id}
        raw |= {"at": rfc(at(when, self.zone), self.zone)} | fields
        if "received_at" in fields:
            raw["received_at"] = rfc(at(fields["received_at"], self.zone), self.zone)
        return self.apply(inputs.check(raw))[0]

    def apply(self, *told: Input) -> list[Outcome]:
        """Feed checked inputs as one batch."""
        outcomes = self.ledger.apply(told)
        for input, outcome in zip(told, outcomes, strict=True):
            if outcome.result in ("applied", "refused"):
                assert outcome.version is not None
                self.heard.append((outcome.version, input))
        return outcomes

    def option(self, when: str, option: str, **fields: Any) -> tuple[Event, ...]:
        return self.events_of("connect_option", when, option=option, **fields)

    def drop(self, when: str, option: str) -> tuple[Event, ...]:
        return self.events_of("disconnect_option", when, option=option)

    def discount(self, when: str, percent: int, since: str, until: str) -> tuple[Event, ...]:
        return self.events_of("grant_discount", when, percent=percent, until=until, **{"from": since})

    def promise(self, when: str, kopecks: int) -> tuple[Event, ...]:
        return self.events_of("take_promise", when, amount=kopecks)

    def reverse(self, when: str, event: int, **fields: Any) -> tuple[Event, ...]:
        return self.events_of("reverse", when, event=event, **({"text": "ошибка"} | fields))

    def adjust(self, when: str, kopecks: int, *cites: int, text: str = "расчёт") -> tuple[Event, ...]:
        return self.events_of("adjust", when, amount=kopecks, cites=list(cites), text=text)

    def rerate(self, when: str, event: int, **fields: Any) -> tuple[Event, ...]:
        return self.events_of("rerate", when, event=event, **fields)

    def dispute(self, when: str, event: int, **fields: Any) -> tuple[Event, ...]:
        return self.events_of("open_dispute", when, event=event, **({"text": "не согласен"} | fields))

    def resolve(self, when: str, dispute: str, outcome: str, **fields: Any) -> tuple[Event, ...]:
        said = {"text": "ответ"} | fields
        return self.events_of("resolve_dispute", when, dispute=dispute, outcome=outcome, **said)

    def adopt(self, text: str) -> None:
        """Another catalogue holds for what is booked from now on (R-3.6)."""
        self.ledger.close()
        self.ledger = Ledger(ledger_ref(self.path), now=self.clock, catalogue=text)

    def first(self, kind: type[E]) -> E:
        """The first event of this type."""
        return next(event for event in self.log() if isinstance(event, kind))

    def last(self, kind: type[E]) -> E:
        """The last event of this type."""
        return next(event for event in reversed(self.log()) if isinstance(event, kind))

    def since(self, version: int) -> list[str]:
        """What was booked behind a version, as `2023-02-15 03:00:00 OptionFeeCharged min100`."""
        return dated(self.log()[version:], self.zone)

    def lines(self, since: str, until: str) -> list[Line]:
        """The ledger lines of a statement."""
        return self.statement(since, until).lines

    def over(self) -> None:
        """The story is over: it verifies, what-if without a change says nothing, inputs, months and entries agree."""
        assert self.verify().problems == []
        with self.reading() as reading:
            assert unlike_without_change(reading) == []
        events = events_of(self.ledger, self.account_id)
        for version, input in self.heard:
            assert reconstruct_input(self.account_id, events[version - 1][1]) == input
        self._tiles(events)

    def _tiles(self, events: Sequence[tuple[int, Event]]) -> None:
        log = [event for _, event in events]
        entries = [entry for event in log for entry in event.entries]
        paid_in = sum(entry.amount for entry in entries if entry.to == "wallet")
        paid_out = sum(entry.amount for entry in entries if entry.from_ == "wallet")
        closing, day = 0, periods.local_date(log[0].booked_at, self.zone)
        end = periods.local_date(log[-1].booked_at, self.zone)
        months = []
        while day <= end:
            until = (day + timedelta(days=32)).replace(day=1) - timedelta(days=1)
            months.append(Dates(day, until, summarised=True))
            day = until + timedelta(days=1)
        account = self.account
        for month in statements(self.contract, account, events, catalogues_of(self.ledger), months):
            assert month.opening == closing, "consecutive statements tile (R-13.2)"
            closing = month.closing
        assert closing == account.wallet == paid_in - paid_out


Begin: TypeAlias = Callable[..., Told]
"""`begin(kopecks, text=…, since=…, region=…)`: an account opened at midnight of 01.01.2022, topped up by this much."""


def only(events: Sequence[Event], kind: type[E]) -> E:
    """The one event there is, of this type."""
    assert [type(event) for event in events] == [kind]
    event = events[0]
    assert isinstance(event, kind)
    return event


def refused(events: Sequence[Event]) -> str:
    """The reason of the one event there is, a refusal without entries."""
    event = only(events, InputRefused)
    assert event.entries == ()
    return event.reason


def dated(events: Iterable[Event], zone: str = "Europe/Moscow") -> list[str]:
    """Events as `2023-02-15 03:00:00 OptionFeeCharged min100`: local time of booking, type, and what it is about."""
    return [f"{rfc(event.booked_at, zone)[:19].replace('T', ' ')} {described(event)}" for event in events]


def described(event: Event) -> str:
    """An event's type and the one word that tells it from others of its type: the option, kind, reason or cause."""
    words = [type_name(event)]
    words += [str(getattr(event, name)) for name in ("option", "kind", "reason", "cause") if hasattr(event, name)]
    return " ".join(words)


def moved(*events: Event) -> list[str]:
    """Entries as a bookkeeper writes them: `wallet > revenue:usage 600 kop`, packages with their grant `#4`."""
    return [
        f"{entry.from_} > {entry.to} {entry.amount} {entry.unit}" + (f" #{entry.grant}" if entry.grant else "")
        for event in events
        for entry in event.entries
    ]


def money_of(*events: Event) -> list[str]:
    """Only the transfers of kopecks."""
    return [entry for entry in moved(*events) if entry.endswith(" kop")]


def fields_of(event: Event, *without: str) -> dict[str, Any]:
    """An event's own fields, without its times, its cause and its entries."""
    common = {"version", "occurred_at", "booked_at", "recorded_at", "entries", "input", *without}
    names = [name for name in event.__struct_fields__ if name not in common]
    return {name.rstrip("_"): getattr(event, name) for name in names}


def unmoved(before: Any, after: Any) -> None:
    """Two accounts are one but for version and clock: a refusal changes nothing else."""
    assert replace(after, version=before.version, clock=before.clock) == before


def as_json(value: Any) -> Any:
    """A projection as the contract prints it."""
    return msgspec.json.decode(msgspec.json.encode(value))


ALL_TEXT = CATALOGUE_TEXT + OPTIONS_TEXT
"""The worked examples' catalogue and the options of these chapters."""
