"""What PostgreSQL's errors mean for whoever runs a command: one line that says what to do next.

Where a connection never came about there is no code of an error: then libpq's own words, which may be several lines in
the language of the server, are all there is to tell by.
"""

from typing import Final

import psycopg
from psycopg import errors

from ledger.log.errors import Contended, NoLedger, ServerAway, StoreError

RETRIED: Final = (errors.DeadlockDetected, errors.SerializationFailure, errors.UniqueViolation)
"""What another writer causes: a booking that meets it is done once more."""
AWAY: Final = ("08", "57P")
"""Classes of errors of a connection, and of a server that stops or starts; where it never answered there is none."""
AGAIN: Final = "nothing committed is lost, run the command again"
RIGHTS: Final = "docs/operations.md has the rights that a role needs"
_BEHIND: Final = ("Multiple connection attempts failed", "Is the server running")
"""What libpq says behind the reason."""
_BEFORE: Final = ("FATAL: ", "failed: ", "connection is bad: ", "ERROR: ")
"""What stands before it."""


def store_error(error: psycopg.Error, place: object, *, booking: bool = False) -> StoreError:
    """An error of the driver in a transaction, or while one is begun."""
    if booking and isinstance(error, RETRIED):
        return Contended(f"{place}: other writers were in the way too often; run the command again")
    return opening_error(error, place)


def opening_error(error: psycopg.Error, place: object) -> StoreError:
    """An error while a ledger is opened."""
    text = error.diag.message_primary or " ".join(str(error).split())
    match error:
        case errors.InvalidCatalogName():
            return no_database(place)
        case errors.DiskFull():
            return StoreError(f"{place}: no room on the server's disk ({text}); free some, {AGAIN}")
        case errors.OutOfMemory():
            return StoreError(f"{place}: the server has no memory for that ({text}); give it more, {AGAIN}")
        case errors.LockNotAvailable():
            return StoreError(f"{place}: another program holds the ledger; run the command again when it is done")
        case errors.InvalidPassword() | errors.InvalidAuthorizationSpecification():
            return _refused(text, place)
        case errors.ReadOnlySqlTransaction():
            return StoreError(f"{place}: nothing is written here, it is a standby or set read-only; name the primary")
        case errors.InsufficientPrivilege():
            return StoreError(f"{place}: this role may not do that ({text}); {RIGHTS}")
        case errors.UndefinedObject() if text.startswith("role "):
            return StoreError(f"{place}: {text}; make it with PostgreSQL's CREATE ROLE")
        case errors.TooManyConnections():
            return _full(text, place)
        case psycopg.OperationalError() if error.sqlstate is None or error.sqlstate.startswith(AWAY):
            return _unconnected(_reason(text), place)
        case psycopg.ProgrammingError() if error.sqlstate is None:
            return StoreError(f"{place}: that is no URL that PostgreSQL understands; see docs/operations.md for one")
    return StoreError(f"{place}: {text}; {AGAIN}")


def no_ledger(place: object) -> NoLedger:
    """A database that has no ledger under this name."""
    return NoLedger(f"there is no ledger at {place}", "create_ledger", url=str(place))


def no_database(place: object) -> NoLedger:
    """A server that has no database of this name."""
    return NoLedger(f"there is no database at {place}", "create_database")


def _unconnected(reason: str, place: object) -> StoreError:
    """A connection that did not come about, or is lost."""
    if reason.startswith("database ") and reason.endswith("does not exist"):
        return no_database(place)
    if "permission denied" in reason:
        return StoreError(f"{place}: this role may not do that ({reason}); {RIGHTS}")
    if "too many" in reason or "connection slots are reserved" in reason:
        return _full(reason, place)
    if "pg_hba.conf" in reason:
        return StoreError(f"{place}: the server lets nobody in from here like this ({reason}); its owner can")
    if "password" in reason or "authentication" in reason or reason.startswith("role "):
        return _refused(reason, place)
    if reason.startswith(("invalid ", "definition of service")):
        return StoreError(f"{place}: no connection can be made with this ({reason}); mend the URL")
    return ServerAway(f"{place}: the server is not to be reached ({reason}); {AGAIN}")


def _refused(reason: str, place: object) -> StoreError:
    again = "name another in the URL, a password may also be in PGPASSWORD or ~/.pgpass"
    return StoreError(f"{place}: the server refuses this user or password ({reason}); {again}")


def _full(reason: str, place: object) -> StoreError:
    return StoreError(f"{place}: the server takes no more connections ({reason}); {AGAIN}")


def _reason(text: str) -> str:
    """What was wrong, without libpq's own address and advice; of several attempts the last."""
    for behind in _BEHIND:
        text = text.partition(behind)[0]
    for before in _BEFORE:
        if before in text:
            return text.rpartition(before)[2].strip()
    return text.strip()
