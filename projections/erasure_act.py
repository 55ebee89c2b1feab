"""The act of an erasure: what was destroyed, by whom, why and when, told from the log and the keyring alone (R-15.9).

Nothing personal is in it, so it can be made again at any time.
"""

from typing import NamedTuple

from ledger.account import Account
from ledger.contracts import ERASED, Contract
from ledger.erasure import ErasureNote, noted
from ledger.events import AccountClosed, AccountOpened, Event, PersonalErased, type_name
from ledger.log.store import Reading


class Destroyed(NamedTuple):
    """How often each category stood in the events of a contract."""

    numbers: int
    peers: int
    texts: int
    ids: int
    names: int


class Recorded(NamedTuple):
    """An event of the log that the act cites."""

    position: int
    event: Event


class ErasureAct(NamedTuple):
    """What an act says. `events` are those of the contract; `note` is missing where the keyring lost it."""

    contract: Contract
    account: Account
    events: int
    destroyed: Destroyed
    opened: Recorded
    closed: Recorded
    erased: Recorded
    event: PersonalErased
    note: ErasureNote | None
    ledger: str


def erasure_act(log: Reading, contract: Contract, account: Account, *, ledger: str) -> ErasureAct | None:
    """The act of a contract that is erased, None of one that is not; `ledger` is what the log is called."""
    found: dict[str, Recorded] = {}
    numbers = peers = texts = names = count = 0
    ids: set[str] = set()
    for row in log.events(contract.id):
        event = log.opened(row)
        count += 1
        if isinstance(event, AccountOpened | AccountClosed | PersonalErased):
            found[type_name(event)] = Recorded(row.position, event)
        if event.input is not None:
            ids.add(event.input.id)
            names += event.input.by == ERASED
        if (personal := getattr(event, "personal", None)) is not None:
            numbers += personal.number == ERASED
            peers += ERASED in (personal.peer, personal.to)
            texts += personal.text == ERASED
    if not {"AccountOpened", "AccountClosed", "PersonalErased"} <= found.keys():
        return None
    erased = found["PersonalErased"].event
    assert isinstance(erased, PersonalErased), "found by its type"
    return ErasureAct(
        contract=contract,
        account=account,
        events=count,
        destroyed=Destroyed(numbers, peers, texts, len(ids), names),
        opened=found["AccountOpened"],
        closed=found["AccountClosed"],
        erased=found["PersonalErased"],
        event=erased,
        note=noted(log.keyring.notes().get(contract.id, "")),
        ledger=ledger,
    )
