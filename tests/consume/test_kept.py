"""How far a ledger was fed is part of it: it comes back with a backup, goes along with a copy, and is verified."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ledger.log.engines import store_ref
from ledger.log.reach import Partition, Reach, reaches
from ledger.service import Ledger
from tests.cli.support import month, write
from tests.consume.support import obnovi, offsets

KEPT = {
    Partition("cluster", "inputs", number): Reach(offset, f"{offset - 1}:0123abcd")
    for number, offset in ((0, 7), (1, 3))
}


@pytest.fixture
def fed(folder: Path) -> Path:
    """The folder of a ledger that has events, and was fed from a topic."""
    write(folder / "feed.jsonl", *month())
    assert obnovi(folder, "feed", "feed.jsonl").code == 0
    with Ledger(store_ref(folder / "ledger.db"), now=lambda: 0, access="book") as ledger:
        ledger.apply([], lambda _: {partition.setting: reach for partition, reach in KEPT.items()})
    return folder


def kept(url: str | Path) -> dict[Partition, Reach]:
    with closing(store_ref(url).open()) as store, store.reading() as log:
        return reaches(log.settings())


def test_a_backup_that_is_restored_goes_on_where_it_was(fed: Path) -> None:
    assert obnovi(fed, "backup", "copy.db").code == 0
    with Ledger(store_ref(fed / "ledger.db"), now=lambda: 0, access="book") as ledger:
        ledger.apply([], lambda _: {next(iter(KEPT)).setting: Reach(99)})
    assert obnovi(fed, "restore", "copy.db", ledger="restored.db").code == 0
    assert offsets(fed) == {0: 99, 1: 3}
    assert kept(fed / "restored.db") == KEPT


def test_what_is_kept_is_told_of_each_shard(fed: Path) -> None:
    told = [
        {"cluster": "cluster", "topic": "inputs", "partition": of.number, "offset": at.offset}
        for of, at in KEPT.items()
    ]
    assert obnovi(fed, "ledger", "info", "--json").json()["shards"][0]["kafka"] == told
    shown = obnovi(fed, "ledger", "info").out
    assert [line.split("│")[1:-1] for line in shown.splitlines() if "inputs" in line] == [
        [" cluster ", " inputs ", "         0 ", "     0 ", "      7 "],
        [" cluster ", " inputs ", "         1 ", "     0 ", "      3 "],
    ]


def test_a_copy_goes_on_where_the_ledger_was(fed: Path, postgres_database: str) -> None:
    assert obnovi(fed, "ledger", "create", postgres_database).code == 0
    assert obnovi(fed, "ledger", "copy", "ledger.db", postgres_database).code == 0
    assert kept(postgres_database) == KEPT
    assert obnovi(fed, "ledger", "copy", postgres_database, "back.db").code == 0
    assert kept(fed / "back.db") == KEPT


def test_an_export_and_a_dataset_are_logs_and_tell_nothing_of_it(fed: Path) -> None:
    assert obnovi(fed, "export", "--format", "jsonl", "-o", "log.jsonl").code == 0
    assert obnovi(fed, "import-log", "log.jsonl", ledger="imported.db").code == 0
    assert kept(fed / "imported.db") == {}
    assert obnovi(fed, "seal", "dataset").code == 0
    assert "kafka" not in (fed / "dataset" / "dataset.json").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("kafka cluster inputs 0", "7 6:0123abcd", None),
        ("kafka cluster inputs 0", "0 -", None),
        ("kafka cluster inputs 0", "seven -", "an offset and a mark"),
        ("kafka cluster inputs 0", "-7 -", "an offset and a mark"),
        ("kafka cluster inputs 0", "7", "an offset and a mark"),
        ("kafka cluster inputs", "7 -", "none"),
        ("kafka", "7 -", "none"),
    ],
)
def test_verify_knows_what_it_has_to_look_like(fed: Path, name: str, value: str, expected: str | None) -> None:
    with closing(sqlite3.connect(fed / "ledger.db")) as db:
        db.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (name, value))
        db.commit()
    done = obnovi(fed, "verify", "--json")
    if expected is None:
        assert (done.code, done.json()["problems"]) == (0, [])
    else:
        ((problem,)) = done.json()["problems"]
        wanted = None if expected == "none" else expected
        assert (problem["problem"], problem["expected"], problem["found"]) == (f"setting {name}", wanted, value)
