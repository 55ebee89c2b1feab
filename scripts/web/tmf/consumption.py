"""677: what is left of every package and what of it is spent, of one number or of up to ten at once."""

from typing import Annotated, Final

import msgspec

from ledger.contracts import Contract
from ledger.periods import local_text
from ledger.snapshot import Snapshot
from projections.balances import Balance
from projections.numbers import digits_of
from scripts.web.answer import Answer
from scripts.web.asked import Asked
from scripts.web.body import malformed
from scripts.web.tmf.buckets import balance_of, buckets_of
from scripts.web.tmf.parts import Part, PartyRef, read
from scripts.web.tmf.resources import ROOT, Resource, href, listed, one
from scripts.web.tmf.whose import contract_meant, contract_of, id_asked, named, nothing, whose

API: Final = f"{ROOT}/usageConsumption/v4"
QUERY: Final = f"{API}/queryUsageConsumption"
REPORT: Final = f"{API}/usageConsumptionReport"
NUMBERS_MAX: Final = 10
Parties = Annotated[list[PartyRef], msgspec.Meta(min_length=1, max_length=NUMBERS_MAX)]


class SearchCriteria(Part, kw_only=True):
    """Whose consumption is asked for."""

    related_party: Parties


class ConsumptionRequest(Part, kw_only=True):
    """Whose consumption is asked for, here or in the criteria: one number, or up to ten."""

    related_party: Parties | None = None
    search_criteria: SearchCriteria | None = None


async def query(asked: Asked) -> Answer:
    """The consumption of some numbers, answered at once; nothing of the question is kept."""
    given = await read(asked, ConsumptionRequest)
    parties = (given.related_party or []) + (given.search_criteria.related_party if given.search_criteria else [])
    numbers = list(dict.fromkeys(digits_of(each.id.strip()) for each in parties))
    if not 1 <= len(numbers) <= NUMBERS_MAX:
        raise malformed(f"relatedParty: 1 to {NUMBERS_MAX} numbers, each as the id of a party")

    def answer(snapshot: Snapshot) -> Answer:
        contracts = [contract_of(asked, snapshot, number) for number in numbers]
        found = [report(each, balance_of(asked, snapshot, each)) for each in contracts]
        made: Resource = {
            "id": asked.request.state.id,
            "href": QUERY,
            "@type": "QueryUsageConsumption",
            "state": "done",
            "queryUsageConsumptionDate": local_text(asked.service.now(), "UTC"),
            "usageConsumption": found,
        }
        return one(asked, made, whose=[each.id for each in contracts])

    return await asked.service.read(answer)


async def reports(asked: Asked) -> Answer:
    """The consumption of one contract, as a list of one."""

    def answer(snapshot: Snapshot) -> Answer:
        contract = contract_meant(asked, snapshot)
        return listed(asked, [report(contract, balance_of(asked, snapshot, contract))], whose=[contract.id])

    return await asked.service.read(answer)


async def report_of_id(asked: Asked) -> Answer:
    """The same by its id."""

    def answer(snapshot: Snapshot) -> Answer:
        contract, rest = id_asked(asked, snapshot)
        if rest != "now":
            raise nothing()
        return one(asked, report(contract, balance_of(asked, snapshot, contract)), whose=[contract.id])

    return await asked.service.read(answer)


def report(contract: Contract, balance: Balance) -> Resource:
    """What is left and spent of every package, and what is in the wallet."""
    id = named(contract, "now")
    wallet, *packages = buckets_of(contract, balance)
    buckets = [_bucket(wallet)]
    for resource, row in zip(packages, balance.buckets, strict=True):
        counters = {"granted": row.granted, "used": row.granted - row.left}
        buckets.append(
            _bucket(resource)
            | {
                "bucketCounter": [
                    {"counterType": name, "value": {"amount": amount, "units": row.unit}}
                    for name, amount in counters.items()
                ]
            }
        )
    return {
        "id": id,
        "href": href(REPORT, id),
        "@type": "UsageConsumptionReport",
        "effectiveDate": local_text(balance.clock, balance.zone),
        "bucket": buckets,
        **whose(contract),
    }


def _bucket(resource: Resource) -> Resource:
    balance = {name: resource[name] for name in ("remainingValue", "validFor") if name in resource}
    return {name: resource[name] for name in ("id", "name", "usageType", "isShared")} | {"bucketBalance": [balance]}
