"""What PostgreSQL's errors mean for whoever runs a command: one line that says what to do next."""

from typing import Final

import psycopg
from psycopg import errors

from ledger.log.errors import Contended, NoLedger, ServerAway, StoreError

RETRIED: Final = (errors.DeadlockDetected, errors.SerializationFailure, errors.UniqueViolation)
"""What another writer causes: a booking that meets it is done once more."""
AWAY: Final = ("08", "57P")
"""Classes of errors of a connection, and of a server that stops or starts; where it never answered there is none."""
AGAIN: Final = "nothing committed is lost, run the command again"


def store_error(error: psycopg.Error, place: object, *, booking: bool = False) -> StoreError:
    """An error of the driver in a transaction, or while one is begun."""
    if booking and isinstance(error, RETRIED):
        return Contended(f"{place}: other writers were in the way too often; run the command again")
    return opening_error(error, place)


def opening_error(error: psycopg.Error, place: object) -> StoreError:
    """An error while a ledger is opened."""
    text = " ".join(str(error).split())
    match error:
        case errors.InvalidCatalogName():
            return NoLedger(f"there is no database at {place}", "create_database")
        case errors.DiskFull() | errors.OutOfMemory():
            return StoreError(f"{place}: no room on the server ({text}); free some, {AGAIN}")
        case errors.LockNotAvailable():
            return StoreError(f"{place}: another program holds the ledger; run the command again when it is done")
        case errors.InvalidPassword() | errors.InvalidAuthorizationSpecification():
            return StoreError(f"{place}: the server refuses this user or password ({text})")
        case errors.ReadOnlySqlTransaction():
            return StoreError(f"{place}: the server takes no writing (a standby, or set read-only); name another one")
        case errors.InsufficientPrivilege():
            return StoreError(f"{place}: this role may not do that ({text}); see docs/operations.md for its rights")
        case errors.TooManyConnections():
            return StoreError(f"{place}: the server takes no more connections; {AGAIN}")
        case psycopg.OperationalError() if error.sqlstate is None or error.sqlstate.startswith(AWAY):
            return _unconnected(_reason(text), place)
    return StoreError(f"{place}: {text}; {AGAIN}")


def no_ledger(place: object) -> NoLedger:
    """A database that has no ledger under this name."""
    return NoLedger(f"there is no ledger at {place}", "create_ledger", url=str(place))


def _unconnected(reason: str, place: object) -> StoreError:
    """A connection that did not come about, or is lost; the server's words are all there is to tell by."""
    if "password" in reason or "authentication" in reason or reason.startswith("role "):
        return StoreError(f"{place}: the server refuses this user or password ({reason})")
    if reason.startswith("database "):
        return NoLedger(f"there is no database at {place}", "create_database")
    return ServerAway(f"{place}: the server is not to be reached ({reason}); {AGAIN}")


def _reason(text: str) -> str:
    """The last of several attempts of libpq, without its own address."""
    for before in ("FATAL: ", "failed: ", "ERROR: "):
        if before in text:
            return text.rpartition(before)[2].strip()
    return text
