"""`obnovi verify`: all of the ledger or some accounts, and a report that a person can act on (contract §1, §7)."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from projections.verify import verify as audit
from tests.cli.support import ACCOUNT, Run, line, month, write

OTHERS = ("79000000001", "79000000002", "79000000003")
IDS: dict[str, str] = {}
"""The ids of their contracts in the ledger of the test."""
WHOLE_ONLY = "Only these accounts were checked; file, positions and the number of keys take a whole `obnovi verify`."


@pytest.fixture
def ledger(obnovi: Run, tmp_path: Path) -> Run:
    """Four accounts on plan t4, each with five events: an opening, 1000.00, the plan and its fee, a call."""
    feed = [
        each
        for account in (ACCOUNT, *OTHERS)
        for each in (
            *month(account),
            line("usage", "call", "2023-01-20T12:00:00+03:00", account, service="voice", direction="out", quantity=310),
        )
    ]
    write(tmp_path / "feed", *feed)
    assert obnovi("feed", "feed").code == 0
    IDS.update({each["account"]: each["contract"] for each in obnovi("accounts", "--json").json()})
    return obnovi


@contextmanager
def behind_the_back(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with sqlite3.connect(tmp_path / "obnovi.db") as db:
        triggers = db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            db.execute(f"DROP TRIGGER {name}")
        yield db
        for _, statement in triggers:
            db.execute(statement)
    db.close()


def forged(tmp_path: Path, account: str) -> None:
    """Somebody makes an account's call shorter."""
    with behind_the_back(tmp_path) as db:
        db.execute(
            "UPDATE stored_events SET state = CAST(replace(state, ?, ?) AS BLOB) WHERE originator_id = ?",
            ('"billed":360', '"billed":60', IDS[account]),
        )


def test_all_of_a_sound_ledger(ledger: Run) -> None:
    assert ledger("verify", "--json").json() == {"accounts": 4, "events": 20, "ok": True, "problems": []}
    assert ledger("verify").out == (
        "4 accounts, 20 events decided again: everything agrees\n"
        "A tail cut off together with its traces is not seen from inside: that takes evidence kept elsewhere.\n"
    )


def test_a_named_account_is_checked_alone(ledger: Run, tmp_path: Path) -> None:
    forged(tmp_path, ACCOUNT)
    sound = ledger("verify", "--account", OTHERS[0], "--account", OTHERS[2], "--account", OTHERS[0], "--json")
    assert (sound.code, sound.json()) == (
        0, {"accounts": 2, "events": 10, "ok": True, "problems": [], "of_accounts": 4},
    )  # fmt: skip
    found = ledger("verify", "--account", ACCOUNT, "--json")
    assert (found.code, found.json()) == (
        1,
        {
            "accounts": 1,
            "events": 5,
            "ok": False,
            "problems": [
                {"account": ACCOUNT, "version": 5, "problem": "billed", "expected": 360, "found": 60, "holder": 1}
            ],
            "of_accounts": 4,
        },
    )
    assert ledger("verify", "--account", OTHERS[0]).out == (
        f"1 of 4 accounts, 5 events decided again: everything agrees\n{WHOLE_ONLY}\n"
    )


def test_a_sample_is_a_share_of_the_accounts(ledger: Run, tmp_path: Path) -> None:
    """At least one, rounded up, the same ones again; of them everything is checked, of others nothing."""
    for share, accounts in (("0.5%", 1), ("0.25", 1), ("25%", 1), ("25.1%", 2), ("50%", 2), ("100%", 4)):
        made = ledger("verify", "--sample", share, "--json").json()
        assert made == {
            "accounts": accounts, "events": 5 * accounts, "ok": True, "problems": [], "of_accounts": 4,
        }  # fmt: skip
    forged(tmp_path, ACCOUNT)
    codes = {seed: ledger("verify", "--sample", "1%", "--seed", seed).code for seed in range(12)}
    assert set(codes.values()) == {0, 1}  # the forged account is in some samples only
    assert codes == {seed: ledger("verify", "--sample", "1%", "--seed", seed).code for seed in codes}
    assert ledger("verify", "--sample", "100%").code == 1


@pytest.mark.parametrize(
    "options",
    [
        ("--sample", "1"),
        ("--sample", "1.0"),
        ("--sample", "0.0"),
        ("--sample", "0%"),
        ("--sample", "0.0%"),
        ("--sample", "100.1%"),
        ("--sample", "-1%"),
        ("--sample", "1e1%"),
        ("--sample", "٣%"),
        ("--sample", "half"),
        ("--sample", "1%", "--account", ACCOUNT),
        ("--seed", "1"),
        ("--account", ACCOUNT, "--seed", "1"),
    ],
)
def test_what_is_no_choice_of_accounts_is_misuse(ledger: Run, options: tuple[str, ...]) -> None:
    done = ledger("verify", *options)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)


def test_an_unknown_account_cannot_be_checked(ledger: Run) -> None:
    done = ledger("verify", "--account", ACCOUNT, "--account", "79999999999")
    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
    assert "no account 79999999999" in done.err


def test_some_accounts_do_not_answer_for_the_whole(ledger: Run, tmp_path: Path) -> None:
    """A key too many, a source that nobody named and a lost event of another are the whole ledger's matter."""
    with behind_the_back(tmp_path) as db:
        db.execute("INSERT INTO keys VALUES (x'00', ?, 2, x'00')", (IDS[ACCOUNT],))
        db.execute("INSERT INTO sources VALUES ('ghost')")
        db.execute("DELETE FROM stored_events WHERE originator_id = ? AND originator_version = 5", (IDS[OTHERS[1]],))
    assert ledger("verify", "--account", ACCOUNT).code == 0
    whole = ledger("verify", "--json").json()
    assert {(p["account"], p["problem"]) for p in whole["problems"]} == {
        (ACCOUNT, "idempotency key without a booking"),
        (None, "table sources"),
        (OTHERS[1], "event missing"),
    }


def test_an_account_of_which_only_the_head_is_left_can_be_named(ledger: Run, tmp_path: Path) -> None:
    with behind_the_back(tmp_path) as db:
        db.execute("DELETE FROM stored_events WHERE originator_id = ?", (IDS[OTHERS[0]],))
    made = ledger("verify", "--account", OTHERS[0], "--json").json()
    assert (made["accounts"], made["events"], made["of_accounts"]) == (0, 0, 4)
    assert [(p["account"], p["problem"]) for p in made["problems"]] == [(OTHERS[0], "head without events")]


def test_several_processes_find_what_one_does(ledger: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whole or in part: the same report, in the same order."""
    forged(tmp_path, ACCOUNT)
    forged_too = ("--account", ACCOUNT, "--account", OTHERS[1])
    with sqlite3.connect(tmp_path / "obnovi.db") as db:
        db.execute("DELETE FROM sources")
        db.execute("DELETE FROM used_versions")
        db.execute("UPDATE heads SET next_at = 0 WHERE account = ?", (IDS[OTHERS[1]],))
    for options in ((), forged_too, ("--sample", "75%")):
        monkeypatch.setattr(audit, "EVENTS_FOR_PROCESSES", 20_000)
        alone = ledger("verify", *options, "--json")
        monkeypatch.setattr(audit, "EVENTS_FOR_PROCESSES", 0)
        together = ledger("verify", *options, "--workers", 2, "--json")
        assert (together.code, together.out) == (alone.code, alone.out) != (0, "")
        assert {p["problem"] for p in alone.json()["problems"]} >= {"table sources", "table used_versions"}


def test_a_report_says_what_was_found_and_what_to_do(ledger: Run, tmp_path: Path) -> None:
    """Values are cut around their first difference; nothing is cut for programs."""
    with behind_the_back(tmp_path) as db:
        db.execute(
            "UPDATE stored_events SET state = CAST(replace(state, '\"amount\":360,', '\"amount\":300,') AS BLOB) "
            "WHERE originator_id = ? AND originator_version = 5",
            (IDS[ACCOUNT],),
        )
        db.execute("UPDATE heads SET next_at = next_at + 1 WHERE account = ?", (IDS[OTHERS[2]],))
    done = ledger("verify")
    assert done.code == 1
    assert done.out.splitlines() == [
        f"account {OTHERS[2]}, version 5: head: next_at: expected 1676419200000000, found 1676419200000001",
        f"account {ACCOUNT}, version 5: entries: "
        'expected …unit":"s","amount":360,"grant":4}], found …unit":"s","amount":300,"grant":4}]',
        f"account {ACCOUNT}, version 5: head: state: "
        'expected …ted":12000,"left":11700,"start":1673773200000000,"end":16764…, '
        'found …ted":12000,"left":11640,"start":1673773200000000,"end":16764…',
        "4 accounts, 20 events decided again: 3 problems (2 × head, 1 × entries)",
        f"See what is stored: `obnovi events {ACCOUNT}`.",
        "If nobody wrote into the file, the program that booked it had other rules: "
        "what is stored stays, mend it with `reverse` or `adjust`.",
        "If somebody wrote into the file: restore the last backup and feed again what came since; "
        "what the backup has is a duplicate and changes nothing.",
        "Heads are a cache: delete all rows of the table `heads`, the next command makes them again from the log.",
    ]


def test_damaged_heads_alone_need_no_backup(ledger: Run, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "obnovi.db") as db:
        db.execute("UPDATE heads SET state = x'7b7d' WHERE account = ?", (IDS[ACCOUNT],))
    done = ledger("verify")
    assert done.out.splitlines()[-2:] == [
        "4 accounts, 20 events decided again: 1 problem",
        "Heads are a cache: delete all rows of the table `heads`, the next command makes them again from the log.",
    ]
    with sqlite3.connect(tmp_path / "obnovi.db") as db:
        db.execute("DELETE FROM heads")
    assert ledger("verify").code == 0


def test_a_long_list_of_findings_is_cut_and_counted(ledger: Run, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "obnovi.db") as db:
        db.executemany("INSERT INTO sources VALUES (?)", [(f"ghost-{number}",) for number in range(53)])
    lines = ledger("verify").out.splitlines()
    assert lines[0] == "ledger: table sources: expected nothing, found ghost-0"
    assert lines[50:52] == [
        "… and 3 more; `obnovi verify --json` lists all",
        "4 accounts, 20 events decided again: 53 problems",
    ]
    assert len(ledger("verify", "--json").json()["problems"]) == 53


def test_a_ledger_without_its_catalogue_is_told_so(ledger: Run, tmp_path: Path) -> None:
    """Nothing can be decided again then; other commands name the damage in one line."""
    with sqlite3.connect(tmp_path / "obnovi.db") as db:
        db.execute("DROP TRIGGER catalogues_refuse_delete")
        db.execute("DELETE FROM catalogues")
    report = ledger("verify", "--json").json()
    found = [(p["account"], p["problem"], p["expected"], p["found"]) for p in report["problems"]]
    assert (None, "first catalogue", "position 1", None) in found
    done = ledger("balance", ACCOUNT)
    assert (done.code, done.err.count("\n"), "obnovi verify" in done.err) == (2, 1, True)


def test_a_damaged_catalogue_is_told_before_what_a_change_lacks(ledger: Run, tmp_path: Path) -> None:
    with behind_the_back(tmp_path) as db:
        db.execute("UPDATE catalogues SET toml = 'x = ['")
    done = ledger("what-if", ACCOUNT, "--drop", "99")
    assert (done.code, "a catalogue in the ledger is damaged" in done.err) == (2, True), done.err


@pytest.mark.parametrize(
    "command",
    [("balance", ACCOUNT, "--as-of", "2023-01-31"), ("refused", "--account", ACCOUNT), ("replay", "--workers", "1")],
)
def test_a_history_with_a_hole_is_no_error_of_the_program(
    ledger: Run, tmp_path: Path, command: tuple[str, ...]
) -> None:
    write(tmp_path / "more", line("ussd", "*100#", "2023-01-21T12:00:00+03:00", text="*100#"))
    assert ledger("feed", "more").code == 0
    with behind_the_back(tmp_path) as db:
        db.execute("DELETE FROM stored_events WHERE originator_id = ? AND originator_version = 4", (IDS[ACCOUNT],))
    done = ledger(*command)
    assert (done.code, done.err) == (2, f"obnovi: account {IDS[ACCOUNT]}: version 5 follows 3; run `obnovi verify`\n")


def test_a_broken_page_is_told_of_the_file_that_has_it(ledger: Run, tmp_path: Path) -> None:
    """Views are made anew on the spot; a ledger is not."""
    totals = ("totals", "--from", "2023-01-01", "--to", "2023-01-31")
    told = ledger(*totals).out
    (views,) = tmp_path.glob("obnovi.db.views-*")
    whole = views.read_bytes()
    page = int.from_bytes(whole[16:18])
    views.write_bytes(whole[:page] + b"\xff" * (len(whole) - page))
    done = ledger(*totals)
    assert (done.code, done.out, done.err) == (0, told, "")
    path = tmp_path / "obnovi.db"
    whole = path.read_bytes()
    path.write_bytes(whole[:page] + b"\xff" * (len(whole) - page))
    done = ledger(*totals)
    assert (done.code, done.err.count("\n"), "the file is damaged" in done.err) == (2, 1, True), done.err
    path.write_bytes(whole)
    assert ledger(*totals).code == 0


def test_a_catalogue_that_is_no_text_is_a_finding(ledger: Run, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "obnovi.db") as db:
        db.execute("DROP TRIGGER catalogues_refuse_update")
        db.execute("UPDATE catalogues SET toml = CAST(x'ff' || CAST(toml AS BLOB) AS TEXT)")
    db.close()
    done = ledger("verify", "--json")
    assert (done.code, done.err) == (1, "")
    assert "catalogue of position 1" in {each["problem"] for each in done.json()["problems"]}


def test_an_index_that_names_rows_that_are_gone_is_damage_of_the_ledger(ledger: Run, tmp_path: Path) -> None:
    """SQLite's quick check does not see it."""
    path, where = tmp_path / "obnovi.db", "name = 'heads_by_next_at'"
    with sqlite3.connect(path) as db:
        index = db.execute(f"SELECT * FROM sqlite_master WHERE {where}").fetchone()
        db.execute("PRAGMA writable_schema = ON")
        db.execute(f"DELETE FROM sqlite_master WHERE {where}")
    db.close()
    with sqlite3.connect(path) as db:
        db.execute("DELETE FROM heads WHERE account = ?", (IDS[ACCOUNT],))
        db.execute("PRAGMA writable_schema = ON")
        db.execute("INSERT INTO sqlite_master VALUES (?,?,?,?,?)", index)
    db.close()
    done = ledger("night", "--until", "2023-03-01T03:00:00+03:00", "--yes")
    assert (done.code, done.err.count("\n"), "the file is damaged" in done.err) == (2, 1, True), done


def test_a_holder_names_the_contract_of_one_account(ledger: Run) -> None:
    """R-15.8."""
    assert ledger("verify", "--account", ACCOUNT, "--holder", 1, "--json").json()["accounts"] == 1
    other = ledger("verify", "--account", ACCOUNT, "--holder", 2)
    assert (other.code, other.out) == (1, "")
    assert f"account {ACCOUNT} has no contract 2" in other.err
    for args in ([], ["--account", ACCOUNT, "--account", OTHERS[0]], ["--sample", "1%"]):
        done = ledger("verify", "--holder", 1, *args)
        assert (done.code, "--holder goes with one --account" in done.err) == (2, True)
