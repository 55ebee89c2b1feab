"""The other commands: JSON before and after, exit codes, one-line errors (contract §1)."""

import gzip
import hashlib
import json
import os
import sqlite3
import subprocess
from pathlib import Path

import pytest

from projections.words.money import rubles
from tests.cli.support import (
    ACCOUNT,
    OBNOVI,
    Run,
    events,
    in_this_process,
    line,
    month,
    on_a_terminal,
    opening,
    top_up,
    write,
)
from tests.support import CATALOGUE_TEXT


@pytest.fixture
def ledger(obnovi: Run, tmp_path: Path) -> Run:
    """A ledger of one account: t4 since 15 January, a call, a refresh on 1 February."""
    write(
        tmp_path / "feed",
        *month(),
        line("usage", "call", "2023-01-20T12:00:00+03:00", service="voice", direction="out", quantity=310),
        line("ussd", "r", "2023-02-01T10:00:00+03:00", text="*929#"),
    )
    assert obnovi("feed", "feed").code == 0
    return obnovi


def one_line(err: str) -> bool:
    return err.startswith("obnovi: ") and err.count("\n") == 1 and "Traceback" not in err


@pytest.mark.parametrize(
    "command",
    [
        ("balance", ACCOUNT),
        ("statement", ACCOUNT, "--from", "2023-02-01", "--to", "2023-02-28"),
        ("find", "call"),
        ("verify",),
        ("night", "--until", "2023-02-02T03:00:00+03:00"),
        ("catalogue", "check", "good.toml"),
    ],
)
def test_json_may_stand_before_or_after_the_command(ledger: Run, tmp_path: Path, command: tuple[str, ...]) -> None:
    (tmp_path / "good.toml").write_text(CATALOGUE_TEXT)
    before, after = ledger("--json", *command), ledger(*command, "--json")
    assert (before.code, before.err) == (0, "")
    assert json.loads(before.out) == json.loads(after.out)
    assert before.out.count("\n") == (0 if command[0] == "statement" else 1)  # whose SHA-256 is its id
    assert ledger(*command).out != before.out


def test_events_are_json_lines_with_every_field_of_their_input(ledger: Run) -> None:
    """Contract §3: times local to the region, the input's fields, the reply."""
    made = events(ledger)
    assert [(event["version"], event["type"]) for event in made] == [
        (1, "AccountOpened"), (2, "ToppedUp"), (3, "PlanConnected"), (4, "MonthlyFeeCharged"), (5, "UsageCharged"),
        (6, "PackagesRefreshed"),
    ]  # fmt: skip
    call = made[4]
    assert (call["occurred_at"], call["quantity"], call["zone"], call["peer"]) == (
        "2023-01-20T12:00:00+03:00", 310, "home", "",
    )  # fmt: skip
    assert call["entries"] == [{"from": "base/voice", "to": "consumed/voice", "unit": "s", "amount": 360, "grant": 4}]
    assert call["input"] == {"source": "feed", "id": "call", "received_at": "2023-01-20T12:00:00+03:00"}
    assert made[5]["text"] == "*929#"


def test_find_names_every_account_and_source_of_an_id(ledger: Run, tmp_path: Path) -> None:
    other = "79000000002"
    write(tmp_path / "more", *month(other), top_up("call", source="bank"))
    ledger("feed", "more")
    assert ledger("find", "plan", "--json").json() == [
        {"account": other, "holder": 1, "source": "feed", "versions": [3, 4]},
        {"account": ACCOUNT, "holder": 1, "source": "feed", "versions": [3, 4]},
    ]
    assert ledger("find", "call", "--json").json() == [
        {"account": ACCOUNT, "holder": 1, "source": "bank", "versions": [7]},
        {"account": ACCOUNT, "holder": 1, "source": "feed", "versions": [5]},
    ]
    nowhere = ledger("find", "nowhere", "--json")
    assert (nowhere.code, nowhere.json()) == (1, [])
    told = ledger("find", "nowhere")
    assert (told.code, told.out, told.err.count("\n")) == (1, "", 1)
    assert "no input nowhere was ever booked" in told.err


def test_night_counts_what_it_booked(ledger: Run) -> None:
    done = ledger("night", "--until", "2023-03-01T03:00:00+03:00", "--json")
    assert done.json() == {
        "accounts": 1, "events": 1, "monthly_fees": 0, "daily_fees": 0, "blocks": 1, "lapsed": 0,
    }  # fmt: skip
    again = ledger("night", "--until", "2023-03-01T03:00:00+03:00", "--json")
    assert set(again.json().values()) == {0}


NIGHT = ("night", "--until", "2023-03-01T03:00:00+03:00")
QUIET = "27 days lie between the newest input (2023-02-01) and this time; on 1 account it books 1 block"


def test_a_night_can_be_tried(ledger: Run) -> None:
    """The same counts as the night's, and nothing is written; also under another catalogue."""
    before = ledger("events", ACCOUNT, "--json").out
    tried = ledger(*NIGHT, "--dry-run", "--json")
    assert (tried.code, tried.err) == (0, "")
    told = ledger(*NIGHT, "--dry-run").out
    assert told == (
        "1 account would be advanced: 0 monthly fees, 0 daily fees, 1 block, 0 lapsed; 1 event would be written\n"
    )
    (cheap := Path("cheap.toml")).write_text(CATALOGUE_TEXT.replace('monthly_fee = "400.00"', 'monthly_fee = "200.00"'))
    cheaper = ledger(*NIGHT, "--dry-run", "--json", "--catalogue", cheap).json()
    assert (cheaper["monthly_fees"], cheaper["blocks"]) == (1, 0)
    assert ledger("events", ACCOUNT, "--json").out == before
    assert ledger(*NIGHT, "--json").json() == tried.json()


@pytest.mark.parametrize(
    ("until", "options", "warned"),
    [
        ("2023-02-08T10:00:00+03:00", (), False),
        ("2023-03-01T02:59:59+03:00", (), False),
        ("2023-03-01T03:00:00+03:00", (), True),
        ("2023-03-01T03:00:00+03:00", ("--json",), True),
        ("2023-03-01T03:00:00+03:00", ("--yes",), False),
    ],
)
def test_a_night_long_behind_the_newest_input_tells_what_it_books(
    ledger: Run, until: str, options: tuple[str, ...], warned: bool
) -> None:
    """Contract §1: where nobody can be asked it goes on and warns; where it books nothing there is nothing to tell."""
    done = ledger("night", "--until", until, *options)
    assert (done.code, done.err) == (0, f"obnovi: {QUIET}; --yes says that it is meant\n" if warned else "")
    assert len(events(ledger)) == 6 + (until >= "2023-03-01T03")


@pytest.mark.parametrize(("answer", "code"), [("y", 0), ("n", 1)])
def test_on_a_terminal_it_is_asked_whether_a_night_is_meant(
    ledger: Run, tmp_path: Path, answer: str, code: int
) -> None:
    done = on_a_terminal(*NIGHT, cwd=tmp_path, says=f"{answer}\n")
    assert (done.code, f"{QUIET}. Go on? [y/N]" in done.out) == (code, True)
    assert len(events(ledger)) == 7 - code


def test_a_night_in_the_far_future_must_be_meant(ledger: Run) -> None:
    done = ledger("night", "--until", "2098-01-01T00:00:00+03:00")
    assert (done.code, one_line(done.err)) == (2, True)
    assert ledger("night", "--until", "2030-01-01T00:00:00+03:00", "--not-after", "none").code == 0


def test_balance_as_of_looks_from_that_time(ledger: Run) -> None:
    made = ledger("balance", ACCOUNT, "--as-of", "2023-01-31T12:00:00+03:00", "--json").json()
    assert (made["wallet"], made["clock"]) == (600_00, "2023-01-20T12:00:00+03:00")
    late = ledger("balance", ACCOUNT, "--as-of", "2023-03-01T03:00:00+03:00", "--json").json()
    assert late["buckets"] == []
    told = ledger("balance", ACCOUNT, "--as-of", "2023-03-01T03:00:00+03:00").out
    waits = f"на плату не хватает, нужно {rubles(400_00)}, доступно {rubles(200_00)}"
    assert f"01.03 ночью номер будет заблокирован: {waits}" in told


@pytest.mark.parametrize(
    "command",
    [
        ("balance", "79999999999"),
        ("events", "79999999999"),
        ("statement", "79999999999", "--from", "2023-01-01", "--to", "2023-01-31"),
        ("balance", ACCOUNT, "--as-of", "2022-12-31T23:59:59+03:00"),
    ],
)
def test_the_ledger_says_no_with_one_line_and_code_1(ledger: Run, command: tuple[str, ...]) -> None:
    done = ledger(*command)
    assert (done.code, done.out, one_line(done.err)) == (1, "", True)


@pytest.mark.parametrize(
    "command",
    [
        ("balanse", ACCOUNT),
        ("balance",),
        ("balance", ACCOUNT, "--as-off", "x"),
        ("balance", ACCOUNT, "--as-of", "yesterday"),
        ("statement", ACCOUNT, "--from", "2023-02-01"),
        ("statement", ACCOUNT, "--from", "2023-02-30", "--to", "2023-02-28"),
        ("statement", ACCOUNT, "--from", "2023-03-01", "--to", "2023-02-28"),
        ("statement", ACCOUNT, "--from", "2023-02-01", "--to", "2023-02-28", "--format", "doc"),
        ("--ledger", "postgresql://host/db", "verify"),
        ("--ledger", "mysql://host/db", "verify"),
        ("--ledger", "sqlite:///", "verify"),
        ("--catalogue", "nowhere.toml", "night"),
        ("catalogue", "check", "nowhere.toml"),
        ("feed", "nowhere.jsonl"),
        ("feed", "."),
        ("feed", "feed", "--rejects", "no/such/folder"),
        ("feed", "feed", "--not-after", "tomorrow"),
        ("--ledger", "no/such/folder/x.db", "feed", "feed"),
    ],
)
def test_misuse_is_one_line_and_code_2(ledger: Run, command: tuple[str, ...]) -> None:
    done = ledger(*command)
    assert (done.code, done.out, one_line(done.err)) == (2, "", True)


NO_TEXT = "a\udcff"
"""The byte FF, as Python hands it on from a command line."""


@pytest.mark.parametrize(
    "command",
    [
        ("find", NO_TEXT),
        ("balance", NO_TEXT),
        ("events", NO_TEXT),
        ("balance", ACCOUNT, "--as-of", NO_TEXT),
        ("verify", "--account", NO_TEXT),
        ("--ledger", NO_TEXT, "verify"),
        ("verify", "--ledger", NO_TEXT),
        ("--catalogue", NO_TEXT, "night"),
        ("catalogue", "check", NO_TEXT),
        ("feed", NO_TEXT),
        ("feed", "feed", "--rejects", NO_TEXT),
        ("statement", ACCOUNT, "--from", "2023-02-01", "--to", "2023-02-28", "-o", NO_TEXT),
        (NO_TEXT,),
        (f"--{NO_TEXT}",),
    ],
)
def test_bytes_that_are_no_text_are_misuse(ledger: Run, tmp_path: Path, command: tuple[str, ...]) -> None:
    before = sorted(os.listdir(bytes(tmp_path)))
    done = ledger(*command)
    assert (done.code, done.out, one_line(done.err)) == (2, "", True)
    assert "a\\xff is no UTF-8 text" in done.err
    assert sorted(os.listdir(bytes(tmp_path))) == before


@pytest.mark.parametrize("name", ["OBNOVI_LEDGER", "OBNOVI_CATALOGUE"])
def test_a_variable_that_is_no_text_is_misuse(ledger: Run, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, NO_TEXT)
    done = ledger("verify")
    assert (done.code, one_line(done.err)) == (2, True)
    assert f"{name}=a\\xff is no UTF-8 text" in done.err


@pytest.mark.parametrize(
    "command",
    [
        ("balance", ACCOUNT),
        ("events", ACCOUNT),
        ("find", "x"),
        ("verify",),
        ("night",),
        ("statement", ACCOUNT, "--from", "2023-01-01", "--to", "2023-01-31"),
    ],
)
def test_what_only_reads_makes_no_ledger(obnovi: Run, tmp_path: Path, command: tuple[str, ...]) -> None:
    done = obnovi(*command)
    assert (done.code, one_line(done.err)) == (2, True)
    assert list(tmp_path.iterdir()) == []


def test_a_compressed_feed_is_refused_before_anything_is_booked(obnovi: Run, tmp_path: Path) -> None:
    write(tmp_path / "first", opening())
    (tmp_path / "second").write_bytes(gzip.compress(opening().encode()))
    done = obnovi("feed", "first", "second")
    assert (done.code, one_line(done.err)) == (2, True)
    assert "gunzip" in done.err
    assert not (tmp_path / "obnovi.db").exists()


@pytest.mark.parametrize("name", ["obnovi.db", "./obnovi.db-wal", "feed", "link", "mine.toml"])
def test_nothing_that_is_kept_or_read_is_written_over(ledger: Run, tmp_path: Path, name: str) -> None:
    (tmp_path / "mine.toml").write_text(CATALOGUE_TEXT)
    (tmp_path / "link").symlink_to("obnovi.db")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    done = ledger("--catalogue", "mine.toml", "feed", "feed", "--rejects", name)
    assert (done.code, one_line(done.err)) == (2, True)
    if name != "feed":
        asked = ("statement", ACCOUNT, "--from", "2023-02-01", "--to", "2023-02-28")
        done = ledger("--catalogue", "mine.toml", *asked, "-o", name)
        assert (done.code, one_line(done.err)) == (2, True)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.name in before} == before


def test_what_was_refused_or_not_rated_is_told(obnovi: Run, tmp_path: Path) -> None:
    call = line(
        "usage", "call", "2023-01-16T12:00:00+03:00", service="voice", direction="out", quantity=60, zone="mars"
    )
    write(tmp_path / "feed", *month(), line("connect_plan", "b", "2023-01-17T12:00:00+03:00", plan="smrt"), call)
    out = obnovi("feed", "feed").out
    assert f"{ACCOUNT}: connect_plan b refused: PLAN_NOT_AVAILABLE\n" in out
    assert "4 applied (1 of them unrated), 0 duplicates, 1 refused, 0 rejected; 6 events written" in out


def test_no_command_at_all_shows_the_help(obnovi: Run) -> None:
    done = obnovi()
    assert done.code == 2
    assert "\nCommands:\n" in done.err


def test_another_program_s_file_is_no_ledger_and_stays_untouched(obnovi: Run, tmp_path: Path) -> None:
    write(tmp_path / "feed", opening())
    (tmp_path / "notes.db").write_text("not a database, but long enough to be read as one " * 100)
    with sqlite3.connect(tmp_path / "other.db") as other:
        other.execute("CREATE TABLE friends (name TEXT)")
    for name in ("notes.db", "other.db", "."):
        before = (tmp_path / name).read_bytes() if name != "." else b""
        for command in (("feed", "feed"), ("verify",)):
            done = obnovi("--ledger", name, *command)
            assert (done.code, one_line(done.err)) == (2, True), (name, command, done)
        assert name == "." or (tmp_path / name).read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["feed", "notes.db", "other.db"]


def test_the_environment_names_ledger_and_catalogue(
    obnovi: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "feed", opening())
    monkeypatch.setenv("OBNOVI_LEDGER", "sqlite:///mine.db")
    assert obnovi("feed", "feed").code == 0
    assert (tmp_path / "mine.db").exists()
    assert obnovi("--ledger", "other.db", "balance", ACCOUNT).code == 2
    monkeypatch.setenv("OBNOVI_CATALOGUE", "nowhere.toml")
    assert obnovi("feed", "feed").code == 2


def test_a_catalogue_is_checked_field_by_field(obnovi: Run, tmp_path: Path) -> None:
    bad = CATALOGUE_TEXT.replace('monthly_fee = "350.00"', "monthly_fee = 350.0", 1)
    bad = bad.replace('name = "Тест t4"', "", 1).replace('zone = "Asia/Kamchatka"', 'zone = "Asia/Nowhere"')
    (tmp_path / "bad.toml").write_text(bad)
    done = obnovi("catalogue", "check", "bad.toml", "--json")
    assert done.code == 1
    assert done.json()["ok"] is False
    told = "\n".join(done.json()["problems"])
    assert "plan t3 (2015-01-01): monthly_fee" in told
    assert "plan t4 (2015-01-01): name" in told
    assert "regions.kamchatka.zone" in told
    assert obnovi("--catalogue", "bad.toml", "feed", "bad.toml").code == 2
    (tmp_path / "cut.toml").write_text(CATALOGUE_TEXT[:-20])
    assert obnovi("catalogue", "check", "cut.toml").code == 1
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    assert obnovi("catalogue", "check", "binary.toml").code == 2


def test_a_zone_that_packages_cover_needs_prices(obnovi: Run, tmp_path: Path) -> None:
    """R-6.8: its records would never be rated. `check` says so; a ledger that has such a version can still be used."""
    for name, cover in (("good", '["home", "russia"]'), ("odd", '["home", "moon", "mars"]')):
        text = CATALOGUE_TEXT.replace('packages_cover = ["home", "russia"]', f"packages_cover = {cover}")
        (tmp_path / f"{name}.toml").write_text(text)
    assert obnovi("catalogue", "check", "good.toml", "--json").json() == {"ok": True, "problems": []}
    done = obnovi("catalogue", "check", "odd.toml", "--json")
    assert (done.code, done.json()) == (
        1,
        {
            "ok": False,
            "problems": [
                f"line 249: plan t4-wide (2015-01-01): packages_cover: zone '{zone}' has no prices, so every record "
                "there stays unrated"
                for zone in ("moon", "mars")
            ],
        },
    )
    write(tmp_path / "feed", *month())
    assert obnovi("--catalogue", "odd.toml", "feed", "feed").code == 0


def test_a_catalogue_that_alters_what_was_used_is_refused(ledger: Run, tmp_path: Path) -> None:
    """R-3.6."""
    (tmp_path / "dearer.toml").write_text(CATALOGUE_TEXT.replace('monthly_fee = "400.00"', 'monthly_fee = "410.00"', 1))
    done = ledger("--catalogue", "dearer.toml", "night", "--until", "2023-02-01T12:00:00+03:00")
    assert (done.code, one_line(done.err)) == (1, True)
    assert "plan t4 of 2015-01-01" in done.err


def test_verify_finds_a_wrong_amount_and_says_no(ledger: Run, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "obnovi.db") as db:
        db.execute("DROP TRIGGER stored_events_refuse_update")
        db.execute("UPDATE stored_events SET state = replace(state, '36000', '35000') WHERE originator_version = 6")
        db.execute("UPDATE stored_events SET state = replace(state, '\"amount\":360,', '\"amount\":300,') "
                   "WHERE originator_version = 5")  # fmt: skip
    done = ledger("verify", "--json")
    assert done.code == 1
    report = done.json()
    assert report["ok"] is False
    assert (ACCOUNT, 5, "entries") in [(p["account"], p["version"], p["problem"]) for p in report["problems"]]
    assert ledger("verify").code == 1


def test_a_statement_is_written_whole_to_a_file(ledger: Run, tmp_path: Path) -> None:
    asked = ("statement", ACCOUNT, "--from", "2023-02-01", "--to", "2023-02-28", "--format", "json")
    printed = ledger(*asked)
    assert ledger(*asked, "-o", "february.json").out == ""
    assert (tmp_path / "february.json").read_text() == printed.out
    assert f"Документ {hashlib.sha256(printed.out.encode()).hexdigest()}" in ledger(*asked[:-2]).out
    assert json.loads(printed.out)["final"] is False
    assert "предварительно: плата за 01.03 ещё не списана" in ledger(*asked[:-2]).out
    assert ledger(*asked, "-o", "no/such/folder").code == 2


@pytest.mark.parametrize("command", ["feed", "night", "balance", "events", "statement", "find", "verify"])
def test_every_help_text_has_an_example(tmp_path: Path, command: str) -> None:
    done = in_this_process(command, "--help", cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    assert f"Example:\n    obnovi {command}" in done.out


def test_a_ledger_in_a_folder_that_cannot_be_written_is_not_called_another_s(ledger: Run, tmp_path: Path) -> None:
    """SQLite needs a helper beside the file; a folder of its name is in the way of anybody, of root too."""
    (tmp_path / "obnovi.db-shm").unlink(missing_ok=True)
    (tmp_path / "obnovi.db-wal").unlink(missing_ok=True)
    (tmp_path / "obnovi.db-wal").mkdir()
    done = ledger("balance", ACCOUNT)
    assert (done.code, done.out, one_line(done.err)) == (2, "", True)
    assert "SQLite writes beside it even to read it" in done.err
    assert "not an Obnovi ledger" not in done.err


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("79161234568", "open it with an `open` input"),
        ("8916", "an account is 79 and nine digits, like 79161234567"),
        ("Анна", "an account is 79 and nine digits, like 79161234567"),
    ],
)
def test_a_number_that_has_no_account_is_told_what_to_do(ledger: Run, written: str, told: str) -> None:
    done = ledger("balance", written)
    assert (done.code, done.out, done.err) == (1, "", f"obnovi: no account {written} in this ledger; {told}\n")


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (("statment", ACCOUNT), "No such command 'statment'. (Did you mean one of: 'check-statement', 'statement', "),
        (("verfy",), "No such command 'verfy'. Did you mean 'verify'?"),
        (("dispute", "lst"), "No such command 'lst'. Did you mean 'list'?"),
    ],
)
def test_a_misspelt_command_is_answered_with_the_one_that_is_meant(
    obnovi: Run, command: tuple[str, ...], told: str
) -> None:
    done = obnovi(*command)
    assert (done.code, done.err.startswith(f"obnovi: {told}"), one_line(done.err)) == (2, True, True)


@pytest.mark.parametrize("group", ["dispute", "keys", "catalogue"])
def test_no_line_of_a_list_of_commands_is_cut_off(obnovi: Run, group: str) -> None:
    assert "..." not in obnovi(group, "--help").out.partition("Commands:")[2]


def test_a_closed_stdout_is_misuse(tmp_path: Path) -> None:
    script = f"'{OBNOVI}' find call >&-"
    done = subprocess.run(["sh", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (2, "obnovi: stdout is closed; send it to a file or to /dev/null\n")
