"""The journal of reads over HTTP, for those who watch over privacy."""

from itertools import islice
from typing import Final

from ledger.snapshot import Snapshot
from scripts.app import access_log
from scripts.app.contracts import require_contract
from scripts.state.reads import JournalBroken
from scripts.web.access import Access
from scripts.web.answer import Answer, json_answer
from scripts.web.asked import Asked
from scripts.web.paging import limit_of, next_page
from scripts.web.problems import Problem

LIMIT_MAX: Final = 1_000


async def rows_asked(asked: Asked) -> Answer:
    """Who read whose data. Raises Problem, Declined."""
    account, holder, gate = asked.get("account"), asked.get("holder"), asked.gate
    limit = limit_of(asked, LIMIT_MAX)
    if holder is not None and account is None:
        raise Problem(422, "BAD_PARAMETER", "holder goes with account")
    after: int = asked.get("after", 0)

    def answer(snapshot: Snapshot) -> Answer:
        contract = None if account is None else require_contract(snapshot.contracts, account, holder)
        if not isinstance(gate, Access):  # nothing is written down here
            return json_answer([])
        found = access_log.rows(
            snapshot, gate.place, gate.state, contract=contract,
            by=asked.get("by"), since=asked.get("from"), until=asked.get("to"), after=after,
        )  # fmt: skip
        try:
            rows = [access_log.row_fields(row) for row in islice(found, limit + 1)]
        except JournalBroken as error:
            told = f"line {error.number} of the journal was changed or is missing; the operator has to look"
            raise Problem(409, "JOURNAL_BROKEN", told) from None
        more = next_page(asked, rows[limit - 1]["number"]) if len(rows) > limit else {}
        return json_answer(rows[:limit], whose=() if contract is None else (contract.id,), headers=more)

    return await asked.service.read(answer, slow=True)
