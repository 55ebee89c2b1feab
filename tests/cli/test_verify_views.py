"""`verify` compares the views with the log: what was written into them is named, however well it agrees with itself."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ledger.log.engines import store_ref
from projections import views
from projections.verify import verify as audit
from tests.cli.support import ACCOUNT, Run, line, month, top_up, write

OTHER, LAST = "79000000001", "79990000002"
TOTALS = ("totals", "--from", "2023-01-01", "--to", "2023-12-31")


@pytest.fixture
def viewed(obnovi: Run, tmp_path: Path) -> Run:
    """Two accounts with a claim, a refusal and a record that nobody could rate; the views have seen them."""
    feed = []
    for account in (ACCOUNT, OTHER, LAST):
        feed += [
            *month(account),
            line("open_dispute", "claim", "2023-01-16T12:00:00+03:00", account, event=4, text=""),
            line("refresh", "r1", "2023-01-16T12:00:00+03:00", account),
            line("refresh", "r2", "2023-01-16T12:01:00+03:00", account),
            line(
                "usage", "mars", "2023-01-17T12:00:00+03:00", account,
                service="voice", direction="out", quantity=60, zone="mars",
            ),
        ]  # fmt: skip
    write(tmp_path / "feed", *feed)
    assert obnovi("feed", "feed").code == 0
    assert obnovi(*TOTALS).code == 0
    return obnovi


def id_of(viewed: Run, account: str) -> str:
    return str(viewed("accounts", account, "--json").json()[0]["contract"])


def change(viewed: Run, tmp_path: Path, script: str) -> None:
    """Run a script over the views, which know the contract of OTHER by its id."""
    script = script.replace(OTHER, id_of(viewed, OTHER))
    with closing(sqlite3.connect(views.place(store_ref(tmp_path / "obnovi.db")))) as db:
        db.executescript(script)


OF_WALLETS, OF_OTHER = "WHERE account_name = 'wallet'", f"WHERE account = '{OTHER}'"
OF_TOTALS: set[tuple[str | None, int | None, str]] = {(None, None, "view totals")}
CHANGES: dict[str, tuple[str, set[tuple[str | None, int | None, str]]]] = {
    "totals that still sum to zero": (
        "UPDATE totals SET moved = moved - 100 WHERE account_name LIKE 'cash:%'; "
        "UPDATE totals SET moved = moved + 100 WHERE account_name = 'wallet' AND plan = ''",
        OF_TOTALS,
    ),
    "a total of another day": (f"UPDATE totals SET day = date(day, '-300 days') {OF_WALLETS}", OF_TOTALS),
    "a total gone": (f"DELETE FROM totals {OF_WALLETS}", OF_TOTALS),
    "text for a total": (f"UPDATE totals SET moved = 'much' {OF_WALLETS}", OF_TOTALS),
    "a claim": (f"UPDATE disputes SET state = 'upheld' {OF_OTHER}", {(OTHER, 5, "view disputes")}),
    "a refusal": (f"UPDATE refusals SET reason = 'X' {OF_OTHER}", {(OTHER, 7, "view refusals")}),
    "a record": (f"DELETE FROM unrated {OF_OTHER}", {(OTHER, 8, "view unrated")}),
    "a record too many": (
        f"INSERT INTO unrated SELECT account, 99, reason, zone, service, occurred_at, clocks FROM unrated {OF_OTHER}",
        {(OTHER, 99, "view unrated")},
    ),
    "an account that is not there": (
        "INSERT INTO unrated SELECT '79555555555', version, reason, zone, service, occurred_at, clocks "
        f"FROM unrated {OF_OTHER}",
        {("79555555555", 8, "view unrated")},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_a_view_that_does_not_say_what_the_log_gives_is_a_finding(
    viewed: Run, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On one process and on several; `replay` mends it."""
    script, expected = CHANGES[name]
    change(viewed, tmp_path, script)
    done = viewed("verify", "--json")
    problems = done.json()["problems"]
    found = {(each["account"], each["version"], " ".join(each["problem"].split()[:2])) for each in problems}
    assert (done.code, found) == (1, expected)
    monkeypatch.setattr(audit, "EVENTS_FOR_PROCESSES", 0)
    assert viewed("verify", "--workers", 2, "--json").out == done.out
    told = viewed("verify").out.splitlines()
    assert told[-1] == "Views are made from the log: `obnovi replay` makes them anew."
    assert viewed("replay").code == 1
    assert viewed("verify").code == 0
    assert [path.name for path in tmp_path.glob("*views*")] == [views.place(store_ref(tmp_path / "obnovi.db")).name]


def test_of_some_accounts_their_own_views_are_compared(viewed: Run, tmp_path: Path) -> None:
    change(viewed, tmp_path, f"UPDATE disputes SET state = 'upheld' WHERE account = '{OTHER}'; DELETE FROM totals")
    assert viewed("verify", "--account", ACCOUNT).code == 0
    (found,) = viewed("verify", "--account", OTHER, "--json").json()["problems"]
    assert (found["account"], found["problem"]) == (OTHER, "view disputes")
    assert list(found["found"].values()) == ["upheld"]


def test_views_that_did_not_see_everything_yet_are_brought_up_before(viewed: Run, tmp_path: Path) -> None:
    write(tmp_path / "more", top_up("more"))
    assert viewed("feed", "more").code == 0
    assert viewed("verify").code == 0


def test_damaged_views_are_made_anew_and_are_no_finding(viewed: Run, tmp_path: Path) -> None:
    views.place(store_ref(tmp_path / "obnovi.db")).write_bytes(b"no database at all")
    assert viewed("verify").code == 0
    assert viewed(*TOTALS).code == 0


def test_the_last_line_says_that_views_could_not_be_compared(viewed: Run, tmp_path: Path) -> None:
    """An event that no view can take in: the log's own finding, and no more is said of the views."""
    other = id_of(viewed, OTHER)
    with closing(sqlite3.connect(tmp_path / "obnovi.db")) as db, db:
        trigger = "stored_events_refuse_update"
        (statement,) = db.execute("SELECT sql FROM sqlite_master WHERE name = ?", (trigger,)).fetchone()
        db.execute(f"DROP TRIGGER {trigger}")
        db.execute(
            "UPDATE stored_events SET state = x'7b7d' WHERE originator_id = ? AND originator_version = 2", (other,)
        )
        db.execute(statement)
    for path in tmp_path.glob("*views*"):
        path.write_bytes(b"")
    done = viewed("verify")
    assert done.code == 1
    assert done.out.splitlines()[-1].startswith(f"The views were not compared with the log: account {other}, version 2")
    report = viewed("verify", "--json").json()
    assert report["views"].startswith(f"account {other}")
    found = [
        each["found"] for each in report["problems"] if (each["account"], each["problem"]) == (OTHER, "stored form")
    ]
    assert [text.startswith(f"account {other}, version 2: ") for text in found] == [True]
    assert [text.endswith("; run `obnovi verify`") for text in (*found, report["views"])] == [True, True]


def test_a_replay_of_a_balance_that_its_entries_do_not_leave_changes_nothing(viewed: Run, tmp_path: Path) -> None:
    """What an event says is left and what the entries leave must agree (R-1.4); the views stay as they were."""
    with closing(sqlite3.connect(tmp_path / "obnovi.db")) as db, db:
        trigger = "stored_events_refuse_update"
        (statement,) = db.execute("SELECT sql FROM sqlite_master WHERE name = ?", (trigger,)).fetchone()
        db.execute(f"DROP TRIGGER {trigger}")
        last = "(SELECT position FROM stored_events WHERE topic = 'ToppedUp/2' LIMIT 1)"
        changed = "CAST(json_set(CAST(state AS TEXT), '$.wallet_after', 1) AS BLOB)"
        assert db.execute(f"UPDATE stored_events SET state = {changed} WHERE position = {last}").rowcount == 1
        db.execute(statement)
    before = {path.name: path.read_bytes() for path in tmp_path.glob("*views*")}
    done = viewed("replay")
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert "the balance after it is 1, its entries leave" in done.err
    assert done.err.endswith("; run `obnovi verify`\n")
    assert {path.name: path.read_bytes() for path in tmp_path.glob("*views*")} == before


def test_a_ledger_without_views_has_none_to_compare(viewed: Run, tmp_path: Path) -> None:
    for path in tmp_path.glob("*views*"):
        path.unlink()
    assert "views" not in viewed("verify", "--json").json()
    assert not list(tmp_path.glob("*views*"))
