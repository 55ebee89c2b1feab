"""Files that commands make: no more readable than the ledger, whole, and out of each other's way."""

import hashlib
import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from ledger.log import files
from tests.cli.support import ACCOUNT, ENVIRONMENT, OBNOVI, Run, in_this_process, line, month, top_up, write

JANUARY = ("--from", "2023-01-01", "--to", "2023-01-31")
ACCOUNTS = [f"791612{number:05d}" for number in range(150)]
MAKE = {
    "views": ("totals", *JANUARY),
    "views again": ("replay",),
    "statement": ("statement", ACCOUNT, *JANUARY, "-o", "made.txt"),
    "statements": ("statements", "--month", "2023-01", "--format", "csv", "-o", "out"),
    "dossier": ("dispute", "show", "claim-2-1", "-o", "made.html"),
    "journal": ("export", "--format", "hledger", "-o", "made.journal"),
    "columns": ("export", "--format", "parquet", "-o", "made.parquet"),
    "log": ("export", "--format", "jsonl", "-o", "made.jsonl"),
    "imported": ("--ledger", "imported.db", "import-log", "made.jsonl"),
    "checkpoint": ("checkpoint",),
    "proof": ("prove", ACCOUNT, "1", "-o", "made.proof"),
    "backup": ("backup", "backup.db"),
    "restored": ("--ledger", "restored.db", "restore", "backup.db"),
    "rejects": ("feed", "bad", "--rejects", "rejects"),
}
"""What is made of a ledger, in an order in which each has what it needs."""
PUBLIC = ("public-key.txt", "public-key.pem")


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


@pytest.fixture
def ledger(obnovi: Run, tmp_path: Path) -> Run:
    """An account with a plan and a claim; a line that is no input."""
    write(tmp_path / "feed", *month(), line("open_dispute", "claim-2-1", event=2, text="?"))
    write(tmp_path / "bad", "x")
    assert obnovi("feed", "feed").code == 0
    return obnovi


# Who may read them


@pytest.mark.parametrize("most", [0o600, 0o640, 0o444])
def test_what_is_made_of_a_ledger_is_no_more_readable_than_it(ledger: Run, tmp_path: Path, most: int) -> None:
    (tmp_path / "obnovi.db").chmod(most)
    assert ledger("keys", "create").code == 0
    before = {path: mode(path) for path in tmp_path.rglob("*")}
    for name, command in MAKE.items():
        assert ledger(*command).code in (0, 3), name
    made = {path for path in tmp_path.rglob("*") if path.is_file() and path not in before}
    assert len(made) > len(MAKE)
    assert {str(path.relative_to(tmp_path)): oct(mode(path)) for path in made if mode(path) & ~most & 0o444} == {}
    assert {mode(path) for path in tmp_path.glob("obnovi.db-*")} <= {most}  # the helpers of the ledger in use


def test_what_lies_beside_a_ledger_that_was_closed_to_others_is_closed_by_the_next_that_opens_it(
    ledger: Run, tmp_path: Path
) -> None:
    ledger("keys", "create")
    for command in (MAKE["views"], MAKE["checkpoint"]):
        ledger(*command)
    (views,) = tmp_path.glob("obnovi.db.views-*")
    (tmp_path / "obnovi.db").chmod(0o600)
    write(tmp_path / "more", top_up("more"))
    ledger("feed", "more")
    for path, command in ((views, MAKE["views"]), (tmp_path / "obnovi.db.evidence", MAKE["checkpoint"])):
        assert mode(path) == 0o644
        assert ledger(*command).code == 0
        assert mode(path) == 0o600


@pytest.mark.parametrize("kept", [0o600, 0o640, 0o666])
@pytest.mark.parametrize("name", ["statement", "dossier", "journal", "log", "proof", "backup", "rejects"])
def test_a_file_that_takes_another_s_place_keeps_its_mode(ledger: Run, tmp_path: Path, name: str, kept: int) -> None:
    ledger("keys", "create")
    made = tmp_path / MAKE[name][-1]
    made.touch()
    made.chmod(kept)
    assert ledger(*MAKE[name]).code in (0, 3)
    assert (mode(made), made.stat().st_size > 0) == (kept, True)


def test_statements_that_are_made_again_keep_their_modes(ledger: Run, tmp_path: Path) -> None:
    ledger(*MAKE["statements"])
    one, listed = tmp_path / "out" / f"{ACCOUNT}-2023-01.csv", tmp_path / "out" / "manifest-2023-01.csv.jsonl"
    for path in (one, listed):
        path.chmod(0o640)
    write(tmp_path / "more", top_up("more"))
    ledger("feed", "more")
    assert "1 statement written" in ledger(*MAKE["statements"]).out
    assert [mode(path) for path in (one, listed)] == [0o640, 0o640]


def test_keys_are_for_their_owner_alone(ledger: Run, tmp_path: Path) -> None:
    ledger("keys", "create")
    ledger("checkpoint")
    assert mode(tmp_path / "keys" / "signing-key.pem") == 0o600
    assert [mode(path) for path in (tmp_path / "keys", tmp_path / "keys" / "checkpoints")] == [0o700, 0o700]


@pytest.mark.parametrize("open_to", [0o640, 0o604, 0o660])
def test_a_key_that_others_can_read_signs_nothing(ledger: Run, tmp_path: Path, open_to: int) -> None:
    ledger("keys", "create")
    key = tmp_path / "keys" / "signing-key.pem"
    key.chmod(open_to)
    for command in (MAKE["checkpoint"], MAKE["proof"]):
        done = ledger(*command)
        assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
        assert f"chmod 600 {Path('keys/signing-key.pem')}" in done.err
    assert list((tmp_path / "keys" / "checkpoints").iterdir()) == []
    key.chmod(0o600)
    assert ledger("checkpoint").code == 0


# Whole, and out of each other's way


def test_replays_at_once_all_succeed(tmp_path: Path) -> None:
    write(tmp_path / "feed", *(each for account in ACCOUNTS[:40] for each in month(account)))
    in_this_process("feed", "feed", cwd=tmp_path)
    for _ in range(2):
        at_once = [
            subprocess.Popen([OBNOVI, *command], cwd=tmp_path, stdout=-3, stderr=subprocess.PIPE, env=ENVIRONMENT)
            for command in (["replay", "--workers", "2"], ["replay"], ["replay"], ["totals", *JANUARY])
        ]
        said = [each.communicate()[1].decode() for each in at_once]
        assert ([each.returncode for each in at_once], said) == ([0] * 4, [""] * 4)
    assert len(list(tmp_path.glob("obnovi.db.views-*"))) == 1
    assert not list(tmp_path.glob("*.part"))
    assert in_this_process("replay", "--json", cwd=tmp_path).json()["differences"] == 0


def test_statements_of_two_runs_in_one_folder_are_all_there_and_listed(tmp_path: Path) -> None:
    write(tmp_path / "feed", *(each for account in ACCOUNTS for each in month(account)))
    in_this_process("feed", "feed", cwd=tmp_path)
    write(tmp_path / "first", *ACCOUNTS[:100])
    write(tmp_path / "second", *ACCOUNTS[50:])
    asked: list[str | Path] = [
        OBNOVI,
        "statements",
        "--month",
        "2023-01",
        "--format",
        "csv",
        "-o",
        "out",
        "--workers",
        "1",
        "--json",
    ]
    at_once = [
        subprocess.Popen([*asked, "--accounts", name], cwd=tmp_path, stdout=subprocess.PIPE, env=ENVIRONMENT)
        for name in ("first", "second")
    ]
    told = [json.loads(each.communicate()[0]) for each in at_once]
    assert [(each["written"] + each["skipped"], each["failed"]) for each in told] == [(100, 0)] * 2
    listed = [json.loads(each) for each in (tmp_path / "out" / "manifest-2023-01.csv.jsonl").read_text().splitlines()]
    assert [each["account"] for each in listed] == ACCOUNTS
    for each in listed:
        assert hashlib.sha256((tmp_path / "out" / each["file"]).read_bytes()).hexdigest() == each["sha256"]
    assert len(list((tmp_path / "out").iterdir())) == len(ACCOUNTS) + 1


def test_keys_that_are_made_twice_at_once_are_made_once(tmp_path: Path) -> None:
    at_once = [
        subprocess.Popen([OBNOVI, "keys", "create"], cwd=tmp_path, stdout=-3, stderr=subprocess.PIPE) for _ in range(4)
    ]
    said = [each.communicate()[1].decode() for each in at_once]
    assert sorted(each.returncode for each in at_once) == [0, 2, 2, 2]
    assert {each.count("\n") for each in said} == {0, 1}
    assert [path.name for path in tmp_path.iterdir()] == ["keys"]


def test_what_a_dead_process_left_is_removed_and_what_a_living_one_writes_is_not(tmp_path: Path) -> None:
    """Whoever writes the same file next removes it; a process that was forked from the dead one does not keep it."""
    script = (
        "import os, time\nfrom pathlib import Path\nfrom ledger.log import files\n"
        "with files.workplace(Path('made')) as place:\n"
        "    if forked := os.fork():\n        print(place, forked, flush=True)\n    time.sleep(100)"
    )
    asked: list[str | Path] = [OBNOVI.with_name("python"), "-c", script]
    with (
        subprocess.Popen(asked, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as dying,
        subprocess.Popen(asked, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as living,
    ):
        assert dying.stdout is not None
        assert living.stdout is not None
        told = [each.readline().split() for each in (dying.stdout, living.stdout)]
        dying.kill()
        dying.wait()
        for _ in range(2):
            with files.whole(tmp_path / "made") as file:
                file.write(b"whole")
                assert [(tmp_path / place).exists() for place, _ in told] == [False, True]
        living.kill()
        for _, forked in told:
            os.kill(int(forked), signal.SIGKILL)


def test_a_folder_of_another_name_is_nobody_s_leftover(tmp_path: Path) -> None:
    for name in ("made.part", "made.old.part", "made.obnovi-0.part", f"made.x.obnovi-{'0' * 16}.part"):
        (tmp_path / name).mkdir()
    (tmp_path / f"made.obnovi-{'1' * 16}.part").symlink_to("made.part")
    before = set(tmp_path.iterdir())
    with files.whole(tmp_path / "made") as file:
        file.write(b"whole")
    assert set(tmp_path.iterdir()) == before | {tmp_path / "made"}


# Links out of the folder of statements


def test_statements_are_never_written_through_a_link(ledger: Run, tmp_path: Path) -> None:
    """Neither the file nor the manifest nor anything unfinished; a link is replaced by the file."""
    folder, elsewhere = tmp_path / "out", tmp_path / "elsewhere"
    folder.mkdir()
    names = [f"{ACCOUNT}-2023-01.csv", "manifest-2023-01.csv.jsonl"]
    for name in (*names, *(f"{name}.part" for name in names)):
        (folder / name).symlink_to(elsewhere)
    for before in (b"precious\n", None):
        if before is None:
            elsewhere.unlink()
        else:
            elsewhere.write_bytes(before)
        assert ledger(*MAKE["statements"]).code == 0
        assert (elsewhere.read_bytes() if elsewhere.exists() else None) == before
        assert [(folder / name).is_symlink() for name in names] == [False, False]
        for name in names:
            (folder / name).unlink()
            (folder / name).symlink_to(elsewhere)


def test_a_link_to_the_very_statement_is_replaced_by_it_as_well(ledger: Run, tmp_path: Path) -> None:
    ledger(*MAKE["statements"])
    made = tmp_path / "out" / f"{ACCOUNT}-2023-01.csv"
    made.rename(tmp_path / "elsewhere")
    made.symlink_to(tmp_path / "elsewhere")
    assert "1 statement written" in ledger(*MAKE["statements"]).out
    assert not made.is_symlink()


# What is read whole has a limit, and a pipe is read as a file is

LIMITS = {
    "catalogue check": (("catalogue", "check", "FILE"), 4 * 1024 * 1024),
    "--catalogue": (("--catalogue", "FILE", "balance", ACCOUNT), 4 * 1024 * 1024),
    "what-if --catalogue": (("what-if", ACCOUNT, "--catalogue", "FILE"), 4 * 1024 * 1024),
    "checkpoint --compare": (("checkpoint", "--compare", "FILE"), 64 * 1024),
    "check-proof --key": (("check-proof", "made.proof", "--key", "FILE"), 64 * 1024),
    "check-proof": (("check-proof", "FILE"), 4000),
    "--accounts": (
        ("statements", "--month", "2023-01", "--format", "csv", "-o", "o", "--accounts", "FILE"),
        64 * 1024**2,
    ),
    "check-statement": (("check-statement", "FILE"), 16 * 1024 * 1024),
    "import-statement": (("import-statement", "FILE"), 16 * 1024 * 1024),
    "import-log": (("--ledger", "new.db", "import-log", "FILE"), 64 * 1024 * 1024),
}
"""Commands that read a file whole, or a line of it, and the bytes they name as their limit."""


@pytest.mark.parametrize("command", LIMITS)
def test_what_is_endless_is_refused_with_the_limit(ledger: Run, tmp_path: Path, command: str) -> None:
    ledger("keys", "create")
    (tmp_path / "made.proof").touch()
    asked, limit = LIMITS[command]
    done = ledger(*("/dev/zero" if each == "FILE" else each for each in asked))
    assert (done.code in (1, 2), done.out, done.err.count("\n")) == (True, "", 1)
    assert str(limit) in done.err
    assert not (tmp_path / "new.db").exists()


@pytest.mark.parametrize("name", ["public-key.txt", "signing-key.pem", "checkpoints/000000000005"])
def test_what_is_endless_among_the_keys_is_refused_too(ledger: Run, tmp_path: Path, name: str) -> None:
    ledger("keys", "create")
    ledger("checkpoint")
    write(tmp_path / "more", top_up("more"))
    ledger("feed", "more")
    with (tmp_path / "keys" / name).open("ab") as file:
        file.truncate(1024**3)
    done = ledger("checkpoint")
    assert (done.code in (1, 2), done.out, done.err.count("\n")) == (True, "", 1)
    assert "65536" in done.err


@pytest.mark.parametrize("fed", [["/dev/zero"], ["-"]])
def test_a_device_is_no_feed_but_nothing_is_an_empty_one(tmp_path: Path, fed: list[str]) -> None:
    with open("/dev/zero", "rb") as zeros, open("/dev/null", "rb") as nothing:
        for source, code in ((zeros, 2), (nothing, 0)):
            name = [source.name if each.startswith("/") else each for each in fed]
            done = subprocess.run(
                [OBNOVI, "feed", *name], cwd=tmp_path, stdin=source, capture_output=True, check=False, env=ENVIRONMENT
            )
            assert (done.returncode, done.stderr.count(b"\n")) == (code, 1 if code else 0)
            assert (b"is a device, not a feed" in done.stderr) == bool(code)


@pytest.mark.parametrize("size", [16 * 1024 * 1024 + 1, 60_000_000])
@pytest.mark.parametrize("end", [b"\n", b""])
def test_a_line_that_is_too_long_is_told_by_its_beginning(ledger: Run, tmp_path: Path, size: int, end: bytes) -> None:
    (tmp_path / "long").write_bytes(b"A" * size + end)
    done = ledger("feed", "long", "--rejects", "rejects")
    assert (done.code, len(done.out + done.err) < 500) == (3, True)
    (reject,) = [json.loads(each) for each in (tmp_path / "rejects").read_bytes().splitlines()]
    assert reject["input"] == "A" * 1000
    assert f"a line of {size} bytes" in reject["detail"]


def test_what_is_echoed_is_cut(ledger: Run, tmp_path: Path) -> None:
    (tmp_path / "long").write_bytes(b"A" * 1_000_000)
    (tmp_path / "keys.toml").write_bytes(b'["' + b"A" * 100_000 + b'"]\nx = 1\n')
    for command in (
        ("balance", "A" * 100_000),
        ("find", "A" * 100_000),
        ("--catalogue", "keys.toml", "balance", ACCOUNT),
        ("--catalogue", "A" * 100_000, "balance", ACCOUNT),
        ("statements", "--month", "2023-01", "--format", "csv", "-o", "o", "--accounts", "long"),
        ("dispute", "show", "A" * 100_000),
        ("what-if", ACCOUNT, "--set", "plan=" + "A" * 100_000),
        ("A" * 100_000,),
    ):
        done = ledger(*command)
        assert (done.code in (1, 2), len(done.out + done.err) < 2_500) == (True, True), command[0]


def test_a_pipe_is_read_as_a_file_is(ledger: Run, tmp_path: Path) -> None:
    """Each command reads a pipe once, from its beginning to its end."""
    ledger("keys", "create")
    (tmp_path / "note").write_text(ledger("checkpoint").out, encoding="utf-8")
    for name in ("proof", "log"):
        assert ledger(*MAKE[name]).code == 0
    write(tmp_path / "accounts", ACCOUNT)
    catalogue = ENVIRONMENT["OBNOVI_CATALOGUE"]
    write(tmp_path / "more", top_up("more"))
    for source, *command in (
        (catalogue, "catalogue", "check", "pipe"),
        (catalogue, "--catalogue", "pipe", "balance", ACCOUNT),
        (catalogue, "what-if", ACCOUNT, "--catalogue", "pipe"),
        ("note", "checkpoint", "--compare", "pipe"),
        ("keys/public-key.txt", "check-proof", "made.proof", "--key", "pipe"),
        ("made.proof", "check-proof", "pipe"),
        ("accounts", "statements", "--month", "2023-01", "--format", "csv", "-o", "o", "--accounts", "pipe"),
        ("made.jsonl", "--ledger", "new.db", "import-log", "pipe"),
        ("more", "feed", "pipe"),
    ):
        os.mkfifo(tmp_path / "pipe")
        with subprocess.Popen(["sh", "-c", 'cat "$0" > pipe', source], cwd=tmp_path):
            done = in_this_process(*command, cwd=tmp_path)
        assert (done.code, done.err) == (0, ""), command
        (tmp_path / "pipe").unlink()
