"""A shard: one log of the ledger, where contracts are booked. No rule crosses shards (R-2.8); most ledgers have one."""

import random
import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Final, Literal, TypeAlias, TypeVar

import msgspec

from ledger.account import Account
from ledger.accounts import rebuild_heads
from ledger.adoption import ALONE, Place, adopt, versions_cited, zone_data
from ledger.batch import Batch, booked
from ledger.booking import book, refuse_malformed
from ledger.catalogue import Catalogue
from ledger.contracts import Contract
from ledger.erasure import ErasureNote, book_erasure
from ledger.events import Event, InputRefused, PackagesRefreshed, PersonalErased, RefreshRefused
from ledger.evolve import evolve
from ledger.holders import Holders, InputKey
from ledger.inputs import Input, Malformed, Open, OpenDispute, Refresh, ResolveDispute, Sms, Ussd
from ledger.log import heads
from ledger.log.contracts import require_keys
from ledger.log.errors import Contended, StoreError
from ledger.log.reach import Reach
from ledger.log.sharded.placing import SHARD_SETTING, SHARDS_SETTING
from ledger.log.store import Head, Key, Reading, Store, Writing
from ledger.periods import Instant
from ledger.routing import contract_of, is_of_an_erased, opens_contract, why_unknown
from ledger.rules.refresh import Reply, month_of_refusal, needs_month, reply
from ledger.rules.schedule import advance, never_over, next_scheduled
from ledger.timeline import CatalogueTimeline

T = TypeVar("T")
Result: TypeAlias = Literal["applied", "refused", "duplicate", "rejected"]
Clock: TypeAlias = Callable[[], Instant]
Access: TypeAlias = Literal["create", "book", "read"]
Reached: TypeAlias = Callable[[Collection[int]], Mapping[str, Reach]]
"""How far what inputs are from is booked with them, by name, where those at some places were rejected."""

ATTEMPTS_MAX: Final = 50
"""Of a booking that others were in the way of, each time."""
PAUSE_SECONDS_MAX: Final = 0.05


class Outcome(msgspec.Struct, frozen=True):
    """What became of one input. `events` includes what the schedule booked before it; `version` is its first event.

    `reply` is what a request for a refresh was answered (R-5.3), `contract` the one where the input is known now.
    """

    result: Result
    version: int | None = None
    events: tuple[Event, ...] = ()
    reason: str = ""
    detail: str = ""
    reply: Reply | None = None
    contract: Contract | None = None


class Shard:
    """One log: `store` keeps it, `now` is asked only for `recorded_at` (R-2.5).

    `sealed`: what a new one becomes. `place`: which of how many it has to be.
    """

    def __init__(self, store: Store, now: Clock, *, sealed: bool, place: Place = ALONE) -> None:
        self.store = store
        self._place = place
        self._now = now
        self._sealed = sealed
        self._catalogues: CatalogueTimeline | None = None
        self._catalogue_count = 0
        self._known_sources: set[str] = set()
        self._known_versions: set[tuple[str, str, str]] = set()
        self._whole_keys: tuple[int, int] | None = None
        """The file of keys in which none was missing."""

    # Booking

    def apply(self, inputs: Sequence[Input], reached: Reached | None = None) -> list[Outcome]:
        """Book inputs in order, all in one durable transaction; one outcome each (R-12.1, R-12.2).

        What is `reached` with them is kept in the same one, also where there is no input at all.
        """
        numbers = {input.account for input in inputs}
        openings = {input.account for input in inputs if isinstance(input, Open)}
        batch, outcomes = self._booking(lambda tx: self._apply(tx, inputs, numbers, openings, reached))
        self._known_sources |= {row.source for row in batch.keys.values()}
        return outcomes

    def advance_due(self, until: Instant, *, accounts_max: int, zone: str | None = None) -> Counter[str] | None:
        """Advance some accounts (of a zone) whose schedule has come by `until`; None when none is left (R-4, R-2.7).

        Counts events by type, and accounts under `accounts`. Each call is one transaction.
        """
        return self._booking(lambda tx: self._advance_due(tx, until, accounts_max, zone))

    def erase(self, contract: Contract, note: ErasureNote, *, early: bool) -> PersonalErased:
        """Fence the key of a closed contract, and book that its personal data are destroyed (R-15.9).

        Both are durable then; the key itself is still to be destroyed. Raises NotErasable.
        """
        with self.store.writing() as tx:
            catalogue = self.timeline(tx).newest()
            batch, event = book_erasure(tx, contract, note, catalogue=catalogue, now=self._now(), early=early)
            self._write(tx, batch)
            return event

    def _booking(self, work: Callable[[Writing], T]) -> T:
        """What some work books, done once more, from its beginning, where another writer was in the way."""
        for attempt in range(ATTEMPTS_MAX):
            try:
                with self.store.booking() as tx:
                    return work(tx)
            except Contended:
                if attempt + 1 == ATTEMPTS_MAX:
                    raise
                time.sleep(random.uniform(0, PAUSE_SECONDS_MAX))
        raise AssertionError("the last attempt returns or raises")

    def _apply(
        self, tx: Writing, inputs: Sequence[Input], numbers: set[str], openings: set[str], reached: Reached | None
    ) -> tuple[Batch, list[Outcome]]:
        self._require_keys(tx)
        tx.hold_openings(openings)
        holders = Holders(tx, numbers)
        tx.hold(holders.ids())
        catalogue = self.timeline(tx).newest()
        asked = [(input, holders.keys_of(input)) for input in inputs]
        known = tx.keys([key for _, keys in asked for key in keys.items()])

        def apply(batch: Batch) -> list[Outcome]:
            holders.begin()
            return [self._apply_one(batch, holders, catalogue, input, keys, known) for input, keys in asked]

        batch, outcomes = booked(tx, holders.ids(), self._now(), catalogue, apply)
        tx.keyring.keep()
        self._write(tx, batch)
        if reached is not None:
            tx.reach(reached([place for place, made in enumerate(outcomes) if made.result == "rejected"]))
        return batch, outcomes

    def _advance_due(self, tx: Writing, until: Instant, accounts_max: int, zone: str | None) -> Counter[str] | None:
        due = tx.hold_due(until, accounts_max, zone=zone)
        if not due:
            return None
        catalogue = self.timeline(tx).newest()

        def advance_all(batch: Batch) -> Counter[str]:
            return self._advance_all(tx, batch, due, until, catalogue, zone)

        batch, counted = booked(tx, [head.account for head in due], self._now(), catalogue, advance_all)
        self._write(tx, batch)
        return counted

    def _advance_all(
        self, tx: Writing, batch: Batch, due: Sequence[Head], until: Instant, catalogue: Catalogue, zone: str | None
    ) -> Counter[str]:
        counted: Counter[str] = Counter()
        for head in due:
            if (account := batch.accounts.get(head.account)) is None:
                tx.drop_head(head.account)  # it has no events
                continue
            batch.changed.add(head.account)  # also when nothing is booked: its next instant may have moved
            if zone not in (None, account.zone):  # its head did not tell: it does now
                continue
            made = advance(account, until, catalogue, recorded_at=batch.recorded_at)
            if not made.events:
                due_again = next_scheduled(made.account, catalogue)
                if due_again is not None and due_again == head.next_at:
                    raise never_over(made.account, due_again)
            batch.put(made.account, made.events)
            counted["accounts"] += bool(made.events)
            counted.update(type(event).__name__ for event in made.events)
        return counted

    def _apply_one(
        self,
        batch: Batch,
        holders: Holders,
        catalogue: Catalogue,
        input: Input,
        keys: Mapping[str, bytes],
        stored: Mapping[InputKey, Key],
    ) -> Outcome:
        try:
            refuse_malformed(input, catalogue)
        except Malformed as error:
            return Outcome("rejected", reason="MALFORMED", detail=str(error))
        held = holders.held(input.account, batch.accounts)
        contract = contract_of(input, held, batch.accounts)
        if contract is None and (held or not isinstance(input, Open)):
            return Outcome("rejected", reason="UNKNOWN_ACCOUNT", detail=why_unknown(input, held))
        known = holders.known(input, keys, held, stored, batch.keys)
        if known is not None:
            if known.is_same:
                return Outcome("duplicate", known.version, contract=known.contract)
            detail = f"id {input.id!r} of source {input.source!r} came before with another content"
            return Outcome("rejected", known.version, reason="ID_CONFLICT", detail=detail, contract=known.contract)
        if is_of_an_erased(input, held, batch.accounts):
            return Outcome("rejected", reason="UNKNOWN_ACCOUNT", detail=why_unknown(input, held))
        if contract is None or opens_contract(input, held, batch.accounts):
            contract = holders.open(input.account, held)
        account = batch.accounts.get(contract.id)
        made = book(
            account,
            input,
            catalogue,
            recorded_at=batch.recorded_at,
            history=partial(batch.cited, contract.id),
            contract=contract,
            claim_name=holders.claim_name(contract) if isinstance(input, OpenDispute | ResolveDispute) else None,
        )
        first = _caused(made.events)
        batch.put(made.account, made.events)
        row = holders.key_row(input, keys, contract, first.version)
        batch.keys[contract.id, row.key] = row
        refused = isinstance(first, RefreshRefused | InputRefused)
        answer = _reply(account, made.events, first, catalogue) if isinstance(input, Ussd | Sms | Refresh) else None
        return Outcome(
            "refused" if refused else "applied", first.version, tuple(made.events), reply=answer, contract=contract
        )

    def _require_keys(self, tx: Writing) -> None:
        """Refuse to take a number for nobody's, or for an earlier holder's, while keys are missing.

        Looked at once for each file of keys: it may be lost or replaced while the ledger is open. Raises KeysUnusable.
        """
        keys = tx.keyring.identity()
        if keys != self._whole_keys:
            require_keys(tx, tx.keyring)
            self._whole_keys = keys

    def _write(self, tx: Writing, batch: Batch) -> None:
        batch.write()
        if sources := {row.source for row in batch.keys.values()} - self._known_sources:
            tx.add_sources(sources)
        versions = versions_cited(batch.events.values())
        if fresh := versions - self._known_versions:
            tx.add_used_versions(fresh)

    # Catalogues and heads

    def prepare(self, access: Access, catalogue: str | None) -> None:
        """Adopt a catalogue where one is given or missing, and rebuild heads that are lost.

        Raises CatalogueRefused, and StoreError for a log that is another shard.
        """
        with self.store.reading() as tx:
            fresh = tx.adopted_count() == 0
            if not fresh and (access != "read" or self._place.shards > 1):  # a shard may be read alone
                self._require_place(tx)
            lost = not fresh and (
                (not tx.has_heads() and tx.last_position() > 0) or tx.setting("heads_schema") != str(heads.STATE_SCHEMA)
            )
            zones = tx.adopted()[-1].tzdata if not fresh and access != "read" else ""
        if access != "read" and (fresh or catalogue is not None or zones != zone_data()):
            with self.store.writing() as tx:
                adopt(tx, catalogue, sealed=self._sealed, place=self._place)
        if lost:
            self.rebuild_heads()

    def _require_place(self, tx: Reading) -> None:
        number, shards = int(tx.setting(SHARD_SETTING) or 0), int(tx.setting(SHARDS_SETTING) or 1)
        wanted = self._place
        if (number, shards) == (wanted.number, wanted.shards):
            return
        found = f"{tx.ref} is shard {number} of {shards}" if shards > 1 else f"{tx.ref} is a ledger of its own"
        if wanted.shards == 1:
            raise StoreError(f"{found} of a ledger; name the file that lists them all")
        raise StoreError(
            f"{found}, listed as shard {wanted.number} of {wanted.shards}; list every shard, in the order they had"
        )

    def rebuild_heads(self) -> None:
        """Make every head anew from the log; the same bytes come out as were written with the events."""
        with self.store.writing() as tx:
            rebuild_heads(tx, self.timeline(tx).newest())

    def timeline(self, tx: Reading) -> CatalogueTimeline:
        """Every catalogue of a state of the log."""
        count = tx.adopted_count()
        if self._catalogues is None or self._catalogue_count != count:
            self._catalogues = CatalogueTimeline(tx.adopted())
            self._catalogue_count = count
        return self._catalogues


def _caused(events: Sequence[Event]) -> Event:
    """The first event that an input itself caused, behind those of the schedule."""
    for event in events:
        if event.input is not None:
            return event
    raise AssertionError("an input causes an event")


def _reply(account: Account | None, events: Sequence[Event], first: Event, catalogue: Catalogue) -> Reply | None:
    """What a request for a refresh is answered; nothing where it asks for none (R-12.4)."""
    if account is None or not isinstance(first, PackagesRefreshed | RefreshRefused):
        return None
    month = None
    if needs_month(first):
        for event in events[: events.index(first)]:
            account = evolve(account, event)
        month = month_of_refusal(first, account, catalogue)
    return reply(first, account.zone, month)
