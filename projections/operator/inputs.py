"""Inputs: what the rows of an operator's statement say, in the form in which anything comes in (contract §2)."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from ledger import inputs as door
from ledger.inputs import Malformed
from ledger.rules.refresh import SMS_NUMBER, USSD_CODE
from ledger.units import RecordQuantity
from projections.operator import figures, words
from projections.operator.model import BadStatement, OperatorStatement, Row, visible
from projections.operator.row_ids import id_of, name_of

SOURCE: Final = "statement"
PAID_ZONE: Final = "russia"
"""Where a paid call went whose columns name no zone."""

Why: TypeAlias = Literal["ussd", "unmeasured", "unknown", "cut_off", "unreadable", "malformed"]
NO_USAGE: Final[frozenset[Why]] = frozenset({"ussd", "unmeasured"})
"""Reasons of rows that are no usage of calls, SMS or data: nothing to worry about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PassedOver:
    """A row that became no input."""

    row: int
    line: int
    why: Why
    detail: str


@dataclass(frozen=True, slots=True)
class Imported:
    """Inputs in the order in which they reached the balance, and the rows that became none, in their order."""

    inputs: list[dict[str, Any]]
    passed_over: list[PassedOver]

    @property
    def rejected(self) -> list[PassedOver]:
        """The rows that should have been inputs."""
        return [row for row in self.passed_over if row.why not in NO_USAGE]


def inputs_of(made: OperatorStatement, *, paid_zone: str = PAID_ZONE) -> Imported:
    """Every row as an input, its id from what it says and its occurrence among rows that say the same (`row_ids`).

    `received_at` is the later of start and balance change (R-2.6). A free request to the service code or number is
    the request (R-5.1); other USSD has no place in the ledger. Raises BadStatement where the statement's own number
    is no account.
    """
    done = Imported([], [])
    rows: list[_Row] = []
    for row in made.rows:
        try:
            said = _own_fields(row, made, paid_zone)
            received = max(row.at, row.changed or row.at)
            input = {
                "type": said.pop("type"),
                "id": "-",
                "source": SOURCE,
                "account": made.account,
                "at": row.at.isoformat(),
                "received_at": received.isoformat(),
                **said,
            }
            name = name_of(door.check(input))
            assert name is not None
        except _NoInput as no:
            done.passed_over.append(PassedOver(row=row.number, line=row.line, why=no.why, detail=no.detail))
        except Malformed as error:
            if str(error).startswith("account"):
                raise BadStatement(f"its number {visible(made.account)} is no account: 79 and nine digits") from None
            done.passed_over.append(PassedOver(row=row.number, line=row.line, why="malformed", detail=str(error)))
        else:
            rows.append(_Row(name, received, row.number, input))
    _number(rows)
    done.inputs.extend(row.input for row in sorted(rows, key=lambda row: (row.received, row.number)))
    done.passed_over.extend(
        PassedOver(row=each.number, line=each.line, why=each.why, detail=each.text) for each in made.bad_rows
    )
    done.passed_over.sort(key=lambda each: each.row)
    return done


class _Row(NamedTuple):
    name: str
    received: datetime
    number: int
    input: dict[str, Any]


def _number(rows: list[_Row]) -> None:
    """Give rows their ids; among those of one name the order is that of what they say, in whatever order they stand."""
    met: Counter[str] = Counter()
    for row in sorted(rows, key=lambda row: (row.input["type"], row.input.get("zone", ""), row.input.get("peer", ""))):
        met[row.name] += 1
        row.input["id"] = id_of(row.name, met[row.name])


class _NoInput(Exception):
    def __init__(self, why: Why, detail: str) -> None:
        self.why: Why = why
        self.detail = detail


def _own_fields(row: Row, made: OperatorStatement, paid_zone: str) -> dict[str, Any]:
    service, direction, peer = row.service, "out" if row.outward else "in", row.peer
    free = row.ex_vat == 0
    if service is None:
        raise _NoInput("unknown", f"a service called {visible(row.word)}")
    if service == "ussd":
        if row.outward and peer == USSD_CODE:
            return {"type": "ussd", "text": peer}
        raise _NoInput("ussd", visible(row.cell))
    quantity = _quantity(service, row)
    zone = words.zone_of(row.zp, row.zv)
    if service == "sms" and row.outward and peer == SMS_NUMBER and (quantity, zone, free) == (1, "home", True):
        return {"type": "sms", "to": peer, "text": ""}
    if service == "voice" and row.outward and not (free or row.zp or row.zv or made.own):
        zone = paid_zone
    return {
        "type": "usage",
        "service": service,
        "direction": direction,
        "quantity": quantity,
        "zone": zone,
        "peer": peer,
    }


def _quantity(service: str, row: Row) -> RecordQuantity:
    try:
        return figures.quantity_of(service, row.actual)
    except ValueError as error:
        counted = service == "data" and row.actual.isdigit()
        raise _NoInput("unmeasured" if counted else "malformed", f"{visible(row.cell)}: {error}") from None
