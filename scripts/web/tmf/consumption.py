"""677: what is left of every package and what of it is spent, of one number or of up to ten at once."""

from typing import Annotated, Final

import msgspec

from ledger.contracts import Contract
from ledger.periods import local_text
from ledger.snapshot import Snapshot
from projections.balances import Balance
from scripts.web.answer import Answer
from scripts.web.asked import Asked
from scripts.web.body import malformed
from scripts.web.tmf.buckets import balance_of, buckets_of
from scripts.web.tmf.parts import EntityRef, Part, account_named, read
from scripts.web.tmf.resources import ROOT, Resource, href, listed, one
from scripts.web.tmf.whose import contract_meant, contract_of, id_asked, named, nothing, whose

API: Final = f"{ROOT}/usageConsumption/v4"
QUERY: Final = f"{API}/queryUsageConsumption"
REPORT: Final = f"{API}/usageConsumptionReport"
NUMBERS_MAX: Final = 10
Named = Annotated[list[EntityRef], msgspec.Meta(max_length=NUMBERS_MAX)]


class SearchCriteria(Part, kw_only=True):
    """Whose consumption is asked for: one number, or up to ten."""

    related_party: Named | None = None
    logical_resource: Named | None = None
    party_account: Named | None = None

    def named(self) -> list[str]:
        """The accounts that are named."""
        return _named(self.related_party, self.logical_resource, self.party_account)


class ConsumptionRequest(Part, kw_only=True):
    """The same, in the criteria or beside them."""

    search_criteria: SearchCriteria | None = None
    related_party: Named | None = None
    party_account: Named | None = None


async def query(asked: Asked) -> Answer:
    """The consumption of some numbers, answered at once; nothing of the question is kept."""
    given = await read(asked, ConsumptionRequest)
    criteria = given.search_criteria
    sought = [] if criteria is None else criteria.named()
    numbers = list(dict.fromkeys([*_named(given.related_party, given.party_account), *sought]))
    if not 1 <= len(numbers) <= NUMBERS_MAX:
        raise malformed(f"relatedParty: 1 to {NUMBERS_MAX} numbers, each as the id of one")

    def answer(snapshot: Snapshot) -> Answer:
        contracts = [contract_of(asked, snapshot, number) for number in numbers]
        now = local_text(asked.service.now(), "UTC")
        found = [_consumption(each, balance_of(asked, snapshot, each), now) for each in contracts]
        made: Resource = {
            "id": asked.request.state.id,
            "href": QUERY,
            "@type": "QueryUsageConsumption",
            "state": "done",
            "queryUsageConsumptionDate": now,
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
    """What is left and spent of every package, and what is in the wallet, as version 1 told it."""
    id = named(contract, "now")
    return {
        "id": id,
        "href": href(REPORT, id),
        "@type": "UsageConsumptionReport",
        "effectiveDate": local_text(balance.clock, balance.zone),
        "bucket": [_of_version_1(each) for each in _counted(contract, balance)],
        **whose(contract),
    }


def _named(*lists: list[EntityRef] | None) -> list[str]:
    return [account_named(each) for some in lists for each in some or ()]


def _consumption(contract: Contract, balance: Balance, now: str) -> Resource:
    """The same as version 4 tells it."""
    id, told = named(contract, "now"), whose(contract)
    return {
        "id": id,
        "href": href(REPORT, id),
        "@type": "UsageConsumption",
        "creationDate": now,
        "lastUpdate": local_text(balance.clock, balance.zone),
        "state": "done",
        "bucketRefOrValue": _counted(contract, balance),
        **told,
        "partyAccount": [told["partyAccount"]],
    }


def _counted(contract: Contract, balance: Balance) -> list[Resource]:
    """The buckets of a contract, packages with how much was granted and used."""
    wallet, *packages = buckets_of(contract, balance)
    for resource, row in zip(packages, balance.buckets, strict=True):
        counters = {"granted": row.granted, "used": row.granted - row.left}
        resource["bucketCounter"] = [
            {"counterType": name, "level": "global", "value": {"amount": amount, "units": row.unit}}
            for name, amount in counters.items()
        ]
    return [wallet, *packages]


def _of_version_1(bucket: Resource) -> Resource:
    kept = {name: bucket[name] for name in ("id", "name", "usageType", "isShared", "bucketCounter") if name in bucket}
    return kept | {"bucketBalance": [{name: bucket[name] for name in ("remainingValue", "validFor") if name in bucket}]}
