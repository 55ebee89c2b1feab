"""`obnovi explain`: JSON and both languages, what is not there, and a log that somebody has changed."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.support import ACCOUNT, Run, line, month, write

FIELDS = {"event", "rule", "inputs", "facts", "alternatives", "before", "after", "plan"}


@pytest.fixture
def ledger(obnovi: Run, tmp_path: Path) -> Run:
    """A ledger of one account: t4 since 15 January, a call, a refresh on 1 February that lacks money on 2 February."""
    write(
        tmp_path / "feed",
        *month(),
        line("usage", "call", "2023-01-20T12:00:00+03:00", service="voice", direction="out", quantity=310, peer="79"),
        line("ussd", "r", "2023-02-01T10:00:00+03:00", text="*929#"),
        line("refresh", "again", "2023-02-02T10:00:00+03:00", by="clerk-7"),
    )
    assert obnovi("feed", "feed").code == 0
    return obnovi


def one_line(err: str) -> bool:
    return err.startswith("obnovi: ") and err.count("\n") == 1 and "Traceback" not in err


def test_json_may_stand_before_or_after_and_has_the_contract_s_fields(ledger: Run) -> None:
    """Contract §1: facts in kopecks, the event as `events` shows it, balances as `balance` shows them."""
    before, after = ledger("--json", "explain", ACCOUNT, 7), ledger("explain", ACCOUNT, 7, "--json")
    assert (before.code, before.err, before.out.count("\n")) == (0, "", 1)
    made = before.json()
    assert made == after.json()
    assert set(made) >= FIELDS
    assert made["event"] == json.loads(ledger("events", ACCOUNT, "--json").out.splitlines()[6])
    assert made["after"] == ledger("balance", ACCOUNT, "--json").json()
    assert made["facts"]["fee"] - made["facts"]["available"] == 200_00
    assert made["inputs"][0]["by"] == "clerk-7"
    assert made["text"].keys() == {"ru", "en"}


def test_people_read_russian_or_english(ledger: Run) -> None:
    russian, english = ledger("explain", ACCOUNT, 7), ledger("explain", ACCOUNT, 7, "--lang", "en")
    assert russian.out.startswith(f"Событие 7 счёта {ACCOUNT}: отказ в обновлении пакетов")
    assert "нужно 400,00 ₽, доступно 200,00 ₽ — не хватает 200,00 ₽" in russian.out
    assert "Вызвано         обновление пакетов «again», источник feed, clerk-7" in russian.out
    assert english.out.startswith(f"Event 7 of account {ACCOUNT}: refresh refused")
    assert ledger("explain", ACCOUNT, 7, "--lang", "ru").out == russian.out


@pytest.mark.parametrize(
    ("account", "version", "said"),
    [
        ("79999999999", 1, "no account 79999999999"),
        (ACCOUNT, 8, "no event 8; its newest is 7"),
        (ACCOUNT, 0, "no event 0"),
        (ACCOUNT, 10**30, "its newest is 7"),
    ],
)
def test_what_is_not_there_is_one_line_and_code_1(ledger: Run, account: str, version: int, said: str) -> None:
    done = ledger("explain", account, version)
    assert (done.code, done.out, one_line(done.err)) == (1, "", True)
    assert said in done.err


@pytest.mark.parametrize(
    "command", [(ACCOUNT,), (ACCOUNT, "first"), (ACCOUNT, "1", "--lang", "de"), (ACCOUNT, "1", "2")]
)
def test_misuse_is_one_line_and_code_2(ledger: Run, command: tuple[str, ...]) -> None:
    done = ledger("explain", *command)
    assert (done.code, done.out, one_line(done.err)) == (2, "", True)


def test_only_reading_makes_no_ledger(obnovi: Run, tmp_path: Path) -> None:
    assert obnovi("explain", ACCOUNT, 1).code == 2
    assert list(tmp_path.iterdir()) == []


def changed(path: Path, version: int, old: str, new: str) -> None:
    """Somebody changes a stored event behind the ledger's back."""
    with closing(sqlite3.connect(path)) as db, db:
        (rows,) = db.execute(
            "SELECT count(*) FROM stored_events WHERE originator_version = ? AND instr(state, ?)", (version, old)
        ).fetchone()
        assert rows == 1
        db.execute("DROP TRIGGER stored_events_refuse_update")
        db.execute(
            "UPDATE stored_events SET state = CAST(replace(state, ?, ?) AS BLOB) WHERE originator_version = ?",
            (old, new, version),
        )


def test_an_event_that_is_decided_otherwise_says_so_and_names_verify(ledger: Run, tmp_path: Path) -> None:
    changed(tmp_path / "obnovi.db", 5, '"billed":360', '"billed":300')
    made = ledger("explain", ACCOUNT, 5, "--json").json()
    assert (made["agrees"], made["differences"]) == (
        False, [{"version": 5, "field": "billed", "expected": 360, "found": 300}],
    )  # fmt: skip
    text = ledger("explain", ACCOUNT, 5).out
    assert "проверьте журнал: obnovi verify" in text
    assert "billed  записано 300, решено заново 360" in text
    assert ledger("explain", ACCOUNT, 7, "--json").json()["agrees"]


def test_an_event_that_cannot_be_decided_is_told_all_the_same(ledger: Run, tmp_path: Path) -> None:
    changed(tmp_path / "obnovi.db", 3, '"plan":"t4"', '"plan":"t9"')
    made = ledger("explain", ACCOUNT, 4, "--json").json()
    assert not made["agrees"]
    assert "obnovi verify" in ledger("explain", ACCOUNT, 4, "--lang", "en").out


def test_a_log_that_cannot_be_followed_is_one_line(ledger: Run, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "obnovi.db")) as db, db:
        db.execute("DROP TRIGGER stored_events_refuse_delete")
        db.execute("DELETE FROM stored_events WHERE originator_version = 4")
    done = ledger("explain", ACCOUNT, 5)
    assert (done.code, done.out, one_line(done.err)) == (1, "", True)
    assert "obnovi verify" in done.err
