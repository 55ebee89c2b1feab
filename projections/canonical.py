"""Canonical: the JSON of statements and balances as the contract has it; a statement's id is its digest."""

import hashlib
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import Any, Final
from weakref import ref

import msgspec
from msgspec.structs import asdict

from ledger.account import Account
from ledger.contracts import Contract
from ledger.periods import Instant, local_text
from projections.balances import Balance
from projections.contract_fields import contract_fields, later_fields
from projections.ledger_line import Line
from projections.packages import BucketRow
from projections.statement import Statement
from projections.summary import Summary, SummaryRow
from projections.unrated_record import UnratedRecord
from projections.usage_row import UsageRow
from projections.words.lines import text
from projections.words.money import ten_thousandths
from projections.words.phrasebook import Phrasebook

ROWS_AT_ONCE: Final = 1_000


def statement(made: Statement) -> bytes:
    """The canonical JSON of a statement (contract §5)."""
    return b"".join(_pieces(made))


def statement_id(made: Statement) -> str:
    """The id of a statement: SHA-256 of its canonical JSON (R-13.5), made once for who asks twice."""
    global _newest  # noqa: PLW0603  # a manifest and the document itself ask one behind the other
    known = _newest
    if known is None or known[0]() is not made:
        digest = hashlib.sha256()
        for piece in _pieces(made):
            digest.update(piece)
        known = _newest = ref(made), digest.hexdigest()
    return known[1]


_newest: tuple[ref[Statement], str] | None = None
"""The statement whose id was asked last, as long as there is one, and its id."""


def _pieces(made: Statement) -> Iterator[bytes]:
    """The JSON of a statement piece by piece, for its rows may be very many."""
    zone, total = made.zone, made.usage_total
    head = {
        **later_fields(made.contract),
        "from": made.since.isoformat(),
        "to": made.until.isoformat(),
        "final": made.final,
        **({} if made.former_id is None else {"former_id": made.former_id}),
        "opening": made.opening,
        "closing": made.closing,
    }
    foot = {
        "usage_total": {"amount": total.amount, "amount_ex_vat": ten_thousandths(total.amount_ex_vat)},
        **({"unrated": [unrated(each, zone) for each in made.unrated]} if made.unrated else {}),
        "left": [bucket(row, zone) for row in made.left],
        "mode": made.mode,
        "plan_name": made.plan_name,
        "next_due": time(made.next_due, zone),
        "next_fee": made.next_fee,
    }
    yield msgspec.json.encode(head)[:-1]
    yield from _array("lines", (line(each, zone) for each in made.lines))
    yield from _array("usage", (usage_row(row, zone) for row in made.usage))
    yield b"," + msgspec.json.encode(foot)[1:]


def _array(name: str, rows: Iterator[dict[str, object]]) -> Iterator[bytes]:
    between = f',"{name}":['.encode()
    while some := list(islice(rows, ROWS_AT_ONCE)):
        yield between + msgspec.json.encode(some)[1:-1]
        between = b","
    yield b"]" if between == b"," else between + b"]"


def line(made: Line, zone: str) -> dict[str, object]:
    """A ledger line, its text in Russian (R-13.3)."""
    return {
        "version": made.version,
        "booked_at": local_text(made.booked_at, zone),
        "kind": made.kind,
        **({} if made.cause is None else {"cause": made.cause}),
        "text": text(russian(zone), made),
        **({} if made.channel is None else {"channel": made.channel}),
        "period": made.period and {"first": f"{made.period.first}", "last": f"{made.period.last}"},
        "amount": made.amount,
        "balance": made.balance,
    }


@lru_cache(maxsize=100)
def russian(zone: str) -> Phrasebook:
    """The phrasebook of what programs read, on the clocks of a zone."""
    return Phrasebook("ru", zone=zone)


def usage_row(row: UsageRow, zone: str) -> dict[str, object]:
    """A usage row; the amount without VAT with its four decimals."""
    fields = asdict(row)
    fields["at"] = at = local_text(row.at, zone)
    fields["booked_at"] = at if row.booked_at == row.at else local_text(row.booked_at, zone)
    fields["amount_ex_vat"] = ten_thousandths(row.amount_ex_vat)
    return fields


def unrated(record: UnratedRecord, zone: str) -> dict[str, object]:
    """A record without a price (R-13.6)."""
    return timed(record, zone, "at")


def summary(made: Summary) -> list[dict[str, Any]]:
    """The rows of a summary (contract §11.1)."""
    return [summary_row(row) for row in made.rows]


def summary_row(row: SummaryRow) -> dict[str, Any]:
    """One of them; but for what every row has, only what it says something about."""
    fields = msgspec.to_builtins(row)
    always = _EVERY_ROW + _ROW_OF_USAGE if row.kind == "usage" else _EVERY_ROW
    return {name: fields[name] for name in always} | {name: value for name, value in fields.items() if value}


_EVERY_ROW: Final = ("kind", "service", "zone", "unit", "count", "quantity", "from_packages", "amount")
_ROW_OF_USAGE: Final = ("direction", "measured", "packages", "unlimited", "without_packages")


def balance(contract: Contract, made: Balance) -> dict[str, object]:
    """The balance of a contract (contract §4)."""
    zone = made.zone
    return (
        contract_fields(contract)
        | without("zone", asdict(made))
        | {
            "clock": local_text(made.clock, zone),
            "period": made.period and timed(made.period, zone, "start", "next_due"),
            "buckets": [bucket(row, zone) for row in made.buckets],
            "discount": made.discount
            and {"percent": made.discount.percent, "from": f"{made.discount.since}", "until": f"{made.discount.until}"},
            "promise": made.promise and {"amount": made.promise.amount, "until": local_text(made.promise.until, zone)},
        }
    )


def listed(contract: Contract, account: Account) -> dict[str, object]:
    """A contract in the list of contracts (contract §8)."""
    return contract_fields(contract) | {
        "contract": contract.id,
        "opened_at": time(account.opened_at, account.zone),
        "closed_at": time(account.closed_at, account.zone),
        "plan": account.plan,
        "mode": account.mode,
        "blocks": account.blocks,
        "wallet": account.wallet,
    }


def bucket(row: BucketRow, zone: str) -> dict[str, object]:
    """A bucket of a balance or a statement."""
    return timed(row, zone, "start", "end")


def timed(made: msgspec.Struct, zone: str, *names: str) -> dict[str, object]:
    """The fields of a model that the JSON has, in their order; those of these names are instants, and become times."""
    fields: dict[str, Any] = msgspec.to_builtins(made)
    return fields | {name: local_text(fields[name], zone) for name in names if fields.get(name) is not None}


def without(name: str, fields: dict[str, object]) -> dict[str, object]:
    """Fields but for one."""
    del fields[name]
    return fields


def time(at: Instant | None, zone: str) -> str | None:
    """An instant as a local time, if there is one."""
    return None if at is None else local_text(at, zone)
