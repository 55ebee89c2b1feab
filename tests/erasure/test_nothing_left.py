"""After an erasure no file that the ledger owns has anything of it: as it is, encoded, or as a digest (R-15.9)."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger import inputs
from ledger.log.engines import store_ref
from ledger.log.keys import content_of
from ledger.log.sqlite.connect import connect
from ledger.sealing import NONCE_BYTES
from tests.cli.support import ACCOUNT, Run
from tests.erasure.support import (
    ORDER,
    PEERS,
    PERSONAL,
    contents,
    contract_of,
    fed,
    first_contract,
    second_contract,
    somebody_else,
)

SPELLINGS = (ACCOUNT, ACCOUNT[1:], f"8{ACCOUNT[1:]}", f"+{ACCOUNT}", "+7 916 123-45-67", "8 (916) 123-45-67")
DIGEST_BYTES_MIN = 8
"""So many bytes of a digest do not come by chance."""
pytestmark = pytest.mark.usefixtures("signing")


@pytest.fixture
def signing(obnovi: Run) -> None:
    """Keys to sign with, in the folder of keys."""
    assert obnovi("keys", "create").code == 0


def encoded(text: str) -> Iterator[bytes]:
    """A text as files may have it."""
    plain = text.encode()
    for content in (plain, text.encode("utf-16-le"), text.encode("utf-16-be"), json.dumps(text)[1:-1].encode()):
        yield from encoded_bytes(content)


def encoded_bytes(content: bytes) -> Iterator[bytes]:
    yield content
    yield content.hex().encode()
    yield content.hex().upper().encode()
    for before in range(
        3
    ):  # of the three ways in which it may lie in groups of three bytes, what does not depend on others
        text = base64.b64encode(b"\0" * before + content).rstrip(b"=")
        first = -(-before * 8 // 6)
        yield text[first : len(text) - 1]


def digests(text: bytes, keys: list[bytes]) -> Iterator[bytes]:
    """What a program may make of a text that it will not keep: unkeyed, and under keys that can be guessed."""
    for name in ("md5", "sha1", "sha256", "sha512", "sha3_256"):
        yield hashlib.new(name, text).digest()
    for size in (8, 16, 20, 32, 64):
        yield hashlib.blake2b(text, digest_size=size).digest()
    for key in keys:
        yield hmac.digest(key, text, "sha256")
        yield hashlib.blake2b(text, digest_size=16, key=key[:64]).digest()
        yield hashlib.sha256(key + text).digest()


def digested() -> set[bytes]:
    """What digests may be made of: personal texts, the ids with their source, the contents of inputs."""
    texts = {each.encode() for each in (*SPELLINGS, *PERSONAL)}
    texts |= {f"feed\0{each}".encode() for each in PERSONAL}
    for each in first_contract():
        texts |= {each.encode(), json.dumps(json.loads(each)["id"]).encode()}
    return texts


def guessable_keys(folder: Path, contract: str) -> list[bytes]:
    """The wrapping key, what it opens, and what the ledger says of itself."""
    text = (folder / "keys/wrapping.key").read_text().strip()
    wrapping = bytes.fromhex(text)
    with closing(connect(folder / "keys/contracts.db", "ro")) as db:
        opened = [
            AESGCM(wrapping).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], name.encode())
            for name, sealed in db.execute("SELECT name, value FROM wrapping")
        ]
    with closing(store_ref(folder / "obnovi.db").open()) as store, store.reading() as log:
        settings = log.settings()
    return [wrapping, text.encode(), *opened, contract.encode(), *(each.encode() for each in settings.values() if each)]


def found_in(folder: Path, contract: str) -> list[tuple[str, bytes]]:
    """Whatever is personal in a folder's files, with the file it is in."""
    files = contents(folder)
    keys = guessable_keys(folder, contract)
    sought = {piece for text in (*SPELLINGS, *PERSONAL) for piece in encoded(text)}
    parsed = [content_of(inputs.parse(each)) for each in first_contract()]
    for digest in [*parsed, *(digest for text in digested() for digest in digests(text, keys))]:
        sought |= set(encoded_bytes(digest)) | {digest[:16], digest[:DIGEST_BYTES_MIN]}
    return [(str(name), piece) for name, content in files.items() for piece in sought if piece in content]


def test_nothing_of_it_is_in_any_file(obnovi: Run, tmp_path: Path) -> None:
    """Not with a next holder of the number either: his data are sealed, and the number is wrapped."""
    fed(obnovi, *first_contract(), *second_contract(), *somebody_else())
    obnovi("checkpoint")
    contract = contract_of(obnovi)
    obnovi("balance", ACCOUNT)
    before = {name for name, _ in found_in(tmp_path, contract)}
    assert before == {"keys/contracts.db"}, "the search finds the digest by which the number is looked up"
    assert obnovi("erase", ACCOUNT, "--holder", "1", *ORDER).code == 0
    left = found_in(tmp_path, contract)
    next_holder = {
        hmac.digest(guessable_keys(tmp_path, contract)[2], ACCOUNT.encode(), "sha256")[:size] for size in (8, 16)
    }
    assert [each for each in left if each[0] != "keys/contracts.db" or each[1] not in next_holder] == []


def test_nothing_of_a_number_without_a_next_holder_is_in_any_file(obnovi: Run, tmp_path: Path) -> None:
    fed(obnovi, *first_contract(), *somebody_else())
    obnovi("checkpoint")
    contract = contract_of(obnovi)
    assert "keys/contracts.db" in {name for name, _ in found_in(tmp_path, contract)}
    assert obnovi("erase", ACCOUNT, *ORDER).code == 0
    for command in (("verify",), ("dispute", "list", "--all"), ("accounts",), ("checkpoint",), ("replay",)):
        assert obnovi(*command).code == 0
    assert found_in(tmp_path, contract) == []


def test_what_killed_processes_left_beside_it_is_gone(obnovi: Run, tmp_path: Path) -> None:
    fed(obnovi, *first_contract())
    contract = contract_of(obnovi)
    for place in ("obnovi.db.views.obnovi-0123456789abcdef.part", "keys/contracts.db.obnovi-0123456789abcdef.part"):
        Path(place).mkdir()
        (Path(place) / "left").write_text(f"{ACCOUNT} {PEERS[0]}", encoding="utf-8")
    Path("obnovi.db.views-7-journal").write_text(PEERS[0], encoding="utf-8")
    mine = Path("mine.part")
    mine.mkdir()
    assert obnovi("erase", ACCOUNT, *ORDER).code == 0
    assert found_in(tmp_path, contract) == []
    assert mine.is_dir()


def test_no_id_of_a_former_statement_gives_the_number_away(obnovi: Run, tmp_path: Path) -> None:
    """March has a fee and no calls: whoever knows the rest of its statement would find the number by trying."""
    fed(obnovi, *first_contract())
    contract = contract_of(obnovi)
    months = [("--from", f"2023-0{month}-01", "--to", f"2023-0{month}-{days}") for month, days in ((2, 28), (3, 31))]
    printed = [obnovi("statement", contract, *dates, "--format", "json").out.encode() for dates in months]
    assert obnovi("erase", ACCOUNT, *ORDER).code == 0
    ids = [hashlib.sha256(each) for each in printed]
    for content in contents(tmp_path).values():
        for id in ids:
            assert [each for each in encoded_bytes(id.digest()) if each in content] == []
