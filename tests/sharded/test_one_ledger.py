"""Nothing that is printed depends on how many shards there are, but positions and checkpoints."""

import json
import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ledger.log.sharded.placing import parted, position_in, shard_of
from tests.sharded.support import SHARDS, listed, obnovi, obnovi_alone

NUMBER = "79160000013"
"""Of two contracts, one after the other."""
KNOWN = [1944, 1076, 2861, 967, 692]
"""Buckets of some numbers."""
QUESTIONS = (
    "accounts",
    "accounts --plan smart",
    f"balance {NUMBER} --json",
    f"refused --account {NUMBER} --json",
    f"statement {NUMBER} --from 2026-01-01 --to 2026-01-31",
    "unrated --json",
    "rerate --all --dry-run --json",
    "totals --from 2026-01-01 --to 2026-02-28 --json",
    "refused --json",
    "late --json",
    "late --dry-run --per-account --in-favour-of subscriber --json",
    "dispute list --all --json",
    "verify",
    "totals --month 2026-01 --known-at 2020-01-01 --json",
    "totals --month 2026-01 --known-at 2090-01-01 --by day --json",
    "refused --known-at 2090-01-01T10:00 --json",
    "verify --workers 2 --json",
    f"verify --account {NUMBER}",
    "verify --sample 100%",
    "what-if --all --set plan=smart --json",
    "night --until 2026-02-13T03:00:00+03:00 --not-after none --dry-run --json",
)


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_command_answers_the_same(both: tuple[Path, Path], question: str) -> None:
    one, three = (obnovi(folder, count, *question.split()) for folder, count in zip(both, (1, SHARDS), strict=True))
    assert one.out != ""
    assert (three.code, _without_ids(three.out), three.err) == (one.code, _without_ids(one.out), one.err)


def _without_ids(text: str) -> str:
    """Ids of contracts are random."""
    return re.sub(r'"contract":"[a-z2-7]{16}"', "", text)


def test_statements_of_everybody_are_the_same_files(both: tuple[Path, Path]) -> None:
    for folder, count in zip(both, (1, SHARDS), strict=True):
        written = obnovi_alone(folder, count, "statements", "--month", "2026-01", "-o", "out", "--format", "txt")
        assert written.code == 0
    one, three = ({file.name: file.read_bytes() for file in (folder / "out").iterdir()} for folder in both)
    assert one == three
    assert len(one) > 20


def test_a_replay_finds_the_views_as_they_were_followed(both: tuple[Path, Path]) -> None:
    assert obnovi(both[1], SHARDS, "unrated").code == 0
    for workers in (1, 2):
        assert obnovi_alone(both[1], SHARDS, "replay", "--workers", workers, "--json").json()["differences"] == 0


def test_feeding_again_changes_nothing(both: tuple[Path, Path], tmp_path: Path) -> None:
    folder = Path(shutil.copytree(both[1], tmp_path / "copy"))
    again = obnovi_alone(folder, SHARDS, "feed", "feed.jsonl", "--not-after", "none", "--json").json()
    assert (again["applied"], again["refused"], again["rejected"]) == (0, 0, 0)


def test_the_shard_of_a_number_is_the_same_for_ever() -> None:
    numbers = ("79160000000", "79160000001", "79160000013", "79031234567", "")
    assert [shard_of(number, 4096) for number in numbers] == KNOWN
    assert [shard_of(number, 3) for number in numbers] == [bucket % 3 for bucket in KNOWN]
    assert {shard_of(number, 1) for number in numbers} == {0}


def test_a_position_says_its_shard() -> None:
    assert [position_in(0, 7), position_in(2, 7)] == [7, 20_000_000_000_007]
    assert parted(20_000_000_000_007) == (2, 7)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("shards = []\n", "shards.toml lists no shards"),
        (listed(0, 1, 0), "shards.toml lists shard-0.db twice"),
        (listed(0) + "name = 1\n", "shards.toml has to be a list of URLs alone: shards = [URL, …]"),
        ("shards = [1]\n", "shards.toml has to be a list of URLs alone: shards = [URL, …]"),
        ('shards = ["others.toml"]\n', "shards.toml lists another list; a shard is a ledger of its own"),
        ("shards = [\n", "shards.toml is no TOML file: "),
        (
            listed(0, 2, 1),
            "shard-2.db is shard 2 of 3, listed as shard 1 of 3; list every shard, in the order they had",
        ),
        (listed(0, 1), "shard-0.db is shard 0 of 3, listed as shard 0 of 2; list every shard, in the order they had"),
        (listed(0, 1, 2, 3), "shards.toml: shard 3 is missing, there is nothing at shard-3.db; bring it back"),
        (listed(3, 1, 2), "shards.toml: shard 0 is missing, and shard 1 has events; bring it back"),
    ],
)
def test_a_list_that_is_not_this_ledger_is_refused(
    both: tuple[Path, Path], tmp_path: Path, content: str, told: str
) -> None:
    folder = Path(shutil.copytree(both[1], tmp_path / "copy"))
    (folder / "shards.toml").write_text(content, encoding="utf-8")
    done = obnovi(folder, SHARDS, "feed", "feed.jsonl", "--not-after", "none")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"obnovi: {told}")
    assert done.err.count("\n") == 1
    assert not (folder / "shard-3.db").exists()


def test_nothing_is_booked_into_a_shard_alone(both: tuple[Path, Path], tmp_path: Path) -> None:
    folder = Path(shutil.copytree(both[1], tmp_path / "copy"))
    shutil.copy(folder / "shard-1.db", folder / "ledger.db")
    done = obnovi(folder, 1, "feed", "feed.jsonl", "--not-after", "none")
    assert (done.code, done.err) == (
        2, "obnovi: ledger.db is shard 1 of 3 of a ledger; name the file that lists them all\n",
    )  # fmt: skip
    assert obnovi(folder, 1, "verify").code == 0


@pytest.mark.parametrize("command", ["backup copy.db", "export --format jsonl -o log.jsonl"])
def test_what_works_on_one_log_says_so(both: tuple[Path, Path], command: str) -> None:
    done = obnovi(both[1], SHARDS, *command.split())
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert done.err.startswith("obnovi: shards.toml has 3 shards")


def test_a_contract_in_another_shard_is_found(both: tuple[Path, Path], tmp_path: Path) -> None:
    folder = Path(shutil.copytree(both[1], tmp_path / "copy"))
    right = shard_of(NUMBER, SHARDS)
    wrong = (right + 1) % SHARDS
    with closing(sqlite3.connect(folder / f"shard-{wrong}.db")) as db:
        db.execute("ATTACH ? AS other", (str(folder / f"shard-{right}.db"),))
        (contract,) = db.execute(
            "SELECT originator_id FROM other.stored_events ORDER BY position DESC LIMIT 1"
        ).fetchone()
        columns = "originator_id, originator_version, topic, state"
        db.execute(
            f"INSERT INTO stored_events ({columns}) SELECT {columns} FROM other.stored_events WHERE originator_id = ? "
            "ORDER BY originator_version",
            (contract,),
        )
        db.commit()
    found = obnovi(folder, SHARDS, "verify", "--json").json()
    assert not found["ok"]
    misplaced = [each for each in found["problems"] if each["problem"] == "shard of the number"]
    assert [(each["expected"], each["found"], each["shard"]) for each in misplaced] == [(right, wrong, wrong)]


def test_the_notices_are_those_of_one_log(both: tuple[Path, Path]) -> None:
    """Those of a number, in their order: among numbers there is none."""

    def told(folder: Path, shards: int) -> dict[str, list[str]]:
        found = json.loads(obnovi(folder, shards, "notices", "--from-beginning", "--limit", 1000, "--json").out)
        assert found
        by_number: dict[str, list[str]] = {}
        for each in found:
            by_number.setdefault(each["account"], []).append(each["text"])
        return by_number

    one, other = both
    assert told(one, 1) == told(other, SHARDS)
