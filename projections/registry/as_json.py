"""As JSON: what a comparison of payments found, for programs (contract §11)."""

from typing import Any

from ledger.events import InputRefused, RefreshRefused, Refunded, ToppedUp, type_name
from ledger.periods import local_text
from projections.contract_fields import contract_fields
from projections.registry.matching import Here, Pair
from projections.registry.rows import Listed, Sum, TotalLine
from projections.registry.standing import IdBooked, Missing


def listed(each: Listed, zone: str) -> dict[str, Any]:
    """A payment of the file, its time on the clocks of the zone in which the file was read."""
    at = local_text(each.at, zone)
    return {"id": each.id, "account": each.account, "at": at, "amount": each.amount, "line": each.line}


def here(each: Here) -> dict[str, Any]:
    """A payment of the ledger."""
    return {
        "id": each.id,
        **contract_fields(each.contract),
        "version": each.version,
        "at": local_text(each.at, each.zone),
        "amount": each.amount,
    }


def missing_here(each: Missing, zone: str) -> dict[str, Any]:
    """A payment of the file alone; where it is not to be booked with the `reason`, and what is `booked` or `likely`."""
    told = listed(each.listed, zone)
    if each.why is not None:
        told["reason"] = each.why
    if each.booked is not None:
        told["booked"] = _id_booked(each.booked)
    if each.likely is not None:
        told["likely"] = here(each.likely)
    return told


def missing_there(pair: Pair, zone: str) -> dict[str, Any]:
    """A payment of the ledger alone; `likely` is one of the file that may be the same."""
    assert pair.here is not None, "it is the ledger's"
    told = here(pair.here)
    if pair.listed is not None:
        told["likely"] = listed(pair.listed, zone)
    return told


def other(pair: Pair, zone: str) -> dict[str, Any]:
    """A payment of the file that is `booked` otherwise."""
    assert pair.listed is not None, "it is of the file"
    assert pair.here is not None, "it was compared"
    return listed(pair.listed, zone) | {"booked": here(pair.here)}


def twice(pair: Pair, zone: str, first: int | None) -> dict[str, Any]:
    """A line whose id stood on the `first` line before, or a payment of the ledger that a `line` has already."""
    if pair.here is None:
        assert pair.listed is not None, "one of them is there"
        return listed(pair.listed, zone) | {"first": first}
    return here(pair.here) | ({} if pair.listed is None else {"line": pair.listed.line})


def totals(file: Sum, ledger: Sum, line: TotalLine | None, agrees: bool | None) -> dict[str, Any]:
    """Both sides; `total_line` is what the file says itself, null where it says nothing."""
    told = None if line is None else {"line": line.line, "count": line.count, "amount": line.amount, "agrees": agrees}
    return {"file": _sum(file) | {"total_line": told}, "ledger": _sum(ledger)}


def _sum(each: Sum) -> dict[str, Any]:
    return {
        "count": each.count,
        "payments": each.payments,
        "refunds": each.refunds,
        "amount": each.payments + each.refunds,
    }


def _id_booked(each: IdBooked) -> dict[str, Any]:
    event = each.event
    told: dict[str, Any] = {**contract_fields(each.contract), "version": event.version, "type": type_name(event)}
    match event:
        case ToppedUp() | Refunded():
            told |= {"channel": event.channel, "amount": event.amount if isinstance(event, ToppedUp) else -event.amount}
        case InputRefused() | RefreshRefused():
            told["reason"] = event.reason
        case _:
            pass
    return told
