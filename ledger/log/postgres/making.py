"""Schemas as such: empty ledgers made in new ones, all of them whole or nothing, and what one is kept in."""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import psycopg

from ledger.log.errors import PlaceTaken
from ledger.log.facts import StoreFacts
from ledger.log.postgres import schema
from ledger.log.postgres.connections import Connection, connected, enter, has_ledger
from ledger.log.postgres.errors import no_ledger, opening_error
from ledger.log.postgres.place import Place
from ledger.log.sharded.placing import SHARD_SETTING, SHARDS_SETTING

_HAS_RELATIONS: Final = "SELECT EXISTS (SELECT FROM pg_class WHERE relnamespace = to_regnamespace(quote_ident(%s)))"

_BYTES: Final = (
    "SELECT COALESCE(sum(pg_total_relation_size(oid)), 0)::bigint FROM pg_class "
    "WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'"
)


class Rights(NamedTuple):
    """Roles that are to write a ledger, and to read one, beside the one that makes it."""

    writer: str | None = None
    reader: str | None = None


def make_ledgers(places: Sequence[Place], fill: Callable[[Connection, Place], None], rights: Rights) -> None:
    """Make ledgers in schemas of one database that are not there yet, or empty, and fill them, in one transaction.

    Raises PlaceTaken, StoreError.
    """
    try:
        with connected(places[0]) as connection, connection.transaction():
            for place in places:
                _require_empty(connection, place)
                schema.create(connection, place.schema)
                fill(connection, place)
                if rights.reader is not None:
                    schema.grant(connection, place.schema, rights.reader, schema.GRANTS_TO_READ)
                if rights.writer is not None:
                    schema.grant(connection, place.schema, rights.writer, schema.GRANTS_TO_WRITE)
    except (psycopg.errors.DuplicateSchema, psycopg.errors.UniqueViolation):  # another process was first
        raise PlaceTaken(places[0], is_ledger=True) from None
    except psycopg.Error as error:
        raise opening_error(error, places[0]) from error


def _require_empty(connection: Connection, place: Place) -> None:
    row = connection.execute(_HAS_RELATIONS, (place.schema,)).fetchone()
    if row is not None and row[0]:
        raise PlaceTaken(place, is_ledger=has_ledger(connection, place.schema))


class Placing(NamedTuple):
    """Which shard of its ledger a schema is, from 0, and how many there are."""

    number: int
    shards: int


ALONE: Final = Placing(0, 1)


def shard_settings(connection: Connection, place: Place) -> Placing:
    """What a schema says about itself; nothing where it is no ledger yet."""
    if not has_ledger(connection, place.schema):
        return ALONE
    enter(connection, place)
    found: dict[str, str] = dict(
        connection.execute(
            "SELECT name, value FROM settings WHERE name IN (%s, %s)", (SHARD_SETTING, SHARDS_SETTING)
        ).fetchall()
    )
    return Placing(int(found.get(SHARD_SETTING, 0)), int(found.get(SHARDS_SETTING, 1)))


def facts(place: Place) -> StoreFacts:
    """What a schema is kept in. Raises StoreError."""
    try:
        with connected(place) as connection:
            if not has_ledger(connection, place.schema):
                raise no_ledger(place)
            form = connection.execute("SELECT form FROM log").fetchone()
            size = connection.execute(_BYTES).fetchone()
            version = connection.info.parameter_status("server_version") or ""
            return StoreFacts("postgresql", place.schema, version, form[0] if form else 0, size[0] if size else 0)
    except psycopg.Error as error:
        raise opening_error(error, place) from error
