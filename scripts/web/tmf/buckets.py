"""654, what there is: the wallet and every live package as a bucket, and what they come to by kind."""

from typing import Any, Final

from ledger.contracts import Contract
from ledger.periods import local_text
from ledger.snapshot import Snapshot
from ledger.units import SERVICES
from projections.balances import Balance
from projections.packages import BucketRow
from scripts.app import accounts
from scripts.web.answer import Answer
from scripts.web.asked import Asked
from scripts.web.tmf.amounts import quantity
from scripts.web.tmf.resources import ROOT, Resource, head, listed, one
from scripts.web.tmf.whose import contract_meant, id_asked, named, nothing, whose

API: Final = f"{ROOT}/prepayBalanceManagement/v4"
BUCKET: Final = f"{API}/bucket"
SUM: Final = f"{API}/accumulatedBalance"


async def buckets(asked: Asked) -> Answer:
    """The buckets of a contract, the wallet first, then packages in the order in which they are spent."""

    def answer(snapshot: Snapshot) -> Answer:
        contract = contract_meant(asked, snapshot)
        return listed(asked, buckets_of(contract, balance_of(asked, snapshot, contract)), whose=[contract.id])

    return await asked.service.read(answer)


async def bucket(asked: Asked) -> Answer:
    """One of them, as long as it is live."""

    def answer(snapshot: Snapshot) -> Answer:
        contract, _ = id_asked(asked, snapshot)
        return _of_id(asked, contract, buckets_of(contract, balance_of(asked, snapshot, contract)))

    return await asked.service.read(answer)


async def sums(asked: Asked) -> Answer:
    """What is left of each kind: money, voice, sms, data."""

    def answer(snapshot: Snapshot) -> Answer:
        contract = contract_meant(asked, snapshot)
        return listed(asked, _sums(contract, balance_of(asked, snapshot, contract)), whose=[contract.id])

    return await asked.service.read(answer)


async def sum_of_kind(asked: Asked) -> Answer:
    """One of them."""

    def answer(snapshot: Snapshot) -> Answer:
        contract, _ = id_asked(asked, snapshot)
        return _of_id(asked, contract, _sums(contract, balance_of(asked, snapshot, contract)))

    return await asked.service.read(answer)


def balance_of(asked: Asked, snapshot: Snapshot, contract: Contract) -> Balance:
    """What a contract has, as `/v1/accounts/{number}/balance` tells it. Raises Declined."""
    return accounts.balance(snapshot, contract, as_of=None, known_at=None, now=asked.service.now()).balance


def buckets_of(contract: Contract, balance: Balance) -> list[Resource]:
    """The wallet and the packages of a contract; a package is called by its name and service as long as it is there."""
    status = "expired" if balance.mode == "closed" else "suspended" if balance.blocks else "active"
    wallet: Resource = {
        **head(BUCKET, "Bucket", named(contract, "wallet")),
        "name": "wallet",
        "usageType": "monetary",
        "isShared": False,
        "status": status,
        "remainingValue": quantity(balance.wallet),
        **whose(contract),
    }
    made, ids = [wallet], {wallet["id"]}
    for row in balance.buckets:
        id = unique = named(contract, f"{row.bucket}-{row.service}")
        count = 1
        while unique in ids:
            count += 1
            unique = f"{id}-{count}"
        ids.add(unique)
        made.append(_package(contract, unique, row, status, balance.zone))
    return made


def _package(contract: Contract, id: str, row: BucketRow, status: str, zone: str) -> Resource:
    return {
        **head(BUCKET, "Bucket", id),
        "name": row.bucket,
        "usageType": row.service,
        "isShared": False,
        "status": status,
        "remainingValue": {"amount": row.left, "units": row.unit},
        "validFor": valid_for(row, zone),
        **whose(contract),
    }


def valid_for(row: BucketRow, zone: str) -> dict[str, str]:
    """From when until when a package can be spent; the end is no part of it."""
    return {"startDateTime": local_text(row.start, zone), "endDateTime": local_text(row.end, zone)}


def _sums(contract: Contract, balance: Balance) -> list[Resource]:
    made = []
    found = buckets_of(contract, balance)
    for kind in ("monetary", *SERVICES):
        theirs = [each for each in found if each["usageType"] == kind]
        if theirs:
            values: list[dict[str, Any]] = [each["remainingValue"] for each in theirs]
            made.append(
                {
                    **head(SUM, "AccumulatedBalance", named(contract, kind)),
                    "name": kind,
                    "usageType": kind,
                    "totalBalance": {"amount": sum(each["amount"] for each in values), "units": values[0]["units"]},
                    "bucket": [{"id": each["id"], "href": each["href"]} for each in theirs],
                    **whose(contract),
                }
            )
    return made


def _of_id(asked: Asked, contract: Contract, rows: list[Resource]) -> Answer:
    found = next((each for each in rows if each["id"] == asked.path["id"]), None)
    if found is None:
        raise nothing()
    return one(asked, found, whose=[contract.id])
