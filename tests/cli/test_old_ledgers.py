"""What an older build wrote stays right under this one: `tests/old/make.sh COMMIT` tells how each ledger was made."""

import hashlib
import json
import re
import shutil
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


# Numbers that the old ledger goes on with, and new ones

OLD, NEW = "79160000001", "79160000009"


def fed(obnovi: Run, folder: Path, *lines: str, catalogue: str | None = "next.toml") -> dict[str, Any]:
    """What a feed into the ledger of all types of input counted; `next.toml` has the next edition of the rules."""
    (folder / "next.toml").write_text(CATALOGUE_TEXT, encoding="utf-8")
    write(folder / "more.jsonl", *lines)
    adopted = ("--catalogue", catalogue) if catalogue else ()
    done = obnovi("--ledger", "told/obnovi.db", "feed", "more.jsonl", *adopted, "--rejects", "rejects.jsonl", "--json")
    counts: dict[str, Any] = done.json()
    return counts


def contracts(obnovi: Run) -> list[tuple[str, int, str]]:
    listed = obnovi("--ledger", "told/obnovi.db", "accounts", "--json").json()
    return [(each["account"], each["holder"], each["contract"]) for each in listed]


def is_opaque(contract: str) -> bool:
    return re.fullmatch("[a-z2-7]{16}", contract) is not None


def new_number() -> list[str]:
    return [
        line("open", "new-open", "2023-08-02T10:00:00+03:00", NEW, region="moscow", by="clerk-new"),
        line("top_up", "new-pay", "2023-08-02T11:00:00+03:00", NEW, amount=900_00),
        line("connect_plan", "new-plan", "2023-08-02T12:00:00+03:00", NEW, plan="t4"),
        line(
            "usage", "new-call", "2023-08-03T12:00:00+03:00", NEW,
            service="voice", direction="out", quantity=60, peer="74950009999",
        ),
    ]  # fmt: skip


def next_holder() -> list[str]:
    """The old number is closed, and opened by somebody else; a call of the first arrives late."""
    call = {"service": "voice", "direction": "out", "quantity": 60, "received_at": "2023-10-02T12:00:00+03:00"}
    return [
        line("close", "old-close", "2023-08-20T12:00:00+03:00", OLD),
        line("refund", "old-refund", "2023-08-21T12:00:00+03:00", OLD, amount=1_00),
        line("open", "next-open", "2023-10-01T12:00:00+03:00", OLD, region="moscow"),
        line("top_up", "next-pay", "2023-10-01T13:00:00+03:00", OLD, amount=77_00),
        line("usage", "late-call", "2023-08-19T12:00:00+03:00", OLD, peer="74950008888", **call),
        line("usage", "next-call", "2023-10-02T12:00:00+03:00", OLD, peer="74950007777", **call),
        line("refund", "old-rest", "2023-10-03T12:00:00+03:00", OLD, amount=1_00, holder=1),
    ]


def stored_of(path: Path, contract: str) -> list[tuple[str, bytes]]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        query = "SELECT topic, state FROM stored_events WHERE originator_id = ? ORDER BY originator_version"
        return db.execute(query, (contract,)).fetchall()


@pytest.mark.parametrize("catalogue", [None, "next.toml"], ids=["edition 1", "edition 2"])
def test_a_new_number_in_it_is_sealed_under_an_opaque_id(folder: Path, obnovi: Run, catalogue: str | None) -> None:
    """R-15.1: those that were there keep their numbers for ids, and stay in the clear."""
    before = kept(folder / "told/obnovi.db")
    assert fed(obnovi, folder, *new_number(), catalogue=catalogue)["applied"] == 4
    (old, new) = contracts(obnovi)
    assert (old, new[:2], is_opaque(new[2])) == ((OLD, 1, OLD), (NEW, 1), True)
    stored = stored_of(folder / "told/obnovi.db", new[2])
    by_input = [topic for topic, state in stored if b'"input"' in state]
    assert len(by_input) == 5  # the plan charged its month
    assert all(topic.endswith("/2") for topic in by_input)
    everything = (folder / "told/obnovi.db").read_bytes()
    assert not [each for each in (NEW, "74950009999", "clerk-new", "new-call") if each.encode() in everything]
    after = kept(folder / "told/obnovi.db")
    assert all(row in after[table] for table, rows in before.items() for row in rows if table != "settings")
    assert obnovi("--ledger", "told/obnovi.db", "verify", "--json").json()["problems"] == []
    assert fed(obnovi, folder, *new_number(), catalogue=None)["duplicates"] == 4
    assert "74950009999" in obnovi("--ledger", "told/obnovi.db", "events", NEW, "--json").out


def test_an_old_number_gets_its_next_holder_under_the_next_edition(folder: Path, obnovi: Run) -> None:
    """R-15.6, R-15.2, R-15.7: his contract is sealed; what is told late of the first goes to the first."""
    before = kept(folder / "told/obnovi.db")
    counts = fed(obnovi, folder, *next_holder())
    assert (counts["applied"], counts["rejected"]) == (7, 0)
    (first, second) = contracts(obnovi)
    assert (first, second[:2], is_opaque(second[2])) == ((OLD, 1, OLD), (OLD, 2), True)
    told = {
        holder: obnovi("--ledger", "told/obnovi.db", "events", OLD, "--holder", holder, "--json").out
        for holder in (1, 2)
    }
    ids = ("old-close", "old-refund", "late-call", "old-rest", "next-open", "next-pay", "next-call")
    assert [[1 if each in told[1] else 0, 1 if each in told[2] else 0] for each in ids] == [[1, 0]] * 4 + [[0, 1]] * 3
    assert obnovi("--ledger", "told/obnovi.db", "balance", OLD, "--json").json()["holder"] == 2
    stored = b"".join(state for _, state in stored_of(folder / "told/obnovi.db", second[2]))
    assert OLD.encode() not in stored
    assert b"74950007777" not in (folder / "told/obnovi.db").read_bytes()
    assert obnovi("--ledger", "told/obnovi.db", "verify", "--json").json()["problems"] == []
    after = kept(folder / "told/obnovi.db")
    assert all(row in after[table] for table, rows in before.items() for row in rows)
    again = obnovi("--ledger", "told/obnovi.db", "feed", "told/feed.jsonl", "--rejects", "r.jsonl", "--json").json()
    assert (again["applied"], again["refused"], again["events"], again["rejected"]) == (0, 0, 0, 0)
    assert kept(folder / "told/obnovi.db") == after
    assert obnovi("--ledger", "told/obnovi.db", "statement", OLD, "--holder", 1, "--from", "2023-03-01",
                  "--to", "2023-03-31").code == 0  # fmt: skip


def test_edition_1_knows_no_end_of_a_contract(folder: Path, obnovi: Run) -> None:
    """R-3.7."""
    before = kept(folder / "told/obnovi.db")
    counts = fed(obnovi, folder, *next_holder()[:2], catalogue=None)
    assert (counts["rejected"], counts["events"]) == (2, 0)
    assert kept(folder / "told/obnovi.db") == before


@pytest.mark.parametrize("missing", ["folder", "key"])
def test_without_keys_nobody_books_for_the_wrong_holder(folder: Path, obnovi: Run, missing: str) -> None:
    """What is fed for the second holder must not go to the first, who is found without any key."""
    assert fed(obnovi, folder, *next_holder())["applied"] == 7
    keys = folder / "told/keys"
    if missing == "folder":
        shutil.rmtree(keys)
    else:
        with closing(sqlite3.connect(keys / "contracts.db")) as db, db:
            assert db.execute("DELETE FROM contracts").rowcount == 1
    before = kept(folder / "told/obnovi.db")
    write(folder / "more.jsonl", line("top_up", "more", "2023-10-05T12:00:00+03:00", OLD, amount=1))
    done = obnovi("--ledger", "told/obnovi.db", "feed", "more.jsonl")
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert "the key of a contract is missing" in done.err
    assert kept(folder / "told/obnovi.db") == before
    for asked in (("balance", OLD), ("events", OLD), ("statement", OLD, "--from", "2023-03-01", "--to", "2023-03-31")):
        done = obnovi("--ledger", "told/obnovi.db", *asked)
        assert (done.code, done.out, done.err.count("\n")) == (2, "", 1), asked  # never the first holder's


def test_its_checkpoint_and_its_proof_hold_when_numbers_have_next_holders(folder: Path, obnovi: Run) -> None:
    """What was signed before goes on to be a beginning of the log, whose later events are sealed."""
    number = ACCOUNTS["sample"]
    write(
        folder / "more.jsonl",
        line("close", "end", "2026-03-20T12:00:00+03:00", number),
        line("open", "again", "2026-03-21T12:00:00+03:00", number, region="moscow"),
        line("top_up", "pay", "2026-03-21T13:00:00+03:00", number, amount=1_00),
    )
    done = obnovi("--ledger", "sample/obnovi.db", "feed", "more.jsonl", "--catalogue", SHIPPED, "--json")
    assert (done.code, done.json()["applied"]) == (0, 3)
    for command in (
        ("--ledger", "sample/obnovi.db", "verify"),
        ("--ledger", "sample/obnovi.db", "checkpoint", "--compare", "sample/checkpoint.txt"),
        ("check-proof", "sample/proof.txt", "--key", "sample/keys/public-key.txt"),
    ):
        done = obnovi(*command)
        assert done.code == 0, (command, done.out, done.err)
