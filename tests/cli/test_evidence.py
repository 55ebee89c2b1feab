"""`obnovi keys`, `checkpoint`, `prove`, `check-proof`, `verify` against a checkpoint, `backup` and `restore`."""

import json
import shutil
import signal
import sqlite3
import subprocess
import time
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from ledger.catalogue import parse
from tests.cli.support import ACCOUNT, ENVIRONMENT, OBNOVI, Run, in_this_process, line, month, top_up, write
from tests.cli.test_processes import feed_of_many
from tests.evidence import tampering
from tests.evidence.support import behind_its_back


@pytest.fixture
def kept(obnovi: Run, tmp_path: Path) -> Run:
    """A ledger of one account with four events, keys, and a checkpoint over them."""
    write(tmp_path / "feed", *month())
    obnovi("feed", "feed")
    assert obnovi("keys", "create").code == 0
    assert obnovi("checkpoint").code == 0
    return obnovi


def test_a_key_is_made_once_and_the_secret_one_is_its_owner_s(obnovi: Run, tmp_path: Path) -> None:
    made = obnovi("keys", "create", "--json", "--name", "billing.example.org/ledger").json()
    assert made["origin"] == "billing.example.org/ledger"
    assert (tmp_path / "keys" / "public-key.txt").read_text() == f"{made['public_key']}\n"
    assert (tmp_path / "keys" / "signing-key.pem").stat().st_mode & 0o777 == 0o600
    before = {path.name: path.read_bytes() for path in (tmp_path / "keys").iterdir() if path.is_file()}
    again = obnovi("keys", "create")
    assert (again.code, "never written over" in again.err) == (2, True)
    assert before == {path.name: path.read_bytes() for path in (tmp_path / "keys").iterdir() if path.is_file()}


def test_keys_live_where_the_environment_says(obnovi: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OBNOVI_KEYS", str(tmp_path / "safe"))
    write(tmp_path / "feed", *month())
    obnovi("feed", "feed")
    assert obnovi("keys", "create").code == 0
    assert obnovi("checkpoint").code == 0
    assert not (tmp_path / "keys").exists()
    assert [path.name for path in (tmp_path / "safe" / "checkpoints").iterdir()] == ["000000000004"]


def test_a_checkpoint_is_a_note_with_name_size_and_root(kept: Run, tmp_path: Path) -> None:
    note = kept("checkpoint").out
    said = kept("checkpoint", "--json").json()
    assert note == said["note"] == (tmp_path / "keys/checkpoints/000000000004").read_text(encoding="utf-8")
    origin, size, root, catalogues, empty, signature = note.splitlines()
    assert (origin, int(size), root, empty) == (said["origin"], said["size"], said["root"], "")
    assert catalogues.startswith("catalogues 1 ")
    assert signature.startswith(f"— {origin} ")
    assert said["size"] == 4


def test_the_checkpoint_of_a_witness_is_continued_or_the_fork_is_named(kept: Run, tmp_path: Path) -> None:
    (tmp_path / "witness").write_text(kept("checkpoint").out, encoding="utf-8")
    write(tmp_path / "more", top_up("more"))
    kept("feed", "more")
    done = kept("checkpoint", "--compare", "witness", "--json")
    assert (done.code, done.json()["ok"], done.json()["size"]) == (0, True, 5)
    assert len(list((tmp_path / "keys/checkpoints").iterdir())) == 1  # nothing was signed
    # Another history under the same key: the ledger and the checkpoints begin anew, and grow as long.
    for path in (*tmp_path.glob("obnovi.db*"), *(tmp_path / "keys/checkpoints").iterdir()):
        path.unlink()
    write(tmp_path / "other", *month()[:1], top_up("other", 5), *month()[1:])
    kept("feed", "other")
    kept("checkpoint")
    done = kept("checkpoint", "--compare", "witness")
    assert done.code == 1
    assert "fork: of the first 4 events the witness holds" in done.err
    told = kept("checkpoint", "--compare", "witness", "--json")
    assert (told.code, told.json()["ok"], "fork" in told.json()["problem"]) == (1, False, True)


def test_what_a_killed_checkpoint_left_is_swept_by_the_next(kept: Run, tmp_path: Path) -> None:
    (tmp_path / "keys/checkpoints/.x1.part").write_text("half")
    write(tmp_path / "more", top_up("more"))
    kept("feed", "more")
    assert kept("checkpoint").code == 0
    assert sorted(path.name for path in (tmp_path / "keys/checkpoints").iterdir()) == ["000000000004", "000000000005"]


def test_a_ledger_shorter_than_what_the_witness_saw_is_refused(kept: Run, tmp_path: Path) -> None:
    shutil.copy(tmp_path / "obnovi.db", tmp_path / "older.db")
    write(tmp_path / "more", top_up("more"))
    kept("feed", "more")
    (tmp_path / "witness").write_text(kept("checkpoint").out, encoding="utf-8")
    (tmp_path / "keys/checkpoints/000000000005").unlink()
    shutil.move(tmp_path / "older.db", tmp_path / "obnovi.db")
    done = kept("checkpoint", "--compare", "witness")
    assert (done.code, "the witness saw 5 events, the ledger has 4" in done.err) == (1, True)


def test_an_older_copy_is_refused_by_every_command_of_evidence(kept: Run, tmp_path: Path) -> None:
    kept("backup", "older.db")
    write(tmp_path / "more", top_up("more"))
    kept("feed", "more")
    kept("checkpoint")
    shutil.move(tmp_path / "obnovi.db", tmp_path / "newer.db")
    done = kept("restore", "older.db", "--json")
    assert (done.code, done.json()["ok"], done.json()["events"]) == (1, False, 4)
    assert not (tmp_path / "obnovi.db").exists()
    shutil.move(tmp_path / "older.db", tmp_path / "obnovi.db")
    for command in (("checkpoint",), ("prove", ACCOUNT, 1, "-o", "p"), ("verify",)):
        done = kept(*command)
        assert done.code == 1, command
        assert "newest checkpoint" in done.err + done.out
    assert not (tmp_path / "p").exists()


def with_another_price(path: Path) -> None:
    """The catalogue's text with another price, and the digest made to fit: it agrees with itself."""
    with behind_its_back(path) as db:
        (text,) = db.execute("SELECT toml FROM catalogues").fetchone()
        other = text.replace('data_mb = "3.00"', 'data_mb = "2.00"')
        assert other != text
        db.execute("UPDATE catalogues SET toml = ?, digest = ?", (other, parse(other).digest))


def test_prices_changed_in_the_table_of_catalogues_are_found_by_every_command_of_evidence(
    kept: Run, tmp_path: Path
) -> None:
    """No booking was made at this price, so deciding again finds nothing; the checkpoint does."""
    kept("backup", "copy.db")
    sound = (tmp_path / "copy.db").read_bytes()
    (tmp_path / "witness").write_text(kept("checkpoint").out, encoding="utf-8")
    with_another_price(tmp_path / "obnovi.db")
    done = kept("verify", "--json")
    assert (done.code, [each["problem"] for each in done.json()["problems"]]) == (1, ["catalogue since the checkpoint"])
    for command in (("checkpoint",), ("checkpoint", "--compare", "witness")):
        done = kept(*command)
        assert (done.code, done.err.count("\n"), "catalogues up to event 4" in done.err) == (1, 1, True), done
    done = kept("backup", "copy.db")
    assert (done.code, done.err.count("\n"), "catalogue since the checkpoint" in done.err) == (1, 1, True)
    assert (tmp_path / "copy.db").read_bytes() == sound  # the older backup keeps its place
    assert kept("backup", "copy.db", "--json").json()["ok"] is False
    assert kept("--ledger", "new.db", "restore", "copy.db").code == 0
    with_another_price(tmp_path / "copy.db")
    done = kept("--ledger", "newer.db", "restore", "copy.db")
    assert (done.code, "is not restored" in done.err, "catalogue" in done.err) == (1, True, True)
    for path in (tmp_path / "keys/checkpoints").iterdir():
        path.unlink()
    done = kept("checkpoint", "--compare", "witness")  # the witness alone knows
    assert (done.code, "fork: the catalogues up to event 4" in done.err) == (1, True)


def test_tiles_that_lead_elsewhere_are_made_anew_before_anybody_is_accused(kept: Run, tmp_path: Path) -> None:
    """A proof and a comparison take nothing from a broken file of evidence, and ask nobody to run them again."""
    (tmp_path / "witness").write_text(kept("checkpoint").out, encoding="utf-8")
    write(tmp_path / "more", *(top_up(f"more-{number}") for number in range(300)))
    kept("feed", "more")
    kept("checkpoint")
    whole = (tmp_path / "obnovi.db.evidence").read_bytes()
    for change in (
        "UPDATE tiles SET hashes = zeroblob(8192) WHERE level = 0 AND number = 0",
        "UPDATE tiles SET hashes = substr(hashes, 33) WHERE level = 0 AND number = 0",
        "UPDATE tiles SET hashes = 'text' WHERE level = 0 AND number = 0",
        "DELETE FROM tiles WHERE level = 0 AND number = 0",
        "UPDATE followed SET size = 'many'",
        "UPDATE names SET names = 5",
        "DELETE FROM followed",
        "DROP TABLE tiles",
        "UPDATE followed SET schema = 7",
    ):
        for command in (("prove", ACCOUNT, 2, "-o", "two.proof"), ("checkpoint", "--compare", "witness")):
            (tmp_path / "obnovi.db.evidence").write_bytes(whole)
            with sqlite3.connect(tmp_path / "obnovi.db.evidence") as db:
                db.execute(change)
            db.close()
            done = kept(*command)
            assert (done.code, done.err) == (0, ""), (change, done)
        assert kept("verify").code == 0


def contract_id(run: Run) -> str:
    return str(run("accounts", ACCOUNT, "--json").json()[0]["contract"])


def test_a_proof_is_written_and_checked_without_the_ledger(kept: Run, tmp_path: Path) -> None:
    assert kept("prove", ACCOUNT, 2, "-o", "two.proof").code == 0
    assert (tmp_path / "two.proof").stat().st_size <= 4_000
    event = [json.loads(each) for each in kept("events", ACCOUNT, "--json").out.splitlines()][1]
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for name in ("two.proof", "keys/public-key.txt", "keys/public-key.pem"):
        shutil.copy(tmp_path / name, elsewhere)
    for key in ((), ("--key", "public-key.txt"), ("--key", "public-key.pem")):
        done = in_this_process("check-proof", "two.proof", *key, "--json", cwd=elsewhere)
        assert done.code == 0, done.err
        assert done.json()["ok"] is True
        assert done.json()["checkpoint"]["size"] == 4
        said = done.json()["event"]
        assert (said["account"], said["version"], said["type"]) == ("запечатано", 2, "ToppedUp")
        assert (said["contract"], said["holder"]) == (contract_id(kept), None)
        assert (said["amount"], said["entries"]) == (event["amount"], event["entries"])
    assert sorted(path.name for path in elsewhere.iterdir()) == ["public-key.pem", "public-key.txt", "two.proof"]


@pytest.mark.parametrize(
    ("version", "told"),
    [
        (1, None),
        (2, "Wallet 1\N{NO-BREAK SPACE}000.00 ₽, then 1\N{NO-BREAK SPACE}000.00 ₽."),
        (4, "Wallet −400.00 ₽, then 600.00 ₽."),
    ],
)
def test_a_proof_tells_the_money_that_it_proves(kept: Run, version: int, told: str | None) -> None:
    kept("prove", ACCOUNT, version, "-o", "one.proof")
    lines = kept("check-proof", "one.proof").out.splitlines()
    assert lines[0].startswith(f"It holds: contract {contract_id(kept)}, version {version}, ")
    assert "sealed" in lines[1]
    assert [line for line in lines if line.startswith("Wallet")] == ([told] if told else [])


def test_an_event_behind_the_newest_checkpoint_gets_one_before_it_is_proved(kept: Run, tmp_path: Path) -> None:
    write(tmp_path / "more", top_up("more"))
    kept("feed", "more")
    done = kept("prove", ACCOUNT, 5, "-o", "five.proof", "--json")
    assert (done.code, done.json()["checkpoint"]["size"]) == (0, 5)
    assert kept("check-proof", "five.proof").code == 0


def test_a_proof_that_does_not_hold_is_refused_in_one_line(kept: Run, tmp_path: Path) -> None:
    kept("prove", ACCOUNT, 2, "-o", "proof")
    content = (tmp_path / "proof").read_bytes()
    (tmp_path / "proof").write_bytes(content.replace(b"100000", b"900000"))
    done = kept("check-proof", "proof")
    assert (done.code, done.err.count("\n"), "proof does not hold: the event is not" in done.err) == (1, 1, True)
    told = kept("check-proof", "proof", "--json")
    assert told.code == 1
    assert {name: told.json()[name] for name in ("ok", "checkpoint", "event")} == {
        "ok": False,
        "checkpoint": None,
        "event": None,
    }


@pytest.mark.parametrize(
    ("command", "code", "told"),
    [
        (("prove", ACCOUNT, 99, "-o", "p"), 1, "no version 99"),
        (("prove", "79990000000", 1, "-o", "p"), 1, "account"),
        (("prove", ACCOUNT, 1, "-o", "obnovi.db"), 2, "is the ledger itself"),
        (("prove", ACCOUNT, 1, "-o", "obnovi.db.evidence"), 2, "is the ledger itself"),
        (("prove", ACCOUNT, 1, "-o", "keys/signing-key.pem"), 2, "folder of keys"),
        (("check-proof", "nowhere"), 2, "no proof at nowhere"),
        (("check-proof", "feed"), 1, "does not hold"),
        (("check-proof", "feed", "--key", "feed"), 2, "no public key"),
        (("checkpoint", "--compare", "feed"), 1, "no signed note"),
        (("checkpoint", "--compare", "nowhere"), 2, "no checkpoint at nowhere"),
        (("keys", "create", "--name", "two words"), 2, "without spaces"),
        (("keys", "create", "--name", "x" * 101), 2, "at most 100 characters"),
        (("backup", "obnovi.db"), 2, "is the ledger itself"),
        (("backup", "keys/copy.db"), 2, "folder of keys"),
        (("backup", "nowhere/copy.db"), 2, "no folder nowhere"),
        (("backup", "keys"), 2, "folder of keys"),
        (("backup", "."), 2, ". is a folder"),
        (("backup", "/dev/null"), 2, "/dev/null is there and no backup"),
        (("backup", "feed"), 2, "feed is there and no backup"),
        (("check-proof", "."), 2, ". is a folder, not a proof"),
        (("--ledger", "new.db", "import-log", "."), 2, ". is a folder, not an exported log"),
        (("--ledger", "new.db", "restore", "."), 2, ". is a folder, not a backup"),
        (("restore", "nowhere"), 2, "no backup at nowhere"),
        (("restore", "feed"), 1, "obnovi.db is there"),
        (("--ledger", "new.db", "restore", "feed"), 2, "feed is not an Obnovi ledger"),
        (("--ledger", "away/new.db", "restore", "obnovi.db"), 2, "no folder away"),
    ],
)
def test_misuse_and_refusals_are_one_line(kept: Run, command: tuple[object, ...], code: int, told: str) -> None:
    done = kept(*command)
    assert (done.code, done.out, done.err.count("\n")) == (code, "", 1), done
    assert told in done.err


def test_commands_of_evidence_say_that_keys_are_missing(obnovi: Run, tmp_path: Path) -> None:
    write(tmp_path / "feed", *month())
    obnovi("feed", "feed")
    for command in (("checkpoint",), ("prove", ACCOUNT, 1, "-o", "p")):
        done = obnovi(*command)
        assert (done.code, "obnovi keys create" in done.err) == (2, True)
    assert obnovi("verify").code == 0
    obnovi("keys", "create")
    (tmp_path / "keys/signing-key.pem").unlink()
    assert "no key to sign with" in obnovi("checkpoint").err
    (tmp_path / "keys/public-key.txt").unlink()
    assert obnovi("verify").code == 2  # the key must not be got rid of in silence


def test_verify_finds_what_agrees_with_itself(kept: Run, tmp_path: Path) -> None:
    """The last event cut off with its key, head and position: decided again, the rest is in order."""
    write(tmp_path / "more", line("top_up", "more", "2023-01-16T12:00:00+03:00", amount=1))
    kept("feed", "more")
    told = kept("verify")
    assert (told.code, "1 event behind the newest checkpoint; `obnovi checkpoint` covers it\n" in told.out) == (0, True)
    kept("checkpoint")
    with behind_its_back(tmp_path / "obnovi.db") as db:
        db.execute("DELETE FROM stored_events WHERE position = 5")
        db.execute("DELETE FROM keys WHERE version = 5")
        db.execute("DELETE FROM heads")
        tampering.close_gaps(db)
    done = kept("verify", "--json")
    assert done.code == 1
    found = [(each["account"], each["version"], each["problem"]) for each in done.json()["problems"]]
    assert found == [
        (None, None, "last position against the newest checkpoint"),
        (ACCOUNT, 5, "deleted since the checkpoint"),
    ]


@pytest.mark.parametrize(
    "how",
    [
        tampering.break_the_topic,
        tampering.store_text_for_bytes,
        tampering.store_bytes_for_text,
        tampering.give_no_number,
        tampering.give_to_an_endless_account,
    ],
    ids=lambda how: how.__name__,
)
def test_rows_that_no_event_can_have_are_findings(kept: Run, tmp_path: Path, how: tampering.Tampering) -> None:
    numbers = {each["contract"]: each["account"] for each in kept("accounts", "--json").json()}
    with behind_its_back(tmp_path / "obnovi.db") as db:
        (name, *_) = how(db, Random(1))
    done = kept("verify", "--json")
    assert (done.code, done.err) == (1, "")
    found = {(each.get("contract", each["account"]), each["version"]) for each in done.json()["problems"]}
    assert (numbers.get(name.account, name.account), name.version) in found
    for form in ("jsonl", "parquet", "hledger", "beancount"):
        told = kept("export", "--format", form, "-o", "export")
        assert (told.code, told.err.count("\n")) in ((0, 0), (2, 1)), told
        assert "error in the program" not in told.err


def test_keys_that_are_broken_are_told_before_the_ledger_is_looked_at(kept: Run, tmp_path: Path) -> None:
    (tmp_path / "keys/public-key.txt").write_text("x\n")
    (tmp_path / "obnovi.db").unlink()
    assert "public-key.txt cannot be read" in kept("verify").err


def test_verify_says_when_a_checkpoint_was_tampered_with(kept: Run, tmp_path: Path) -> None:
    path = tmp_path / "keys/checkpoints/000000000004"
    path.write_text(path.read_text(encoding="utf-8").replace("\n4\n", "\n3\n"), encoding="utf-8")
    done = kept("verify", "--json")
    assert (done.code, done.json()["problems"][0]["problem"]) == (1, "checkpoint")
    assert "does not hold" in kept("checkpoint").err


# Backup and restore


def test_a_backup_is_restored_to_the_same_ledger(kept: Run, tmp_path: Path) -> None:
    assert kept("backup", "copy.db", "--json").json() == {"events": 4, "ok": True}
    assert sorted(path.name for path in tmp_path.glob("copy*")) == ["copy.db"]
    before = kept("events", ACCOUNT, "--json").out
    assert kept("--ledger", "new.db", "restore", "copy.db", "--json").json() == {"events": 4, "ok": True}
    assert kept("--ledger", "new.db", "events", ACCOUNT, "--json").out == before
    write(tmp_path / "more", *month(), top_up("more"))
    assert kept("--ledger", "new.db", "feed", "more", "--json").json()["duplicates"] == 3
    assert not list(tmp_path.glob("*.part*"))


def test_restore_says_where_no_checkpoint_was_asked(kept: Run, tmp_path: Path) -> None:
    kept("backup", "copy.db")
    assert kept("--ledger", "new.db", "restore", "copy.db").out == "new.db: 4 events, everything agrees\n"
    for path in (tmp_path / "keys/checkpoints").iterdir():
        path.unlink()
    assert "No checkpoint was there" in kept("--ledger", "newer.db", "restore", "copy.db").out


@pytest.mark.parametrize("seed", range(4))
def test_a_backup_that_was_tampered_with_is_not_restored(kept: Run, tmp_path: Path, seed: int) -> None:
    """Found by deciding again, or by the checkpoint alone."""
    kept("backup", "copy.db")
    with behind_its_back(tmp_path / "copy.db") as db:
        (tampering.flip_a_bit, tampering.delete_one_and_close_the_gap)[seed % 2](db, Random(seed))
    done = kept("--ledger", "new.db", "restore", "copy.db")
    assert (done.code, done.err.count("\n"), "is not restored" in done.err) == (1, 1, True)
    assert not list(tmp_path.glob("new.db*"))


def test_a_backup_takes_the_place_of_an_older_one_or_of_an_empty_file(kept: Run, tmp_path: Path) -> None:
    for _ in range(2):
        assert kept("backup", "copy.db").code == 0
    (tmp_path / "empty").touch()
    assert kept("backup", "empty").code == 0
    assert (tmp_path / "empty").read_bytes() == (tmp_path / "copy.db").read_bytes()


def test_a_ledger_s_leftovers_are_not_mixed_with_a_restored_one(kept: Run, tmp_path: Path) -> None:
    kept("backup", "copy.db")
    (tmp_path / "new.db-wal").write_bytes(b"of another ledger")
    done = kept("--ledger", "new.db", "restore", "copy.db")
    assert (done.code, "new.db-wal is there" in done.err) == (1, True)
    (tmp_path / "copy.db-wal").write_bytes(b"in use")
    assert "a ledger in use" in kept("backup", "copy.db").err


def test_a_backup_made_while_writers_work_is_a_beginning_of_the_log(tmp_path: Path) -> None:
    write(tmp_path / "feed", *feed_of_many(8_000))
    feeding = subprocess.Popen([OBNOVI, "feed", "feed"], cwd=tmp_path, env=ENVIRONMENT)
    counts: list[int] = []
    while feeding.poll() is None:
        if (tmp_path / "obnovi.db").exists():
            done = in_this_process("backup", f"{len(counts)}.db", "--json", cwd=tmp_path)
            if done.code == 0:  # the ledger may be empty at first
                counts.append(done.json()["events"])
        time.sleep(0.2)
    assert feeding.wait() == 0
    assert counts
    assert all(one <= other for one, other in pairwise(counts))
    last = f"{len(counts) - 1}.db"
    assert in_this_process("--ledger", "new.db", "restore", last, "--json", cwd=tmp_path).json() == {
        "events": counts[-1],
        "ok": True,
    }
    assert rows(tmp_path / "new.db") == rows(tmp_path / "obnovi.db")[: counts[-1]]


def rows(path: Path) -> list[tuple[object, ...]]:
    with sqlite3.connect(path) as db:
        return db.execute("SELECT * FROM stored_events ORDER BY position").fetchall()


def test_killed_at_any_moment_nothing_half_done_is_taken_for_done(tmp_path: Path) -> None:
    """Keys, the follower and its checkpoint, backup and restore; killed, then run again."""
    write(tmp_path / "feed", *feed_of_many(3_000))
    in_this_process("feed", "feed", cwd=tmp_path)
    count = len(rows(tmp_path / "obnovi.db"))
    restore = ("--ledger", "new.db", "restore", "copy.db", "--workers", "1")
    for command, pauses, made in (
        (("keys", "create"), (0.2, 0.3), "keys/checkpoints"),
        (("checkpoint",), (0.3, 0.4), "keys/checkpoints/again"),
        (("backup", "copy.db"), (0.25,), "copy.db"),
        (restore, (0.3, 0.6), "new.db"),
    ):
        for pause in pauses:
            killed = subprocess.Popen([OBNOVI, *command], cwd=tmp_path, stdout=-3, stderr=-3)
            time.sleep(pause)
            killed.send_signal(signal.SIGKILL)
            killed.wait()
            for copy in ("copy.db", "new.db"):
                assert not (tmp_path / copy).exists() or len(rows(tmp_path / copy)) == count
        if not (tmp_path / made).exists():
            done = in_this_process(*command, cwd=tmp_path)
            assert done.code == 0, done.err
    assert in_this_process("verify", cwd=tmp_path).code == 0
    assert in_this_process("--ledger", "new.db", "verify", cwd=tmp_path).code == 0
    assert len(list((tmp_path / "keys/checkpoints").glob("0*"))) == 1
    assert not list(tmp_path.glob("*.part*"))


# The foot of a statement

STATEMENT = ("statement", ACCOUNT, "--from", "2023-01-01", "--to", "2023-01-31")


def test_a_statement_cites_the_first_checkpoint_that_covers_it_for_ever(kept: Run, tmp_path: Path) -> None:
    """R-13.5: from then on it has the same bytes, whatever is signed later; its id and JSON know nothing of it."""
    plain = kept(*STATEMENT, "--json").out
    signed = kept("checkpoint", "--json").json()
    forms = [(*STATEMENT, "--format", form) for form in ("txt", "html", "xml")]
    before = [kept(*form).out for form in forms]
    for text in before:
        assert f"{signed['origin']} 4 {signed['root']}" in text
    write(tmp_path / "more", line("top_up", "february", "2023-02-01T00:00:00+03:00", amount=1))
    kept("feed", "more")
    assert kept("checkpoint", "--json").json()["size"] == 5
    after = [kept(*form).out for form in forms]
    for text in after:
        assert f"{signed['origin']} 4 {signed['root']}" in text
    kept("checkpoint")
    assert [kept(*form).out for form in forms] == after
    assert json.loads(plain)["lines"] == kept(*STATEMENT, "--json").json()["lines"]
    assert "Контрольная" not in kept(*STATEMENT, "--json").out


@pytest.mark.parametrize(
    ("file", "told"),
    [
        ("obnovi.db", "a ledger; `obnovi prove"),
        ("copy.db", "a ledger; `obnovi prove"),
        ("obnovi.db.evidence", "the evidence beside a ledger"),
        ("views", "an SQLite database"),
        ("keys/checkpoints/000000000004", "a checkpoint; `obnovi checkpoint --compare"),
        ("keys/public-key.txt", "a public key; give it as --key"),
        ("keys/public-key.pem", "a public key; give it as --key"),
        ("keys/signing-key.pem", "a key to sign with"),
        ("feed", "a feed; `obnovi feed`"),
        ("export.jsonl", "an exported log; `obnovi import-log`"),
        ("statement.pdf", "a PDF"),
        ("statement.xlsx", "a workbook"),
        ("statement.xml", "an XML file"),
        ("statement.html", "a page"),
        ("statement.json", "JSON of something else"),
        ("statement.txt", "another text"),
        ("empty", "an empty file"),
        ("newer", "a proof in the form obnovi-proof/9"),
        ("bytes", "no text"),
    ],
)
def test_what_is_no_proof_is_told_for_what_it_is(kept: Run, tmp_path: Path, file: str, told: str) -> None:
    if file.startswith("statement"):
        form = ("--json",) if file.endswith("json") else ("--format", file.rpartition(".")[2], "-o", file)
        done = kept(*STATEMENT, *form)
        if file.endswith("json"):
            (tmp_path / file).write_text(done.out, encoding="utf-8")
    elif file == "export.jsonl":
        kept("export", "--format", "jsonl", "-o", file)
    elif file == "copy.db":
        kept("backup", file)
    elif file == "views":
        kept("totals", "--from", "2023-01-01", "--to", "2023-01-31")
        (views,) = tmp_path.glob("obnovi.db.views-*")
        views.rename(tmp_path / file)
    elif file == "newer":
        kept("prove", ACCOUNT, 1, "-o", file)
        made = (tmp_path / file).read_text(encoding="utf-8")
        (tmp_path / file).write_text(made.replace("obnovi-proof/1", "obnovi-proof/9"), encoding="utf-8")
    elif file in ("empty", "bytes"):
        (tmp_path / file).write_bytes(b"" if file == "empty" else bytes(range(256)))
    done = kept("check-proof", file)
    assert (done.code, done.err.count("\n")) == (1, 1), done
    assert f"does not hold: it is no proof but {told}" in done.err
    assert kept("check-proof", file, "--json").json()["reason"].startswith(f"it is no proof but {told}")


def test_what_no_checkpoint_covers_yet_has_none_at_its_foot(kept: Run, tmp_path: Path) -> None:
    write(tmp_path / "more", line("top_up", "more", "2023-01-31T23:59:59+03:00", amount=1))
    kept("feed", "more")
    assert "Контрольная точка" not in kept(*STATEMENT).out
    identity = kept(*STATEMENT).out.splitlines()[1]
    kept("checkpoint")
    assert "Контрольная точка: obnovi/" in kept(*STATEMENT).out
    assert kept(*STATEMENT).out.splitlines()[1] == identity
    assert "Контрольная точка" not in kept(*STATEMENT[:2], "--from", "2022-01-01", "--to", "2022-12-31").out


def test_a_disclosed_event_is_told_with_who_it_is_about(kept: Run) -> None:
    """R-15.9: the number stands in the event that opens the contract."""
    events = [json.loads(each) for each in kept("events", ACCOUNT, "--json").out.splitlines()]
    for event in events[:3]:
        assert kept("prove", ACCOUNT, event["version"], "--disclose", "-o", "disclosed.proof").code == 0
        said = kept("check-proof", "disclosed.proof", "--json").json()["event"]
        assert said["input"]["id"] == event["input"]["id"]
        assert said["contract"] == contract_id(kept)
        assert (said["account"], said["holder"]) == ((ACCOUNT, 1) if event["version"] == 1 else ("запечатано", None))
        told = kept("check-proof", "disclosed.proof").out
        assert f"Input feed/{event['input']['id']}\n" in told
        assert (ACCOUNT in told) == (event["version"] == 1)
    assert kept("prove", ACCOUNT, 2, "--holder", 2, "-o", "other.proof").code == 1
