"""What is not as it was sealed is not read, and nothing is sealed where it does not belong: one line says so."""

import fcntl
import os
import re
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pyarrow.compute as pc
import pytest
from msgspec.structs import replace

from tests.cli.support import ACCOUNT, Done, Run, line, month, write
from tests.dataset.support import files_of, forged, rewritten

DATASET = Path("dataset")
COMMANDS = (
    "verify --from dataset",
    "verify --account 79161234567 --from dataset",
    "replay --from dataset",
    "totals --from 2023-01-01 --to 2023-02-01 --from dataset",
    "what-if --all --from dataset",
)


def call(number: int) -> str:
    at = f"2023-01-2{number}T12:00:00+03:00"
    return line("usage", f"call-{number}", at, service="voice", direction="out", quantity=310)


@pytest.fixture
def fed(obnovi: Run) -> Run:
    """One contract of four events in a ledger and in a dataset."""
    write(Path("feed"), *month())
    write(Path("later"), call(1), call(2))
    assert obnovi("feed", "feed").code == 0
    assert obnovi("seal", "dataset").code == 0
    return obnovi


def extended(obnovi: Run) -> None:
    """Two more events, sealed too."""
    assert obnovi("feed", "later").code == 0
    assert obnovi("seal", "dataset").code == 0


def the_file() -> Path:
    (file,) = files_of(DATASET)
    return file


def turned(file: Path) -> None:
    """Turn a byte of it over."""
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def without_version(version: int) -> None:
    for file in files_of(DATASET):
        rewritten(DATASET, file, lambda table: table.filter(pc.not_equal(table["version"], version)))


def in_another_bucket() -> None:
    file = the_file()
    other = DATASET / "bucket=0000" if file.parent.name != "bucket=0000" else DATASET / "bucket=0001"
    other.mkdir()
    file.rename(other / file.name)
    name = f"{other.name}/{file.name}"
    forged(DATASET, lambda said: replace(said, files=tuple(replace(each, file=name) for each in said.files)))


def spelled(old: bytes, new: bytes) -> None:
    path = DATASET / "dataset.json"
    content = path.read_bytes()
    assert content.count(old) == 1
    path.write_bytes(content.replace(old, new))


DAMAGE: dict[str, tuple[Callable[[], object], str]] = {
    "a byte was turned": (lambda: turned(the_file()), r"bucket=\d{4}/000001.parquet was changed"),
    "cut off": (lambda: os.truncate(the_file(), 100), r"bucket=\d{4}/000001.parquet has 100 bytes, sealed were \d+"),
    "grown": (lambda: os.truncate(the_file(), 100_000), r"bucket=\d{4}/000001.parquet has 100000 bytes"),
    "missing": (lambda: the_file().unlink(), r"bucket=\d{4}/000001.parquet is missing"),
    "its folder is gone": (lambda: shutil.rmtree(the_file().parent), r"bucket=\d{4}/000001.parquet is missing"),
    "one too many": (
        lambda: shutil.copy(the_file(), the_file().parent / "000003.parquet"),
        r"bucket=\d{4}/000003.parquet is none of its files",
    ),
    "something else": (lambda: write(the_file().parent / "notes"), r"bucket=\d{4}/notes is none of its files"),
    "no opening": (lambda: without_version(1), r"contract [a-z2-7]{16} has no version 1"),
    "a hole": (lambda: without_version(3), r"contract [a-z2-7]{16} has no version 3"),
    "the wrong bucket": (in_another_bucket, r"contract [a-z2-7]{16} is not in its bucket"),
    "another position": (lambda: spelled(b'"buckets": 16', b'"buckets": 17'), r"dataset.json was changed"),
    "half of what it says": (lambda: os.truncate("dataset/dataset.json", 200), r"dataset.json is none of a dataset"),
    "a list": (lambda: Path("dataset/dataset.json").write_text("[]", "utf-8"), r"dataset.json is none of a dataset"),
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGE)
def test_what_was_changed_is_not_read(fed: Run, damage: str) -> None:
    change, told = DAMAGE[damage]
    change()
    told = rf"obnovi: the dataset dataset is damaged: {told}.*; `obnovi seal` into an empty folder makes a new one\n"
    for command in COMMANDS:
        if damage == "the wrong bucket" and "--account" in command:
            continue  # who asks for one contract looks into its bucket alone
        done = fed(*command.split())
        assert (done.code, done.out) == (2, ""), command
        assert re.fullmatch(told, done.err), command


@pytest.mark.parametrize(
    "damage", sorted(DAMAGE.keys() - {"a byte was turned", "no opening", "a hole", "the wrong bucket"})
)
def test_nor_is_anything_added_to_it(fed: Run, damage: str) -> None:
    """Where it can be seen without reading the files."""
    DAMAGE[damage][0]()
    assert fed("feed", "later").code == 0
    before = {path: path.read_bytes() for path in files_of(DATASET)}
    done = fed("seal", "dataset")
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert "the dataset dataset is damaged" in done.err
    assert {path: path.read_bytes() for path in files_of(DATASET)} == before


def test_a_contract_that_begins_in_a_later_file_is_cut_off(fed: Run) -> None:
    extended(fed)
    files_of(DATASET)[0].unlink()
    only = (2,)
    forged(
        DATASET,
        lambda said: replace(
            said,
            files=said.files[1:],
            positions=only,
            sealings=(said.sealings[0], replace(said.sealings[1], positions=only)),
        ),
    )
    done = fed("verify", "--from", "dataset")
    assert done.code == 2
    assert "has no version 1; `obnovi seal` into an empty folder" in done.err


def test_a_newer_format_is_for_a_newer_program(fed: Run) -> None:
    spelled(b'"format": 1', b'"format": 2')
    for command in (*COMMANDS, "seal dataset"):
        done = fed(*command.split())
        assert (done.code, done.out) == (2, "")
        told = "dataset is a dataset of format 2, this program reads up to 1; read it with the program that sealed it"
        assert done.err == f"obnovi: {told}\n"


def test_what_is_being_sealed_at_the_moment_is_nobodys_yet(fed: Run) -> None:
    shutil.copy(the_file(), the_file().parent / "000002.parquet")
    (DATASET / "dataset.json.obnovi-0123456789abcdef.part").mkdir()
    assert fed("verify", "--from", "dataset").code == 0


# Sealing


def refused(done: Done, told: str) -> None:
    assert done.err == f"obnovi: {told}\n"
    assert (done.code, done.out) == (1, "")


def test_a_dataset_of_another_ledger_is_not_gone_on_with(fed: Run) -> None:
    assert fed("--ledger", "other.db", "feed", "feed").code == 0
    done = fed("--ledger", "other.db", "seal", "dataset")
    refused(done, "dataset is a dataset of another ledger than other.db; name an empty folder")
    done = fed("--ledger", "other.db", "replay", "--from", "dataset")
    assert (done.code, done.out) == (2, "")
    assert "dataset is a dataset of another ledger than other.db" in done.err


@pytest.mark.parametrize(
    "name", ["notes.txt", "bucket=0001/000002.parquet", "bucket=1/000001.parquet", "dataset.json.part"]
)
def test_a_folder_with_something_else_is_not_sealed_into(fed: Run, name: str) -> None:
    path = Path("other") / name
    path.parent.mkdir(parents=True)
    path.write_text("mine", "utf-8")
    refused(fed("seal", "other"), "other has something else in it; name an empty folder")
    assert path.read_text("utf-8") == "mine"
    assert not Path("other/dataset.json").exists()


def test_a_file_is_no_folder(fed: Run) -> None:
    done = fed("seal", "feed")
    assert (done.code, done.err) == (2, "obnovi: feed is a file; name a folder\n")


def test_the_folder_of_keys_is_not_sealed_into(fed: Run) -> None:
    assert fed("seal", "keys/dataset").code == 2


def test_an_older_copy_of_the_ledger_is_refused(fed: Run) -> None:
    assert fed("backup", "copy.db").code == 0
    extended(fed)
    done = fed("--ledger", "copy.db", "seal", "dataset")
    refused(
        done,
        "dataset holds up to event 6, copy.db ends at 4: it was cut off or is an older copy; "
        "`obnovi seal` into an empty folder makes a new one",
    )


def test_another_history_behind_a_backup_is_refused(fed: Run) -> None:
    assert fed("backup", "copy.db").code == 0
    extended(fed)
    write(Path("otherwise"), call(3), call(4), call(5))
    assert fed("--ledger", "copy.db", "feed", "otherwise").code == 0
    done = fed("--ledger", "copy.db", "seal", "dataset")
    refused(
        done,
        "dataset has another event 6 than copy.db: these are two histories; `obnovi seal` into an empty folder makes a "
        "new one",
    )


def behind_the_back(statement: str, *values: object) -> None:
    with closing(sqlite3.connect("obnovi.db")) as db, db:
        for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            db.execute(f"DROP TRIGGER {name}")
        db.execute(statement, values)


def test_catalogues_that_were_changed_are_refused(fed: Run) -> None:
    behind_the_back("UPDATE catalogues SET toml = toml || '# ' WHERE number = 1")
    refused(fed("seal", "dataset"), "dataset has other catalogues than obnovi.db; see `obnovi verify`")


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("DELETE FROM stored_events WHERE position = 5", "there is no event at position 5"),
        ("UPDATE stored_events SET originator_version = 9 WHERE position = 6", "the versions of contract"),
        ("UPDATE stored_events SET state = CAST(state AS TEXT) WHERE position = 6", "not every state is stored as one"),
        ("UPDATE stored_events SET state = x'7b7d' WHERE position = 6", "event 6: UsageCharged/2: "),
        (
            "UPDATE stored_events SET topic = 'ToppedDown/1' WHERE position = 6",
            "event 6: ToppedDown/1: a type of event",
        ),
        ("DELETE FROM stored_events WHERE position = 1", "do not begin with its opening"),
        ("UPDATE stored_events SET originator_id = CAST('x' AS BLOB) WHERE position = 6", "not every contract"),
        ("UPDATE catalogues SET toml = x'00' WHERE number = 1", "dataset has other catalogues"),
    ],
)
def test_a_damaged_log_is_not_sealed(fed: Run, statement: str, told: str) -> None:
    assert fed("feed", "later").code == 0
    behind_the_back(statement)
    before = (DATASET / "dataset.json").read_bytes()
    done = fed("seal", "dataset")
    assert (done.code in (1, 2), done.out, done.err.count("\n")) == (True, "", 1)
    assert told in done.err
    assert "`obnovi verify`" in done.err
    assert (DATASET / "dataset.json").read_bytes() == before
    assert [path.name for path in files_of(DATASET)] == ["000001.parquet"]


def test_the_number_of_buckets_is_for_ever(fed: Run) -> None:
    refused(fed("seal", "dataset", "--buckets", 8), "dataset has 16 buckets for ever, not 8; name an empty folder")
    assert fed("seal", "dataset", "--buckets", 16).code == 0
    assert fed("seal", "other", "--buckets", 1).code == 0
    assert [str(path) for path in files_of(Path("other"))] == ["other/bucket=0000/000001.parquet"]


def test_two_do_not_seal_at_once(fed: Run) -> None:
    descriptor = os.open(DATASET, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        refused(fed("seal", "dataset"), "somebody else is sealing into dataset at the moment; wait for it")
        assert fed("verify", "--from", "dataset").code == 0
    finally:
        os.close(descriptor)


def test_one_log_of_several_is_another_ledger(fed: Run) -> None:
    write(Path("shards.toml"), 'shards = ["a.db", "b.db"]')
    assert fed("--ledger", "shards.toml", "feed", "feed").code == 0
    assert fed("--ledger", "shards.toml", "seal", "both").code == 0
    done = fed("--ledger", "a.db", "seal", "both")
    refused(done, "both is a dataset of another ledger than a.db; name an empty folder")
    assert ACCOUNT  # in one of them
