"""Codec: an event's stored form is JSON with readable names under a topic of type and schema version (contract §3).

Schema 1 is the event in the clear. Schema 2 is the event of an input on a contract that has a key: who it is about,
what was written and by whom is sealed, and what a rule reads of it stands beside the seal. Events of the schedule have
nothing to seal and are stored in the clear.
"""

from collections.abc import Callable
from copy import copy
from typing import Any, Final, TypeAlias

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
from ledger.sealing import ContractKey, Unopened, seal, unseal

SCHEMA: Final[dict[str, int]] = {event_type.__name__: 1 for event_type in EVENT_TYPES}
"""The schema version in which each type is written today in the clear."""
SEALED_SCHEMA: Final = 2
"""That in which the event of an input is written where its contract has a key."""

Upcast: TypeAlias = Callable[[dict[str, Any]], dict[str, Any]]
UPCASTS: Final[dict[str, tuple[str, Upcast]]] = {}
"""Old topic → (the next topic, how its fields become that topic's). Chains end at a topic of today."""


class Undecodable(ValueError):
    """Stored bytes that are no event this program knows."""


class Seal(msgspec.Struct, frozen=True, omit_defaults=True, gc=False, forbid_unknown_fields=True):
    """What stands in a sealed event for its personal part: the part itself, and what is decided of it.

    `c` is sealed. `first` is the version of the booking's first event, where that is another one; `by` whether the
    input said who asks; `service` whether an SMS went to the number that makes it free (R-6.2).
    """

    c: str
    first: int | None = None
    by: bool = False
    service: bool = False


_encoder: Final = msgspec.json.Encoder()
_topics: Final[dict[type, str]] = {kind: f"{kind.__name__}/{SCHEMA[kind.__name__]}" for kind in EVENT_TYPES}
_sealed_topics: Final[dict[type, str]] = {kind: f"{kind.__name__}/{SEALED_SCHEMA}" for kind in EVENT_TYPES}
_kinds: Final[dict[str, type]] = {topic: kind for topics in (_topics, _sealed_topics) for kind, topic in topics.items()}
_decoders: Final[dict[str, msgspec.json.Decoder[Any]]] = {
    topic: msgspec.json.Decoder(kind) for topic, kind in _kinds.items()
}
SEALED_TOPICS: Final = frozenset(_sealed_topics.values())
_seal_decoder: Final = msgspec.json.Decoder(Seal)
_personal_decoder: Final = msgspec.json.Decoder(list[str | None])
_SEAL: Final = b',"sealed":'
_NOBODY: Final = Personal()
_UNSAID: Final[dict[type, Personal]] = {
    kind: field.default for kind in EVENT_TYPES for field in fields(kind) if field.name == "personal"
}
"""What the personal part of an event of each type that has one is where it is not stored."""
_ABOUT_CLAIM: Final = "dispute"
_WITH_TEXT: Final = ("ussd", "reverse", "adjust", "open_dispute", "resolve_dispute")
"""Inputs whose text is kept, also when they are refused."""


def encode(event: Event, key: ContractKey | None = None, *, nonce: bytes = b"", first: int = 0) -> tuple[str, bytes]:
    """The topic and bytes of an event as stored: sealed where its contract has a key and it comes of an input.

    `nonce` is random and used once; `first` the version of the booking's first event.
    """
    if key is None or event.input is None:
        return _topics[type(event)], _encoder.encode(event)
    topic = _sealed_topics[type(event)]
    outside, seal_of, content = _parted(event, event.input, first)
    text = seal(key.of_event(event.version, topic), nonce, content)
    return topic, _joined(outside, seal_of, text.decode())


def decode(topic: str, state: bytes) -> Event:
    """The event of stored bytes, of today's schema or an older one, without what is sealed. Raises Undecodable.

    Where something is, the input has no id and nobody asks, and peer and texts are missing.
    """
    decoder = _decoders.get(topic)
    try:
        if decoder is not None:
            event: Event = decoder.decode(state)
            return event
        return _upcast(topic, state)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, TypeError) as error:
        raise Undecodable(f"{topic}: {error}") from None


def opened(topic: str, state: bytes, key: ContractKey | bytes | str) -> Event:
    """The whole event of bytes of a sealed topic.

    `key` is its contract's, or its own; or a text: what stands in place of personal data that nobody can open.
    Raises Undecodable.
    """
    event = decode(topic, state)
    if topic not in SEALED_TOPICS:
        return event
    if event.input is None:
        raise Undecodable(f"{topic}: sealed without an input")
    seal_of = _seal_in(topic, state)
    if isinstance(key, str):
        return _with_stand_ins(event, event.input, seal_of, key)
    try:
        content = unseal(key if isinstance(key, bytes) else key.of_event(event.version, topic), seal_of.c)
        return _whole(event, event.input, _personal_decoder.decode(content))
    except (Unopened, msgspec.DecodeError, UnicodeDecodeError, ValueError) as error:
        raise Undecodable(f"{topic}: {error}") from None


def stored_again(event: Event, topic: str, state: bytes, key: ContractKey | str | None, first: int) -> bytes:
    """The bytes in which a whole event of a stored topic is stored today, under the nonce it was sealed with.

    Of an event that nobody can open, what is sealed is taken as it is.
    """
    if topic not in SEALED_TOPICS or event.input is None:
        return _encoder.encode(event)
    outside, seal_of, content = _parted(event, event.input, first)
    stored = _seal_in(topic, state)
    if isinstance(key, str):
        return _joined(outside, stored if stored.first == seal_of.first else seal_of, stored.c)
    # AES-GCM is a function of key, nonce and content: it opened, so the same content seals to the same bytes.
    assert key is not None, "a sealed event was opened"
    same = unseal(key.of_event(event.version, topic), stored.c) == content
    return _joined(outside, seal_of, stored.c if same else "")


def _parted(event: Event, reference: InputRef, first: int) -> tuple[Event, Seal, bytes]:
    """An event without its personal part, what stands for that, and the part itself as it is sealed."""
    outside = copy(event)
    force_setattr(outside, "input", InputRef(source=reference.source, received_at=reference.received_at))
    personal: Personal = getattr(event, "personal", _NOBODY)
    if personal is not _NOBODY:
        force_setattr(outside, "personal", _UNSAID[type(event)])
    claim = _without_claim(outside)
    content = [
        reference.id,
        personal.peer,
        reference.by,
        personal.text,
        personal.to,
        personal.number,
        claim,
    ]
    while content[-1] is None:
        content.pop()
    seal_of = Seal(
        "",
        first if first not in (0, event.version) else None,
        by=reference.by is not None,
        service=personal.peer == SMS_NUMBER,
    )
    return outside, seal_of, _encoder.encode(content)


def _without_claim(outside: Event) -> str | None:
    """Take the id of a claim out of an event that names one, which is a copy."""
    match outside:
        case InputRefused(input_type="resolve_dispute"):
            claim: str | None = outside.fields.get(_ABOUT_CLAIM)
            rest = {name: value for name, value in outside.fields.items() if name != _ABOUT_CLAIM}
            force_setattr(outside, "fields", rest)
            return claim
        case _ if _ABOUT_CLAIM in outside.__struct_fields__:
            claim = str(getattr(outside, _ABOUT_CLAIM))
            force_setattr(outside, _ABOUT_CLAIM, "")
            return claim
        case _:
            return None


def _whole(event: Event, reference: InputRef, content: list[str | None]) -> Event:
    """A decoded event with its personal part, of which the end may be missing."""
    id, peer, by, text, to, number, claim = content + [None] * (7 - len(content))
    if id is None:
        raise ValueError("no id")
    given = InputRef(source=reference.source, id=id, received_at=reference.received_at, by=by)
    force_setattr(event, "input", given)
    if type(event) in _UNSAID:
        force_setattr(event, "personal", Personal(peer=peer, to=to, text=text, number=number))
    if claim is not None:
        _name_claim(event, claim)
    return event


def _with_stand_ins(event: Event, reference: InputRef, seal_of: Seal, word: str) -> Event:
    """A decoded event with a word where its personal part was, so that it can still be decided again.

    Ids differ where they did, and the operator's own numbers and codes are known.
    """
    claim = getattr(event, "claim", None)
    opens = isinstance(event, DisputeOpened)
    id = stand_in(word, claim if opens and claim is not None else str(seal_of.first or event.version))
    given = InputRef(source=reference.source, id=id, received_at=reference.received_at, by=word if seal_of.by else None)
    force_setattr(event, "input", given)
    match event:
        case UsageCharged() | UsageUnrated():
            spoken = "" if event.service == "data" else word
            personal = Personal(peer=SMS_NUMBER if seal_of.service else spoken)
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
            personal = _NOBODY
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
        force_setattr(event, "fields", {_ABOUT_CLAIM: claim, **event.fields})
    else:
        force_setattr(event, _ABOUT_CLAIM, claim)


def _joined(outside: Event, seal_of: Seal, sealed: str) -> bytes:
    """The bytes of an event with what is sealed at their end."""
    body = _encoder.encode(outside)
    return b"%b%b%b}" % (body[:-1], _SEAL, _encoder.encode(replace(seal_of, c=sealed)))


def _seal_in(topic: str, state: bytes) -> Seal:
    """What is sealed in the bytes of an event. Raises Undecodable."""
    try:
        return _seal_decoder.decode(state.rpartition(_SEAL)[2][:-1])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Undecodable(f"{topic}: {error}") from None


def _upcast(topic: str, state: bytes) -> Event:
    stored = msgspec.json.decode(state, type=dict[str, Any])
    written = topic
    while topic not in _kinds:
        if topic not in UPCASTS:
            raise Undecodable(f"{written}: a type of event that this program does not know")
        topic, change = UPCASTS[topic]
        stored = change(stored)
    event: Event = msgspec.convert(stored, _kinds[topic])
    return event
