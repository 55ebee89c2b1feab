"""Canonical: the JSON of statements, balances, dossiers and explanations as the contract has it; ids are its digest."""

import hashlib
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import Final

import msgspec
from msgspec.structs import asdict

from ledger.inputs import Input
from ledger.periods import Instant, local_text
from projections.balances import Balance
from projections.counterfactual.difference import Line as Difference
from projections.counterfactual.distribution import Distribution
from projections.disputes import DisputeRow
from projections.dossier import Dossier, Happened
from projections.events import as_json, stored_fields
from projections.explain.explain import Explanation
from projections.explain.refused import RefusedRequest
from projections.operator.check import Report
from projections.packages import BucketRow
from projections.statement import Line, Statement
from projections.unrated import UnratedRow
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
    """The id of a statement: SHA-256 of its canonical JSON (R-13.5)."""
    digest = hashlib.sha256()
    for piece in _pieces(made):
        digest.update(piece)
    return digest.hexdigest()


def _pieces(made: Statement) -> Iterator[bytes]:
    """The JSON of a statement piece by piece, for its rows may be very many."""
    zone, total = made.zone, made.usage_total
    head = {
        "account": made.account,
        "from": made.since.isoformat(),
        "to": made.until.isoformat(),
        "final": made.final,
        "opening": made.opening,
        "closing": made.closing,
    }
    foot = {
        "usage_total": {"amount": total.amount, "amount_ex_vat": ten_thousandths(total.amount_ex_vat)},
        **({"unrated": [unrated(each, zone) for each in made.unrated]} if made.unrated else {}),
        "left": [bucket(row, zone) for row in made.left],
        "mode": made.mode,
        "plan_name": made.plan_name,
        "next_due": _time(made.next_due, zone),
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
    fields["at"] = local_text(row.at, zone)
    fields["booked_at"] = local_text(row.booked_at, zone)
    fields["amount_ex_vat"] = ten_thousandths(row.amount_ex_vat)
    return fields


def unrated(record: UnratedRecord, zone: str) -> dict[str, object]:
    """A record without a price (R-13.6)."""
    return _timed(record, zone, "at")


def balance(made: Balance) -> dict[str, object]:
    """A balance (contract §4)."""
    zone = made.zone
    return _without("zone", asdict(made)) | {
        "clock": local_text(made.clock, zone),
        "period": made.period and _timed(made.period, zone, "start", "next_due"),
        "buckets": [bucket(row, zone) for row in made.buckets],
        "discount": made.discount
        and {"percent": made.discount.percent, "from": f"{made.discount.since}", "until": f"{made.discount.until}"},
        "promise": made.promise and {"amount": made.promise.amount, "until": local_text(made.promise.until, zone)},
    }


def bucket(row: BucketRow, zone: str) -> dict[str, object]:
    """A bucket of a balance or a statement."""
    return _timed(row, zone, "start", "end")


def explanation(made: Explanation) -> dict[str, object]:
    """An explanation (contract §1.4)."""
    zone = made.zone
    times = {name: _time(made.facts[name], zone) for name in ("ends", "due") if name in made.facts}
    return {
        "event": as_json(made.account, zone, made.event, reply=made.reply),
        "rule": made.rule,
        "rules": made.rules,
        "text": made.text,
        "inputs": [_input(each, zone) for each in made.inputs],
        "cites": made.cites,
        "facts": made.facts | times,
        "parts": [_timed(part, zone, "granted_at", "carried_at", "ended_at") for part in made.parts],
        "alternatives": [_timed(each, zone, "start", "end", "late_until") for each in made.alternatives],
        "before": made.before and balance(made.before),
        "after": balance(made.after),
        "plan": made.plan and asdict(made.plan) | {"version": f"{made.plan.version}"},
        "catalogue": made.catalogue,
        "option_names": made.option_names,
        "agrees": made.agrees,
        "differences": made.differences,
    }


def _input(input: Input, zone: str) -> dict[str, object]:
    """An input as the contract writes it (§2), times local."""
    own = {name: value for name, value in stored_fields(input).items() if value is not None}
    by = {"by": input.by} if input.by is not None else {}
    return {
        "type": input.type,
        "id": input.id,
        "account": input.account,
        "at": local_text(input.at, zone),
        "received_at": local_text(input.received_at, zone),
        "source": input.source,
        **by,
        **own,
    }


def refused(made: RefusedRequest) -> dict[str, object]:
    """A refused request (contract §7.1)."""
    return _without("zone", _timed(made, made.zone, "booked_at", "worked_at"))


def waiting(row: UnratedRow) -> dict[str, object]:
    """A record that waits for a price (contract §7.1)."""
    return _without("clocks", _timed(row, row.clocks, "occurred_at"))


def difference(made: Difference) -> dict[str, object]:
    """A line of what-if (contract §7.1)."""
    return _without("zone", _timed(made, made.zone, "booked_at"))


def distribution(made: Distribution) -> dict[str, object]:
    """How a change falls on many accounts (contract §7.1)."""
    most = {name: [difference(each) for each in getattr(made, name)] for name in ("gained_most", "lost_most")}
    return asdict(made) | most


def report(made: Report) -> dict[str, object]:
    """What an operator's statement came to (contract §7.1)."""
    printed = made.printed_total_ex_vat
    return asdict(made) | {
        "total_ex_vat": ten_thousandths(made.total_ex_vat),
        "printed_total_ex_vat": None if printed is None else ten_thousandths(printed),
    }


def claim(row: DisputeRow) -> dict[str, object]:
    """A claim in the queue (contract §7.1)."""
    return asdict(row) | {"opened": f"{row.opened}", "answer_due": f"{row.answer_due}"}


def dossier(made: Dossier) -> bytes:
    """The canonical JSON of a dossier."""
    zone = made.zone

    def happened(each: Happened) -> dict[str, object]:
        event = as_json(made.dispute.account, zone, each.event, reply=each.reply)
        return {"event": event, "line": each.line and line(each.line, zone)}

    moved = [_timed(each, zone, "booked_at") for each in made.so_far.moved]
    return msgspec.json.encode(
        _without("zone", asdict(made))
        | {
            "dispute": claim(made.dispute),
            "last_day": f"{made.last_day}",
            "registered_at": local_text(made.registered_at, zone),
            "answer": made.answer and _timed(made.answer, zone, "booked_at"),
            "line": made.line and line(made.line, zone),
            "row": made.row and usage_row(made.row, zone),
            "explanation": explanation(made.explanation),
            "around": [happened(each) for each in made.around],
            "earlier": [line(each, zone) for each in made.earlier],
            "months": [asdict(each) | {"month": f"{each.month:%Y-%m}"} for each in made.months],
            "since": [happened(each) for each in made.since],
            "so_far": asdict(made.so_far) | {"moved": moved},
            "now": balance(made.now),
        }
    )


def dossier_id(made: Dossier) -> str:
    """The id of a dossier: SHA-256 of its canonical JSON."""
    return hashlib.sha256(dossier(made)).hexdigest()


def _timed(made: msgspec.Struct, zone: str, *names: str) -> dict[str, object]:
    """The fields of a model that the JSON has, in their order; those of these names are instants, and become times."""
    fields: dict[str, object] = msgspec.to_builtins(made)
    return fields | {name: local_text(fields[name], zone) for name in names if fields.get(name) is not None}


def _without(name: str, fields: dict[str, object]) -> dict[str, object]:
    del fields[name]
    return fields


def _time(at: Instant | None, zone: str) -> str | None:
    return None if at is None else local_text(at, zone)
