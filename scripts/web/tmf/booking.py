"""Booking here: an input of the ledger, the event that came of it, and the same event for who asks again."""

from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec

from ledger import periods
from ledger.contracts import Contract, chosen, holder_to_name
from ledger.events import Event, InputRefused
from ledger.snapshot import Snapshot
from projections.words.reasons import REASONS
from scripts.app.accounts import require_account
from scripts.app.contracts import require_contract
from scripts.app.errors import Declined
from scripts.app.trying import known_input
from scripts.web.api.inputs import asker_of, handed_over
from scripts.web.asked import Asked
from scripts.web.problems import Problem

SOURCE = "feed"
"""As a file's: a payment is one input, by whichever door it comes."""


class Booked(NamedTuple):
    """What came of an input: on which contract, in which zone, the event, and whether it came just now."""

    contract: Contract
    zone: str
    event: Event
    is_new: bool

    @property
    def status(self) -> int:
        """201 for what was made now, 200 for what came before."""
        return 201 if self.is_new else 200


class Target(NamedTuple):
    """The contract that an input is for, and what it has to name as holder to reach it."""

    contract: Contract
    holder: int | None


async def reached(asked: Asked, account: str) -> Target:
    """The contract of an account, which an input can reach. Raises Declined."""

    def found(snapshot: Snapshot) -> Target:
        contract = require_contract(snapshot.contracts, account)
        if chosen(snapshot.contracts, contract.number) is None:
            raise Declined("NUMBER_GONE", contract=contract)
        return Target(contract, holder_to_name(snapshot.contracts, contract))

    return await asked.service.read(found)


async def booked(
    asked: Asked,
    target: Target,
    fields: dict[str, Any],
    *,
    at: str | None,
    may_name_holder: bool = False,
    is_same: Callable[[Event], bool] = lambda _: False,
) -> Booked:
    """Book an input of a contract; without a time of its own it is of now, and the same by `is_same` is the first one.

    Raises Problem where it was rejected, or refused by a rule.
    """
    contract, holder = target
    if holder is not None:
        if not may_name_holder:
            raise Problem(409, "EARLIER_CONTRACT", "the number has a later contract, and this input is for the latest")
        fields = fields | {"holder": holder}
    said = periods.local_text(asked.service.now(), "UTC") if at is None else at
    line = msgspec.json.encode(fields | {"account": contract.number, "at": said})
    try:
        result = (await handed_over(asked, line, asker_of(asked))).result
    except Problem as problem:
        if problem.code != "ID_CONFLICT" or at is not None:
            raise
        made = await asked.service.read(lambda snapshot: _found(snapshot, contract.number, fields["id"], "duplicate"))
        if made is None or not (is_same(made.event) or _is_refused(made.event, fields)):
            raise problem from None
    else:
        made = await asked.service.read(lambda snapshot: _found(snapshot, contract.number, fields["id"], result))
    assert made is not None, "what was booked is there"
    if isinstance(made.event, InputRefused):
        told = f"{REASONS[made.event.reason].en}; this is event {made.event.version}"
        raise Problem(409, made.event.reason, told, version=made.event.version)
    return made


def _is_refused(event: Event, fields: dict[str, Any]) -> bool:
    """Whether an event is the refusal of an input with these fields."""
    if not isinstance(event, InputRefused) or event.input_type != fields["type"]:
        return False
    return all(fields[name] == value for name, value in event.fields.items() if name in fields)


def _found(snapshot: Snapshot, number: str, id: str, result: str) -> Booked | None:
    """The event that an input came to, if it did."""
    known = known_input(snapshot, snapshot.contracts.of(number), SOURCE, id)
    if known is None:
        return None
    contract, key = known
    event = snapshot.log.event(contract.id, key.version)
    assert event is not None, "what is known is in the log"
    return Booked(contract, require_account(snapshot, contract.id).zone, event, result != "duplicate")
