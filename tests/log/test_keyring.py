"""The keyring: a key is durable before its first event, one for each contract, whoever opens at the same time."""

import json
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import cast
from unittest.mock import patch

import pytest

from ledger import inputs
from ledger.batch import booked
from ledger.contracts import Contract
from ledger.log.contracts import LogContracts
from ledger.log.engines import store_ref
from ledger.log.keyring import Keyring, KeysPlace
from ledger.log.sqlite.key_file import KeyFile
from ledger.log.store import Reading
from ledger.service import Ledger, Outcome
from ledger.shard import Shard
from tests.cli.support import ACCOUNT, ENVIRONMENT, OBNOVI, Done, in_this_process, line, month, opening, top_up, write
from tests.support import CATALOGUE_TEXT, Clock, at
from tests.verify.tampered import audited

OTHER = "79031234567"
END = line("close", "end", "2023-01-20T12:00:00+03:00")
AGAIN = line("open", "again", "2023-02-01T12:00:00+03:00", region="moscow")


def ledger_at(path: Path, *, keys: Path | None = None) -> Ledger:
    place = KeysPlace(keys) if keys is not None else None
    return Ledger(store_ref(path, keys=place), now=Clock(at("2024-01-01 00:00")), catalogue=CATALOGUE_TEXT)


def feed(ledger: Ledger, *lines: str) -> list[Outcome]:
    return ledger.apply([inputs.check(json.loads(each)) for each in lines])


def contracts(path: Path, number: str = ACCOUNT, *, keys: Path | None = None) -> list[Contract]:
    """Those of a number that a ledger has."""
    place = KeysPlace(keys) if keys is not None else None
    with closing(store_ref(path, keys=place).open()) as store, store.reading() as log:
        return log.contracts.of(number)


def kept(keys: Path) -> list[tuple[str, int]]:
    """Every contract in a store of keys, whichever ledger's it is."""
    with closing(KeyFile(keys / "contracts.db", read_only=True)) as file:
        return sorted((row.contract, row.holder) for row in file.all())


def named(keys: Path) -> list[tuple[str, int]]:
    """The numbers and holders of all of them."""
    with closing(Keyring(KeysPlace(keys))) as keyring:
        return sorted((each.number, each.holder) for each in keyring.all())


def obnovi(folder: Path, *arguments: object, **environment: str) -> Done:
    return in_this_process(*arguments, cwd=folder, env=ENVIRONMENT | environment)


# Durable before the first event

KILLED = """
import os, signal, sys
from pathlib import Path
from typing import cast
from ledger.log.keyring import Keyring
keep = Keyring.keep
def kept_and_killed(self):
    begun = list(self._begun)
    keep(self)
    if begun:
        print(*begun, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
Keyring.keep = kept_and_killed
sys.argv = ["obnovi", "feed", "feed"]
from scripts.cli.main import main
main()
"""


@pytest.mark.parametrize("before", [(), (*month(), END)], ids=["a new number", "a number that was given up"])
def test_a_contract_whose_making_was_killed_is_taken_up(tmp_path: Path, before: tuple[str, ...]) -> None:
    write(tmp_path / "before", opening(OTHER), *before)
    assert obnovi(tmp_path, "feed", "before").code == 0
    write(tmp_path / "feed", AGAIN, top_up("pay-2"))
    killed = subprocess.run(
        [sys.executable, "-c", KILLED], cwd=tmp_path, env=ENVIRONMENT, capture_output=True, check=False
    )
    (begun,) = killed.stdout.decode().split()
    assert killed.returncode == -signal.SIGKILL
    holder = 2 if before else 1
    assert (begun, holder) in kept(tmp_path / "keys")
    assert begun not in [each.id for each in contracts(tmp_path / "obnovi.db")]
    assert obnovi(tmp_path, "feed", "feed").code == 0
    assert contracts(tmp_path / "obnovi.db")[-1] == Contract(ACCOUNT, holder, begun)
    assert len(kept(tmp_path / "keys")) == 1 + holder
    assert not audited(tmp_path / "obnovi.db").problems


def test_a_commit_that_fails_leaves_the_begun_contract_for_the_next_opening(tmp_path: Path) -> None:
    """In the process that went on, and in another one that comes between."""
    path = tmp_path / "ledger.db"
    with ledger_at(path) as ledger, ledger_at(path) as beside:
        with patch.object(Shard, "_write", side_effect=OSError("no space")), pytest.raises(OSError, match="no space"):
            feed(ledger, opening(), opening(OTHER))
        begun = kept(tmp_path / "keys")
        assert len(begun) == 2
        assert feed(beside, top_up("early"))[0].reason == "UNKNOWN_ACCOUNT"
        assert feed(beside, opening())[0].result == "applied"
        assert [each.result for each in feed(ledger, opening(), opening(OTHER))] == ["duplicate", "applied"]
    assert kept(tmp_path / "keys") == begun
    assert [(each.id, 1) for number in (ACCOUNT, OTHER) for each in contracts(path, number)] in (begun, begun[::-1])
    assert not audited(path).problems


def test_a_batch_that_fails_before_its_keys_are_kept_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with ledger_at(path) as ledger:
        with patch("ledger.shard.booked", side_effect=interrupted_at_its_end), pytest.raises(KeyboardInterrupt):
            feed(ledger, opening())
        assert not (tmp_path / "keys" / "contracts.db").exists() or kept(tmp_path / "keys") == []
        assert contracts(path) == []
        assert feed(ledger, top_up("early"))[0].reason == "UNKNOWN_ACCOUNT"
        (outcome,) = feed(ledger, opening())
    assert outcome.contract is not None
    assert kept(tmp_path / "keys") == [(outcome.contract.id, 1)]


def interrupted_at_its_end(*given: object) -> None:
    """Everything is decided, and nothing kept."""
    booked(*given)  # type: ignore[arg-type]  # as they came
    raise KeyboardInterrupt


def test_inputs_that_open_nothing_make_no_key(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with ledger_at(path) as ledger:
        rejected = feed(ledger, top_up("early"), line("close", "end"), line("refresh", "no"))
        assert {each.result for each in rejected} == {"rejected"}
        assert not (tmp_path / "keys" / "contracts.db").exists()
        feed(ledger, opening(), opening(), line("open", "second", region="moscow"))
    assert [holder for _, holder in kept(tmp_path / "keys")] == [1]


# Several at once


def feeding(folder: Path, name: str, ledger: str = "obnovi.db") -> "subprocess.Popen[bytes]":
    command = [str(OBNOVI), "--ledger", ledger, "feed", name, "--json"]
    return subprocess.Popen(command, cwd=folder, env=ENVIRONMENT, stdout=subprocess.PIPE)


def numbers(first: int, count: int) -> list[str]:
    return [f"7916555{number:04d}" for number in range(first, first + count)]


def test_processes_that_open_the_same_numbers_at_once_make_one_contract_of_each(tmp_path: Path) -> None:
    """Two ledgers in one folder, three processes each, with no keys there yet: nobody loses a key or has a second."""
    common = numbers(0, 20)
    started = []
    for ledger in ("one.db", "two.db"):
        for place in range(3):
            own = numbers(100 + 10 * place, 10)
            write(tmp_path / f"part-{place}", *(opening(each) for each in (*common[place:], *own, *common[:place])))
            started.append(feeding(tmp_path, f"part-{place}", ledger))
    counts = [json.loads(each.communicate()[0]) for each in started]
    assert [each.returncode for each in started] == [0] * 6
    assert sum(each["applied"] for each in counts) == 2 * 50
    everybody = sorted([*common, *numbers(100, 30)])
    assert named(tmp_path / "keys") == sorted((number, 1) for number in everybody for _ in range(2))
    for ledger in ("one.db", "two.db"):
        assert [len(contracts(tmp_path / ledger, number)) for number in everybody] == [1] * 50
        report = audited(tmp_path / ledger)
        assert (report.problems, report.accounts) == ([], 50)


def test_who_has_looked_a_number_up_sees_it_opened_by_somebody_else(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with ledger_at(path) as one, ledger_at(path) as other:
        assert feed(one, top_up("early"))[0].reason == "UNKNOWN_ACCOUNT"
        (opened,) = feed(other, opening())
        assert feed(one, top_up("pay"))[0].contract == opened.contract
        assert feed(one, END)[0].result == "applied"
        (second,) = feed(other, AGAIN)
        assert second.contract is not None
        assert second.contract.holder == 2
        assert feed(one, top_up("pay-2"))[0].contract == second.contract
        with one.snapshot() as snapshot:
            assert [each.holder for each in snapshot.contracts.of(ACCOUNT)] == [1, 2]


def test_two_ledgers_share_keys_and_each_sees_its_own_contracts(tmp_path: Path) -> None:
    one, two = tmp_path / "one.db", tmp_path / "two.db"
    with ledger_at(one) as first, ledger_at(two) as second:
        feed(first, *month(), END, AGAIN)
        assert feed(second, top_up("early"))[0].reason == "UNKNOWN_ACCOUNT"
        feed(second, opening(), top_up("only", 7))
        feed(first, opening(OTHER))
    assert [each.holder for each in contracts(one)] == [1, 2]
    assert [each.holder for each in contracts(two)] == [1]
    assert {each.id for each in contracts(one)}.isdisjoint({each.id for each in contracts(two)})
    assert contracts(two, OTHER) == []
    assert named(tmp_path / "keys") == [(OTHER, 1), (ACCOUNT, 1), (ACCOUNT, 1), (ACCOUNT, 2)]
    assert obnovi(tmp_path, "--ledger", "two.db", "balance", ACCOUNT, "--json").json()["wallet"] == 7
    assert obnovi(tmp_path, "--ledger", "two.db", "balance", OTHER).code == 1
    assert obnovi(tmp_path, "--ledger", "two.db", "accounts", "--json").json()[0]["contract"] == contracts(two)[0].id
    for each in (one, two):
        assert not audited(each).problems


# Copies


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A ledger with a number of two holders, and another number."""
    write(tmp_path / "feed", *month(), END, AGAIN, top_up("pay-2", received_at="2023-02-02T12:00:00+03:00"))
    assert obnovi(tmp_path, "feed", "feed", "--not-after", "none").code == 0
    write(tmp_path / "other", opening(OTHER), top_up("pay", account=OTHER))
    assert obnovi(tmp_path, "feed", "other").code == 0
    return tmp_path


def printed(folder: Path, ledger: str = "obnovi.db", **environment: str) -> list[Done]:
    commands = [("events", ACCOUNT, "--json"), ("events", ACCOUNT, "--holder", 1, "--json"), ("accounts", "--json")]
    return [obnovi(folder, "--ledger", ledger, *each, **environment) for each in commands]


def test_keys_are_copied_and_brought_back(folder: Path) -> None:
    before = printed(folder)
    done = obnovi(folder, "keys", "backup", "copy.keys", "--json")
    assert (done.code, done.json()) == (0, {"contracts": 3})
    (folder / "keys" / "contracts.db").unlink()
    assert obnovi(folder, "balance", ACCOUNT).code == 2
    assert obnovi(folder, "keys", "restore", "copy.keys", "--json").json() == {"contracts": 3, "added": 3}
    assert printed(folder) == before
    assert obnovi(folder, "keys", "restore", "copy.keys", "--json").json() == {"contracts": 3, "added": 0}
    again = obnovi(folder, "feed", "feed", "--not-after", "none", "--json").json()
    assert (again["duplicates"], again["events"], again["rejected"]) == (6, 0, 0)


def test_keys_are_merged_into_a_store_that_digests_numbers_otherwise(folder: Path) -> None:
    """The numbers are found there too, and the contracts that were there stay; the wrapping key is one."""
    before = printed(folder)
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    shutil.copy(folder / "keys" / "wrapping.key", elsewhere)
    third = "79165550001"
    with ledger_at(folder / "third.db", keys=elsewhere) as ledger:
        feed(ledger, opening(third), opening())
    assert obnovi(folder, "keys", "backup", "copy.keys").code == 0
    restored = obnovi(folder, "keys", "restore", "copy.keys", "--json", OBNOVI_KEYS=str(elsewhere))
    assert restored.json() == {"contracts": 3, "added": 3}
    assert named(elsewhere) == [(OTHER, 1), (ACCOUNT, 1), (ACCOUNT, 1), (ACCOUNT, 2), (third, 1)]
    assert printed(folder, OBNOVI_KEYS=str(elsewhere)) == before
    assert len(contracts(folder / "third.db", third, keys=elsewhere)) == 1
    with closing(sqlite3.connect(elsewhere / "contracts.db")) as db:
        digests = db.execute("SELECT number FROM contracts").fetchall()
    assert len(set(digests)) == 3  # those of one number are the same, so all are digested by the key that is here


@pytest.mark.parametrize(
    ("wrapping", "why"), [(None, "there is no key at"), ("0" * 64 + "\n", "does not open the keys of contracts")]
)
def test_keys_are_not_merged_where_the_key_that_wraps_them_is_not(folder: Path, wrapping: str | None, why: str) -> None:
    assert obnovi(folder, "keys", "backup", "copy.keys").code == 0
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    if wrapping is not None:
        (elsewhere / "wrapping.key").write_text(wrapping)
    done = obnovi(folder, "keys", "restore", "copy.keys", OBNOVI_KEYS=str(elsewhere))
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert why in done.err
    assert not (elsewhere / "contracts.db").exists()


def test_a_damaged_key_is_named_and_the_key_that_wraps_it_is_not_blamed(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "keys" / "contracts.db")) as db, db:
        (damaged,) = db.execute("SELECT contract FROM contracts ORDER BY contract").fetchone()
        db.execute("UPDATE contracts SET wrapped = zeroblob(71) WHERE contract = ?", (damaged,))
    done = obnovi(folder, "accounts")
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert f"that of contract {damaged}; bring the file back" in done.err
    assert "OBNOVI_KEK" not in done.err


def test_what_is_no_copy_of_keys_is_one_line(folder: Path) -> None:
    for name in ("obnovi.db", "feed", "nothing"):
        done = obnovi(folder, "keys", "restore", name)
        assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
        assert "no copy of keys" in done.err
    assert obnovi(folder, "keys", "backup", "copy.keys").code == 0
    content = (folder / "copy.keys").read_bytes()
    (folder / "cut.keys").write_bytes(content[: len(content) // 2])
    before = kept(folder / "keys")
    done = obnovi(folder, "keys", "restore", "cut.keys")
    assert (done.code, done.err.count("\n"), "Traceback" in done.err) == (2, 1, False)
    assert kept(folder / "keys") == before
    done = obnovi(folder, "keys", "backup", "none.keys", OBNOVI_KEYS=str(folder / "nowhere"))
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert not (folder / "none.keys").exists()


@pytest.mark.parametrize("way", ["cp", "backup and restore", "export and import"])
def test_a_copy_of_the_ledger_works_on_with_the_same_keys(folder: Path, way: str) -> None:
    before = printed(folder)
    match way:
        case "cp":
            shutil.copy(folder / "obnovi.db", folder / "copy.db")
        case "backup and restore":
            assert obnovi(folder, "backup", "backup.db").code == 0
            assert obnovi(folder, "--ledger", "copy.db", "restore", "backup.db").code == 0
        case _:
            assert obnovi(folder, "export", "--format", "jsonl", "-o", "log.jsonl").code == 0
            assert obnovi(folder, "--ledger", "copy.db", "import-log", "log.jsonl").code == 0
    assert printed(folder, "copy.db") == before
    assert not audited(folder / "copy.db").problems
    again = obnovi(folder, "--ledger", "copy.db", "feed", "feed", "--not-after", "none", "--json").json()
    assert (again["duplicates"], again["events"], again["rejected"]) == (6, 0, 0)
    third = "79165550001"
    write(folder / "more", top_up("more"), opening(third), top_up("pay", account=third))
    more = obnovi(folder, "--ledger", "copy.db", "feed", "more", "--json").json()
    assert (more["applied"], more["rejected"]) == (3, 0)
    assert contracts(folder / "copy.db", third) != []
    assert contracts(folder / "obnovi.db", third) == []
    assert printed(folder) == before
    assert not audited(folder / "copy.db").problems
    stored = (folder / "copy.db").read_bytes()
    assert third.encode() not in stored


def test_the_import_of_a_ledger_in_the_clear_goes_on_in_the_clear(tmp_path: Path) -> None:
    write(tmp_path / "feed", *month())
    assert obnovi(tmp_path, "feed", "feed", OBNOVI_SEAL="off").code == 0
    assert obnovi(tmp_path, "export", "--format", "jsonl", "-o", "log.jsonl").code == 0
    assert obnovi(tmp_path, "--ledger", "copy.db", "import-log", "log.jsonl", OBNOVI_SEAL="off").code == 0
    assert printed(tmp_path, "copy.db") == printed(tmp_path)
    write(tmp_path / "more", opening(OTHER))
    assert obnovi(tmp_path, "--ledger", "copy.db", "feed", "more", OBNOVI_SEAL="off").code == 0
    assert OTHER.encode() in (tmp_path / "copy.db").read_bytes()
    assert not audited(tmp_path / "copy.db").problems


def test_where_the_latest_holders_key_is_missing_nobody_hears_of_the_one_before(folder: Path) -> None:
    """Who asks for the number means the latest; that the first is closed says that there may be a later one."""
    with closing(sqlite3.connect(folder / "keys" / "contracts.db")) as db, db:
        assert db.execute("DELETE FROM contracts WHERE holder = 2").rowcount == 1
    for asked in (("balance", ACCOUNT), ("events", ACCOUNT), ("explain", ACCOUNT, 2)):
        done = obnovi(folder, *asked)
        assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
        assert "the key of a contract is missing" in done.err
    assert obnovi(folder, "balance", OTHER).code == 0  # an open contract is the latest of its number


def test_a_number_that_no_longer_finds_its_contract_is_named(folder: Path) -> None:
    """Else the next `open` of the number would make a second contract of the same holder."""
    with closing(sqlite3.connect(folder / "keys" / "contracts.db")) as db, db:
        db.execute("UPDATE contracts SET number = x'00' WHERE holder = 2")
    problems = obnovi(folder, "verify", "--json").json()["problems"]
    assert [(each["account"], each["holder"], each["problem"]) for each in problems] == [
        (ACCOUNT, 2, "table of numbers")
    ]


def test_very_many_are_named_as_one_is_and_not_remembered(tmp_path: Path) -> None:
    """Those that are here, one that was erased, one that nobody knows, and one that is called by its number."""
    ring = Keyring(KeysPlace(tmp_path / "keys"))
    made = [ring.begin(f"7916000000{n}", 1, ledger="l", sealed=True) for n in range(3)]
    ring.keep()
    ring.fence(made[2].id, 1, "")
    ids = [*(each.id for each in made), "unknown", "79160000009"]
    with closing(Keyring(KeysPlace(tmp_path / "keys"))) as fresh:
        contracts = LogContracts(cast(Reading, None), fresh)
        assert sorted(contracts.each_named(ids)) == sorted(contracts.named(id) for id in ids)
    with closing(Keyring(KeysPlace(tmp_path / "keys"))) as fresh:
        assert len(list(LogContracts(cast(Reading, None), fresh).each_named(each.id for each in made[:2]))) == 2
        assert fresh._known == {}


def test_an_empty_file_of_keys_is_one_that_is_only_being_made(tmp_path: Path) -> None:
    """Of two who begin a ledger at once, one meets what the other has only given its name; or one was killed there."""
    place = KeysPlace(tmp_path / "keys")
    place.folder.mkdir()
    place.contracts.touch()
    with closing(Keyring(place)) as keyring:
        assert keyring.has_all([])
    with ledger_at(tmp_path / "ledger.db") as ledger:
        assert [outcome.result for outcome in feed(ledger, opening())] == ["applied"]
    assert [contract.number for contract in contracts(tmp_path / "ledger.db")] == [ACCOUNT]
