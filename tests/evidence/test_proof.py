"""Proofs: small files that stand without a ledger, for our check, for another implementation and for openssl."""

import json
import shutil
import sqlite3
import subprocess
from base64 import b64decode
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec.structs import replace
from pymerkle import InmemoryTree, verify_inclusion

from ledger.log.engines import open_store
from ledger.log.store import Reading, Stored
from projections.evidence import checkpoint, note, proof
from projections.evidence.follow import caught_up
from projections.evidence.keys import Keys
from projections.evidence.note import BadNote, PublicKey
from projections.evidence.proof import SEALED, BadProof, Proof
from tests.evidence.support import sign
from tests.support import Story

ROWS = "SELECT originator_id, originator_version, topic, state FROM stored_events ORDER BY position"


def proved(path: Path, choose: Callable[[Reading], Stored | None]) -> bytes:
    """The proof of an event."""
    kept = Keys(path.parent / "keys")
    store = open_store(path)
    with store.reading() as log, caught_up(log, kept.newest()) as tiles:
        row = choose(log)
        assert row is not None
        made = proof.make_proof(row, tiles, kept)
    store.close()
    return made


def at(position: int) -> Callable[[Reading], Stored | None]:
    return lambda log: log.at(position)


def sizes(path: Path) -> list[int]:
    return Keys(path.parent / "keys").sizes()


def test_an_event_of_any_position_is_proved_and_comes_back_as_booked(operator: Path) -> None:
    first, newest = sizes(operator)
    key = Keys(operator.parent / "keys").public
    store = open_store(operator)
    for position in (1, 2, first - 1, first, first + 1, (first + newest) // 2, newest):
        shown = proof.checked(proved(operator, at(position)), key)
        with store.reading() as log:
            row = log.at(position)
            assert row is not None
            assert (shown.contract.id, shown.event, shown.index) == (row.account, row.opened(SEALED), position - 1)
        assert (shown.checkpoint.size, shown.key) == (newest, key)
    store.close()


def test_a_proof_leads_from_the_first_checkpoint_that_covers_the_event_to_the_newest(operator: Path) -> None:
    first, newest = sizes(operator)
    old, new = (json.loads(proved(operator, at(position))) for position in (first, first + 1))
    assert old["first"].split("\n")[1] == str(first)
    assert old["consistency"]
    assert not {"first", "consistency"} & set(new)
    assert old["checkpoint"] == new["checkpoint"]
    assert new["checkpoint"].split("\n")[1] == str(newest)


def test_a_flipped_bit_anywhere_in_a_proof_is_refused(operator: Path) -> None:
    for position in (1, sizes(operator)[0] + 1):
        content = proved(operator, at(position))
        proof.checked(content)
        for place in range(len(content)):
            broken = bytearray(content)
            broken[place] ^= 1 << place % 8
            with pytest.raises(BadProof):
                proof.checked(bytes(broken))


def test_a_cut_off_or_lengthened_proof_is_refused(operator: Path) -> None:
    content = proved(operator, at(1))
    for broken in (b"", content[:-1], content[: len(content) // 2], content + b"\n", b" " + content, content * 2):
        with pytest.raises(BadProof):
            proof.checked(broken)


def refused(content: bytes, **changes: Any) -> str:
    made = replace(msgspec.json.decode(content, type=Proof), **changes)
    with pytest.raises(BadProof) as error:
        proof.checked(made.encoded())
    return str(error.value)


def test_what_is_exchanged_between_proofs_is_refused(operator: Path) -> None:
    one, other = proved(operator, at(1)), proved(operator, at(2))
    theirs = json.loads(other)
    for name in ("account", "stored", "index", "inclusion"):
        if json.loads(one)[name] != theirs[name]:
            assert "not under the checkpoint" in refused(one, **{name: theirs[name]})
    assert "not under the checkpoint" in refused(one, checkpoint=json.loads(one)["first"])
    assert "does not continue" in refused(one, consistency=json.loads(one)["consistency"][1:])
    assert "does not continue" in refused(one, first=json.loads(one)["checkpoint"])
    later = proved(operator, at(sizes(operator)[0] + 1))
    consistent = {name: json.loads(one)[name] for name in ("first", "consistency")}
    assert "does not continue" in refused(later, **consistent)  # the first one does not cover the event
    assert "prove nothing" in refused(one, first="")
    assert "form" in refused(one, form="obnovi-proof/2")


def test_a_proof_signed_by_somebody_else_is_refused_where_the_key_is_known(operator: Path) -> None:
    """A stranger can make a log of one's own; only the key tells."""
    content = proved(operator, at(sizes(operator)[0] + 1))
    told = msgspec.json.decode(content, type=Proof)
    stranger = Ed25519PrivateKey.generate()
    ours = Keys(operator.parent / "keys").public
    theirs = PublicKey(ours.name, stranger.public_key().public_bytes_raw())
    signed = checkpoint.opened(told.checkpoint, ours)
    forged = replace(
        told,
        key=theirs.text(),
        checkpoint=checkpoint.signed(signed.size, signed.root, ours.name, stranger).note,
    ).encoded()
    assert proof.checked(forged).key == theirs
    for key in (ours, ours.raw):
        with pytest.raises(BadProof, match="another key"):
            proof.checked(forged, key)
    assert "does not hold" in refused(content, checkpoint=told.checkpoint.replace("\n", "\n1", 1))
    assert "not signed by" in refused(content, key=theirs.text())


def test_a_text_too_long_for_the_file_is_told_and_a_long_one_fits(tmp_path: Path) -> None:
    story = Story(tmp_path).open("2023-01-01 00:00")
    said = {"event": 1}
    story.feed("open_dispute", "2023-01-02 00:00", text="щ" * 1_000, **said)
    story.feed("open_dispute", "2023-01-02 00:00", text="\N{GRINNING FACE}" * 1_000, **said)
    sign(story.path)
    story.feed("open_dispute", "2023-01-03 00:00", text="", **said)
    sign(story.path)
    content = proved(story.path, at(2))
    assert 2_500 < len(content) <= proof.BYTES_MAX
    proof.checked(content)
    with pytest.raises(BadProof, match="too long"):
        proved(story.path, at(3))


def test_an_event_changed_behind_the_program_s_back_is_not_proved(operator: Path, tmp_path: Path) -> None:
    with pytest.raises(BadProof, match="cannot be proved"):
        proved(operator, lambda log: (row := log.at(5)) and row._replace(state=row.state.replace(b"0", b"1", 1)))


def test_pymerkle_and_plain_hashing_agree_with_a_proof(operator: Path) -> None:
    """The tree built anew from the file of the ledger by another implementation, leaves written as documented."""
    theirs = InmemoryTree(algorithm="sha256")
    with sqlite3.connect(operator) as db:
        for account, version, topic, state in db.execute(ROWS):
            parts = (account.encode(), str(version).encode(), topic.encode())
            theirs.append_entry(b"".join(len(part).to_bytes(2, "big") + part for part in parts) + state)
    first, newest = sizes(operator)
    for position in (1, first, newest):
        told = json.loads(proved(operator, at(position)))
        _, size, root = told["checkpoint"].splitlines()[:3]
        assert (int(size), b64decode(root)) == (newest, theirs.get_root())
        inclusion = theirs.prove_inclusion(position, newest)
        assert [b64decode(each) for each in told["inclusion"]] == inclusion.path[1:]
        verify_inclusion(inclusion.path[0], b64decode(root), inclusion)
        if "first" in told:
            assert b64decode(told["first"].splitlines()[2]) == theirs.get_root(first)


def test_openssl_agrees_with_the_signature(operator: Path, tmp_path: Path) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not here")
    signed = Keys(operator.parent / "keys").newest()
    assert signed is not None
    text, _, line = signed.note.rpartition("\n\n")
    (tmp_path / "text").write_text(f"{text}\n", encoding="utf-8")
    (tmp_path / "signature").write_bytes(b64decode(line.split(" ")[2])[4:])

    def verified() -> bool:
        pem = operator.parent / "keys" / "public-key.pem"
        command = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", str(pem), "-rawin", "-in", "text", "-sigfile"]
        return subprocess.run([*command, "signature"], cwd=tmp_path, capture_output=True, check=False).returncode == 0

    assert verified()
    (tmp_path / "text").write_text(f"{text}1\n", encoding="utf-8")
    assert not verified()


# The note and the key that the documentation of Go's package for notes shows.
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


def test_a_note_made_by_another_program_is_read() -> None:
    key = note.public_key(GO_KEY)
    assert key.text() == GO_KEY
    assert note.opened(GO_NOTE, key).startswith("If you think cryptography")
    assert key.id == sha256(b"PeterNeumann\n\1" + key.raw).digest()[:4]


def test_a_note_may_be_signed_by_others_too(operator: Path) -> None:
    """A witness adds its line to the checkpoint it keeps."""
    ours = Keys(operator.parent / "keys")
    signed = ours.newest()
    assert signed is not None
    witness = note.signed(f"{signed.origin}\n", "witness.example", Ed25519PrivateKey.generate()).splitlines()[-1]
    cosigned = f"{signed.note}{witness}\n"
    assert checkpoint.opened(cosigned, ours.public).root == signed.root
    with pytest.raises(BadNote, match="alone"):
        checkpoint.opened(cosigned, ours.public, alone=True)


@pytest.mark.parametrize(
    ("what", "told"),
    [
        ("", "no signed note"),
        ("text\n", "no signed note"),
        (GO_NOTE.removesuffix("\n"), "no signed note"),
        (GO_NOTE.replace("— ", "- "), "no signature"),
        (GO_NOTE.replace("PeterNeumann x", "PeterNeumann  x"), "no signature"),
        (GO_NOTE.replace("PeterNeumann x", "Peter+Neumann x"), "no signature"),
        (GO_NOTE.replace("PeterNeumann", "Somebody"), "not signed by PeterNeumann"),
        (GO_NOTE.replace("answer", "problem"), "does not hold"),
        (GO_NOTE * 500, "length"),
    ],
)
def test_what_is_no_note_of_a_key_is_refused(what: str, told: str) -> None:
    with pytest.raises(BadNote, match=told):
        note.opened(what, note.public_key(GO_KEY))


@pytest.mark.parametrize(
    "text",
    ["", "a", "a+b+c", GO_KEY[:-1], GO_KEY.replace("c74f", "c74e"), GO_KEY.replace("Peter", "Pete r"), f"{GO_KEY}=="],
)
def test_what_is_no_public_key_is_refused(text: str) -> None:
    with pytest.raises(BadNote):
        note.public_key(text)


@pytest.mark.parametrize("text", ["n\n1\n", "n\n01\nAA==\n", "n\n1\nAA==\n", "m\n1\n{root}\n", "n\n1\n{root}\nmore\n"])
def test_a_signed_note_that_is_no_checkpoint_is_refused(text: str) -> None:
    key = Ed25519PrivateKey.generate()
    public = PublicKey("n", key.public_key().public_bytes_raw())
    with pytest.raises(BadNote, match="no checkpoint"):
        checkpoint.opened(note.signed(text.replace("{root}", note.base64(bytes(32))), "n", key), public)
