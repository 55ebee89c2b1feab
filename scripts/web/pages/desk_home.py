"""The desk's first page: a number looked up, however it is written, and the claims that wait."""

from typing import Any, Final

from ledger.snapshot import Snapshot
from projections import disputes
from projections.disputes import DisputeRow
from projections.follow import asked as followed
from projections.numbers import digits_of
from scripts.app.contracts import require_contract
from scripts.app.errors import Declined
from scripts.web.answer import Answer
from scripts.web.asked import Asked
from scripts.web.own import own_contract
from scripts.web.pages.desk import GROUND, desk_page, link
from scripts.web.pages.page import redirect
from scripts.web.route import Param

CLAIMS_SHOWN: Final = 20
GROUNDS: Final = ("обращение абонента", "претензия", "проверка списания", "запрос ведомства")
"""What is offered for a ground; any other can be written."""
FIND: Final = (Param(name="number", does="Whose contract is looked for, however it is written."), GROUND)
ALL: Final = Param(name="all", kind="flag", does="Answered claims too.")


async def desk(asked: Asked) -> Answer:
    """The search and the queue; a number that is found leads to its contract."""
    written = (asked.get("number") or "").strip()
    if written:
        return await _found(asked, written)
    return await desk_page(asked, "desk/home.html", lambda snapshot: _queue(asked, snapshot, CLAIMS_SHOWN), slow=True)


async def claims(asked: Asked) -> Answer:
    """The queue of claims, or all that there ever were."""
    everything = asked.get("all", False)
    return await desk_page(
        asked, "desk/claims.html", lambda snapshot: _queue(asked, snapshot, None, everything=everything), slow=True
    )


async def _found(asked: Asked, written: str) -> Answer:
    number = digits_of(written)

    def there(snapshot: Snapshot) -> str | None:
        try:
            own_contract(asked, snapshot, number)
            return require_contract(snapshot.contracts, number).number
        except Declined:
            return None

    if await asked.service.read(there) is not None:
        return redirect(link(asked, f"/desk/{number}"))
    return await desk_page(
        asked,
        "desk/home.html",
        lambda snapshot: _queue(asked, snapshot, CLAIMS_SHOWN, written=written) | {"status": 404},
        slow=True,
    )


def queue_rows(asked: Asked, snapshot: Snapshot, *, everything: bool = False) -> list[DisputeRow]:
    """Claims, open ones first by urgency; of who is limited to a contract, its own."""
    own = own_contract(asked, snapshot)
    told = disputes.rows if everything else disputes.open_rows
    rows = followed(snapshot.log, lambda db: told(db, snapshot.log, today=asked.service.now()))
    return [row for row in rows if own in (None, row.contract)]


def _queue(
    asked: Asked, snapshot: Snapshot, most: int | None, *, everything: bool = False, written: str = ""
) -> dict[str, Any]:
    rows = queue_rows(asked, snapshot, everything=everything)
    shown = rows[:most]
    return {
        "whose": sorted({row.contract.id for row in shown}),
        "claims": shown,
        "hidden": len(rows) - len(shown),
        "ages": disputes.by_age(rows),
        "everything": everything,
        "grounds": GROUNDS,
        "written": written,
    }
