"""What the views beside the ledger say against what the log gives, account by account (design: views)."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

from ledger.account import Account
from ledger.events import Event
from ledger.log.store import Stored
from ledger.reader import Reader
from ledger.service import Ledger
from ledger.timeline import CatalogueTimeline
from projections import totals, views
from projections.cache import CacheError, Row, connect, in_memory, rows_by_name
from projections.fold import take
from projections.follow import caught_up
from projections.verify.account import Problem

NAMED_MAX: Final = 1_000
UNVIEWABLE: Final = (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError, CacheError)
"""What events that no rule has written may raise when a view takes them."""

_KEYS: Final = {
    "disputes": ("account", "opened_version"),
    "payments": ("account", "version"),
    "refusals": ("account", "version"),
    "unrated": ("account", "version"),
    "totals": ("day", "plan", "region", "account_name", "unit"),
}
"""What names a row of each table."""
_OF_ACCOUNTS: Final = tuple(table for table in _KEYS if table != "totals")
_VERSIONS: Final = ("version", "opened_version")


class Copy(NamedTuple):
    """The views as they stood behind the events of some positions, one of each shard, in a file of their own."""

    path: Path
    positions: tuple[int, ...]


@contextmanager
def copied(ledger: Ledger | Reader) -> Iterator[Copy | None]:
    """A copy of the ledger's views, caught up, until the block ends; None where there are none. Raises StoreError."""
    ref = ledger.store.ref
    if not views.place(ref).exists():
        yield None
        return
    with views.workplace(ref) as place:
        with (
            ledger.store.reading() as log,
            caught_up(log) as followed,
            closing(connect(place / "copy")) as copy,
        ):
            followed.backup(copy)
            positions = tuple(row[0] for row in copy.execute("SELECT position FROM seen ORDER BY shard"))
        yield Copy(place / "copy", positions)


class ViewsAudit:
    """The views of some accounts as the log gives them, each compared with the copy once its events are through."""

    def __init__(self, copy: Copy, shard: int) -> None:
        self.moved = totals.Moved()
        self.whole = True
        """Whether every event was seen; else nothing can be said of totals."""
        self._position = copy.positions[shard]
        self._copy = rows_by_name(connect(copy.path))
        self._own = rows_by_name(in_memory())
        views.create(self._own)
        self._followed = True

    def close(self) -> None:
        """Close the copy."""
        self._copy.close()
        self._own.close()

    def booking(self, account: Account, booked: Sequence[tuple[Stored, Event]], catalogues: CatalogueTimeline) -> None:
        """Take the events of a booking, and the account behind them. What came behind the views is none of theirs."""
        if booked[0][0].position > self._position or not self._followed:
            return
        try:
            for row, event in booked:
                take(self._own, self.moved, account, event, catalogues, row.position)
        except UNVIEWABLE:
            self.lost()

    def events(
        self, account: Account, rows: Sequence[Stored], events: Sequence[Event], catalogues: CatalogueTimeline
    ) -> None:
        """The same of all events of an account at once."""
        for each in zip(rows, events, strict=True):
            self.booking(account, [each], catalogues)

    def lost(self) -> None:
        """The rest of the account cannot be followed."""
        self._followed = self.whole = False

    def account(self, account_id: str) -> Iterator[Problem]:
        """What the views say otherwise of an account whose events are through; then the next one may come."""
        if self._followed:
            for table in _OF_ACCOUNTS:
                of_account = f"SELECT * FROM {table} WHERE account = ?"
                expected, found = (db.execute(of_account, (account_id,)).fetchall() for db in (self._own, self._copy))
                if expected != found:
                    yield from _differences(table, expected, found)
        for table in _OF_ACCOUNTS:
            self._own.execute(f"DELETE FROM {table}")
        self._followed = True


def of_all(copy: Copy, moved: Counter[totals.Cell] | None, accounts: Collection[str]) -> Iterator[Problem]:
    """What the views say of accounts that are not there, and what the totals say otherwise than all moves together.

    Without these, totals are not compared.
    """
    with closing(rows_by_name(connect(copy.path))) as db:
        for table in _OF_ACCOUNTS:
            rows = (row for row in db.execute(f"SELECT * FROM {table}") if row["account"] not in accounts)
            yield from _differences(table, [], list(islice(rows, NAMED_MAX)))
        if moved is not None:
            named = ("day", "plan", "region", "account_name", "unit", "moved")
            cells = (
                dict(zip(named, (cell[0].isoformat(), *cell[1:], amount), strict=True))
                for cell, amount in moved.items()
            )
            found = db.execute("SELECT * FROM totals").fetchall()
            yield from islice(_differences("totals", cells, found), NAMED_MAX)


def _differences(table: str, expected: Iterable[Row], found: Iterable[Row]) -> Iterator[Problem]:
    """The rows of a view that differ, each with the fields in which it does."""
    should, there = ({tuple(row[name] for name in _KEYS[table]): row for row in rows} for rows in (expected, found))
    for key in sorted(should.keys() | there.keys(), key=repr):
        one, other = should.get(key), there.get(key)
        if one == other:
            continue
        account = str(key[0]) if table in _OF_ACCOUNTS else None
        version = (
            key[1] if table in _OF_ACCOUNTS and _KEYS[table][-1] in _VERSIONS and isinstance(key[1], int) else None
        )
        named = "" if account is not None and len(key) < 3 else f" {', '.join(map(str, key[account is not None :]))}"
        differ = [name for name in one if one[name] != other[name]] if one is not None and other is not None else None
        should_be, found_is = (_told(row, differ) for row in (one, other))
        yield Problem(account, version, f"view {table}{named}", should_be, found_is)


def _told(row: Row | None, differ: Collection[str] | None) -> Row | None:
    """The fields of a row that differ, or all but the contract's id, which the finding names."""
    if row is None:
        return None
    return {name: value for name, value in row.items() if (name != "account" if differ is None else name in differ)}
