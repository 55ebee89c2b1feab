"""Erasure: when the personal data of a contract may be destroyed, and the booking that says so (R-15.9)."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Final, Literal, TypeAlias

import msgspec

from ledger.account import Account
from ledger.batch import Batch, booked
from ledger.catalogue import Catalogue
from ledger.contracts import Contract
from ledger.events import Event, FormerStatement, PersonalErased
from ledger.evolve import evolve
from ledger.log.store import Writing
from ledger.periods import DAY, Instant
from ledger.rules.closing import personal_erased
from ledger.rules.moment import Moment

ErasureReason: TypeAlias = Literal["ALREADY_ERASED", "NOT_CLOSED", "CLAIM_OPEN", "KEPT_UNTIL"]
"""Why a contract's personal data stay, by precedence."""
DIGITS_OF_NUMBER: Final = 10
"""What all spellings of a number share: without its 7, 8 or +7."""
PEER_DIGITS_MIN: Final = 7
"""Fewer are the number of a service or of an office; they name nobody."""
WORD_CHARACTERS_MIN: Final = 3
_BETWEEN_DIGITS: Final = re.compile(r"(?<=[0-9])[^0-9\w]+(?=[0-9])")


class NotErasable(Exception):
    """Why the personal data of a contract stay, with the facts that were tested; nothing was changed."""

    def __init__(self, reason: ErasureReason, **facts: int) -> None:
        super().__init__(reason, facts)
        self.reason = reason
        self.facts = facts


class ErasureNote(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is noted of an erasure beside the fence of its key, so that a killed one goes on; nothing personal.

    `ledger` is what the ledger is called in the keyring. Each time is that of a step when it was done; `over`: the act
    was written too.
    """

    ledger: str
    ground: str
    by: str
    statements: tuple[FormerStatement, ...] = ()
    begun_at: Instant
    destroyed_at: Instant | None = None
    purged_at: Instant | None = None
    over: bool = False

    def encoded(self) -> str:
        """The note as the keyring keeps it."""
        return msgspec.json.encode(self).decode()


def noted(text: str) -> ErasureNote | None:
    """A note that the keyring kept; None for one of a newer program."""
    try:
        return msgspec.json.decode(text, type=ErasureNote)
    except msgspec.DecodeError:
        return None


def require_erasable(account: Account, *, now: Instant, retention_days: int, early: bool) -> None:
    """Raise NotErasable for a contract that is open, has an open claim, or is to be kept longer, unless `early`."""
    if account.erased:
        raise NotErasable("ALREADY_ERASED", version=account.version, at=account.clock)
    if account.closed_at is None:
        raise NotErasable("NOT_CLOSED")
    if claim := next((each for each in account.disputes if not each.resolved), None):
        raise NotErasable("CLAIM_OPEN", version=claim.opened)
    kept_until = account.closed_at + retention_days * DAY
    if now < kept_until and not early:
        raise NotErasable("KEPT_UNTIL", until=kept_until, days=retention_days)


def book_erasure(
    tx: Writing, contract: Contract, note: ErasureNote, *, catalogue: Catalogue, now: Instant, early: bool
) -> tuple[Batch, PersonalErased]:  # fmt: skip
    """Fence a contract's key, durable, and book that its personal data are destroyed; to be written by the caller.

    One whose key was fenced before is booked as it is noted. Raises NotErasable.
    """
    fenced = contract.id in tx.keyring.erased()

    def book(batch: Batch) -> PersonalErased:
        account = batch.accounts[contract.id]
        if fenced and account.erased:
            raise NotErasable("ALREADY_ERASED", version=account.version, at=account.clock)
        if not fenced:
            require_erasable(account, now=now, retention_days=catalogue.settings.retention_days, early=early)
        event = personal_erased(account, Moment(now, now, now), note.ground, note.by, note.statements)
        batch.put(evolve(account, event), [event])
        return event

    made = booked(tx, [contract.id], now, catalogue, book)
    if not fenced:
        tx.keyring.fence(contract.id, contract.holder, note.encoded())
    return made


# What must not stand in a ground


def named_in(text: str, contract: Contract, events: Iterable[Event]) -> bool:
    """Whether a text names the contract's number, a peer or a `by` of its events, however they are written."""
    written = _written(text)
    joined = _BETWEEN_DIGITS.sub("", written)
    return any(_stands_in(each, written, joined) for each in {contract.number, *_names_in(events)})


def _names_in(events: Iterable[Event]) -> Iterator[str]:
    for event in events:
        if event.input is not None:
            yield event.input.by or ""
        if (personal := getattr(event, "personal", None)) is not None:
            yield from (personal.peer or "", personal.to or "")


def _stands_in(personal: str, written: str, joined: str) -> bool:
    """Whether a number stands in a text in any spelling, or anything else as words of their own."""
    name = _written(personal)
    digits = _BETWEEN_DIGITS.sub("", name).lstrip("+")
    if digits.isdecimal():
        return len(digits) >= PEER_DIGITS_MIN and digits[-DIGITS_OF_NUMBER:] in joined
    if len(name) < WORD_CHARACTERS_MIN:
        return False
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", written) is not None


def _written(text: str) -> str:
    """A text without differences that only the eye makes."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
