"""Forgetting: of a contract whose personal data are destroyed, no row of the state stays (R-15.9)."""

from ledger.log import files
from scripts.state import outbox
from scripts.state.database import StateDatabase
from scripts.state.place import StatePlace


def forget(place: StatePlace, contract: str) -> None:
    """Delete every row that says it is a contract's, in a column `contract`, and overwrite where it stood.

    What the journal of reads says stays: it has the id alone, and grounds that nothing opens any more. Raises
    StateUnusable, OSError.
    """
    if not place.folder.exists():
        return
    for form in (None, outbox.FORM):
        if place.file(".db" if form is None else form.ending).exists():
            _forget(StateDatabase(place, form), contract)
    if place.folder.is_dir():
        files.sweep(place.folder)


def _forget(database: StateDatabase, contract: str) -> None:
    with database as state:
        with state.writing() as db:
            tables = db.execute(
                "SELECT t.name FROM sqlite_master t, pragma_table_info(t.name) c WHERE t.type = 'table' "
                "AND c.name = 'contract'"
            ).fetchall()
            for (table,) in tables:
                db.execute(f'DELETE FROM "{table}" WHERE contract = ?', (contract,))
        state.purge()
