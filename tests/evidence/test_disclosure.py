"""What is sealed stays so in a proof, and the key of one event opens that one and no other (R-15.9)."""

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec.structs import replace

from ledger.events import AccountOpened, Event, InputRef, Personal, UsageCharged
from ledger.log import codec
from ledger.sealing import NONCE_BYTES, ContractKey
from ledger.units import PackageQuantity, RecordQuantity
from projections.evidence import checkpoint, note, proof
from projections.evidence.leaf import event_hash
from projections.evidence.note import PublicKey
from projections.evidence.proof import SEALED, BadProof, Proof
from tests.support import ACCOUNT

CONTRACT = "k3w9p2xq7m5t8v4a"
KEY = ContractKey(CONTRACT, bytes(range(32)))
SIGNER = Ed25519PrivateKey.from_private_bytes(bytes(32))
PUBLIC = PublicKey("test", SIGNER.public_key().public_bytes_raw())

COMMON: dict[str, Any] = {"occurred_at": 0, "booked_at": 0, "recorded_at": 0}
OPENED = AccountOpened(
    **COMMON,
    version=1,
    input=InputRef("feed", "open-1", 0),
    region="moscow",
    zone="Europe/Moscow",
    credit_limit=0,
    holder=2,
    personal=Personal(number=ACCOUNT),
)
CALL = UsageCharged(
    **COMMON,
    version=7,
    input=InputRef("switch", "call-7", 0, by="clerk-7"),
    personal=Personal(peer="74950001234"),
    service="voice",
    direction="out",
    quantity=RecordQuantity(61),
    zone="home",
    billed=PackageQuantity(120),
    amount=0,
    vat_rate=20,
    plan="t4",
    plan_version="2020-01-01",
)


def proof_of(event: Event, opens: bytes = b"") -> Proof:
    """The proof of the only event under a checkpoint."""
    topic, state = codec.encode(event, KEY, nonce=bytes(NONCE_BYTES), first=event.version)
    root = event_hash(CONTRACT, event.version, topic, state)
    return Proof(
        form=proof.FORM,
        account=CONTRACT,
        version=event.version,
        topic=topic,
        stored=state.decode(),
        index=0,
        inclusion=[],
        key=PUBLIC.text(),
        checkpoint=checkpoint.signed(1, root, PUBLIC.name, SIGNER).note,
        opens=note.base64(opens),
    )


def key_of(event: Event) -> bytes:
    return KEY.of_event(event.version, proof_of(event).topic)


def test_a_sealed_event_is_proved_with_its_money_and_without_its_personal_data() -> None:
    content = proof_of(CALL).encoded()
    for secret in ("74950001234", "call-7", "clerk-7", ACCOUNT):
        assert secret.encode() not in content
    shown = proof.checked(content)
    assert (shown.contract.number, shown.contract.id, shown.personal) == (SEALED, CONTRACT, "sealed")
    assert isinstance(shown.event, UsageCharged)
    assert (shown.event.billed, shown.event.personal.peer) == (120, SEALED)
    assert shown.event.input is not None
    assert shown.event.input.id.startswith(SEALED)


@pytest.mark.parametrize("event", [OPENED, CALL])
def test_the_key_of_an_event_opens_it_whole(event: Event) -> None:
    shown = proof.checked(proof_of(event, key_of(event)).encoded())
    assert (shown.event, shown.personal) == (event, "disclosed")


def test_the_number_is_told_by_the_event_that_opens_the_contract_alone() -> None:
    opened, called = (proof.checked(proof_of(each, key_of(each)).encoded()) for each in (OPENED, CALL))
    assert tuple(opened.contract) == (ACCOUNT, 2, CONTRACT)
    assert called.contract.number == SEALED


@pytest.mark.parametrize("opens", [key_of(OPENED), bytes(32), b"short", key_of(CALL)[:31]])
def test_any_other_key_is_refused(opens: bytes) -> None:
    with pytest.raises(BadProof, match="does not open"):
        proof.checked(proof_of(CALL, opens).encoded())


def test_a_key_beside_an_event_in_the_clear_is_refused() -> None:
    """A ledger of an older build has its numbers as ids, and proofs of it hold as they did."""
    topic, state = codec.encode(CALL)
    root = event_hash(ACCOUNT, 7, topic, state)
    signed = checkpoint.signed(1, root, PUBLIC.name, SIGNER).note
    clear = replace(proof_of(CALL), account=ACCOUNT, topic=topic, stored=state.decode(), checkpoint=signed)
    shown = proof.checked(clear.encoded())
    assert (shown.contract.number, shown.event, shown.personal) == (ACCOUNT, CALL, "clear")
    with pytest.raises(BadProof, match="opens nothing"):
        proof.checked(replace(clear, opens=note.base64(key_of(CALL))).encoded())
