"""Views across accounts: followed, rebuilt from the log alone, compared and swapped; every unit sums to zero."""

import shutil
import signal
import sqlite3
import subprocess
import time
from collections import Counter
from contextlib import closing
from datetime import date
from itertools import islice
from pathlib import Path

import pytest

from ledger import inputs
from ledger.log.engines import store_ref
from ledger.service import Ledger
from projections import disputes, follow, totals, unrated, views
from projections.engines.pool import HERE, Pool
from projections.follow import caught_up, rebuild
from tests.cli.support import ENVIRONMENT, OBNOVI, Run, in_this_process
from tests.simulated import quiet
from tests.support import CATALOGUE_TEXT, Clock, Story, at

SINCE, UNTIL = date(2026, 1, 1), date(2026, 1, 31)


@pytest.fixture(scope="module")
def operator(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A simulated month of forty subscribers, charged to its end."""
    path = tmp_path_factory.mktemp("operator") / "obnovi.db"
    feed = iter(quiet(subscribers=40, days=31, seed=7))
    with Ledger(store_ref(path), now=Clock(at("2026-02-02 00:00"))) as ledger:
        while some := list(islice(feed, 2_000)):
            ledger.apply([inputs.parse(line) for line in some])
        while ledger.advance_due(at("2026-02-01 03:00"), accounts_max=7) is not None:
            pass
    return path


def rows(db: sqlite3.Connection) -> dict[str, list[tuple[object, ...]]]:
    return {table: db.execute(f"SELECT * FROM {table} ORDER BY 1, 2, 3, 4, 5").fetchall() for table in TABLES}


TABLES = views.TABLE_NAMES


def wallet(db: sqlite3.Connection) -> int:
    """What all wallets hold, by the trial balance."""
    found = totals.rows(db, since=date(2023, 1, 1), until=date(2023, 1, 31))
    return sum(int(row["closing"]) for row in found if row["account_name"] == "wallet")


def test_the_trial_balance_sums_to_zero_in_every_unit(operator: Path) -> None:
    """R-1.3, R-1.4: opening, moved and closing; in total, by day, by plan and by region."""
    with (
        Ledger(store_ref(operator), now=lambda: 0, access="read") as ledger,
        ledger.snapshot() as snapshot,
        caught_up(snapshot.log) as db,
    ):
        for by in (None, "plan", "region"):
            sums: Counter[tuple[object, str, str]] = Counter()
            for row in totals.rows(db, since=SINCE, until=UNTIL, by=by):
                for figure in ("opening", "moved", "closing"):
                    sums[row.get(by or "", ""), row["unit"], figure] += row[figure]
                assert row["opening"] + row["moved"] == row["closing"]
            assert set(sums.values()) == {0}
        days: Counter[tuple[str, str]] = Counter()
        for row in totals.rows(db, since=SINCE, until=UNTIL, by="day"):
            days[row["account_name"], row["unit"]] += row["moved"]
        whole = {(row["account_name"], row["unit"]): row["moved"] for row in totals.rows(db, since=SINCE, until=UNTIL)}
        assert {key: amount for key, amount in days.items() if amount} == {k: v for k, v in whole.items() if v}


def test_the_wallets_of_the_trial_balance_are_those_of_the_accounts(operator: Path) -> None:
    with (
        Ledger(store_ref(operator), now=lambda: 0, access="read") as ledger,
        ledger.snapshot() as snapshot,
        caught_up(snapshot.log) as db,
    ):
        (wallets,) = [
            row for row in totals.rows(db, since=SINCE, until=date(2026, 2, 28)) if row["account_name"] == "wallet"
        ]
        accounts = [account for name in snapshot.log.accounts() if (account := snapshot.account(name)) is not None]
        assert wallets["closing"] == sum(account.wallet for account in accounts)
        buckets = (bucket for account in accounts for bucket in account.buckets)
        held = sum(bucket.left for bucket in buckets if (bucket.name, bucket.service) == ("base", "voice"))
        (base,) = [
            row for row in totals.rows(db, since=SINCE, until=date(2026, 2, 28)) if row["account_name"] == "base/voice"
        ]
        assert base["closing"] == held


@pytest.mark.parametrize("at_once", [1, 2, 50_000])
def test_what_goes_back_on_the_same_day_is_seen_alike_in_any_batches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    """R-11.1: a reversed top-up nets to zero; its rows are told, however the log was cut while it was followed."""
    monkeypatch.setattr(follow, "EVENTS_AT_ONCE", at_once)
    story = Story(tmp_path).open("2023-01-15 11:00")
    (paid,) = story.top_up("2023-01-15 11:30", 1000_00)
    story.events_of("reverse", "2023-01-15 12:00", event=paid.version, text="ошибка кассира")
    with story.ledger.snapshot() as snapshot, caught_up(snapshot.log) as db:
        expected: list[dict[str, object]] = [
            {"account_name": name, "unit": "kop", "opening": 0, "moved": 0, "closing": 0}
            for name in ("cash:cash", "wallet")
        ]
        on_its_day = [{"day": "2023-01-15", **row} for row in expected]
        january, february = (date(2023, 1, 1), date(2023, 1, 31)), (date(2023, 2, 1), date(2023, 2, 28))
        for (since, until), days in ((january, on_its_day), (february, [])):
            assert totals.rows(db, since=since, until=until) == expected
            assert totals.rows(db, since=since, until=until, by="plan") == [{"plan": "", **row} for row in expected]
            assert totals.rows(db, since=since, until=until, by="day") == days
        assert totals.rows(db, since=date(2022, 1, 1), until=date(2023, 1, 14)) == []
    assert rebuild(story.ledger, engine=HERE).differences == 0


@pytest.mark.parametrize("workers", [1, 2])
def test_rebuilt_views_are_the_followed_ones(operator: Path, workers: int) -> None:
    with Ledger(store_ref(operator), now=lambda: 0, access="read") as ledger:
        with ledger.snapshot() as snapshot, caught_up(snapshot.log) as db:
            followed = rows(db)
        done = rebuild(ledger, engine=Pool(workers))
        assert done.differences == 0
        with ledger.store.reading() as log:
            assert done.events == log.last_position()
        with ledger.snapshot() as snapshot, caught_up(snapshot.log) as db:
            assert rows(db) == followed
    assert len(list(operator.parent.glob("*.views-*"))) == 1


def test_a_view_that_was_written_into_is_found_and_replaced(operator: Path) -> None:
    with Ledger(store_ref(operator), now=lambda: 0, access="read") as ledger:
        with ledger.snapshot() as snapshot, caught_up(snapshot.log) as db:
            first = "(SELECT MIN(account || ' ' || version) FROM refusals)"
            db.execute(f"UPDATE refusals SET reason = 'X' WHERE account || ' ' || version = {first}")
        assert rebuild(ledger, engine=HERE).differences == 2
        assert rebuild(ledger, engine=HERE).differences == 0


QUESTIONS = (
    ("totals", "--from", "2023-01-01", "--to", "2023-12-31"),
    ("unrated",),
    ("dispute", "list", "--all", "--today", "2023-03-01"),
    ("refused",),
)


def damage(path: Path, how: str) -> None:
    """A views file that cannot be used as it is: broken, of another form, or with values that no view wrote."""
    whole = path.read_bytes()
    page = int.from_bytes(whole[16:18])
    match how:
        case "empty":
            path.write_bytes(b"")
        case "no database":
            path.write_bytes(b"x" * len(whole))
        case "cut off":
            path.write_bytes(whole[: 3 * page])
        case "broken pages":
            path.write_bytes(whole[:page] + b"\xff" * (len(whole) - page))
        case statement:
            with closing(sqlite3.connect(path)) as db:
                db.executescript(statement)


@pytest.mark.parametrize(
    "how",
    [
        "empty",
        "no database",
        "cut off",
        "broken pages",
        "DROP TABLE totals; DROP TABLE disputes",
        "ALTER TABLE refusals ADD COLUMN more",
        "CREATE TRIGGER t AFTER INSERT ON totals BEGIN DELETE FROM totals; END",
        "DELETE FROM seen",
        "INSERT INTO seen SELECT * FROM seen",
        "UPDATE seen SET schema = 99",
        "UPDATE seen SET position = 'far', digest = ''",
        "UPDATE seen SET position = 1000000, digest = ''",
        "UPDATE seen SET position = 0, digest = ''",
        "UPDATE refusals SET facts = 'no facts'",
        "UPDATE disputes SET opened = 5",
        "UPDATE totals SET moved = 'much'",
    ],
)
def test_views_that_cannot_be_used_are_made_anew_on_the_spot(obnovi: Run, tmp_path: Path, how: str) -> None:
    story = Story(tmp_path).open("2023-01-15 11:00")
    story.top_up("2023-01-15 11:30", 1000_00)
    story.connect("2023-01-15 12:00", "t4")
    story.feed("refresh", "2023-01-16 12:00")
    story.feed("refresh", "2023-01-16 12:00", id="again")
    story.feed("open_dispute", "2023-01-16 12:00", id="claim", event=4, text="")
    story.call("2023-01-16 12:00", "1:00", zone="mars")
    story.ledger.close()
    for question in QUESTIONS:
        expected = obnovi("--ledger", story.path, *question, "--json")
        assert (expected.code, expected.err) == (0, ""), expected
        damage(views.place(store_ref(story.path)), how)
        told = obnovi("--ledger", story.path, *question, "--json")
        if how != "UPDATE totals SET moved = 'much'":  # such values are for `verify`
            assert (told.code, told.out, told.err) == (0, expected.out, "")
        damage(views.place(store_ref(story.path)), how)
        assert obnovi("--ledger", story.path, "replay").code in (0, 1)
        assert len(list(tmp_path.glob("*.views-*"))) == 1


def test_views_of_another_ledger_are_made_anew(tmp_path: Path) -> None:
    story = Story(tmp_path).open("2023-01-15 11:00")
    story.top_up("2023-01-15 11:30", 1000_00)
    with story.ledger.snapshot() as snapshot, caught_up(snapshot.log) as db:
        assert wallet(db) == 1000_00
    story.ledger.close()
    story.path.unlink()
    other = Story(tmp_path, account="79000000002").open("2023-01-15 11:00")
    with other.ledger.snapshot() as snapshot, caught_up(snapshot.log) as db:
        assert wallet(db) == 0


def test_unrated_records_are_listed_until_they_are_rated(tmp_path: Path) -> None:
    """R-6.8, R-11.6."""
    story = Story(tmp_path).open("2023-01-15 11:00")
    story.top_up("2023-01-15 11:30", 1000_00)
    story.connect("2023-01-15 12:00", "t4")
    (event,) = story.call("2023-01-16 12:00", "1:00", zone="mars")
    with story.ledger.snapshot() as snapshot, caught_up(snapshot.log) as db:
        assert unrated.rows(db, [story.contract]) == [
            unrated.UnratedRow(
                story.contract, event.version, "NO_PRICE", "mars", "voice", at("2023-01-16 12:00"), story.zone
            )
        ]
    story.ledger.close()
    with Ledger(store_ref(story.path), now=story.clock, catalogue=mended()) as ledger:
        story.ledger = ledger
        (again,) = story.events_of("rerate", "2023-01-17 12:00", event=event.version)
        assert type(again).__name__ == "UsageCharged"
        with ledger.snapshot() as snapshot, caught_up(snapshot.log) as db:
            assert (unrated.waiting(db), unrated.rows(db, [story.contract])) == ([], [])


def mended() -> str:
    """The tests' catalogue with a later version of t4 that has a price on Mars."""
    start = CATALOGUE_TEXT.index('id = "t4"')
    plan = CATALOGUE_TEXT[start : CATALOGUE_TEXT.index("[[plans]]", start)]
    newer = plan.replace("effective_from = 2015-01-01", "effective_from = 2016-01-01")
    return f'{CATALOGUE_TEXT}\n[[plans]]\n{newer.split("[[options]]")[0]}[plans.prices.mars]\nvoice_minute = "9.00"\n'


def test_open_disputes_stand_premium_first_then_by_due_date(tmp_path: Path) -> None:
    """R-11.4."""
    text = CATALOGUE_TEXT.replace('id = "t3"', 'id = "t3"', 1)
    start = text.index('id = "t3"')
    text = text[:start] + text[start:].replace("premium = false", "premium = true", 1)
    story = Story(tmp_path, text=text).open("2023-01-15 11:00")
    story.top_up("2023-01-15 11:30", 3000_00)
    story.connect("2023-01-15 12:00", "t4")
    story.feed("open_dispute", "2023-01-16 12:00", id="plain", event=4, text="")
    story.connect("2023-01-17 12:00", "t3")
    story.feed("open_dispute", "2023-01-18 12:00", id="premium", event=4, text="")
    story.feed("open_dispute", "2023-01-19 12:00", id="later", event=4, text="")
    story.feed("resolve_dispute", "2023-01-20 12:00", dispute="later", outcome="rejected", text="")
    with story.ledger.snapshot() as snapshot, caught_up(snapshot.log) as db:
        queue = disputes.open_rows(db, snapshot.log, today=date(2023, 2, 16))
    assert [(row.dispute, row.premium, row.answer_due, row.overdue) for row in queue] == [
        ("premium", True, date(2023, 2, 17), False),
        ("plain", False, date(2023, 2, 15), True),
    ]


def test_a_replay_killed_at_any_moment_leaves_views_that_can_be_read(operator: Path) -> None:
    expected = in_this_process(
        "--ledger", operator, "totals", "--from", "2026-01-01", "--to", "2026-01-31", "--json", cwd="/"
    )
    for pause in (0.3, 0.4, 0.5):
        killed = subprocess.Popen([OBNOVI, "--ledger", operator, "replay"], stdout=subprocess.DEVNULL, env=ENVIRONMENT)
        time.sleep(pause)
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        again = in_this_process(
            "--ledger", operator, "totals", "--from", "2026-01-01", "--to", "2026-01-31", "--json", cwd="/"
        )
        assert again.out == expected.out
    assert in_this_process("--ledger", operator, "replay", cwd="/").code == 0
    assert not list(operator.parent.glob("*.part*"))


def test_a_night_killed_at_any_moment_charges_nobody_twice_and_leaves_nobody_out(tmp_path: Path) -> None:
    """R-4.8: a thousand accounts due at one night; killed, run again, compared with one quiet run."""
    made: list[inputs.Input] = []
    for number in range(1_000):
        account = {"account": f"7900000{number:04d}", "at": "2023-01-15T12:00:00+03:00"}
        made += [
            inputs.check({"type": "open", "id": "o", "region": "moscow"} | account),
            inputs.check({"type": "top_up", "id": "t", "amount": 800_00} | account),
            inputs.check({"type": "connect_plan", "id": "p", "plan": "t4"} | account),
        ]
    ref = store_ref(tmp_path / "quiet.db")
    with Ledger(ref, now=Clock(at("2023-02-20 00:00")), catalogue=CATALOGUE_TEXT) as ledger:
        ledger.apply(made)
    shutil.copyfile(tmp_path / "quiet.db", tmp_path / "killed.db")
    night = ("night", "--until", "2023-02-15T03:00:00+03:00")
    for pause in (0.45, 0.5, 0.6, 0.7):
        killed = subprocess.Popen([OBNOVI, "--ledger", tmp_path / "killed.db", *night], stdout=subprocess.DEVNULL)
        time.sleep(pause)
        killed.send_signal(signal.SIGKILL)
        killed.wait()
    for name in ("killed.db", "quiet.db"):
        assert in_this_process("--ledger", name, *night, cwd=tmp_path).code == 0
    assert stored(tmp_path / "killed.db") == stored(tmp_path / "quiet.db")
    assert in_this_process("--ledger", "killed.db", "verify", cwd=tmp_path).code == 0


def stored(path: Path) -> list[tuple[str, int, str]]:
    with sqlite3.connect(path) as db:
        return db.execute("SELECT originator_id, originator_version, topic FROM stored_events ORDER BY 1, 2").fetchall()


def test_views_that_others_followed_further_than_a_snapshot_are_kept(tmp_path: Path) -> None:
    story = Story(tmp_path).open("2023-01-15 11:00")
    ref = store_ref(story.path)
    with story.ledger.snapshot() as earlier:
        story.top_up("2023-01-15 11:30", 1000_00)
        with story.ledger.snapshot() as later, caught_up(later.log) as db:
            seen = db.execute("SELECT * FROM seen").fetchall()
        generation = views.place(ref)
        with caught_up(earlier.log) as db:
            assert db.execute("SELECT * FROM seen").fetchall() == seen
    assert views.place(ref) == generation
