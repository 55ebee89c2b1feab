"""`obnovi dossier`: "prove this statement to somebody who does not trust you"; every step of its own page is run."""

import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.cli.support import ACCOUNT, Run, line, month, write
from tests.tools import tool

FEBRUARY = ("--month", "2023-02")


def called(id: str, at: str, seconds: int, zone: str) -> str:
    said: dict[str, Any] = {"service": "voice", "direction": "out", "quantity": seconds, "zone": zone}
    return line("usage", id, at, peer="79031112233", **said)


@pytest.fixture
def kept(obnovi: Run, tmp_path: Path) -> Run:
    """A month with a call that costs money, a refresh, a top-up, and keys to sign with."""
    more = [
        called("call", "2023-02-01T09:00:00+03:00", 310, "russia"),
        line("ussd", "again", "2023-02-02T10:00:00+03:00", text="*929#"),
        line("top_up", "later", "2023-02-03T11:00:00+03:00", amount=250_00, channel="bank"),
        line("top_up", "march", "2023-03-01T11:00:00+03:00", amount=1_00),
    ]
    write(tmp_path / "feed", *month(), *more)
    assert obnovi("feed", "feed").code == 0
    assert obnovi("keys", "create").code == 0
    return obnovi


def unpacked(archive: Path) -> Path:
    folder = archive.with_suffix("")
    with zipfile.ZipFile(archive) as zip:
        zip.extractall(folder)
    return folder


def checked(folder: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    asked = [sys.executable, "check.py", *map(str, arguments)]
    return subprocess.run(asked, cwd=folder, capture_output=True, text=True, check=False)


def test_every_step_of_the_page_is_a_command_that_holds(kept: Run, tmp_path: Path) -> None:
    tool("openssl")
    made = kept("dossier", ACCOUNT, *FEBRUARY, "-o", "february.zip", "--json").json()
    folder = unpacked(tmp_path / "february.zip")
    page = (folder / "how-to-check.txt").read_text(encoding="utf-8")
    steps = re.findall(r"^ {4}(\S.*)$", page, re.MULTILINE)
    assert len(steps) == 7
    said = [
        subprocess.run(["bash", "-ec", step], cwd=folder, capture_output=True, text=True, check=True).stdout
        for step in steps
    ]
    assert made["document"] in said[1]
    assert made["document"] in page
    assert "Signature Verified Successfully" in said[5]
    assert said[6].endswith("everything holds\n")


def test_the_archive_has_what_an_auditor_asks_for(kept: Run, tmp_path: Path) -> None:
    assert kept("dossier", ACCOUNT, *FEBRUARY, "-o", "february.zip").code == 0
    folder = unpacked(tmp_path / "february.zip")
    lines = json.loads((folder / "statement.json").read_bytes())["lines"]
    assert [each["kind"] for each in lines] == ["usage", "monthly_fee", "top_up"]
    for form in ("json", "pdf", "xml"):
        printed = tmp_path / f"statement.{form}"
        assert kept("statement", ACCOUNT, *FEBRUARY, "-o", printed).code == 0
        assert (folder / printed.name).read_bytes() == printed.read_bytes()
    explained = json.loads((folder / "explanations.json").read_bytes())
    assert [each["event"]["version"] for each in explained] == [each["version"] for each in lines]
    told = (folder / "explanations.txt").read_text(encoding="utf-8")
    assert [told.count(f"Событие {each['version']} счёта {ACCOUNT}") for each in lines] == [1, 1, 1]
    for each in (1, *(each["version"] for each in lines)):
        proof = folder / "proofs" / f"{each:08d}.proof"
        assert kept("check-proof", proof, "--key", folder / "public-key.txt", "--json").json()["ok"] is True


def test_the_same_dossier_has_the_same_bytes_and_needs_no_new_checkpoint(kept: Run, tmp_path: Path) -> None:
    first = kept("dossier", ACCOUNT, *FEBRUARY, "-o", "one.zip", "--json").json()
    again = kept("dossier", ACCOUNT, *FEBRUARY, "-o", "two.zip", "--json").json()
    assert first["checkpoint"] == again["checkpoint"]
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


@pytest.mark.parametrize(
    ("file", "was", "becomes", "why"),
    [
        ("statement.json", '"amount":25000', '"amount":25001', "statement.json is not as it was packed"),
        ("explanations.txt", "R-5.4", "R-5.5", "explanations.txt is not as it was packed"),
    ],
)
def test_a_changed_file_does_not_hold(kept: Run, tmp_path: Path, file: str, was: str, becomes: str, why: str) -> None:
    tool("openssl")
    kept("dossier", ACCOUNT, *FEBRUARY, "-o", "february.zip")
    folder = unpacked(tmp_path / "february.zip")
    text = (folder / file).read_text(encoding="utf-8")
    assert was in text
    (folder / file).write_text(text.replace(was, becomes), encoding="utf-8")
    done = checked(folder)
    assert (done.returncode, done.stderr) == (1, f"DOES NOT HOLD: {why}\n")


def packed_again(folder: Path) -> None:
    """What a forger does besides: the digests are those of the changed files."""
    names = [line.split("  ", 1)[1] for line in (folder / "SHA256SUMS").read_text().splitlines()]
    listed = subprocess.run(["sha256sum", *names], cwd=folder, capture_output=True, text=True, check=True).stdout
    (folder / "SHA256SUMS").write_text(listed)


def test_a_forger_who_packs_again_fails_by_the_event_that_was_signed(kept: Run, tmp_path: Path) -> None:
    """A line, its balances and the id are changed so that all of them agree; only the event does not."""
    tool("openssl")
    kept("dossier", ACCOUNT, *FEBRUARY, "-o", "february.zip")
    folder = unpacked(tmp_path / "february.zip")
    statement = json.loads((folder / "statement.json").read_bytes())
    statement["lines"][-1]["amount"] += 1
    statement["lines"][-1]["balance"] += 1
    statement["closing"] += 1
    (folder / "statement.json").write_text(json.dumps(statement))
    packed_again(folder)
    assert "statement.json is document" in checked(folder).stderr
    digest = subprocess.run(["sha256sum", "statement.json"], cwd=folder, capture_output=True, text=True, check=True)
    told = json.loads((folder / "dossier.json").read_bytes())
    told["document"] = digest.stdout.split()[0]
    (folder / "dossier.json").write_text(json.dumps(told))
    packed_again(folder)
    version = statement["lines"][-1]["version"]
    assert checked(folder).stderr == f"DOES NOT HOLD: line {version} is not what the event says\n"


@pytest.mark.parametrize(
    ("was", "becomes", "why"),
    [
        ('\\"amount\\":25000', '\\"amount\\":25001', "is not under its checkpoint"),
        ("\\n\\n— ", "\\nx\\n\\n— ", "the signature of a checkpoint does not hold"),
    ],
)
def test_a_proof_that_was_changed_does_not_hold(kept: Run, tmp_path: Path, was: str, becomes: str, why: str) -> None:
    tool("openssl")
    kept("dossier", ACCOUNT, *FEBRUARY, "-o", "february.zip")
    folder = unpacked(tmp_path / "february.zip")
    proof = max((folder / "proofs").iterdir())
    text = proof.read_text(encoding="utf-8")
    assert was in text
    proof.write_text(text.replace(was, becomes), encoding="utf-8")
    packed_again(folder)
    assert why in checked(folder).stderr


def test_a_key_from_elsewhere_is_the_one_that_counts(kept: Run, tmp_path: Path) -> None:
    tool("openssl")
    kept("dossier", ACCOUNT, *FEBRUARY, "-o", "february.zip")
    folder = unpacked(tmp_path / "february.zip")
    for form in ("pem", "txt"):
        assert checked(folder, tmp_path / "keys" / f"public-key.{form}").stdout.endswith("everything holds\n")
    shutil.move(tmp_path / "keys", tmp_path / "ours")
    assert kept("keys", "create").code == 0
    assert "is another key than public-key.pem" in checked(folder, tmp_path / "keys" / "public-key.pem").stderr


@pytest.mark.parametrize("key", ["missing.pem", ".", "check.py", "statement.pdf", "checkpoint.txt"])
def test_what_is_no_key_is_told_in_one_line(kept: Run, tmp_path: Path, key: str) -> None:
    kept("dossier", ACCOUNT, *FEBRUARY, "-o", "february.zip")
    done = checked(unpacked(tmp_path / "february.zip"), key)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert done.stderr.startswith(f"DOES NOT HOLD: {key} is no public key that can be read")


@pytest.mark.parametrize("lang", ["ru", "en"])
@pytest.mark.parametrize("disclosed", [(), ("--disclose",)])
def test_the_page_fits_a_terminal(kept: Run, tmp_path: Path, lang: str, disclosed: tuple[str, ...]) -> None:
    kept("dossier", ACCOUNT, *FEBRUARY, "-o", "february.zip", "--lang", lang, *disclosed)
    page = (unpacked(tmp_path / "february.zip") / "how-to-check.txt").read_text(encoding="utf-8")
    assert max(map(len, page.splitlines())) <= 120


def test_personal_data_are_sealed_in_proofs_unless_they_are_given_away(kept: Run, tmp_path: Path) -> None:
    kept("dossier", ACCOUNT, *FEBRUARY, "-o", "sealed.zip")
    kept("dossier", ACCOUNT, *FEBRUARY, "--disclose", "-o", "open.zip")
    for name, opens in (("sealed", False), ("open", True)):
        folder = unpacked(tmp_path / f"{name}.zip")
        proofs = [json.loads(path.read_bytes()) for path in (folder / "proofs").iterdir()]
        assert {"opens" in each for each in proofs} == {opens}
        assert json.loads((folder / "dossier.json").read_bytes())["disclosed"] is opens
        assert checked(folder).returncode == 0


def test_a_month_that_is_not_over_is_told_as_such(kept: Run, tmp_path: Path) -> None:
    assert kept("dossier", ACCOUNT, "--month", "2023-03", "-o", "march.zip", "--lang", "en").code == 0
    folder = unpacked(tmp_path / "march.zip")
    assert "(provisional)" in (folder / "how-to-check.txt").read_text()
    assert json.loads((folder / "dossier.json").read_bytes())["final"] is False
    assert checked(folder).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "code", "why"),
    [
        ((ACCOUNT, "-o", "a.zip"), 2, "name the range"),
        ((ACCOUNT, "--from", "2023-02-02", "--to", "2023-02-01", "-o", "a.zip"), 2, "2023-02-02"),
        (("79990000000", *FEBRUARY, "-o", "a.zip"), 1, "79990000000"),
        ((ACCOUNT, *FEBRUARY, "-o", "obnovi.db"), 2, "the ledger itself"),
        ((ACCOUNT, *FEBRUARY, "-o", "nowhere/a.zip"), 2, "cannot be written"),
    ],
)
def test_what_cannot_be_put_together_is_one_line(
    kept: Run, tmp_path: Path, arguments: tuple[str, ...], code: int, why: str
) -> None:
    done = kept("dossier", *arguments)
    assert (done.code, done.err.count("\n")) == (code, 1)
    assert why in done.err
    assert not (tmp_path / "a.zip").exists()


def test_without_a_key_to_sign_it_says_how_to_make_one(obnovi: Run, tmp_path: Path) -> None:
    write(tmp_path / "feed", *month())
    obnovi("feed", "feed")
    done = obnovi("dossier", ACCOUNT, *FEBRUARY, "-o", "a.zip")
    assert (done.code, "obnovi keys create" in done.err) == (2, True)
