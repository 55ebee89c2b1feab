"""Evidence is each shard's own, and an erasure finds the shard of its contract."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ledger.log.sharded.placing import shard_of
from projections.evidence.note import PublicKey
from tests.sharded.support import SHARDS, obnovi
from tests.sharded.test_one_ledger import NUMBER

HERE = shard_of(NUMBER, SHARDS)


@pytest.fixture
def signed(both: tuple[Path, Path], tmp_path: Path) -> Path:
    """The folder of a ledger of shards, under checkpoints that a witness has."""
    folder = Path(shutil.copytree(both[1], tmp_path / "copy"))
    assert obnovi(folder, SHARDS, "keys", "create", "--name", "operator.example").code == 0
    (folder / "witness.txt").write_text(obnovi(folder, SHARDS, "checkpoint").out, encoding="utf-8")
    return folder


def spoil(folder: Path, shard: int, statement: str) -> None:
    with closing(sqlite3.connect(folder / f"shard-{shard}.db")) as db:
        for (trigger,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            db.execute(f"DROP TRIGGER {trigger}")
        db.execute(statement)
        db.commit()


def test_every_shard_has_a_checkpoint_under_a_name_of_its_own(signed: Path) -> None:
    made = obnovi(signed, SHARDS, "checkpoint", "--json").json()["shards"]
    events = obnovi(signed, SHARDS, "verify", "--json").json()["events"]
    assert [each["origin"] for each in made] == [f"operator.example/{number}" for number in range(SHARDS)]
    assert sum(each["size"] for each in made) == events
    assert "".join(each["note"] for each in made) == (signed / "witness.txt").read_text().replace("\n\noper", "\noper")


def test_what_a_witness_has_of_every_shard_is_compared(signed: Path) -> None:
    assert obnovi(signed, SHARDS, "checkpoint", "--compare", "witness.txt").code == 0
    first = (signed / "witness.txt").read_text().partition("\n\noperator")[0]
    (signed / "part.txt").write_text(first + "\n", encoding="utf-8")
    done = obnovi(signed, SHARDS, "checkpoint", "--compare", "part.txt")
    lacking = "no checkpoint of operator.example/1, and a ledger of 3 shards is compared with one of each"
    assert (done.code, done.err) == (1, f"obnovi: part.txt: {lacking}\n")


def test_a_shard_that_was_cut_off_is_told_by_its_name(signed: Path) -> None:
    shutil.rmtree(signed / "keys" / "checkpoints")  # else it is told before the witness is asked
    spoil(signed, 1, "DELETE FROM stored_events WHERE position > 10")
    done = obnovi(signed, SHARDS, "checkpoint", "--compare", "witness.txt")
    assert done.code == 1
    assert done.err.startswith("obnovi: operator.example/1: ")


def test_a_proof_is_under_the_checkpoint_of_its_shard(signed: Path) -> None:
    proved = obnovi(signed, SHARDS, "prove", NUMBER, 2, "-o", "event.proof", "--json").json()
    assert proved["checkpoint"]["origin"] == f"operator.example/{HERE}"
    done = obnovi(signed, SHARDS, "check-proof", "event.proof", "--key", "keys/public-key.txt", "--json")
    assert (done.code, done.json()["event"]["version"]) == (0, 2)


def test_a_key_stands_for_its_shards_and_for_no_other_name() -> None:
    key = PublicKey("operator.example", bytes(32))
    assert key.stands_for(key)
    assert key.stands_for(key.of_shard(2))
    assert not key.stands_for(PublicKey("operator.example/2", bytes(31) + b"x"))
    assert not key.stands_for(PublicKey("operator.example/x", bytes(32)))
    assert not key.stands_for(PublicKey("other.example", bytes(32)))
    assert not key.of_shard(2).stands_for(key)


def test_a_statement_tells_the_checkpoint_of_its_shard(signed: Path) -> None:
    made = obnovi(signed, SHARDS, "statement", NUMBER, "--from", "2026-01-01", "--to", "2026-01-31").out
    assert f"operator.example/{HERE} " in made.splitlines()[-1]


def test_what_was_changed_under_a_checkpoint_is_told_with_its_shard(signed: Path) -> None:
    spoil(signed, 2, "UPDATE stored_events SET state = CAST(state || ' ' AS BLOB) WHERE position = 5")
    found = obnovi(signed, SHARDS, "verify", "--json").json()["problems"]
    assert ("edited since the checkpoint", 2) in {(each["problem"], each["shard"]) for each in found}
    assert {each["shard"] for each in found} == {2}
    assert "\nshard 2: " in "\n" + obnovi(signed, SHARDS, "verify").out


def test_a_closed_contract_is_erased_where_it_is(signed: Path) -> None:
    erased = obnovi(
        signed, SHARDS, "erase", NUMBER, "--holder", 1, "--ground", "request 7", "--by", "clerk-1", "--early", "--yes",
        "-o", "act.pdf",
    )  # fmt: skip
    assert (erased.code, erased.err) == (0, "")
    verified = obnovi(signed, SHARDS, "verify", "--json").json()
    assert (verified["ok"], verified["erased"]) == (True, 1)
    (contract,) = [
        each
        for each in obnovi(signed, SHARDS, "accounts", "--json").json()
        if each["account"] != NUMBER and not each["account"].isdecimal()
    ]
    assert obnovi(signed, SHARDS, "balance", contract["contract"], "--json").code == 0
