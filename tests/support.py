"""What the tests share: the worked examples' catalogue, and a story told input by input on a real ledger."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from click.testing import CliRunner
from msgspec.structs import replace

from ledger import inputs, periods
from ledger.account import Account, Discount
from ledger.booking import book
from ledger.catalogue import Catalogue, parse
from ledger.contracts import Contract, chosen
from ledger.events import Event, PackagesRefreshed, RefreshRefused, type_name
from ledger.log.store import Reading
from ledger.periods import Instant
from ledger.rules.refresh import reply
from ledger.rules.schedule import Booked, advance
from ledger.service import Ledger, Outcome
from ledger.timeline import CatalogueTimeline
from projections.balances import Balance, balance
from projections.counterfactual.change import NOTHING
from projections.counterfactual.difference import lines
from projections.counterfactual.history import decide_with, steps_of
from projections.ledger_line import Line
from projections.statement import Statement, statement
from projections.verify.verify import Report, verify
from projections.words.lines import text
from projections.words.phrasebook import RUSSIAN, Phrasebook
from projections.words.replies import say
from scripts.cli.main import cli
from tests.stores import environment, ledger_ref, ledger_url

ACCOUNT = "79161234567"
HERE = Path(__file__).parent
SHARED_FEED = HERE.parent.parent / "shared" / "data" / "real-usage-2015.jsonl"

CATALOGUE_TEXT = (HERE / "catalogue.toml").read_text(encoding="utf-8")
"""T3 and T4 of the rulebook's worked examples (§14), and plans that differ from them in one thing each."""


def with_settings(lines: str, text: str = CATALOGUE_TEXT) -> str:
    """A catalogue with more settings, lines of TOML; of a setting that it has already, the new line holds."""
    names = {line.partition("=")[0].strip() for line in lines.splitlines()}
    kept = [line for line in text.splitlines() if line.partition("=")[0].strip() not in names or "=" not in line]
    return "\n".join(kept).replace("[settings]", f"[settings]\n{lines}") + "\n"


def catalogue(text: str = CATALOGUE_TEXT) -> Catalogue:
    return parse(text)


def at(text: str, zone: str = "Europe/Moscow") -> Instant:
    """An instant written as local time, `2023-02-01 10:00[:00]`, or as RFC 3339 with an offset."""
    if text[-6] in "+-" or text.endswith("Z"):
        return periods.parse_instant(text)
    return periods.from_datetime(datetime.fromisoformat(text).replace(tzinfo=periods.zone_named(zone)))


def replied(event: Event, zone: str) -> str:
    """What a request for a refresh was answered, from the event alone, in Russian."""
    assert isinstance(event, PackagesRefreshed | RefreshRefused)
    return say(RUSSIAN, reply(event, zone))


def rfc(instant: Instant, zone: str = "Europe/Moscow") -> str:
    return periods.local_text(instant, zone)


class Clock:
    """A wall clock that the test sets."""

    def __init__(self, instant: Instant) -> None:
        self.instant = instant

    def __call__(self) -> Instant:
        return self.instant


class Story:
    """One account's story on a real SQLite ledger: every verb feeds one input and returns the events it booked."""

    def __init__(
        self, folder: Path, *, text: str = CATALOGUE_TEXT, account: str = ACCOUNT, sealed: bool = True
    ) -> None:
        self.path = folder / "ledger.db"
        self.clock = Clock(at("2024-01-01 00:00"))
        self.ledger = Ledger(ledger_ref(self.path), now=self.clock, catalogue=text, sealed=sealed)
        self.account_id = account
        self.text = text
        self.zone = "Europe/Moscow"
        self._inputs_fed = 0

    def copied_to(self, folder: Path) -> Story:
        """The same story in another place, with the same contracts and keys: what both are fed, both book alike."""
        folder.mkdir()
        self.ledger.store.ref.copy_to(folder / "ledger.db")  # type: ignore[attr-defined] # a file can be copied
        shutil.copytree(self.path.parent / "keys", folder / "keys")
        twin = Story(folder, text=self.text, account=self.account_id)
        twin.clock.instant, twin.zone, twin._inputs_fed = self.clock.instant, self.zone, self._inputs_fed
        return twin

    # Inputs

    def feed(self, type: str, when: str, **fields: Any) -> Outcome:
        """Feed one input; `when` is local time, or RFC 3339."""
        self._inputs_fed += 1
        raw = {"type": type, "id": f"{type}-{self._inputs_fed}", "account": self.account_id}
        raw |= {"at": rfc(at(when, self.zone), self.zone)} | fields
        if "received_at" in fields:
            raw["received_at"] = rfc(at(fields["received_at"], self.zone), self.zone)
        return self.ledger.apply([inputs.check(raw)])[0]

    def events_of(self, type: str, when: str, **fields: Any) -> tuple[Event, ...]:
        return self.feed(type, when, **fields).events

    def open(self, when: str, region: str = "moscow", **fields: Any) -> Story:
        self.feed("open", when, region=region, **fields)
        found = account_of(self.ledger, self.account_id)
        assert found is not None
        self.zone = found.zone
        return self

    def top_up(self, when: str, kopecks: int, **fields: Any) -> tuple[Event, ...]:
        return self.events_of("top_up", when, amount=kopecks, **fields)

    def connect(self, when: str, plan: str, **fields: Any) -> tuple[Event, ...]:
        return self.events_of("connect_plan", when, plan=plan, **fields)

    def call(self, when: str, duration: str, **fields: Any) -> tuple[Event, ...]:
        """An outgoing call of "M:SS"."""
        minutes, seconds = duration.split(":")
        return self.usage(when, "voice", int(minutes) * 60 + int(seconds), **fields)

    def usage(self, when: str, service: str, quantity: int, **fields: Any) -> tuple[Event, ...]:
        said = {"direction": "out"} | fields
        return self.events_of("usage", when, service=service, quantity=quantity, **said)

    def dial(self, when: str, code: str = "*929#", **fields: Any) -> tuple[Event, ...]:
        return self.events_of("ussd", when, text=code, **fields)

    def sms(self, when: str, to: str = "9290", text: str = "", **fields: Any) -> tuple[Event, ...]:
        return self.events_of("sms", when, to=to, text=text, **fields)

    def refresh(self, when: str, **fields: Any) -> tuple[Event, ...]:
        return self.events_of("refresh", when, **fields)

    def block(self, when: str, kind: str = "voluntary") -> tuple[Event, ...]:
        return self.events_of("block", when, kind=kind)

    def unblock(self, when: str, kind: str = "voluntary") -> tuple[Event, ...]:
        return self.events_of("unblock", when, kind=kind)

    def night(self, until: str) -> int:
        """Run the nightly job up to an instant; how many events it booked."""
        booked = 0
        while (counted := self.ledger.advance_due(at(until, self.zone), accounts_max=100)) is not None:
            booked += sum(count for name, count in counted.items() if name != "accounts")
        return booked

    # What it led to

    @property
    def account(self) -> Account:
        found = account_of(self.ledger, self.account_id)
        assert found is not None
        return found

    @property
    def contract(self) -> Contract:
        return contract_of(self.ledger, self.account_id)

    @property
    def wallet(self) -> int:
        return self.account.wallet

    @property
    def balance(self) -> Balance:
        return balance(self.account)

    def left(self) -> dict[str, int]:
        """What is left by bucket and service, `base/voice` → seconds, with empty buckets too."""
        return {f"{row.bucket}/{row.service}": row.left for row in self.balance.buckets}

    def log(self) -> list[Event]:
        return [event for _, event in events_of(self.ledger, self.account_id)]

    def types(self) -> list[str]:
        return [type_name(event) for event in self.log()]

    def statement(self, since: str, until: str) -> Statement:
        return statement(
            self.contract,
            self.account,
            events_of(self.ledger, self.account_id),
            catalogues_of(self.ledger),
            since=periods.parse_date(since),
            until=periods.parse_date(until),
            summarised=True,
        )

    def worded(self, line: Line) -> str:
        """The text of a line, in Russian."""
        return text(Phrasebook("ru", zone=self.zone), line)

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        with self.ledger.store.reading() as log:
            yield log

    def verify(self) -> Report:
        with self.reading() as log:
            return verify(log)

    # What the doors print

    def printed(self, *arguments: str) -> Any:
        """What `obnovi … --json` prints about this ledger: one value, or a list where it prints lines."""
        text = run(self.path, *arguments)
        values = [json.loads(line) for line in text.splitlines()]
        return values if arguments[0] == "events" else values[0]

    def shown(self) -> list[dict[str, Any]]:
        """The account's events as the contract prints them."""
        found: list[dict[str, Any]] = self.printed("events", self.account_id)
        return found

    def as_of(self, when: str) -> dict[str, Any]:
        """The balance as of an instant, as the contract prints it."""
        found: dict[str, Any] = self.printed("balance", self.account_id, "--as-of", rfc(at(when, self.zone), self.zone))
        return found

    # What would be, with a discount (its input comes with a later chapter)

    def with_discount(self, percent: int, since: str, until: str) -> Account:
        """The account as if a discount had been granted; nothing is stored."""
        return replace(self.account, discount=Discount(percent, since, until))

    def would(self, account: Account, type: str, when: str, **fields: Any) -> Booked:
        """What an input would book on an account that may differ from the stored one."""
        raw = {"type": type, "id": "would", "account": self.account_id, "at": rfc(at(when, self.zone), self.zone)}
        return book(account, inputs.check(raw | fields), catalogue(self.text), recorded_at=0)

    def would_by(self, account: Account, until: str) -> Booked:
        """What the nights up to an instant would book."""
        return advance(account, at(until, self.zone), catalogue(self.text), recorded_at=0)


def account_of(ledger: Ledger, account: str) -> Account | None:
    """The latest contract of a number as it stands."""
    with ledger.snapshot() as snapshot:
        found = chosen(snapshot.contracts, account)
        return snapshot.account(found.id) if found is not None else None


def contract_of(ledger: Ledger, account: str, holder: int | None = None) -> Contract:
    """The latest contract of a number, or that of a holder."""
    with ledger.snapshot() as snapshot:
        found = chosen(snapshot.contracts, account, holder)
    assert found is not None
    return found


def events_of(ledger: Ledger, account: str) -> list[tuple[int, Event]]:
    """The events of a number's latest contract with their positions."""
    with ledger.snapshot() as snapshot:
        found = chosen(snapshot.contracts, account)
        return list(snapshot.events(found.id)) if found is not None else []


def claim_name(story: Story, id: str) -> str:
    """What stands in the log for the id of a claim of a story's contract."""
    name = story.ledger.store.keyring.claim_name(story.contract.id)
    assert name is not None
    return name(id)


def id_of(log: Reading, account: str = ACCOUNT) -> str:
    """The stream of a number's latest contract."""
    found = chosen(log.contracts, account)
    assert found is not None
    return found.id


def catalogues_of(ledger: Ledger) -> CatalogueTimeline:
    """Every catalogue a ledger was given."""
    with ledger.snapshot() as snapshot:
        return snapshot.catalogues


def unlike_without_change(log: Reading) -> list[str]:
    """The accounts of which a what-if without any change says anything; there may be none (a law)."""
    catalogues = CatalogueTimeline(log.adopted())
    unlike = []
    for account in log.accounts():
        found = decide_with(log.contracts.named(account), list(steps_of(log, log.events(account))), NOTHING, catalogues)
        if found.would_be != found.was or lines(found):
            unlike.append(account)
    return unlike


def run(path: Path, *arguments: str, as_json: bool = True) -> str:
    """Standard output of `obnovi … --json` on a ledger."""
    options = ["--ledger", ledger_url(path), *(["--json"] if as_json else [])]
    result = CliRunner(env=environment(path)).invoke(cli, [*options, *arguments], standalone_mode=False)
    if result.exception is not None:
        raise result.exception
    return result.stdout


def transfers(*events: Event) -> list[str]:
    """Entries as a bookkeeper writes them: `wallet > revenue:usage 600 kop`, packages with their grant `#4`."""
    return [
        f"{entry.from_} > {entry.to} {entry.amount} {entry.unit}" + (f" #{entry.grant}" if entry.grant else "")
        for event in events
        for entry in event.entries
    ]


def names(events: Sequence[Event]) -> list[str]:
    return [type_name(event) for event in events]
