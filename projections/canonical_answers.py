"""Canonical answers: the JSON of explanations, refusals, claims and what-ifs (contract §1.4, §7)."""

import hashlib
from collections.abc import Iterator, Mapping

import msgspec
from msgspec.structs import asdict

from ledger.contracts import Contract
from ledger.inputs import Input
from ledger.periods import local_text
from projections.canonical import balance, line, time, timed, usage_row, without
from projections.contract_fields import contract_fields
from projections.counterfactual.difference import Line as Difference
from projections.counterfactual.distribution import Distribution
from projections.counterfactual.late import LateCharges
from projections.disputes import DisputeRow
from projections.dossier import Dossier, Happened
from projections.events import as_json, stored_fields
from projections.explain.explain import Explanation
from projections.explain.refused import RefusedRequest
from projections.operator.check import Report
from projections.refresh_preview import RefreshPreview
from projections.unrated import UnratedRecord
from projections.words.money import ten_thousandths
from projections.words.phrasebook import RUSSIAN
from projections.words.replies import say


def explanation(made: Explanation) -> dict[str, object]:
    """An explanation (contract §1.4)."""
    zone = made.zone
    times = {name: time(made.facts[name], zone) for name in ("ends", "due") if name in made.facts}
    return {
        "event": as_json(made.contract, zone, made.event, reply=made.reply),
        "rule": made.rule,
        "rules": made.rules,
        "text": made.text,
        "inputs": [_input(each, zone) for each in made.inputs],
        "cites": made.cites,
        "facts": made.facts | times,
        "parts": [timed(part, zone, "granted_at", "carried_at", "ended_at") for part in made.parts],
        "alternatives": [timed(each, zone, "start", "end", "late_until") for each in made.alternatives],
        "before": made.before and balance(made.contract, made.before),
        "after": balance(made.contract, made.after),
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
    return _named(made.contract, without("zone", timed(made, made.zone, "booked_at", "worked_at")))


def waiting(made: UnratedRecord) -> dict[str, object]:
    """A record that waits for a price (contract §7.1)."""
    row = made.row
    named = _named(row.contract, without("clocks", timed(row, row.clocks, "occurred_at")))
    input = made.input and {"source": made.input.source, "id": made.input.id}
    return named | without("row", asdict(made)) | {"input": input}


def _named(contract: Contract, fields: dict[str, object]) -> dict[str, object]:
    """The fields of a model that has a contract, as JSON names it."""
    return contract_fields(contract) | without("contract", fields)


def difference(made: Difference) -> dict[str, object]:
    """A line of what-if (contract §7.1)."""
    return _named(made.contract, without("zone", timed(made, made.zone, "booked_at")))


def late(found: LateCharges, booked: Mapping[str, int]) -> Iterator[bytes]:
    """Late charges, a line each, for there may be very many, and what was booked of them (contract §7.1)."""
    said = {"accounts": found.accounts, "changed": found.changed, "wallet_difference": found.difference}
    yield msgspec.json.encode(said)[:-1] + b',"lines":['
    for place, charge in enumerate(found):
        line = difference(charge.line()) | {"record": charge.record}
        yield (b"," if place else b"") + msgspec.json.encode(line)
    yield b"]" + (b"," + msgspec.json.encode(booked)[1:] if booked else b"}")


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


def refresh_preview(contract: Contract, made: RefreshPreview) -> dict[str, object]:
    """What a refresh would do now (contract §12.1)."""
    period = made.period and timed(made.period, made.zone, "start", "next_due")
    own = without("zone", timed(made, made.zone, "at")) | {"period": period, "reply": say(RUSSIAN, made.reply)}
    return contract_fields(contract) | own


def claim(row: DisputeRow) -> dict[str, object]:
    """A claim in the queue (contract §7.1)."""
    own = without("contract", asdict(row)) | {"opened": f"{row.opened}", "answer_due": f"{row.answer_due}"}
    return {"dispute": row.dispute, **contract_fields(row.contract), **own}


def dossier(made: Dossier) -> bytes:
    """The canonical JSON of a dossier."""
    zone = made.zone

    def happened(each: Happened) -> dict[str, object]:
        event = as_json(made.explanation.contract, zone, each.event, reply=each.reply)
        return {"event": event, "line": each.line and line(each.line, zone)}

    moved = [timed(each, zone, "booked_at") for each in made.so_far.moved]
    return msgspec.json.encode(
        without("zone", asdict(made))
        | {
            "dispute": claim(made.dispute),
            "last_day": f"{made.last_day}",
            "registered_at": local_text(made.registered_at, zone),
            "answer": made.answer and timed(made.answer, zone, "booked_at"),
            "line": made.line and line(made.line, zone),
            "row": made.row and usage_row(made.row, zone),
            "explanation": explanation(made.explanation),
            "around": [happened(each) for each in made.around],
            "earlier": [line(each, zone) for each in made.earlier],
            "months": [asdict(each) | {"month": f"{each.month:%Y-%m}"} for each in made.months],
            "since": [happened(each) for each in made.since],
            "so_far": asdict(made.so_far) | {"moved": moved},
            "now": balance(made.explanation.contract, made.now),
        }
    )


def dossier_id(made: Dossier) -> str:
    """The id of a dossier: SHA-256 of its canonical JSON."""
    return hashlib.sha256(dossier(made)).hexdigest()
