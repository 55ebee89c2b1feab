"""`obnovi statements`: a month of many accounts, whole files, a manifest, and nothing twice (R-13.5)."""

import hashlib
import json
import os
import signal
import sqlite3
import subprocess
import time
from contextlib import closing, nullcontext
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from ledger.log.store import Reading
from scripts.app import bulk
from scripts.app.account_list import AccountList, ListedAccount
from scripts.app.statements import Layout
from tests.cli.support import ENVIRONMENT, OBNOVI, Run, month, top_up, write
from tests.contracts import FIRST, GONE, OTHER, SECOND, TABLE

ACCOUNTS = ("79161234567", "79161234568", "79161234569")
JANUARY = ("statements", "--month", "2023-01", "-o", "out")


@pytest.fixture
def ledger(obnovi: Run, tmp_path: Path) -> Run:
    """Three accounts with a plan since 15 January 2023."""
    write(tmp_path / "feed", *(each for account in ACCOUNTS for each in month(account)))
    assert obnovi("feed", "feed").code == 0
    return obnovi


def counts(done: Any) -> tuple[int, int, int]:
    told = done.json()
    assert isinstance(told["seconds"], float)
    return told["written"], told["skipped"], told["failed"]


def manifest(folder: Path, name: str) -> list[dict[str, Any]]:
    return [json.loads(each) for each in (folder / f"manifest-{name}.jsonl").read_text().splitlines()]


@pytest.mark.parametrize("form", ["txt", "json", "csv", "html", "pdf", "xlsx", "xml"])
def test_every_file_is_what_the_single_command_prints_and_the_manifest_says_so(
    ledger: Run, tmp_path: Path, form: str
) -> None:
    assert counts(ledger(*JANUARY, "--format", form, "--json")) == (3, 0, 0)
    listed = manifest(tmp_path / "out", f"2023-01.{form}")
    assert [each["account"] for each in listed] == list(ACCOUNTS)
    for each in listed:
        content = (tmp_path / "out" / each["file"]).read_bytes()
        asked = ("statement", each["account"], "--from", "2023-01-01", "--to", "2023-01-31")
        assert ledger(*asked, "--format", form, "-o", "one").code == 0
        assert content == (tmp_path / "one").read_bytes()
        made = ledger(*asked, "--json")
        assert each == {
            "account": each["account"],
            "file": f"{each['account']}-2023-01.{form}",
            "statement": hashlib.sha256(made.out.encode()).hexdigest(),
            "sha256": hashlib.sha256(content).hexdigest(),
            "final": made.json()["final"],
        }
        assert (each["statement"] == each["sha256"]) == (form == "json")


def test_what_is_there_and_whole_is_left_and_the_rest_is_made(ledger: Run, tmp_path: Path) -> None:
    ledger(*JANUARY, "--format", "csv")
    first, second, third = (tmp_path / "out" / f"{account}-2023-01.csv" for account in ACCOUNTS)
    before, kept = second.read_bytes(), first.stat().st_mtime_ns
    second.write_bytes(before[:-3])
    third.unlink()
    left = tmp_path / "out" / f"manifest-2023-01.csv.jsonl.obnovi-{'0' * 16}.part"
    left.mkdir()
    (left / first.name).write_text("of a run that was killed")
    assert counts(ledger(*JANUARY, "--format", "csv", "--json")) == (2, 1, 0)
    assert (second.read_bytes(), first.stat().st_mtime_ns) == (before, kept)
    assert third.exists()
    assert not list((tmp_path / "out").glob("*.part"))
    assert counts(ledger(*JANUARY, "--format", "csv", "--json")) == (0, 3, 0)


def test_a_provisional_statement_is_made_again_when_it_has_become_another(ledger: Run, tmp_path: Path) -> None:
    ledger(*JANUARY, "--format", "csv")
    write(tmp_path / "more", top_up("later", account=ACCOUNTS[1], at="2023-01-20T10:00:00+03:00"))
    ledger("feed", "more")
    assert counts(ledger(*JANUARY, "--format", "csv", "--json")) == (1, 2, 0)
    assert "1,00;601,00" in (tmp_path / "out" / f"{ACCOUNTS[1]}-2023-01.csv").read_text()


def test_a_manifest_that_ends_in_half_a_line_costs_that_line_only(ledger: Run, tmp_path: Path) -> None:
    ledger(*JANUARY, "--format", "csv")
    path = tmp_path / "out" / "manifest-2023-01.csv.jsonl"
    path.write_bytes(path.read_bytes()[:-20])
    assert counts(ledger(*JANUARY, "--format", "csv", "--json")) == (1, 2, 0)
    assert [each["account"] for each in manifest(tmp_path / "out", "2023-01.csv")] == list(ACCOUNTS)


def test_forms_tables_and_languages_have_files_and_manifests_of_their_own(ledger: Run, tmp_path: Path) -> None:
    for options in (["csv"], ["csv", "--table", "usage"], ["csv", "--lang", "en"], ["json"]):
        assert counts(ledger(*JANUARY, "--json", "--format", *options)) == (3, 0, 0)
    names = {each.name.removeprefix(f"{ACCOUNTS[0]}-") for each in (tmp_path / "out").glob(f"{ACCOUNTS[0]}*")}
    assert names == {"2023-01.csv", "2023-01.usage.csv", "2023-01.en.csv", "2023-01.json"}


def test_a_list_of_accounts_and_one_that_fails(ledger: Run, tmp_path: Path) -> None:
    """An account that fails is named with its reason, and stops no other; the exit code says so."""
    write(tmp_path / "some", ACCOUNTS[2], "", "79990000000", ACCOUNTS[0], ACCOUNTS[2])
    done = ledger(*JANUARY, "--format", "csv", "--accounts", "some", "--json")
    assert (done.code, counts(done)) == (1, (2, 0, 1))
    assert done.json()["failures"] == [{"account": "79990000000", "reason": "no such account in this ledger"}]
    said = ledger(*JANUARY, "--format", "csv", "--accounts", "some")
    assert "account 79990000000: no such account in this ledger\n" in said.out
    assert "0 statements written, 2 already there, 1 failed" in said.out
    assert [each["account"] for each in manifest(tmp_path / "out", "2023-01.csv")] == [ACCOUNTS[0], ACCOUNTS[2]]


def test_of_a_damaged_ledger_each_account_says_what_to_do(ledger: Run, tmp_path: Path) -> None:
    """The page from which events of an account are found has lost its kind."""
    with closing(sqlite3.connect(tmp_path / "obnovi.db")) as db:
        (page,) = db.execute("SELECT rootpage FROM sqlite_master WHERE name LIKE 'sqlite_autoindex_stored_events_%'")
        (size,) = db.execute("PRAGMA page_size").fetchone()
    with (tmp_path / "obnovi.db").open("r+b") as file:
        file.seek((page[0] - 1) * size)
        file.write(b"\0")
    write(tmp_path / "some", ACCOUNTS[0])
    done = ledger(*JANUARY, "--format", "csv", "--accounts", "some", "--json")
    assert (done.code, counts(done)) == (1, (0, 0, 1))
    assert done.json()["failures"][0]["reason"] == (
        "StoreError: obnovi.db: the file is damaged (database disk image is malformed); copy it away, "
        "`obnovi restore` makes a ledger of the last backup"
    )


def test_many_that_fail_alike_are_counted(ledger: Run, tmp_path: Path) -> None:
    write(tmp_path / "some", *(f"799900000{i:02d}" for i in range(30)))
    said = ledger(*JANUARY, "--format", "csv", "--accounts", "some")
    lines = said.out.splitlines()
    assert (said.code, len(lines)) == (1, 22)
    assert lines[20] == "… and 10 more: no such account in this ledger; `obnovi statements --json` lists all"


def test_a_file_that_cannot_be_written_is_a_failure_of_its_account(ledger: Run, tmp_path: Path) -> None:
    (tmp_path / "out" / f"{ACCOUNTS[1]}-2023-01.csv").mkdir(parents=True)
    done = ledger(*JANUARY, "--format", "csv", "--json")
    assert (done.code, counts(done)) == (1, (2, 0, 1))
    assert ACCOUNTS[1] in done.json()["failures"][0]["reason"]


def test_several_processes_write_what_one_does(ledger: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger(*JANUARY, "--format", "csv")
    monkeypatch.setattr(bulk, "ACCOUNTS_FOR_PROCESSES", 2)
    done = ledger(*JANUARY[:-1], "two", "--format", "csv", "--workers", "2", "--json")
    assert counts(done) == (3, 0, 0)
    one, two = ({each.name: each.read_bytes() for each in (tmp_path / name).iterdir()} for name in ("out", "two"))
    assert one == two


def test_a_range_of_dates_has_files_of_its_own(ledger: Run, tmp_path: Path) -> None:
    """Of a whole month they are those of the month; each is what `statement` prints."""
    dates = ("--from", "2023-01-10", "--to", "2023-02-03")
    done = ledger("statements", *dates, "-o", "out", "--format", "json", "--json")
    assert (done.code, done.json()["written"]) == (0, 3)
    file = tmp_path / "out" / f"{ACCOUNTS[0]}-2023-01-10_2023-02-03.json"
    assert file.read_text(encoding="utf-8") == ledger("statement", ACCOUNTS[0], *dates, "--format", "json").out
    assert (tmp_path / "out" / "manifest-2023-01-10_2023-02-03.json.jsonl").exists()
    assert ledger(*JANUARY, "--format", "txt", "--json").json()["written"] == 3
    again = ("statements", "--from", "2023-01-01", "--to", "2023-01-31", "-o", "out", "--format", "txt", "--json")
    assert ledger(*again).json()["skipped"] == 3


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "name months with --month YYYY-MM, or one range with --from DATE and --to DATE"),
        (("--month", "2023-01", "--to", "2023-01-31"), "name months with --month YYYY-MM, or one range"),
        (("--from", "2023-01-01"), "a range has both ends"),
        (("--to", "2023-01-01"), "a range has both ends"),
        (("--from", "2023-01-02", "--to", "2023-01-01"), "--from 2023-01-02 lies after --to 2023-01-01"),
    ],
)
def test_statements_are_of_months_or_of_one_range(ledger: Run, options: tuple[str, ...], said: str) -> None:
    done = ledger("statements", *options, "-o", "out", "--format", "txt")
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert said in done.err


@pytest.mark.parametrize("kill", [signal.SIGINT, signal.SIGKILL])
def test_killed_it_leaves_whole_files_only_and_goes_on_from_there(obnovi: Run, tmp_path: Path, kill: int) -> None:
    accounts = [f"791612{i:05d}" for i in range(150)]
    write(tmp_path / "feed", *(each for account in accounts for each in month(account)))
    obnovi("feed", "feed")
    asked = [*JANUARY, "--format", "xlsx", "--workers", "2"]
    running = subprocess.Popen(
        [OBNOVI, *asked], cwd=tmp_path, env=ENVIRONMENT, stderr=subprocess.PIPE, start_new_session=True
    )
    listed = tmp_path / "out" / "manifest-2023-01.xlsx.jsonl"
    while running.poll() is None and not (listed.exists() and listed.stat().st_size):
        time.sleep(0.01)
    if kill == signal.SIGINT:
        os.killpg(running.pid, kill)  # as a terminal does: to every process at once
    else:
        running.kill()
    _, said = running.communicate(timeout=60)  # returns when the last process that could write has ended
    assert running.returncode == (130 if kill == signal.SIGINT else -signal.SIGKILL)
    if kill == signal.SIGINT:
        assert said.strip().count(b"\n") == 0, said
    there = {each.name: each.read_bytes() for each in (tmp_path / "out").glob("*.xlsx")}
    known = {each["file"]: each["sha256"] for each in manifest(tmp_path / "out", "2023-01.xlsx")}
    assert 0 < len(there) < len(accounts)
    assert {name: hashlib.sha256(there[name]).hexdigest() for name in known} == known
    done = obnovi(*JANUARY, "--format", "xlsx", "--workers", "1", "--json")
    written, skipped, failed = counts(done)
    assert (written + skipped, failed) == (len(accounts), 0)
    assert skipped >= len(known)
    after = {each.name: each.read_bytes() for each in (tmp_path / "out").glob("*.xlsx")}
    assert {name: after[name] for name in there} == there


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--month", "2023-13"], "not a month"),
        (["--month", "2023-1"], "not a month"),
        (["--table", "usage"], "--table goes with --format csv"),
        (["-o", "feed"], "is a file; name a folder"),
        (["--accounts", "nowhere"], "there is no list of accounts"),
        (["--ledger", "nowhere.db"], "nowhere.db"),
    ],
)
def test_misuse_is_one_line(ledger: Run, options: list[str], said: str) -> None:
    done = ledger(*JANUARY, "--format", "pdf", *options)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert said in done.err


def test_a_language_is_refused_where_no_format_has_one(ledger: Run) -> None:
    done = ledger(*JANUARY, "--format", "xml", "--format", "json", "--lang", "en")
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert "--lang goes with" in done.err


def test_months_and_formats_asked_at_once_are_what_each_alone_is(ledger: Run, tmp_path: Path) -> None:
    """The events of a contract are read once for all of them; options go to the formats that have them."""
    forms = ("csv", "json", "xlsx")
    asked = ["--month", "2023-02", *(each for form in forms for each in ("--format", form)), "--lang", "en"]
    assert counts(ledger(*JANUARY, *asked, "--table", "usage", "--json")) == (18, 0, 0)
    for asked_month in ("2023-01", "2023-02"):
        for form in forms:
            options = {"csv": ["--lang", "en", "--table", "usage"], "xlsx": ["--lang", "en"]}.get(form, [])
            alone = ("statements", "--month", asked_month, "-o", "single", "--format", form, *options, "--json")
            assert counts(ledger(*alone)) == (3, 0, 0)
    together, single = (
        {each.name: each.read_bytes() for each in (tmp_path / name).iterdir()} for name in ("out", "single")
    )
    assert together == single
    assert len(together) == 24
    (tmp_path / "out" / f"{ACCOUNTS[0]}-2023-02.json").unlink()
    assert counts(ledger(*JANUARY, *asked, "--table", "usage", "--json")) == (1, 17, 0)


def test_binary_forms_go_to_a_pipe_or_a_file_but_not_to_a_terminal(
    ledger: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ("statement", ACCOUNTS[0], "--from", "2023-01-01", "--to", "2023-01-31", "--format", "xlsx")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    done = ledger(*asked)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert "-o" in done.err
    assert ledger(*asked, "-o", "it.xlsx").code == 0
    piped = subprocess.run([OBNOVI, *asked], cwd=tmp_path, env=ENVIRONMENT, capture_output=True, check=True)
    assert piped.stdout == (tmp_path / "it.xlsx").read_bytes()


@pytest.mark.parametrize(
    ("name", "options", "starts"),
    [
        ("it.pdf", (), b"%PDF"),
        ("IT.PDF", (), b"%PDF"),
        ("it.xlsx", (), b"PK"),
        ("it.html", (), b"<!DOCTYPE html>"),
        ("it.json", (), b'{"account"'),
        ("it.txt", (), "Детализация".encode()),
        ("it", (), "Детализация".encode()),
        ("it.docx", ("--format", "txt"), "Детализация".encode()),
        ("it.docx", ("--json",), b'{"account"'),
        ("it.pdf", ("--format", "json"), b'{"account"'),
        ("it.pdf", ("--json",), b'{"account"'),
        ("it.csv", ("--table", "usage"), "\ufeffВерсия;Начало".encode()),
    ],
)
def test_a_file_s_ending_says_its_format_where_no_option_does(
    ledger: Run, tmp_path: Path, name: str, options: tuple[str, ...], starts: bytes
) -> None:
    done = ledger("statement", ACCOUNTS[0], "--from", "2023-01-01", "--to", "2023-01-31", "-o", name, *options)
    assert (done.code, done.out, done.err) == (0, "", "")
    assert (tmp_path / name).read_bytes().startswith(starts)


@pytest.mark.parametrize("name", ["it.docx", "it.doc", "it.02", "it.pdf.bak"])
def test_an_ending_that_is_no_format_is_refused(ledger: Run, tmp_path: Path, name: str) -> None:
    done = ledger("statement", ACCOUNTS[0], "--from", "2023-01-01", "--to", "2023-01-31", "-o", name)
    known = "is none of the formats json, txt, csv, html, pdf, xlsx, xml; name one with --format"
    assert (done.code, done.out, done.err.count("\n"), known in done.err) == (2, "", 1, True)
    assert not (tmp_path / name).exists()


def test_a_list_names_all_contracts_of_a_number_or_one_and_says_what_is_none() -> None:
    log = cast(Reading, SimpleNamespace(contracts=TABLE, store_errors=nullcontext))
    asked = [
        (FIRST.number, None),
        (SECOND.number, 2),
        (OTHER.number, 2),
        (GONE.id, None),
        ("79990000000", 1),
        ("../é", None),
        ("../é", None),
    ]
    listed = [ListedAccount(line, *each) for line, each in enumerate(asked, 1)]
    wanted = bulk.contracts_to_print(log, AccountList("list", listed))
    assert wanted.contracts == [FIRST, SECOND, GONE]
    assert [(failure.asked, str(failure.reason)) for failure in wanted.failures] == [
        (f"{OTHER.number}/2", "no such contract of this account"),
        ("79990000000/1", "no such account in this ledger"),
        (r"../\xe9", "no account: one is 79 and nine digits, like 79161234567"),
    ]
    assert bulk.contracts_to_print(log).contracts == [OTHER, FIRST, SECOND, GONE]


def test_a_file_is_called_by_number_and_holder_and_by_the_id_where_the_number_is_gone(tmp_path: Path) -> None:
    order = bulk.Order(str(tmp_path), date(2023, 1, 1), date(2023, 1, 31), Layout("csv"), tmp_path)
    assert [order.file(contract) for contract in (FIRST, SECOND, GONE)] == [
        f"{FIRST.number}-2023-01.csv",
        f"{SECOND.number}-2-2023-01.csv",
        f"{GONE.id}-2023-01.csv",
    ]
