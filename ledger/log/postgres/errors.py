"""What PostgreSQL's errors mean for whoever runs a command: one line that says what to do next."""

from typing import Final

import psycopg
from psycopg import errors

from ledger.log.errors import Contended, NoLedger, StoreError

RETRIED: Final = (errors.DeadlockDetected, errors.SerializationFailure, errors.UniqueViolation)
"""What another writer causes: a booking that meets it is done once more."""


def store_error(error: psycopg.Error, place: object, *, booking: bool = False) -> StoreError:
    """An error of the driver in a transaction, or while one is begun."""
    if booking and isinstance(error, RETRIED):
        return Contended(f"{place}: other writers were in the way too often; run the command again")
    return StoreError(_describe(error, place))


def opening_error(error: psycopg.Error, place: object) -> StoreError:
    """An error while a ledger is opened."""
    if isinstance(error, errors.InvalidCatalogName):
        return NoLedger(f"there is no database at {place}", "create_database")
    return StoreError(_describe(error, place))


def no_ledger(place: object) -> NoLedger:
    """A database that has no ledger under this name."""
    return NoLedger(f"there is no ledger at {place}", "create_ledger", url=str(place))


def _describe(error: psycopg.Error, place: object) -> str:
    again = "nothing committed is lost, run the command again"
    text = " ".join(str(error).split())
    match error:
        case errors.DiskFull() | errors.OutOfMemory() | errors.ConfigurationLimitExceeded():
            return f"{place}: no room on the server ({text}); free some and run the command again, {again[:25]}"
        case errors.LockNotAvailable():
            return f"{place}: another program holds the ledger; run the command again when it is done"
        case errors.InvalidPassword() | errors.InvalidAuthorizationSpecification():
            return f"{place}: the server refuses this user or password ({text})"
        case errors.ReadOnlySqlTransaction():
            return f"{place}: the server takes no writing (a standby, or set read-only); name the one that does"
        case errors.InsufficientPrivilege():
            return f"{place}: this role may not do that ({text}); see docs/operations.md for the rights it needs"
        case errors.TooManyConnections() | errors.CannotConnectNow():
            return f"{place}: the server takes no connection now ({text}); run the command again"
        case psycopg.OperationalError() if error.sqlstate is None or error.sqlstate.startswith(("08", "57P")):
            if "password" in text or "authentication failed" in text or "role" in text:
                return f"{place}: the server refuses this user or password ({_reason(text)})"
            if 'database "' in text:
                return f"{place}: there is no such database on the server ({_reason(text)})"
            return f"{place}: the server is not to be reached ({_reason(text)}); {again}"
    return f"{place}: {text}; {again}"


def _reason(text: str) -> str:
    """The last of several attempts of libpq, without its own address."""
    return text.rpartition("FATAL: ")[2].strip() if "FATAL: " in text else text.rpartition("failed: ")[2].strip()
