"""Erasure: the personal data of a closed contract destroyed, by steps that a killed run takes up again (R-15.9).

The key is fenced, the erasure booked, the key destroyed, what stands beside the ledger purged: each is durable before
the next. What was begun is noted beside the fence, in the keyring, without anything personal.
"""

from typing import NamedTuple

from msgspec.structs import replace

from ledger import periods
from ledger.account import Account
from ledger.accounts import erased_accounts, stored_account
from ledger.contracts import NO_KEY, Contract, chosen, is_number
from ledger.erasure import ErasureNote, NotErasable, named_in, noted, require_erasable
from ledger.events import AccountOpened, PersonalErased
from ledger.log import files
from ledger.log.contracts import LEDGER_SETTING
from ledger.log.keyring import Keyring
from ledger.log.store import Reading
from ledger.periods import Instant
from ledger.service import Clock, Ledger
from ledger.snapshot import Snapshot
from projections.former import erasure_of, former_statements
from projections.ledger_line import Broken
from projections.purge import purge_views
from scripts.app.accounts import require_account
from scripts.app.contracts import require_contract
from scripts.app.errors import Declined
from scripts.state.forgetting import forget
from scripts.state.place import StatePlace


class Order(NamedTuple):
    """Who has personal data destroyed and on what ground; `early`: before they were kept as long as they must be."""

    ground: str
    by: str
    early: bool = False


class Planned(NamedTuple):
    """An erasure that nothing speaks against: the contract, as it stands, and what will be noted of it."""

    contract: Contract
    account: Account
    note: ErasureNote
    early: bool


class Unfinished(NamedTuple):
    """An erasure that was begun and killed; the number is there as long as the key is."""

    contract: Contract
    number: str | None
    note: ErasureNote


def unfinished(log: Reading) -> list[Unfinished]:
    """What was begun in a ledger and killed, up to the writing of the act."""
    found = []
    for id, text in log.keyring.notes().items():
        note = noted(text)
        if note is not None and not note.over and note.ledger == log.setting(LEDGER_SETTING):
            kept = log.keyring.fenced(id)
            found.append(Unfinished(log.contracts.named(id), kept.contract.number if kept else None, note))
    return found


def begun_before(ledger: Ledger, account: str, holder: int | None, order: Order | None) -> Unfinished | None:
    """The erasure that somebody asks for, by number or contract id, where it was begun before and is not over.

    Where the number went with the key, it is known by holder, ground and by. An erasure is not over either where the
    log is an older copy that does not say so, or where an older copy of the keys has brought its key back.
    """
    with ledger.snapshot() as snapshot:
        contract = chosen(snapshot.contracts, account, holder)
        there = [each for each in unfinished(snapshot.log) if holder in (None, each.contract.holder)]
        if found := next((each for each in there if account in (each.contract.id, each.number)), None):
            return found
        if contract is not None:
            return _with_key_back(ledger, snapshot, contract)
        gone = [each for each in there if each.number is None and is_number(account)]
        return next((each for each in gone if order and order[:2] == (each.note.ground, each.note.by)), None)


def _with_key_back(ledger: Ledger, snapshot: Snapshot, contract: Contract) -> Unfinished | None:
    """An erasure that only one of log and keyring says."""
    log = snapshot.log
    event = erasure_of(log, require_account(snapshot, contract.id))
    note = noted(log.keyring.notes().get(contract.id, ""))
    kept = log.keyring.fenced(contract.id)
    if event is None:
        return Unfinished(contract, kept.contract.number if kept else None, note) if note is not None else None
    if log.keyring.key(contract.id) is None and kept is None:
        return None
    note = note or _note_of(log, event)
    with ledger.shard_of(contract).store.writing() as tx:
        tx.keyring.fence(contract.id, contract.holder, note.encoded())
    return Unfinished(contract, contract.number, note)


def plan(snapshot: Snapshot, account: str, holder: int | None, order: Order, *, now: Instant) -> Planned:
    """What an erasure would do. Raises Declined where something speaks against it, and KeysUnusable."""
    contract = require_contract(snapshot.contracts, account, holder)
    found = require_account(snapshot, contract.id)
    _require_sealed(snapshot.log, contract, found)
    try:
        days = snapshot.catalogues.newest().settings.retention_days
        require_erasable(found, now=now, retention_days=days, early=order.early)
    except NotErasable as error:
        raise _declined(contract, error, found.zone) from None
    events = list(snapshot.events(contract.id))
    if any(named_in(text, contract, (event for _, event in events)) for text in (order.ground, order.by)):
        raise Declined("NAMES_SOMEBODY")
    try:
        former = former_statements(contract, found, events, snapshot.catalogues)
    except Broken as error:
        raise Declined("UNSOUND_STATEMENT", account=str(contract), reason=error) from None
    name = snapshot.log.setting(LEDGER_SETTING)
    assert name is not None, "a ledger with a sealed contract has a name in the keyring"
    note = ErasureNote(ledger=name, ground=order.ground, by=order.by, statements=former, begun_at=now)
    return Planned(contract, found, note, order.early)


def begin(ledger: Ledger, planned: Planned) -> Unfinished:
    """Fence the key and book the erasure. Raises Declined where something came in meanwhile that speaks against it."""
    try:
        ledger.erase(planned.contract, planned.note, early=planned.early)
    except NotErasable as error:
        raise _declined(planned.contract, error, planned.account.zone) from None
    return Unfinished(planned.contract, planned.contract.number, planned.note)


def finish(ledger: Ledger, begun: Unfinished, *, state: StatePlace, now: Clock) -> Unfinished:
    """Go on with an erasure whose key is fenced, from wherever it is, up to the act. Raises StoreError, CacheError.

    `state`: where the server's own state of the ledger is, which forgets the contract too.
    """
    id, note = begun.contract.id, begun.note
    with ledger.snapshot() as snapshot:
        is_booked = require_account(snapshot, id).erased
    if not is_booked:
        ledger.erase(begun.contract, note)
    _destroy(ledger, begun)
    note = _noted(ledger, begun, replace(note, destroyed_at=note.destroyed_at or now()))
    with ledger.snapshot() as snapshot:
        purge_views(snapshot.log)
    ledger.store.tidy()
    forget(state, id)
    ref = ledger.store.ref
    for folder in {ref.folder, ref.keys_place.folder}:
        files.sweep(folder)
    note = _noted(ledger, begun, replace(note, purged_at=note.purged_at or now()))
    return Unfinished(begun.contract, None, note)


def conclude(ledger: Ledger, begun: Unfinished) -> None:
    """Nothing of an erasure is left to do: its act was written."""
    _noted(ledger, begun, replace(begun.note, over=True))


def _noted(ledger: Ledger, begun: Unfinished, note: ErasureNote) -> ErasureNote:
    ledger.store.keyring.fence(begun.contract.id, begun.contract.holder, note.encoded())
    return note


def drop_erased_keys(log: Reading, keyring: Keyring) -> list[str]:
    """Fence the keys of contracts that the log says are erased, destroy those that are there; their ids.

    An older copy of the keys has them, and a keyring that was lost has no fences.
    """
    erased = list(erased_accounts(log))
    for id in set(erased) - keyring.erased():
        opening, account = log.event(id, 1), stored_account(log, id)
        event = erasure_of(log, account) if account is not None else None
        if event is not None and isinstance(opening, AccountOpened):
            keyring.fence(id, opening.holder, _note_of(log, event).encoded())
    back = [id for id in erased if keyring.fenced(id) is not None]
    if back:
        keyring.destroy(back)
    return back


def _note_of(log: Reading, event: PersonalErased) -> ErasureNote:
    """What can be noted of an erasure from the log alone."""
    return ErasureNote(
        ledger=log.setting(LEDGER_SETTING) or "",
        ground=event.ground,
        by=event.by,
        statements=event.statements,
        begun_at=event.recorded_at,
        over=True,
    )


def _destroy(ledger: Ledger, begun: Unfinished) -> None:
    """Destroy the key; where it was the number's last contract, with those of contracts that never came to be.

    Until it is noted, a key whose row is gone is destroyed again: a killed run may have left the file unpacked.
    """
    with ledger.shard_of(begun.contract).store.writing() as tx:  # nobody is opening a contract of the number meanwhile
        kept = tx.keyring.fenced(begun.contract.id)
        if kept is None and begun.note.destroyed_at is not None:
            return
        gone = [begun.contract.id]
        if kept is not None and not tx.contracts.of(kept.contract.number):
            gone += tx.keyring.begun_of(kept.contract.number, ledger=kept.ledger, in_log=[])
        tx.keyring.destroy(gone)


def _require_sealed(log: Reading, contract: Contract, account: Account) -> None:
    """Raise Declined for a contract that was never sealed, or whose key is not there."""
    if account.erased:
        return
    if is_number(contract.id):
        raise Declined("NEVER_SEALED", account=contract)
    if contract.number == NO_KEY:
        raise Declined("NO_KEY_TO_DESTROY", account=contract, folder=log.keyring.place.folder)
    if log.keyring.key(contract.id) is None:
        raise Declined("NEVER_SEALED", account=contract)


def _declined(contract: Contract, error: NotErasable, zone: str) -> Declined:
    times = {name: periods.local_text(error.facts[name], zone) for name in ("at", "until") if name in error.facts}
    return Declined(error.reason, account=contract, **error.facts | times)
