"""Trying: what an input would come to on a contract as it stands; nothing is written."""

from collections.abc import Sequence
from functools import partial

from ledger.account import Account
from ledger.booking import book
from ledger.catalogue import Catalogue
from ledger.contracts import Contract
from ledger.events import InputRefused
from ledger.inputs import Input
from ledger.log.keys import content_of, key_of
from ledger.log.store import Key
from ledger.periods import Instant
from ledger.rules.schedule import Booked
from ledger.service import Outcome
from ledger.snapshot import Snapshot
from scripts.app.errors import Declined


def outcome_of(
    snapshot: Snapshot, contract: Contract, account: Account, input: Input, catalogue: Catalogue, now: Instant
) -> Outcome:
    """What booking an input would come to. Raises Declined where its id is taken."""
    known = known_input(snapshot, snapshot.contracts.of(contract.number), input.source, input.id)
    if known is not None:
        where, key = known
        if key.content != content_of(input, snapshot.log.keyring.key(where.id)):
            raise Declined("ID_TAKEN", id=input.id, source=input.source, version=key.version)
        return Outcome("duplicate", key.version)
    made = tried(snapshot, contract, account, input, catalogue, now).events
    first = next(event for event in made if event.input is not None)
    return Outcome("refused" if isinstance(first, InputRefused) else "applied", first.version, tuple(made))


def tried(
    snapshot: Snapshot, contract: Contract, account: Account, input: Input, catalogue: Catalogue, now: Instant
) -> Booked:
    """The events that an input would cause, those of the schedule first, and the account behind them."""
    return book(
        account,
        input,
        catalogue,
        recorded_at=now,
        history=partial(snapshot.log.event, contract.id),
        claim_name=snapshot.log.keyring.claim_name(contract.id),
    )


def known_input(snapshot: Snapshot, contracts: Sequence[Contract], source: str, id: str) -> tuple[Contract, Key] | None:
    """What is remembered of an input of an id on contracts, and on which (R-12.2)."""
    wanted = {each: key_of(source, id, snapshot.log.keyring.key(each.id)) for each in contracts}
    found = snapshot.log.keys([(each.id, key) for each, key in wanted.items()])
    return next(((each, found[each.id, key]) for each, key in wanted.items() if (each.id, key) in found), None)
