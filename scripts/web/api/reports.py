"""Reports over all accounts: totals, records without a price, charges that late records changed."""

from collections.abc import Sequence

from ledger.contracts import Contract
from ledger.snapshot import Snapshot
from projections import canonical_answers
from projections.counterfactual.late import LookedFor
from projections.engines.pool import HERE
from scripts.app.contracts import require_contract
from scripts.app.late import late_charges
from scripts.app.unrated import Waiting, unrated_records
from scripts.app.views import totals_between
from scripts.web.answer import Answer, json_answer
from scripts.web.asked import Asked
from scripts.web.own import own_contract
from scripts.web.problems import Problem


async def totals(asked: Asked) -> Answer:
    """The trial balance of all accounts."""

    def answer(snapshot: Snapshot) -> Answer:
        rows = totals_between(
            snapshot, since=asked.get("from"), until=asked.get("to"), by=asked.get("by"), known_at=asked.get("known_at")
        )
        return json_answer(rows)

    return await asked.service.read(answer, slow=True)


async def unrated(asked: Asked) -> Answer:
    """The records that nobody could rate yet."""

    def answer(snapshot: Snapshot) -> Answer:
        contracts = _contracts_asked(asked, snapshot)
        waiting = Waiting(
            reason=asked.get("reason"), zone=asked.get("zone"), plan=asked.get("plan"), contracts=contracts
        )
        rows = list(unrated_records(snapshot, waiting))
        whose = {row.row.contract.id for row in rows}
        return json_answer([canonical_answers.waiting(row) for row in rows], whose=sorted(whose))

    return await asked.service.read(answer, slow=True)


async def late(asked: Asked) -> Answer:
    """The charges that would have come out otherwise had their records come in time."""

    def answer(snapshot: Snapshot) -> Answer:
        looked_for = LookedFor(
            since=asked.get("from"), favour=asked.get("in_favour_of"), least=asked.get("sum_from", 0)
        )
        found = late_charges(snapshot, _contracts_asked(asked, snapshot), looked_for, engine=HERE)
        whose = {contract.id for contract, _ in found.by_contract()}
        body = b"".join(canonical_answers.late(found, {})) + b"\n"
        return Answer(body=body, whose=tuple(sorted(whose)))

    return await asked.service.read(answer, slow=True)


def _contracts_asked(asked: Asked, snapshot: Snapshot) -> Sequence[Contract] | None:
    """The contracts that `account` and `holder` name, all for None. Raises Problem, Declined."""
    accounts: list[str] = asked.get("account", [])
    holder: int | None = asked.get("holder")
    if holder is not None and len(accounts) != 1:
        raise Problem(422, "BAD_PARAMETER", "holder goes with one account")
    own = own_contract(asked, snapshot)
    if own is not None:
        for account in accounts:
            own_contract(asked, snapshot, account, holder)
        return [own]
    return [require_contract(snapshot.contracts, account, holder) for account in accounts] or None
