"""What an older build wrote stays right under this one: `tests/old/make.sh COMMIT` tells how each ledger was made."""

import hashlib
import json
import sqlite3
import tarfile
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.cli.support import Run, line, write
from tests.support import CATALOGUE_TEXT, HERE

BUILDS = sorted((HERE / "old").glob("*.tar.xz"))
ACCOUNTS = {"sample": "79160000101", "told": "79160000001"}
SHIPPED = HERE.parent / "ledger/catalogue/catalogue.toml"
OTHERWISE = ("heads_schema",)
"""Settings that speak of the heads, which every build makes anew in its own form."""


@pytest.fixture(params=BUILDS, ids=lambda path: path.name.partition(".")[0])
def folder(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, obnovi: Run) -> Path:
    """The folder that an older build left."""
    with tarfile.open(request.param) as packed:
        packed.extractall(tmp_path, filter="data")
    monkeypatch.delenv("OBNOVI_CATALOGUE")
    return tmp_path


def kept(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row that no later build may change; what is added to a table comes behind."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        tables = {
            name: db.execute(f"SELECT * FROM {name} ORDER BY 1, 2").fetchall()
            for name in ("stored_events", "keys", "catalogues", "used_versions")
        }
        tables["sources"] = db.execute("SELECT * FROM sources ORDER BY 1").fetchall()
        marks = ",".join("?" * len(OTHERWISE))
        tables["settings"] = db.execute(f"SELECT * FROM settings WHERE name NOT IN ({marks})", OTHERWISE).fetchall()
    return tables


@pytest.mark.parametrize("ledger", ACCOUNTS)
def test_an_old_ledger_verifies_clean(folder: Path, obnovi: Run, ledger: str) -> None:
    """R-3.7: also where a refusal, or what was left of a charge, would be decided otherwise today."""
    done = obnovi("--ledger", f"{ledger}/obnovi.db", "verify", "--json")
    assert done.json()["problems"] == []
    assert done.code == 0


def test_its_statements_keep_their_bytes_and_ids(folder: Path, obnovi: Run) -> None:
    """R-13.5."""
    printed = sorted(folder.glob("*/statements/*.json"))
    assert len(printed) == 12
    for file in printed:
        was = file.read_bytes().rstrip(b"\n")
        stated = json.loads(was)
        if not stated["final"]:
            continue
        ledger = file.parent.parent.name
        done = obnovi(
            "--ledger",
            f"{ledger}/obnovi.db",
            "statement",
            stated["account"],
            "--from",
            stated["from"],
            "--to",
            stated["to"],
            "--json",
        )
        now = json.loads(done.out)
        if "unrated" in now:
            del now["unrated"]
            assert now == stated
            continue
        assert done.out.encode().rstrip(b"\n") == was, file.name
        text = obnovi(
            "--ledger",
            f"{ledger}/obnovi.db",
            "statement",
            stated["account"],
            "--from",
            stated["from"],
            "--to",
            stated["to"],
        )
        assert hashlib.sha256(was).hexdigest() in text.out


def test_its_events_are_told_as_before_but_for_the_sums_that_were_not_enough(folder: Path, obnovi: Run) -> None:
    """R-5.3: a refusal of edition 1 gets its sum from the account as it stood."""
    was = [json.loads(line) for line in (folder / "told/events.jsonl").read_text(encoding="utf-8").splitlines()]
    now = [
        json.loads(line)
        for line in obnovi("--ledger", "told/obnovi.db", "events", "79160000001", "--json").out.splitlines()
    ]
    replies = [each.pop("reply").replace("\N{NO-BREAK SPACE}", " ") for each in now if "reply" in each]
    for each in was:
        each.pop("reply", None)
    assert [{name: each[name] for name in before} for before, each in zip(was, now, strict=True)] == was
    assert [reply for reply in replies if "посуточном" in reply] == [
        "Обновление недоступно при посуточном списании. Пополните счёт на 281,00 ₽: ночью спишется плата за месяц.",
        "Обновление недоступно при посуточном списании. Ночью спишется плата за месяц.",
    ]


@pytest.mark.parametrize(("ledger", "rejected"), [("sample", 1), ("told", 0)])
def test_feeding_the_same_again_changes_nothing(folder: Path, obnovi: Run, ledger: str, rejected: int) -> None:
    """R-12.2."""
    before = kept(folder / ledger / "obnovi.db")
    done = obnovi(
        "--ledger", f"{ledger}/obnovi.db", "feed", f"{ledger}/feed.jsonl", "--rejects", "rejects.jsonl", "--json"
    )
    counts = done.json()
    assert (counts["applied"], counts["refused"], counts["events"]) == (0, 0, 0)
    assert counts["rejected"] == rejected
    assert kept(folder / ledger / "obnovi.db") == before


READS = [
    ("balance", "ACCOUNT"), ("events", "ACCOUNT"), ("explain", "ACCOUNT", "3"), ("find", "told-1"), ("unrated",),
    ("refused",), ("totals", "--from", "2023-01-01", "--to", "2026-12-31"), ("replay",), ("verify",), ("late",),
    ("dispute", "list", "--all"), ("what-if", "--all"), ("export", "--format", "jsonl", "-o", "log.jsonl"),
    ("backup", "copy.db"), ("statement", "ACCOUNT", "--from", "2023-03-01", "--to", "2023-03-31"),
    ("statements", "--month", "2023-03", "--format", "txt", "-o", "out"), ("night", "--until", "2023-01-01T00:00:00Z"),
]  # fmt: skip


@pytest.mark.parametrize("ledger", ACCOUNTS)
def test_no_command_rewrites_anything_but_heads_views_and_evidence(folder: Path, obnovi: Run, ledger: str) -> None:
    before = kept(folder / ledger / "obnovi.db")
    for command in READS:
        done = obnovi(
            "--ledger", f"{ledger}/obnovi.db", *(ACCOUNTS[ledger] if word == "ACCOUNT" else word for word in command)
        )
        assert done.code in (0, 1), (command, done.err)
        assert kept(folder / ledger / "obnovi.db") == before, command


def test_its_checkpoint_and_its_proof_hold(folder: Path, obnovi: Run) -> None:
    for command in (
        ("--ledger", "sample/obnovi.db", "checkpoint", "--compare", "sample/checkpoint.txt"),
        ("check-proof", "sample/proof.txt", "--key", "sample/keys/public-key.txt"),
    ):
        done = obnovi(*command)
        assert done.code == 0, done.err


def test_it_goes_on_under_the_next_edition(folder: Path, obnovi: Run) -> None:
    """R-3.7: what was booked stays as it was; what comes is decided by the new edition."""
    (folder / "next.toml").write_text(CATALOGUE_TEXT, encoding="utf-8")
    line = {
        "type": "ussd",
        "id": "next-1",
        "account": "79160000001",
        "at": "2023-08-02T10:00:00+03:00",
        "text": "*929#",
    }
    (folder / "more.jsonl").write_text(json.dumps(line) + "\n", encoding="utf-8")
    before = kept(folder / "told/obnovi.db")
    done = obnovi("--ledger", "told/obnovi.db", "feed", "more.jsonl", "--catalogue", "next.toml", "--json")
    assert (done.code, done.json()["applied"] + done.json()["refused"]) == (0, 1)
    after = kept(folder / "told/obnovi.db")
    assert all(row in after[table] for table, rows in before.items() for row in rows)
    assert len(after["catalogues"]) == len(before["catalogues"]) + 1
    assert obnovi("--ledger", "told/obnovi.db", "verify", "--json").json()["ok"]


def test_its_contracts_cannot_be_erased_but_those_that_come_can(folder: Path, obnovi: Run) -> None:
    """R-15.9: an old contract stands in the clear; the next one of its number is sealed."""
    number, newest = ACCOUNTS["sample"], ("--catalogue", str(SHIPPED))
    order = ("erase", number, "--ground", "срок вышел", "--by", "архив", "--early", "--yes", "-o", "act.pdf")
    run = partial(obnovi, "--ledger", "sample/obnovi.db")
    times = [f"2027-0{month}-01T00:00:00+03:00" for month in (1, 2, 3)]
    feed = write(
        folder / "feed.jsonl",
        line("close", "close-1", times[0], number),
        line("open", "open-2", times[1], number, region="moscow"),
        line("close", "close-2", times[2], number, by="clerk-2"),
    )
    assert run(*newest, "feed", feed, "--not-after", "none").code == 0
    assert [each["holder"] for each in run("accounts", number, "--json").json()] == [1, 2]
    before = kept(folder / "sample/obnovi.db")
    refused = run(*order, "--holder", "1")
    assert (refused.code, "is of an older build" in refused.err, refused.err.count("\n")) == (1, True, 1)
    assert kept(folder / "sample/obnovi.db") == before
    assert run(*order, "--holder", "2").code == 0
    assert [each["holder"] for each in run("accounts", number, "--json").json()] == [1]
    report = run("verify", "--json").json()
    assert (report["problems"], report["erased"]) == ([], 1)
