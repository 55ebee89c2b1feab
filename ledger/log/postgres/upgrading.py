"""Schemas brought to today's form, and what somebody dropped or switched off in one made anew: by its owner alone."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, LiteralString

import psycopg

from ledger.log.errors import StoreError
from ledger.log.facts import Repairs
from ledger.log.postgres import form
from ledger.log.postgres.connections import Connection, connected, enter, has_ledger
from ledger.log.postgres.errors import no_ledger, opening_error
from ledger.log.postgres.making import shard_settings
from ledger.log.postgres.place import Place
from ledger.log.postgres.schema import APPEND_ONLY, HEADS_BY_NEXT_AT, REFUSE, SCHEMA_VERSION, append_only
from ledger.log.store import Flaw

STEPS: Final[dict[int, tuple[LiteralString, ...]]] = {}
"""What brings tables of a form to the next one; there was none before today's."""
_ANEW: Final[dict[str, tuple[LiteralString, ...]]] = {
    "function refuse": (REFUSE,),
    **{f"trigger append_only of {table}": (REFUSE, *append_only(table)) for table in APPEND_ONLY},
}
"""What is made anew whatever became of it."""
_MISSING: Final[dict[str, tuple[LiteralString, ...]]] = {
    "index of catalogues by number": ("ALTER TABLE catalogues ADD PRIMARY KEY (number)",),
    "index of head_parts by account, kind, number": ("ALTER TABLE head_parts ADD PRIMARY KEY (account, kind, number)",),
    "index of heads by account": ("ALTER TABLE heads ADD PRIMARY KEY (account)",),
    "index of heads by next_at": (HEADS_BY_NEXT_AT,),
    "index of keys by key, account": ("ALTER TABLE keys ADD PRIMARY KEY (key, account)",),
    "index of log by one": ("ALTER TABLE log ADD PRIMARY KEY (one)",),
    "index of settings by name": ("ALTER TABLE settings ADD PRIMARY KEY (name)",),
    "index of sources by source": ("ALTER TABLE sources ADD PRIMARY KEY (source)",),
    "index of stored_events by account, version": ("ALTER TABLE stored_events ADD UNIQUE (account, version)",),
    "index of stored_events by position": ("ALTER TABLE stored_events ADD PRIMARY KEY (position)",),
    "index of used_versions by kind, id, effective_from": (
        "ALTER TABLE used_versions ADD PRIMARY KEY (kind, id, effective_from)",
    ),
}
"""What is made anew where it is not there at all; another one in its place is somebody's."""


def repairs(ledger: Place) -> list[Repairs]:
    """What each shard of a ledger lacks, nothing being changed. Raises NoLedger, StoreError."""
    try:
        with connected(ledger) as connection:
            return [_repairs(connection, place) for place in _shards(connection, ledger)]
    except psycopg.Error as error:
        raise opening_error(error, ledger) from error


def mend(ledger: Place, hold: Callable[[Connection, Place], None]) -> None:
    """Do it, for all shards or for none; `hold` keeps bookings away from one. Raises NoLedger, StoreError."""
    try:
        with connected(ledger) as connection, connection.transaction():
            for place in _shards(connection, ledger):
                hold(connection, place)
                enter(connection, place)
                for statements in [
                    *(STEPS[each] for each in _forms(connection, place) if each in STEPS),
                    *(statements for _, statements in _mendable(list(form.flaws(connection)))),
                ]:
                    for statement in statements:
                        connection.execute(statement)
                if left := _repairs(connection, place).repairs:
                    raise StoreError(f"{place}: {left[0]} after it was mended; nothing was changed")
    except psycopg.Error as error:
        raise opening_error(error, ledger) from error


def _shards(connection: Connection, ledger: Place) -> Sequence[Place]:
    if not has_ledger(connection, ledger.schema):
        raise no_ledger(ledger)
    placing = shard_settings(connection, ledger)
    if placing.number:
        return [ledger]
    shards = [ledger.shard(number) for number in range(placing.shards)]
    return [shard for shard in shards if has_ledger(connection, shard.schema)]  # others may be on another server


def _repairs(connection: Connection, place: Place) -> Repairs:
    """What is to be done in a schema, and what nobody here can do. Raises StoreError for one of a newer program."""
    enter(connection, place)
    steps = list(_forms(connection, place))
    found = [flaw for flaw in form.flaws(connection) if flaw.what != form.VERSION]
    mendable = [flaw for flaw, _ in _mendable(found)]
    mended = [f"tables of form {each}" for each in steps if each in STEPS]
    beyond = [f"tables of form {each}, which this program does not know" for each in steps if each not in STEPS]
    mended += [_describe(flaw) for flaw in mendable]
    others = sorted((flaw for flaw in found if flaw not in mendable), key=lambda flaw: not _is_of_table(flaw))
    beyond += [_describe(flaw) for flaw in others]
    return Repairs(place.schema, mended, beyond)


def _forms(connection: Connection, place: Place) -> Iterator[int]:
    """The forms that tables have to leave, one after the other."""
    row: tuple[Any, ...] | None = connection.execute("SELECT form FROM log").fetchone()
    found = row[0] if row else 0
    if found > SCHEMA_VERSION:
        raise StoreError(f"{place} was written by a newer program (schema {found}); update Obnovi to read it")
    return iter(range(found, SCHEMA_VERSION))


def _mendable(found: Sequence[Flaw]) -> Iterator[tuple[Flaw, tuple[LiteralString, ...]]]:
    """The flaws that are mended, and how; nothing is made on a table that is not ours, or is otherwise."""
    tables = {flaw.what.removeprefix("table ") for flaw in found if _is_of_table(flaw)}
    for flaw in found:
        statements = _ANEW.get(flaw.what) or (_MISSING.get(flaw.what, ()) if flaw.found is None else ())
        table = flaw.what.partition(" of ")[2].partition(" by ")[0]
        if statements and table not in tables:
            yield flaw, statements


def _is_of_table(flaw: Flaw) -> bool:
    return flaw.what.startswith("table ")


def _describe(flaw: Flaw) -> str:
    if flaw.found is None:
        return f"{flaw.what} is missing"
    return f"{flaw.what} is not ours" if flaw.expected is None else f"{flaw.what} is otherwise: {flaw.found}"
