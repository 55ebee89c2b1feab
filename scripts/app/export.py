"""Export: the log, or some contracts and dates of it, in a form for other programs."""

from collections.abc import Collection
from datetime import date
from importlib import import_module
from typing import BinaryIO, Final

from ledger.contracts import Contract
from ledger.log.store import Reading
from ledger.progress import Progress, unwatched
from projections.exports.selection import Selection
from scripts.app.bounds import Bounds
from scripts.app.errors import InvalidRequest

FORMS: Final = {
    "hledger": "projections.exports.hledger",
    "beancount": "projections.exports.beancount",
    "parquet": "projections.exports.parquet",
    "jsonl": "projections.exports.jsonl",
}
WHOLE_ONLY: Final = "jsonl"
"""The form from which the same log is made again: its root and its keys are of all events."""


def checked_selection(
    form: str, contracts: Collection[Contract] | None, *, since: date | None = None, until: date | None = None
) -> Selection:
    """Contracts, all for None, and local dates, both included, to be exported in a form.

    Raises InvalidRequest for dates the wrong way round and for a form that is of the whole log alone.
    """
    Bounds(since, until).require_order()
    ids = None if contracts is None else frozenset(contract.id for contract in contracts)
    selection = Selection(ids, since, until)
    if form == WHOLE_ONLY and not selection.is_whole:
        raise InvalidRequest("WHOLE_LOG_ONLY", form=form)
    return selection


def export(log: Reading, form: str, file: BinaryIO, selection: Selection, progress: Progress = unwatched) -> int:
    """Write what is selected of a log; how many events that is. Raises BadEvents."""
    write = import_module(FORMS[form]).write
    written: int = write(log, file, progress) if selection.is_whole else write(log, file, progress, selection)
    return written
