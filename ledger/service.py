"""The ledger as its doors use it: load, book, append; one input or tens of thousands in one transaction."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from importlib import metadata
from typing import Literal, TypeAlias

from ledger.account import Account
from ledger.accounts import rebuild_heads
from ledger.batch import Batch, booked
from ledger.booking import book, refuse_malformed
from ledger.catalogue import Catalogue, parse, shipped_text
from ledger.contracts import Contract
from ledger.erasure import ErasureNote, book_erasure
from ledger.events import Event, InputRefused, PackagesRefreshed, PersonalErased, RefreshRefused
from ledger.evolve import evolve
from ledger.holders import Holders, InputKey, new_name
from ledger.inputs import Input, Malformed, Open, OpenDispute, Refresh, ResolveDispute, Sms, Ussd
from ledger.log import heads
from ledger.log.contracts import CLEAR, FORM_SETTING, LEDGER_SETTING, SEALED, require_keys
from ledger.log.errors import StoreError
from ledger.log.store import Head, Key, Reading, StoreRef, Writing
from ledger.periods import Instant
from ledger.routing import contract_of, is_of_an_erased, opens_contract, why_unknown
from ledger.rules.refresh import Reply, month_of_refusal, needs_month, reply
from ledger.rules.schedule import advance, never_over, next_scheduled
from ledger.snapshot import Snapshot
from ledger.timeline import CatalogueTimeline

Result: TypeAlias = Literal["applied", "refused", "duplicate", "rejected"]
Clock: TypeAlias = Callable[[], Instant]
Access: TypeAlias = Literal["create", "book", "read"]


class CatalogueRefused(Exception):
    """A catalogue that drops or alters what was already used (R-3.6), or goes back to an older edition (R-3.7)."""


@dataclass(frozen=True, slots=True)
class Outcome:
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


class Ledger:
    """A ledger open for reading and booking.

    `access`: make a new ledger where there is none, book in the one there is, or only read. `now` is asked only for
    `recorded_at` (R-2.5). `catalogue` is adopted for what is booked from now on; without one the ledger's own holds, or
    the shipped one in a new ledger. A new ledger is `sealed`, or stays in the clear for ever (R-15.9). Raises
    StoreError and CatalogueRefused.
    """

    def __init__(
        self,
        ref: StoreRef,
        *,
        now: Clock,
        access: Access = "create",
        catalogue: str | None = None,
        sealed: bool = True,
    ) -> None:
        if access == "create" and not ref.exists():
            _make(ref, now, catalogue, sealed=sealed)
        self._sealed = sealed
        self.store = ref.open(create=access == "create")
        self._now = now
        self._catalogues: CatalogueTimeline | None = None
        self._catalogue_count = 0
        self._known_sources: set[str] = set()
        self._known_versions: set[tuple[str, str, str]] = set()
        self._whole_keys: tuple[int, int] | None = None
        """The file of keys in which none was missing."""
        try:
            self._prepare(access, catalogue)
        except BaseException:
            self.store.close()
            raise

    def close(self) -> None:
        """Close the store."""
        self.store.close()

    def __enter__(self) -> "Ledger":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # Booking

    def apply(self, inputs: Sequence[Input]) -> list[Outcome]:
        """Book inputs in order, all in one durable transaction; one outcome each.

        An input is applied, refused by a rule, a duplicate that changes nothing, or rejected (R-12.1, R-12.2).
        """
        with self.store.writing() as tx:
            catalogue = self._timeline(tx).newest()
            self._require_keys(tx)
            holders = Holders(tx, {input.account for input in inputs})
            asked = [(input, holders.keys_of(input)) for input in inputs]
            known = tx.keys([key for _, keys in asked for key in keys.items()])

            def apply(batch: Batch) -> list[Outcome]:
                holders.begin()
                return [self._apply_one(batch, holders, catalogue, input, keys, known) for input, keys in asked]

            batch, outcomes = booked(tx, holders.ids(), self._recorded_at(tx), catalogue, apply)
            tx.keyring.keep()
            self._write(tx, batch)
        self._known_sources |= {row.source for row in batch.keys.values()}
        return outcomes

    def advance_due(self, until: Instant, *, accounts_max: int, zone: str | None = None) -> Counter[str] | None:
        """Advance some accounts (of a zone) whose schedule has come by `until`; None when none is left (R-4, R-2.7).

        Counts events by type, and accounts under `accounts`. Each call is one transaction.
        """
        with self.store.writing() as tx:
            due = tx.due(until, accounts_max, zone=zone)
            if not due:
                return None
            catalogue = self._timeline(tx).newest()

            def advance_all(batch: Batch) -> Counter[str]:
                return self._advance_all(tx, batch, due, until, catalogue, zone)

            accounts = [head.account for head in due]
            batch, counted = booked(tx, accounts, self._recorded_at(tx), catalogue, advance_all)
            self._write(tx, batch)
            return counted

    def erase(self, contract: Contract, note: ErasureNote, *, early: bool = False) -> PersonalErased:
        """Fence the key of a closed contract, and book that its personal data are destroyed (R-15.9).

        Both are durable then; the key itself is still to be destroyed. Raises NotErasable.
        """
        with self.store.writing() as tx:
            catalogue, now = self._timeline(tx).newest(), self._now()
            batch, event = book_erasure(
                tx, contract, note, catalogue=catalogue, recorded_at=self._recorded_at(tx), now=now, early=early
            )
            self._write(tx, batch)
            return event

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
        first = next(event for event in made.events if event.input is not None)
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

    def _recorded_at(self, tx: Writing) -> Instant:
        newest = tx.last_event()
        return max(self._now(), newest.recorded_at if newest else 0)

    def _write(self, tx: Writing, batch: Batch) -> None:
        batch.write()
        if sources := {row.source for row in batch.keys.values()} - self._known_sources:
            tx.add_sources(sources)
        versions = versions_cited(batch.events.values())
        if fresh := versions - self._known_versions:
            tx.add_used_versions(fresh)

    # Reading

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """One state of the ledger, for everything an answer needs. Raises StoreError."""
        with self.store.reading() as tx:
            yield Snapshot(tx, self._timeline)

    # Opening

    def _prepare(self, access: Access, catalogue: str | None) -> None:
        with self.store.reading() as tx:
            fresh = tx.adopted_count() == 0
            lost = not fresh and (
                (not tx.has_heads() and tx.last_position() > 0) or tx.setting("heads_schema") != str(heads.STATE_SCHEMA)
            )
            zones = tx.adopted()[-1].tzdata if not fresh and access != "read" else ""
        if access != "read" and (fresh or catalogue is not None or zones != _tzdata()):
            self._adopt(catalogue)
        if lost:
            self.rebuild_heads()

    def _adopt(self, catalogue: str | None) -> None:
        with self.store.writing() as tx:
            adopted = tx.adopted()
            if not adopted:
                tx.set("heads_schema", str(heads.STATE_SCHEMA))
                tx.set(FORM_SETTING, SEALED if self._sealed else CLEAR)
                tx.set(LEDGER_SETTING, new_name())
            text = catalogue or (adopted[-1].toml if adopted else shipped_text())
            given = parse(text)
            if adopted and (adopted[-1].digest, adopted[-1].tzdata) == (given.digest, _tzdata()):
                return
            before = parse(adopted[-1].toml) if adopted else given
            if adopted:
                _refuse_older_edition(before, given)
                _refuse_alteration(tx, given)
            tx.adopt(given.digest, text, _tzdata())
            if _agenda_of(before) != _agenda_of(given):
                self._rebuild_heads(tx)

    def rebuild_heads(self) -> None:
        """Make every head anew from the log; the same bytes come out as were written with the events."""
        with self.store.writing() as tx:
            self._rebuild_heads(tx)

    def _rebuild_heads(self, tx: Writing) -> None:
        rebuild_heads(tx, self._timeline(tx).newest())

    def _timeline(self, tx: Reading) -> CatalogueTimeline:
        count = tx.adopted_count()
        if self._catalogues is None or self._catalogue_count != count:
            self._catalogues = CatalogueTimeline(tx.adopted())
            self._catalogue_count = count
        return self._catalogues


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


def _make(ref: StoreRef, now: Clock, catalogue: str | None, *, sealed: bool) -> None:
    """Make a ledger that appears whole, with its catalogue: whoever reads meets all of it or nothing."""
    # Somebody was faster, or the file system has no links: then it is opened or made in place, where errors are told.
    with (
        suppress(OSError, StoreError),
        ref.new() as made,
        Ledger(made, now=now, catalogue=catalogue, sealed=sealed),
    ):
        pass


def versions_cited(events: Iterable[Event]) -> set[tuple[str, str, str]]:
    """Plan and option versions that events cite: kind, id, `effective_from` (R-3.6)."""
    versions: set[tuple[str, str, str]] = set()
    for event in events:
        for kind in ("plan", "option"):
            used, version = getattr(event, kind, None), getattr(event, f"{kind}_version", None)
            if used is not None and version is not None:
                versions.add((kind, used, version))
    return versions


def _agenda_of(catalogue: Catalogue) -> tuple[object, ...]:
    """What the next instants of accounts depend on: the hour of the night, and what options cost when (R-9.2)."""
    options = [version for version in catalogue.versions() if version[0] == "option"]
    return catalogue.settings.night_hour, options


def _refuse_older_edition(before: Catalogue, given: Catalogue) -> None:
    """Raise CatalogueRefused where the ledger is decided under a newer edition already (R-3.7)."""
    if given.edition < before.edition:
        raise CatalogueRefused(
            f"the catalogue has edition {given.edition} of the rules, but this ledger is already decided under edition "
            f"{before.edition}; put `edition = {before.edition}` into its [settings]"
        )


def _refuse_alteration(tx: Reading, given: Catalogue) -> None:
    """Raise CatalogueRefused where a version that some event cites is gone or differs (R-3.6)."""
    offered = {(kind, id, since): content for kind, id, since, content in given.versions()}
    kept = {
        (kind, id, since): content for row in tx.adopted() for kind, id, since, content in parse(row.toml).versions()
    }
    for version in sorted(tx.used_versions()):
        kind, id, since = version
        if version not in offered:
            raise CatalogueRefused(
                f"the catalogue drops {kind} {id} of {since}, which was already used; keep it and add a new version"
            )
        if offered[version] != kept.get(version):
            raise CatalogueRefused(
                f"the catalogue alters {kind} {id} of {since}, which was already used; add a new version instead"
            )


def _tzdata() -> str:
    return metadata.version("tzdata")
