"""Codec: an event's stored form is JSON with readable names under a topic of type and schema version (contract §3)."""

from collections.abc import Callable
from typing import Any, Final, TypeAlias

import msgspec

from ledger.events import EVENT_TYPES, Event

SCHEMA: Final[dict[str, int]] = {event_type.__name__: 1 for event_type in EVENT_TYPES}
"""The schema version in which each type is written today."""

Upcast: TypeAlias = Callable[[dict[str, Any]], dict[str, Any]]
UPCASTS: Final[dict[str, tuple[str, Upcast]]] = {}
"""Old topic → (the next topic, how its fields become that topic's). Chains end at a topic of today."""


class Undecodable(ValueError):
    """Stored bytes that are no event this program knows."""


_encoder: Final = msgspec.json.Encoder()
_topics: Final[dict[type, str]] = {kind: f"{kind.__name__}/{SCHEMA[kind.__name__]}" for kind in EVENT_TYPES}
_decoders: Final[dict[str, msgspec.json.Decoder[Any]]] = {
    topic: msgspec.json.Decoder(kind) for kind, topic in _topics.items()
}
_kinds: Final[dict[str, type]] = {topic: kind for kind, topic in _topics.items()}


def encode(event: Event) -> tuple[str, bytes]:
    """The topic and bytes of an event, as stored."""
    return _topics[type(event)], _encoder.encode(event)


def decode(topic: str, state: bytes) -> Event:
    """The event of stored bytes, of today's schema or an older one. Raises Undecodable."""
    decoder = _decoders.get(topic)
    try:
        if decoder is not None:
            event: Event = decoder.decode(state)
            return event
        return _upcast(topic, state)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, TypeError) as error:
        raise Undecodable(f"{topic}: {error}") from None


def _upcast(topic: str, state: bytes) -> Event:
    fields = msgspec.json.decode(state, type=dict[str, Any])
    written = topic
    while topic not in _kinds:
        if topic not in UPCASTS:
            raise Undecodable(f"{written}: a type of event that this program does not know")
        topic, change = UPCASTS[topic]
        fields = change(fields)
    event: Event = msgspec.convert(fields, _kinds[topic])
    return event
