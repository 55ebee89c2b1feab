"""Check an unpacked dossier without the program that made it: Python 3.8 and openssl 3 are enough.

    python3 check.py [PUBLIC-KEY]

It shares no code with that program. Exit code 1, and a line that says why, where something does not hold.
"""

# Nothing here but the standard library of an old Python: this file travels in the archive and runs elsewhere.
from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import sys
import tempfile
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, NoReturn

SUMS = "SHA256SUMS"
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)  # noqa: UP017  # for Python 3.8


def main(folder: Path, given_key: str) -> None:
    """Every step, a line each."""
    files_are_whole(folder)
    told = json.loads((folder / "dossier.json").read_text("utf-8"))
    statement = json.loads((folder / "statement.json").read_text("utf-8"))
    document_is_named(folder, told)
    sums_agree(statement)
    proofs = {each["version"]: proof_of(folder / each["file"]) for each in told["proofs"]}
    keys_are_known(folder, given_key, proofs)
    checkpoints_are_signed(folder, proofs)
    events_are_signed(proofs)
    lines_are_the_events(statement, proofs)
    print("everything holds")


def files_are_whole(folder: Path) -> None:
    """Step 1: the files are those of SHA256SUMS, all of them and no others."""
    listed = {}
    for line in (folder / SUMS).read_text("utf-8").splitlines():
        digest, name = line.split("  ", 1)
        listed[name] = digest
    present = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} - {SUMS}
    for name in sorted(set(listed) - present):
        fails(f"{name} is missing")
    for name, digest in sorted(listed.items()):
        if sha256((folder / name).read_bytes()) != digest:
            fails(f"{name} is not as it was packed")
    others = sorted(present - set(listed))
    says(1, f"{len(listed)} files are as they were packed" + (f"; not of them: {', '.join(others)}" if others else ""))


def document_is_named(folder: Path, told: dict[str, Any]) -> None:
    """Step 2: the statement's id is the digest of its JSON."""
    found = sha256((folder / "statement.json").read_bytes())
    if found != told["document"]:
        fails(f"statement.json is document {found}, and the dossier is about {told['document']}")
    says(2, f"the statement is document {found}")


def sums_agree(statement: dict[str, Any]) -> None:
    """Step 3: opening balance and lines make every balance, and lines of usage are the usage rows."""
    balance = statement["opening"]
    for line in statement["lines"]:
        balance += line["amount"]
        if balance != line["balance"]:
            fails(f"line {line['version']}: the balance is {line['balance']}, and the sums make {balance}")
    if balance != statement["closing"]:
        fails(f"the closing balance is {statement['closing']}, and the sums make {balance}")
    charged = sum(line["amount"] for line in statement["lines"] if line["kind"] == "usage")
    used = sum(row["amount"] for row in statement["usage"])
    if charged != -used or used != statement["usage_total"]["amount"]:
        fails(f"lines of usage sum to {charged}, usage rows to {used}")
    says(3, f"{statement['opening']} kopecks and {len(statement['lines'])} lines make {statement['closing']}")


def proof_of(path: Path) -> dict[str, Any]:
    """A proof's own fields, and of its checkpoint the text that was signed, the signature, the size and the root."""
    proof: dict[str, Any] = json.loads(path.read_text("utf-8"))
    text, _, signatures = proof["checkpoint"].partition("\n\n")
    _, size, root = text.split("\n")[:3]
    signature = base64.b64decode(signatures.split()[-1])[4:]  # four bytes name the key
    proof.update(signed=f"{text}\n".encode(), signature=signature, size=int(size), root=base64.b64decode(root))
    return proof


def keys_are_known(folder: Path, given_key: str, proofs: dict[int, dict[str, Any]]) -> None:
    """Step 4: every proof names the key of public-key.pem, and that is the one you know."""
    raw = raw_key(folder / "public-key.pem")
    if given_key and raw_key(Path(given_key)) != raw:
        fails(f"{given_key} is another key than public-key.pem")
    for version, proof in proofs.items():
        if base64.b64decode(proof["key"].split("+", 2)[2])[1:] != raw:
            fails(f"the proof of event {version} names another key than public-key.pem")
    whose = "the one you gave" if given_key else "to be compared with the one you know from elsewhere"
    says(4, f"the key of {proofs[min(proofs)]['key'].split('+')[0]} is {raw.hex()}, {whose}")


def raw_key(path: Path) -> bytes:
    """The 32 bytes of a public key in PEM, or in the one line of public-key.txt."""
    try:
        lines = [line.strip() for line in path.read_text("ascii").split("\n")]
        told = "".join(line for line in lines if not line.startswith("-"))
        return base64.b64decode(told if lines[0].startswith("-") else told.split("+", 2)[2], validate=True)[-32:]
    except (OSError, ValueError, IndexError) as error:
        fails(f"{path} is no public key that can be read ({error})")


def checkpoints_are_signed(folder: Path, proofs: dict[int, dict[str, Any]]) -> None:
    """Step 5: openssl says that this key signed every checkpoint that a proof leads to."""
    notes = {(each["signed"], each["signature"]) for each in proofs.values()}
    with tempfile.TemporaryDirectory() as place:
        text, signature = Path(place, "text"), Path(place, "signature")
        for signed, by in sorted(notes):
            text.write_bytes(signed)
            signature.write_bytes(by)
            asked = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", str(folder / "public-key.pem"), "-rawin"]
            done = subprocess.run(
                [*asked, "-in", str(text), "-sigfile", str(signature)], capture_output=True, check=False
            )
            if done.returncode != 0:
                fails(f"the signature of a checkpoint does not hold: {signed.decode().split()}")
    says(5, f"{len(notes)} checkpoint{'s are' if len(notes) > 1 else ' is'} signed by it")


def events_are_signed(proofs: dict[int, dict[str, Any]]) -> None:
    """Step 6: the hashes lead from every event's own bytes to the root that was signed (RFC 6962)."""
    for version, proof in sorted(proofs.items()):
        named = [proof["account"], str(proof["version"]), proof["topic"]]
        leaf = b"".join(len(each.encode()).to_bytes(2, "big") + each.encode() for each in named)
        path = [base64.b64decode(each) for each in proof["inclusion"]]
        if root_of(hashed(b"\0", leaf, proof["stored"].encode()), proof["index"], proof["size"], path) != proof["root"]:
            fails(f"event {version} is not under its checkpoint")
    contracts = {proof["account"] for proof in proofs.values()}
    if len(contracts) != 1:
        fails("the events are not of one contract")
    says(6, f"{len(proofs)} events of contract {contracts.pop()} are under a checkpoint, as they stand here")


def root_of(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """The root that a leaf and the hashes beside its way make; empty where the way does not end there."""
    node, last = index, size - 1
    if node > last:
        return b""
    for beside in path:
        if last == 0:
            return b""
        if node % 2 or node == last:
            leaf = hashed(b"\1", beside, leaf)
            while node and node % 2 == 0:
                node, last = node // 2, last // 2
        else:
            leaf = hashed(b"\1", leaf, beside)
        node, last = node // 2, last // 2
    return leaf if last == 0 else b""


def lines_are_the_events(statement: dict[str, Any], proofs: dict[int, dict[str, Any]]) -> None:
    """Step 7: every line of the statement says what its event says: when, how much, and the balance after it."""
    for line in statement["lines"]:
        version = line["version"]
        if version not in proofs:
            fails(f"line {version} has no proof")
        event = json.loads(proofs[version]["stored"])
        booked = datetime.fromisoformat(line["booked_at"]) - EPOCH
        microseconds = (booked.days * 86_400 + booked.seconds) * 1_000_000 + booked.microseconds
        told = (version, microseconds, line["amount"], line["balance"])
        if told != (event["version"], event["booked_at"], wallet_movement(event), event["wallet_after"]):
            fails(f"line {version} is not what the event says")
    says(7, f"{len(statement['lines'])} lines say what was signed: times, amounts and balances")


def wallet_movement(event: dict[str, Any]) -> int:
    """Kopecks that an event added to the wallet, or took from it."""
    entries: list[dict[str, Any]] = event.get("entries", [])
    into = [int(each["amount"]) for each in entries if each["to"] == "wallet"]
    out = [int(each["amount"]) for each in entries if each["from"] == "wallet"]
    return sum(into) - sum(out)


def hashed(*parts: bytes) -> bytes:
    """SHA-256 of parts, one behind the other."""
    return hashlib.sha256(b"".join(parts)).digest()


def sha256(content: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def says(step: int, what: str) -> None:
    """A step that holds."""
    print(f"{step}  {what}")


def fails(why: str) -> NoReturn:
    """The first thing that does not hold."""
    sys.exit(f"DOES NOT HOLD: {why}")


def asked_for() -> tuple[Path, str]:
    """The folder of this file, and a key that somebody knows."""
    return Path(__file__).resolve().parent, sys.argv[1] if len(sys.argv) > 1 else ""


if __name__ == "__main__":
    main(*asked_for())
