"""635: usage records, rated or rejected with why not, and how they are handed over."""

from typing import Annotated, Any, Final, Literal, get_args

import msgspec

from ledger import periods
from ledger.contracts import Contract
from ledger.events import Event, UsageCharged, UsageUnrated
from ledger.periods import local_text
from ledger.snapshot import Snapshot
from ledger.units import SERVICES, Service, ex_vat
from scripts.app.accounts import require_account
from scripts.web.answer import Answer
from scripts.web.asked import Asked
from scripts.web.body import Word, malformed
from scripts.web.problems import Problem
from scripts.web.route import Param
from scripts.web.tmf.amounts import money, money_ex_vat
from scripts.web.tmf.booking import booked, reached
from scripts.web.tmf.parts import About, Part, account_of, id_of, read
from scripts.web.tmf.resources import ROOT, Resource, head, href, listed, one
from scripts.web.tmf.whose import contract_meant, id_asked, named, nothing, version_in, whose

API: Final = f"{ROOT}/usageManagement/v4"
USAGE: Final = f"{API}/usage"
SPECIFICATION: Final = f"{API}/usageSpecification"
Status = Literal["rated", "rejected"]
FILTERS: Final = (
    Param(name="usageDate.gte", kind="moment", does="Only records that began then or later."),
    Param(name="usageDate.lte", kind="moment", does="Only records that began by then."),
    Param(name="usageType", values=SERVICES, does="Only records of this service."),
    Param(name="status", values=get_args(Status), does="Only those with a price, or those without."),
)
MEASURED_IN: Final[dict[Service, str]] = {"voice": "s", "sms": "sms", "data": "b"}
"""Seconds, pieces, bytes: as the switch measures, not as packages are billed."""
CHARACTERISTICS: Final = {
    "direction": "Where it went: out or in.",
    "quantity": "How much it was: a whole number of seconds, pieces or bytes.",
    "zone": "The zone of the price list; home where it is left out.",
    "peer": "The other number, or nothing.",
}


class Characteristic(Part, kw_only=True):
    """A named value of a record."""

    name: Literal["direction", "quantity", "zone", "peer"]
    value: int | Annotated[str, msgspec.Meta(max_length=64)]
    id: Word | None = None
    value_type: str | None = None


class SpecificationRef(Part, kw_only=True):
    """The service of a record."""

    id: Service
    href: str | None = None
    name: str | None = None


class UsageRequest(About, kw_only=True):
    """A record of the switch; the service is its type, or its specification."""

    usage_date: str
    usage_characteristic: Annotated[list[Characteristic], msgspec.Meta(min_length=1, max_length=4)]
    usage_type: Service | None = None
    usage_specification: SpecificationRef | None = None
    id: Word | None = None


async def hand_over(asked: Asked) -> Answer:
    """A record, rated at once; what it cost is told to who may read it."""
    given = await read(asked, UsageRequest)
    services = {given.usage_type, given.usage_specification and given.usage_specification.id} - {None}
    if len(services) != 1:
        raise malformed(f"usageType: one of {', '.join(SERVICES)}")
    fields = {"type": "usage", "id": id_of(asked, given.id), "service": services.pop()} | _values(given)
    target = await reached(asked, account_of(given))
    made = await booked(asked, target, fields, at=given.usage_date)
    if not isinstance(made.event, UsageCharged | UsageUnrated):
        raise Problem(409, "ID_CONFLICT", "this id is that of another input")
    told = shown(made.contract, _record(made.event), made.event, made.zone)
    told.pop("ratedProductUsage", None)
    return one(asked, told, whose=[], status=made.status, headers={"Location": told["href"]})


async def usages(asked: Asked) -> Answer:
    """The records of a contract, in the order in which they first came."""
    gte, lte = asked.get("usageDate.gte"), asked.get("usageDate.lte")
    kind, status = asked.get("usageType"), asked.get("status")

    def answer(snapshot: Snapshot) -> Answer:
        contract = contract_meant(asked, snapshot)
        zone = require_account(snapshot, contract.id).zone
        since = None if gte is None else periods.first_instant(gte, zone)
        until = None if lte is None else periods.last_instant(lte, zone)
        rows = [
            shown(contract, record, event, zone)
            for record, event in _records(snapshot, contract).items()
            if (since is None or _began(event) >= since)
            and (until is None or _began(event) <= until)
            and kind in (None, event.service)
            and status in (None, _status(event))
        ]
        return listed(asked, rows, whose=[contract.id])

    return await asked.service.read(answer)


async def usage(asked: Asked) -> Answer:
    """One record, as it is rated now."""

    def answer(snapshot: Snapshot) -> Answer:
        contract, rest = id_asked(asked, snapshot)
        record = version_in(rest)
        event = _records(snapshot, contract).get(record)
        if event is None:
            raise nothing()
        zone = require_account(snapshot, contract.id).zone
        return one(asked, shown(contract, record, event, zone), whose=[contract.id])

    return await asked.service.read(answer)


async def specifications(asked: Asked) -> Answer:
    """The services that records are of."""
    return listed(asked, [_specification(each) for each in SERVICES], whose=[])


async def specification(asked: Asked) -> Answer:
    """One of them."""
    found = next((each for each in SERVICES if each == asked.path["id"]), None)
    if found is None:
        raise nothing()
    return one(asked, _specification(found), whose=[])


def shown(contract: Contract, record: int, event: UsageCharged | UsageUnrated, zone: str) -> Resource:
    """A record as 635 tells it; it is called by the version under which it came first, whatever rated it later."""
    values: dict[str, Any] = {
        "direction": event.direction,
        "quantity": event.quantity,
        "units": MEASURED_IN[event.service],
        "zone": event.zone,
        "peer": event.personal.peer or "",
    }
    made = {
        **head(USAGE, "Usage", named(contract, record)),
        "usageDate": local_text(_began(event), zone),
        "usageType": event.service,
        "status": _status(event),
        "usageSpecification": {"id": event.service, "href": href(SPECIFICATION, event.service), "name": event.service},
        "usageCharacteristic": [{"name": name, "value": value} for name, value in values.items()],
        **whose(contract),
    }
    if isinstance(event, UsageUnrated):
        return made | {"statusReason": event.reason}
    return made | {
        "ratedProductUsage": [
            {
                "isBilled": True,
                "ratingDate": local_text(event.booked_at, zone),
                "taxIncludedRatingAmount": money(event.amount),
                "taxExcludedRatingAmount": money_ex_vat(ex_vat(event.amount, event.vat_rate)),
                "taxRate": event.vat_rate,
            }
        ]
    }


def _records(snapshot: Snapshot, contract: Contract) -> dict[int, UsageCharged | UsageUnrated]:
    """The newest event of every record, by the version of its first one."""
    found: dict[int, UsageCharged | UsageUnrated] = {}
    for _, event in snapshot.events(contract.id):
        if isinstance(event, UsageCharged | UsageUnrated):
            found[_record(event)] = event
    return found


def _record(event: UsageCharged | UsageUnrated) -> int:
    return event.version if event.record is None else event.record


def _began(event: Event) -> int:
    used_at: int | None = getattr(event, "used_at", None)
    return event.occurred_at if used_at is None else used_at


def _status(event: Event) -> Status:
    return "rejected" if isinstance(event, UsageUnrated) else "rated"


def _values(given: UsageRequest) -> dict[str, Any]:
    """The fields of an input that the characteristics are. Raises Problem."""
    found: dict[str, Any] = {}
    for each in given.usage_characteristic:
        if each.name in found:
            raise malformed(f"usageCharacteristic: {each.name} comes twice")
        found[each.name] = each.value
    quantity = found.get("quantity")
    if isinstance(quantity, str) and quantity.isascii() and quantity.isdecimal() and len(quantity) <= 18:
        found["quantity"] = int(quantity)
    return {"direction": "out"} | found


def _specification(service: Service) -> Resource:
    return {
        **head(SPECIFICATION, "UsageSpecification", service),
        "name": service,
        "description": f"Records of {service}; their quantity is in {MEASURED_IN[service]}.",
        "lifecycleStatus": "active",
        "specCharacteristic": [
            {"name": name, "description": does, "configurable": True, "valueType": _type_of(name)}
            for name, does in CHARACTERISTICS.items()
        ],
    }


def _type_of(name: str) -> str:
    return "integer" if name == "quantity" else "string"
