"""Codec: an event's stored form is JSON with readable names under a topic of type and schema version (contract §3).

Schema 1 is the event in the clear. Schema 2 is the event of an input on a contract that has a key, with its personal
part sealed (`ledger.log.sealed_form`). Events of the schedule have nothing to seal and are stored in the clear.
"""

from collections.abc import Callable
from typing import Any, Final, TypeAlias

import msgspec

from ledger.events import EVENT_TYPES, Event
from ledger.log import sealed_form
from ledger.log.sealed_form import Opened, Opener, Unreadable
from ledger.sealing import ContractKey, Unopened, seal

SCHEMA: Final[dict[str, int]] = {event_type.__name__: 1 for event_type in EVENT_TYPES}
"""The schema version in which each type is written today in the clear."""
SEALED_SCHEMA: Final = 2
"""That in which the event of an input is written where its contract has a key."""

Upcast: TypeAlias = Callable[[dict[str, Any]], dict[str, Any]]
UPCASTS: Final[dict[str, tuple[str, Upcast]]] = {}
"""Old topic → (the next topic, how its fields become that topic's). Chains end at a topic of today."""


class Undecodable(ValueError):
    """Stored bytes that are no event this program knows."""


_encoder: Final = msgspec.json.Encoder()
_topics: Final[dict[type[Event], str]] = {kind: f"{kind.__name__}/{SCHEMA[kind.__name__]}" for kind in EVENT_TYPES}
_sealed_topics: Final[dict[type[Event], str]] = {kind: f"{kind.__name__}/{SEALED_SCHEMA}" for kind in EVENT_TYPES}
KINDS: Final[dict[str, type[Event]]] = {
    topic: kind for topics in (_topics, _sealed_topics) for kind, topic in topics.items()
}
"""The type of event under each topic of today."""
_decoders: Final[dict[str, msgspec.json.Decoder[Any]]] = {
    topic: msgspec.json.Decoder(kind) for topic, kind in KINDS.items()
}
SEALED_TOPICS: Final = frozenset(_sealed_topics.values())


def encode(event: Event, key: ContractKey | None = None, *, nonce: bytes = b"", first: int = 0) -> tuple[str, bytes]:
    """The topic and bytes of an event as stored: sealed where its contract has a key and it comes of an input.

    `nonce` is random and used once; `first` the version of the booking's first event.
    """
    reference = event.input
    if key is None or reference is None:
        return _topics[type(event)], _encoder.encode(event)
    topic = _sealed_topics[type(event)]
    outside, beside, content = sealed_form.parted(event, reference, first)
    return topic, sealed_form.joined(outside, beside, seal(key.of_event(event.version, topic), nonce, content))


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


def opened(topic: str, state: bytes, opener: Opener) -> Event:
    """The whole event of stored bytes, with what opens it or the word that stands where nothing does.

    Raises Undecodable.
    """
    return unsealed(topic, state, opener).event if topic in SEALED_TOPICS else decode(topic, state)


def unsealed(topic: str, state: bytes, opener: Opener) -> Opened:
    """The same of a sealed topic, with what was sealed. Raises Undecodable."""
    try:
        return sealed_form.opened(decode(topic, state), topic, state, opener)
    except (Unopened, Unreadable) as error:
        raise Undecodable(f"{topic}: {error}") from None


def stored_again(event: Event) -> bytes:
    """The bytes in which an event of a topic in the clear is stored today."""
    return _encoder.encode(event)


def is_stored_as(event: Event, topic: str, state: bytes, *, found: Opened | None, first: int) -> bool:
    """Whether an event, as one decided again, would be stored under this topic today in exactly these bytes.

    `found` is what `unsealed` made of them, None for a topic in the clear; `first` the version of the booking's first
    event. Nothing is sealed again: the same content under the same nonce seals to the same bytes. Of what nobody can
    open only the outside counts.
    """
    if found is None:
        return topic == _topics[type(event)] and state == _encoder.encode(event)
    return topic == _sealed_topics[type(event)] and sealed_form.is_stored_as(event, state, found, first)


def _upcast(topic: str, state: bytes) -> Event:
    stored = msgspec.json.decode(state, type=dict[str, Any])
    written = topic
    while topic not in KINDS:
        if topic not in UPCASTS:
            raise Undecodable(f"{written}: a type of event that this program does not know")
        topic, change = UPCASTS[topic]
        stored = change(stored)
    event: Event = msgspec.convert(stored, KINDS[topic])
    return event
