"""The list of contracts: those that somebody looks for, page by page (R-15.8)."""

from collections.abc import Iterable, Iterator
from itertools import dropwhile, islice
from typing import Final

from ledger.account import Account
from ledger.contracts import Contract
from ledger.snapshot import Snapshot
from projections import canonical
from scripts.app.bounds import Bounds
from scripts.app.contract_list import LookedFor, listed_contracts
from scripts.web.answer import Answer, json_answer
from scripts.web.asked import Asked
from scripts.web.own import own_contract
from scripts.web.paging import limit_of, next_page
from scripts.web.problems import Problem

ROWS_MAX: Final = 10_000


async def accounts(asked: Asked) -> Answer:
    """Contracts as they stand, a page of them; whoever is limited to a contract is told of that one."""
    looked_for = LookedFor(
        plan=asked.get("plan"),
        mode=asked.get("mode"),
        blocked=asked.get("blocked"),
        option=asked.get("option"),
        promise=asked.get("promise", False),
        wallet_below=asked.get("wallet_below"),
        wallet_above=asked.get("wallet_above"),
        opened=Bounds(asked.get("opened_from"), asked.get("opened_until")),
        closed=Bounds(asked.get("closed_from"), asked.get("closed_until")),
        due=Bounds(asked.get("due_from"), asked.get("due_until")),
        cannot_pay=asked.get("cannot_pay", False),
    )
    limit = limit_of(asked, ROWS_MAX)

    def answer(snapshot: Snapshot) -> Answer:
        own = own_contract(asked, snapshot, asked.get("number"))
        number = asked.get("number") if own is None else own.id
        after = asked.get("after")
        if own is not None and after not in (None, own.id):  # whether another is there is not for who asks
            raise _no_row()
        found = _behind(snapshot, listed_contracts(snapshot, looked_for, number), after)
        rows = list(islice(found, limit))
        more = next_page(asked, rows[-1][0].id) if len(rows) == limit and next(found, None) is not None else {}
        return json_answer(
            [canonical.listed(contract, each) for contract, each in rows],
            whose=[contract.id for contract, _ in rows],
            headers=more,
        )

    return await asked.service.read(answer, slow=True)


def _behind(
    snapshot: Snapshot, found: Iterable[tuple[Contract, Account]], after: str | None
) -> Iterator[tuple[Contract, Account]]:
    """Those behind a contract, by number and holder. Raises Problem where there is none of that id."""
    if after is None:
        return iter(found)
    last = snapshot.contracts.with_id(after)
    if last is None:
        raise _no_row()
    return dropwhile(lambda row: row[0] <= last, found)


def _no_row() -> Problem:
    return Problem(422, "BAD_PARAMETER", "after is the contract of the last row of the page before")
