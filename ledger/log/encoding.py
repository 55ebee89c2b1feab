"""Encoding: the events of a booking as they are stored, in whatever store: stamped, sealed, as bytes."""

import os
from collections.abc import Iterable, Iterator

from msgspec.structs import force_setattr

from ledger.events import Event, InputRef
from ledger.log import codec
from ledger.log.keyring import Keyring
from ledger.periods import Instant
from ledger.sealing import NONCE_BYTES


def encode_events(
    events: Iterable[tuple[str, Event]], keyring: Keyring, *, recorded_at: Instant
) -> Iterator[tuple[str, int, str, bytes]]:
    """Contract, version, topic and bytes of events to be stored; each sealed one has a nonce of its own.

    Only now, when nobody can come between any more, it is known when they are recorded (R-2.5): until it is stored an
    event says when its booking began. No decision ever looked at it.
    """
    booked = list(events)
    nonces = os.urandom(NONCE_BYTES * len(booked))
    cause: InputRef | None = None
    first = 0
    for number, (contract, event) in enumerate(booked):
        if event.input is not cause:
            cause, first = event.input, event.version
        if event.recorded_at != recorded_at:
            force_setattr(event, "recorded_at", recorded_at)
        nonce = nonces[number * NONCE_BYTES : (number + 1) * NONCE_BYTES]
        yield contract, event.version, *codec.encode(event, keyring.key(contract), nonce=nonce, first=first)
