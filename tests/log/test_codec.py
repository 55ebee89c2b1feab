"""Whether an event would be stored in bytes that are there already: without sealing, to the last of them (R-15.9)."""

import string
from typing import Any

import pytest
from msgspec.structs import replace

from ledger.contracts import ERASED
from ledger.events import Blocked, DisputeResolved, Event, InputRef, Personal, UsageCharged
from ledger.log import codec
from ledger.log.sealed_form import Opener
from ledger.sealing import NONCE_BYTES, ContractKey
from ledger.units import PackageQuantity, RecordQuantity

KEY = ContractKey("k3w9p2xq7m5t8v4a", bytes(range(32)))
COMMON: dict[str, Any] = {"occurred_at": 0, "booked_at": 0, "recorded_at": 0}
CALL = UsageCharged(
    **COMMON,
    version=7,
    input=InputRef("switch", "call-7", 0),
    personal=Personal(peer="74950001234"),
    service="voice",
    direction="out",
    quantity=RecordQuantity(61),
    zone="home",
    billed=PackageQuantity(120),
    amount=0,
    vat_rate=20,
)
ANSWER = DisputeResolved(
    **COMMON,
    version=8,
    input=InputRef("feed", "answer-8", 0, by="clerk-7"),
    personal=Personal(text="звонили"),
    dispute="claim-5",
    opened=5,
    event=3,
    outcome="rejected",
    claim=KEY.claim_name("claim-5"),
)
NIGHTLY = Blocked(**COMMON, version=9, kind="financial", cause="nightly", late_until=5)

LETTERS = (string.ascii_uppercase + string.ascii_lowercase + string.digits + "+/").encode()
FORMS = [(CALL, None), (ANSWER, None), (NIGHTLY, None), (CALL, KEY), (ANSWER, KEY), (NIGHTLY, KEY)]
"""Events and the keys under which they are stored; what the schedule books has nothing to seal."""


def stored(event: Event, key: ContractKey | None, first: int) -> tuple[str, bytes]:
    return codec.encode(event, key, nonce=bytes(NONCE_BYTES), first=first)


def is_stored_as(event: Event, topic: str, state: bytes, first: int, opener: Opener = KEY) -> bool:
    found = codec.unsealed(topic, state, opener) if topic in codec.SEALED_TOPICS else None
    return codec.is_stored_as(event, topic, state, found=found, first=first)


@pytest.mark.parametrize(("event", "key"), FORMS)
@pytest.mark.parametrize("back", [0, 1])
def test_an_event_is_stored_in_its_own_bytes_and_no_others(event: Event, key: ContractKey | None, back: int) -> None:
    first = event.version - back
    topic, state = stored(event, key, first)
    assert is_stored_as(event, topic, state, first)
    assert not is_stored_as(event, topic, state.replace(b":0,", b": 0,", 1), first)
    assert not is_stored_as(replace(event, booked_at=1), topic, state, first)
    other = NIGHTLY if event is not NIGHTLY else CALL
    assert not is_stored_as(other, topic, state, first)


@pytest.mark.parametrize("key", [None, KEY])
@pytest.mark.parametrize(
    "changes", [{"personal": Personal(peer="74950001235")}, {"input": InputRef("switch", "another", 0)}]
)
def test_what_is_personal_counts_where_it_can_be_read(changes: dict[str, Any], key: ContractKey | None) -> None:
    topic, state = stored(CALL, key, CALL.version)
    assert not is_stored_as(replace(CALL, **changes), topic, state, CALL.version)


def test_the_first_version_of_a_booking_counts_where_it_is_sealed() -> None:
    topic, state = stored(CALL, KEY, 6)
    assert is_stored_as(CALL, topic, state, 6)
    assert not is_stored_as(CALL, topic, state, 7)


def test_a_seal_written_otherwise_is_another_one() -> None:
    """The last letter of Base 64 has bits that nobody reads; it is stored with all of them at 0."""
    topic, state = stored(CALL, KEY, 7)
    assert state.endswith(b'=="}}')
    last = state[-6:-5]
    other = state[:-6] + LETTERS[LETTERS.index(last) + 1 :][:1] + state[-5:]
    assert codec.unsealed(topic, other, KEY).content == codec.unsealed(topic, state, KEY).content
    assert not is_stored_as(CALL, topic, other, 7)


def test_what_is_no_base_64_is_no_seal() -> None:
    topic, state = stored(CALL, KEY, 7)
    with pytest.raises(codec.Undecodable):
        codec.unsealed(topic, state.replace(b'"}}', b' "}}'), KEY)


@pytest.mark.parametrize("event", [CALL, ANSWER])
def test_of_what_nobody_can_open_only_the_outside_counts(event: Event) -> None:
    topic, state = stored(event, KEY, event.version)
    seen = codec.opened(topic, state, ERASED)
    assert seen != event
    assert is_stored_as(seen, topic, state, event.version, ERASED)
    assert not is_stored_as(replace(seen, booked_at=1), topic, state, event.version, ERASED)
    other_topic, _ = stored(event, None, event.version)
    assert not is_stored_as(seen, other_topic, state, event.version, ERASED)
