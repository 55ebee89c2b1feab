"""The sealed form: an event without its personal part, and beside it what is sealed of that and what is decided of it.

Who an event is about, what was written and by whom is sealed under the event's own key. What a rule reads of it stands
beside the seal, so that the event can be decided again when nobody can open it any more (R-15.9).
"""

from typing import Final, TypeAlias

import msgspec
from msgspec.structs import fields, force_setattr, replace

from ledger.events import (
    EVENT_TYPES,
    AccountOpened,
    Adjusted,
    ChargeReversed,
    DisputeOpened,
    DisputeResolved,
    Event,
    InputRef,
    InputRefused,
    PackagesRefreshed,
    Personal,
    RefreshRefused,
    UsageCharged,
    UsageUnrated,
)
from ledger.rules.refresh import SMS_NUMBER, USSD_CODE
from ledger.sealing import ContractKey, unseal

Opener: TypeAlias = ContractKey | bytes | str
"""What opens the events of a contract: its key; that of one event; or the word that stands where nothing opens them."""


class Unreadable(ValueError):
    """What should be a sealed event is none."""


class Beside(msgspec.Struct, frozen=True, omit_defaults=True, gc=False, forbid_unknown_fields=True):
    """What stands in a sealed event for its personal part: that part sealed, and what is decided of it.

    `c` is what is sealed, in Base 64. `first` is the version of the booking's first event, where that is another one;
    `by` whether the input said who asks; `service` whether an SMS went to the number that makes it free (R-6.2).
    """

    c: bytes
    first: int | None = None
    by: bool = False
    service: bool = False


class Said(msgspec.Struct, frozen=True, array_like=True, gc=False, forbid_unknown_fields=True):
    """What is personal, in the order in which it is sealed as a list; what is None at its end is left out."""

    id: str
    peer: str | None = None
    by: str | None = None
    text: str | None = None
    to: str | None = None
    number: str | None = None
    claim: str | None = None


class Opened(msgspec.Struct, frozen=True):
    """A whole event, what stands beside its seal, and what is sealed, as it was opened; None where nobody can."""

    event: Event
    beside: Beside
    content: bytes | None


_encoder: Final = msgspec.json.Encoder()
_beside_decoder: Final = msgspec.json.Decoder(Beside)
_content_decoder: Final = msgspec.json.Decoder(Said)
_SEALED: Final = b',"sealed":'
_PLAIN: Final = Beside(b"")
_UNSAID: Final[dict[type, Personal]] = {
    kind: field.default for kind in EVENT_TYPES for field in fields(kind) if field.name == "personal"
}
"""What the personal part of an event of each type that has one is where it is not stored."""
_RECORDS: Final = frozenset((UsageCharged, UsageUnrated))
_ABOUT_CLAIM: Final = frozenset((DisputeResolved, InputRefused))
_WITH_TEXT: Final = ("ussd", "reverse", "adjust", "open_dispute", "resolve_dispute")
"""Inputs whose text is kept, also when they are refused."""


def parted(event: Event, reference: InputRef, first: int) -> tuple[bytes, Beside, bytes]:
    """The bytes of an event without its personal part, what stands beside the seal, and what is to be sealed."""
    kind = type(event)
    anonymous = InputRef(reference.source, "", reference.received_at)
    personal: Personal | None = None
    if kind in _UNSAID:
        personal = event.personal  # type: ignore[union-attr]  # this type has it
        outside: Event = replace(event, input=anonymous, personal=_UNSAID[kind])
    else:
        outside = replace(event, input=anonymous)
    by = reference.by
    content: list[str | None]
    if by is None and kind in _RECORDS and personal is not None:  # most events are these
        content = [reference.id, personal.peer]
    else:
        claim = _taken_claim(outside) if kind in _ABOUT_CLAIM else None
        said = personal or Personal()
        content = [reference.id, said.peer, by, said.text, said.to, said.number, claim]
        while content[-1] is None:
            content.pop()
    is_first = first in (0, event.version)
    service = personal is not None and personal.peer == SMS_NUMBER
    beside = _PLAIN
    if by is not None or service or not is_first:
        beside = Beside(b"", None if is_first else first, by is not None, service)
    return _encoder.encode(outside), beside, _encoder.encode(content)


def joined(outside: bytes, beside: Beside, sealed: bytes) -> bytes:
    """The bytes of an event with what is sealed at their end."""
    with_seal = Beside(sealed) if beside is _PLAIN else replace(beside, c=sealed)
    return b"%b%b%b}" % (outside[:-1], _SEALED, _encoder.encode(with_seal))


def opened(event: Event, topic: str, state: bytes, opener: Opener) -> Opened:
    """The whole event of a decoded one and its bytes. Raises Unopened, Unreadable."""
    reference = event.input
    if reference is None:
        raise Unreadable("sealed without an input")
    try:
        beside = _beside_decoder.decode(state[state.rindex(_SEALED) + len(_SEALED) : -1])
        if isinstance(opener, str):
            return Opened(_with_stand_ins(event, reference, beside, opener), beside, None)
        key = opener if isinstance(opener, bytes) else opener.of_event(event.version, topic)
        content = unseal(key, beside.c)
        return Opened(_whole(event, reference, _content_decoder.decode(content)), beside, content)
    except (msgspec.DecodeError, AttributeError, TypeError, ValueError) as error:  # it may be no bytes at all
        raise Unreadable(str(error)) from None


def stored_again(found: Opened, first: int) -> bytes:
    """The bytes in which an opened event is stored today, under the nonce it was sealed with.

    AES-GCM is a function of key, nonce and content: as it opened, the same content seals to the same bytes. Of an event
    that nobody can open, what is sealed is taken as it is.
    """
    if found.event.input is None:
        raise Unreadable("sealed without an input")
    outside, beside, content = parted(found.event, found.event.input, first)
    return joined(outside, beside, found.beside.c if found.content in (None, content) else b"")


def is_stored_as(event: Event, state: bytes, found: Opened, first: int) -> bool:
    """Whether an event would be stored in these bytes, of which `found` was opened."""
    if event.input is None:
        return False
    outside, beside, content = parted(event, event.input, first)
    return found.content in (None, content) and state == joined(outside, beside, found.beside.c)


def _taken_claim(outside: Event) -> str | None:
    """Take the id of a claim out of an event that names one, which is a copy."""
    if isinstance(outside, DisputeResolved):
        claim: str | None = outside.dispute
        force_setattr(outside, "dispute", "")
        return claim
    if isinstance(outside, InputRefused) and outside.input_type == "resolve_dispute":
        kept = dict(outside.fields)
        claim = kept.pop("dispute", None)
        force_setattr(outside, "fields", kept)
        return claim
    return None


def _whole(event: Event, reference: InputRef, said: Said) -> Event:
    """A decoded event with its personal part."""
    force_setattr(event, "input", InputRef(reference.source, said.id, reference.received_at, said.by))
    if type(event) in _UNSAID:
        force_setattr(event, "personal", Personal(said.peer, said.to, said.text, said.number))
    if said.claim is not None:
        _name_claim(event, said.claim)
    return event


def _with_stand_ins(event: Event, reference: InputRef, beside: Beside, word: str) -> Event:
    """A decoded event with a word where its personal part was, so that it can still be decided again.

    Ids differ where they did, and the operator's own numbers and codes are known.
    """
    claim = getattr(event, "claim", None)
    opens = isinstance(event, DisputeOpened)
    id = stand_in(word, claim if opens and claim is not None else str(beside.first or event.version))
    given = InputRef(reference.source, id, reference.received_at, word if beside.by else None)
    force_setattr(event, "input", given)
    match event:
        case UsageCharged() | UsageUnrated():
            spoken = "" if event.service == "data" else word
            personal = Personal(peer=SMS_NUMBER if beside.service else spoken)
        case PackagesRefreshed(input_type="ussd") | RefreshRefused(input_type="ussd"):
            personal = Personal(text=USSD_CODE)
        case PackagesRefreshed(input_type="sms") | RefreshRefused(input_type="sms"):
            personal = Personal(to=SMS_NUMBER)
        case InputRefused(input_type="sms"):
            personal = Personal(to=word)
        case InputRefused() if event.input_type in _WITH_TEXT:
            personal = Personal(text=word)
        case ChargeReversed() | Adjusted() | DisputeOpened() | DisputeResolved():
            personal = Personal(text=word)
        case AccountOpened():
            personal = Personal(number=word)
        case _:
            personal = Personal()
    if type(event) in _UNSAID:
        force_setattr(event, "personal", personal)
    if claim is not None and not opens:
        _name_claim(event, stand_in(word, claim))
    return event


def stand_in(word: str, what: str) -> str:
    """What stands for an id that nobody can read."""
    return f"{word} ({what})"


def _name_claim(event: Event, claim: str) -> None:
    if isinstance(event, InputRefused):
        force_setattr(event, "fields", {"dispute": claim, **event.fields})
    else:
        force_setattr(event, "dispute", claim)
