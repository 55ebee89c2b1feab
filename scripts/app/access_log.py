"""The access log: what staff is about to be told of somebody, written down; and who read whose data, told from it.

Whose data they were stands there by the contract's id, a ground sealed with the contract's key: after an erasure
neither leads to the number or to a name (R-15.9).
"""

import base64
import re
import secrets
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, Final, NamedTuple

from ledger import periods
from ledger.contracts import ERASED, NO_KEY, Contract
from ledger.log.keyring import Keyring
from ledger.periods import Moment
from ledger.sealing import NONCE_BYTES, Unopened, seal, unseal
from ledger.snapshot import Snapshot
from projections.contract_fields import contract_fields
from scripts.app.office import ZONE
from scripts.state import reads
from scripts.state.database import StateDatabase
from scripts.state.place import StatePlace
from scripts.state.reads import Line, Read

GROUND_MAX: Final = 200
VALUE_MAX: Final = 100
NAMED_AT_ONCE: Final = 1_000
MASK: Final = "…"
_TOPIC: Final = "Read"
_NUMBER: Final = re.compile(r"[0-9](?:[\s().-]*[0-9]){9,}")


class ReadRow(NamedTuple):
    """Who was told what of whom, and on what ground; `ground` is ERASED or NO_KEY where nothing opens it any more."""

    line: Line
    contract: Contract | None
    ground: str | None


def read_of(
    keyring: Keyring,
    *,
    who: str,
    role: str,
    whose: str | None,
    what: str,
    parameters: Mapping[str, str] | None = None,
    ground: str = "",
) -> Read:
    """What is to be written down of one answer about one contract, None for none in particular.

    Parameters are cut and masked where they could be a number; none may be the id of an input or of a claim.
    """
    safe = {name: _NUMBER.sub(MASK, value)[:VALUE_MAX] for name, value in (parameters or {}).items()}
    ground = ground.strip()[:GROUND_MAX]
    key = keyring.key(whose) if ground and whose is not None else None
    if key is None:
        return Read(who, role, whose, what, safe, _NUMBER.sub(MASK, ground) or None)
    content = seal(key.of_event(0, _TOPIC), secrets.token_bytes(NONCE_BYTES), ground.encode())
    return Read(who, role, whose, what, safe, None, base64.b64encode(content).decode())


def rows(
    snapshot: Snapshot,
    place: StatePlace,
    state: StateDatabase,
    *,
    contract: Contract | None = None,
    by: str | None = None,
    since: Moment | None = None,
    until: Moment | None = None,
    after: int = 0,
) -> Iterator[ReadRow]:
    """What was read (of a contract, by somebody, in a range of time, behind a line), oldest first.

    What was read of nobody in particular, as totals, is told where no contract is asked for. Raises StateUnusable; a
    break of the journal, JournalBroken, behind what stands before it.
    """
    first = None if since is None else periods.first_instant(since, ZONE)
    last = None if until is None else periods.last_instant(until, ZONE)
    found = (
        line
        for line in reads.lines(place, state)
        if line.number > after
        and (contract is None or line.whose == contract.id)
        and by in (None, line.who)
        and (first is None or line.at >= first)
        and (last is None or line.at <= last)
    )
    return _resolved(snapshot, found)


def row_fields(row: ReadRow) -> dict[str, Any]:
    """A row as JSON tells it."""
    whose = contract_fields(row.contract) | {"contract": row.contract.id} if row.contract is not None else {}
    return {
        "number": row.line.number,
        "time": periods.local_text(row.line.at, ZONE),
        "by": row.line.who,
        "role": row.line.role,
        **{name: whose.get(name) for name in ("account", "holder", "contract")},
        "what": row.line.what,
        "parameters": row.line.parameters,
        "ground": row.ground,
    }


def _resolved(snapshot: Snapshot, found: Iterator[Line]) -> Iterator[ReadRow]:
    """The same with numbers, some at a time; a break in the journal is told behind what is right."""
    keyring = snapshot.log.keyring
    broken: Exception | None = None
    while True:
        some: list[Line] = []
        try:
            some.extend(islice(found, NAMED_AT_ONCE))
        except reads.JournalBroken as error:
            broken = error
        contracts = snapshot.contracts.named_all({line.whose for line in some if line.whose is not None})
        for line in some:
            yield ReadRow(line, contracts.get(line.whose or ""), _ground(keyring, line))
        if broken is not None:
            raise broken
        if not some:
            return


def _ground(keyring: Keyring, line: Line) -> str | None:
    if line.sealed is None or line.whose is None:
        return line.ground
    key = keyring.key(line.whose)
    if key is None:
        return ERASED if line.whose in keyring.erased() else NO_KEY
    try:
        return unseal(key.of_event(0, _TOPIC), base64.b64decode(line.sealed)).decode()
    except (Unopened, ValueError):
        return NO_KEY
