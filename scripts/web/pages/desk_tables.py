"""Tables that a job leaves behind: cells in words, contracts by their ids until somebody looks."""

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

from ledger.contracts import ERASED, NO_KEY
from ledger.snapshot import Snapshot
from scripts.web.asked import Asked
from scripts.web.pages.desk import link


class Of(NamedTuple):
    """A cell that is a contract, or an event of it."""

    contract: str
    version: int | None = None


Cell: TypeAlias = str | Of


class Table(NamedTuple):
    """A titled table; `right` are the columns of figures, `number` how many rows there are, shown or not."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    right: Sequence[int] = ()
    number: int | None = None


class Told(NamedTuple):
    """What a job came to: sentences, tables, and whether all is well; `book` is how many rows can be booked."""

    sentences: Sequence[str]
    tables: Sequence[Table] = ()
    good: bool = True
    book: int = 0


def shown(asked: Asked, snapshot: Snapshot, told: Told) -> dict[str, Any]:
    """The same for a page, and whose data it has."""
    ids = {cell.contract for table in told.tables for row in table.rows for cell in row if isinstance(cell, Of)}
    named = snapshot.contracts.named_all(ids)

    def cell(each: Cell) -> dict[str, Any]:
        if isinstance(each, str):
            return {"text": each, "href": None}
        contract = named[each.contract]
        name = contract.id if contract.number in (ERASED, NO_KEY) else contract.number
        path = f"/desk/{name}" + ("" if each.version is None else f"/events/{each.version}")
        href = link(asked, path, holder=contract.holder if contract.holder > 1 else None)
        return {"text": str(contract) if each.version is None else f"№ {each.version}", "href": href}

    tables = [
        {
            "title": table.title,
            "head": table.head,
            "rows": [[cell(each) for each in row] for row in table.rows],
            "right": table.right,
            "hidden": max(0, (table.number or 0) - len(table.rows)),
        }
        for table in told.tables
    ]
    return {"told": told, "tables": tables, "whose": sorted(ids)}
