"""An erasure that was killed at any step is ended by the same command, and nothing is half done between (R-15.9)."""

import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from ledger import inputs
from ledger.contracts import ERASED
from ledger.log.engines import store_ref
from ledger.service import Ledger
from scripts.app.erasure import drop_erased_keys
from scripts.wiring import now
from tests.cli.support import ACCOUNT, ENVIRONMENT, Run, line, write
from tests.erasure.support import (
    BY,
    GROUND,
    ORDER,
    contract_of,
    fed,
    first_contract,
    second_contract,
)

KILLING = """
import os, signal, sys
import scripts.app.erasure, scripts.cli.erase
from ledger.log.keyring import Keyring
from ledger.log.sqlite.key_file import KeyFile
from ledger.log.sqlite.store import SQLiteStore
from ledger.service import Ledger
from scripts.cli.main import main

owner, name, when = eval(sys.argv[1]), sys.argv[2], sys.argv[3]
real = getattr(owner, name)
calls = 0

def killed(*args, **options):
    global calls
    calls += 1
    if calls == int(when[1:]) and when[0] == "-":
        os.kill(os.getpid(), signal.SIGKILL)
    made = real(*args, **options)
    if calls == int(when[1:]):
        os.kill(os.getpid(), signal.SIGKILL)
    return made

setattr(owner, name, killed)
sys.argv[:] = ["obnovi", *sys.argv[4:]]
main()
"""
STEPS = {
    "before the fence": ("Keyring", "fence", "-1"),
    "fenced": ("Keyring", "fence", "+1"),
    "booked": ("Ledger", "erase", "+1"),
    "before the key is destroyed": ("KeyFile", "destroy", "-1"),
    "destroyed": ("KeyFile", "destroy", "+1"),
    "noted that it is destroyed": ("Keyring", "fence", "+2"),
    "views are purged": ("scripts.app.erasure", "purge_views", "+1"),
    "tidied": ("SQLiteStore", "tidy", "+1"),
    "noted that it is purged": ("Keyring", "fence", "+3"),
    "the act is written": ("scripts.cli.erase", "_write_act", "+1"),
}
COMMAND = ("erase", ACCOUNT, "--holder", "1", *ORDER, "-o", "act.pdf", "--json")


def kill_at(step: str) -> None:
    """Run the erasure up to a step, where the process is killed."""
    arguments = [sys.executable, "-c", KILLING, *STEPS[step], *COMMAND]
    done = subprocess.run(arguments, env=ENVIRONMENT, capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()


@pytest.mark.parametrize("step", STEPS)
def test_the_same_command_goes_on_wherever_it_was_killed(obnovi: Run, step: str) -> None:
    fed(obnovi, *first_contract(), *second_contract())
    contract = contract_of(obnovi)
    kill_at(step)
    assert obnovi("verify", "--json").json()["problems"] == []
    done = obnovi(*COMMAND)
    assert done.code == 0
    assert (done.json()["contract"], done.json()["ground"], done.json()["by"]) == (contract, GROUND, BY)
    assert done.json()["statements"] != []
    assert Path("act.pdf").exists()
    report = obnovi("verify", "--json").json()
    assert (report["problems"], report["erased"]) == ([], 1)
    assert obnovi("replay", "--json").json()["differences"] == 0
    again = obnovi("erase", contract, *ORDER)
    assert (again.code, "were destroyed at" in again.err) == (1, True)


@pytest.mark.parametrize("step", ["fenced", "destroyed", "the act is written"])
def test_one_that_was_begun_is_ended_by_its_contract_alone(obnovi: Run, step: str) -> None:
    fed(obnovi, *first_contract())
    contract = contract_of(obnovi)
    kill_at(step)
    assert obnovi("erase", contract, "-o", "act.pdf", "--json").json()["ground"] == GROUND


def test_from_the_fence_on_nothing_is_written_under_the_key(obnovi: Run) -> None:
    """Neither by who comes later nor by who has had it in memory before; what is read is gone."""
    fed(obnovi, *first_contract(), *second_contract())
    contract = contract_of(obnovi)

    def late(id: str) -> inputs.Input:
        return inputs.parse(
            line(
                "usage", id, "2023-03-01T12:00:00+03:00",
                service="voice", direction="in", quantity=60, peer="79030000001",
            )
        )  # fmt: skip

    with Ledger(store_ref("obnovi.db"), now=now) as ledger:
        assert ledger.apply([late("a")])[0].result == "applied"
        kill_at("fenced")
        assert ledger.apply([late("b")])[0].reason == "UNKNOWN_ACCOUNT"
    write(Path("late.jsonl"), line("refund", "late-refund", "2023-03-25T12:00:00+03:00", amount=1, holder=1))
    assert obnovi("feed", "late.jsonl", "--json").json()["rejected"] == 1
    assert obnovi("events", contract, "--json").out.count(ERASED) > 10
    assert ACCOUNT not in obnovi("events", contract, "--json").out


def test_another_one_with_the_same_ground_is_not_taken_for_it(obnovi: Run) -> None:
    """A number that is there is meant, though one that went with its key was not ended."""
    fed(obnovi, *first_contract(), *first_contract("79160000002"))
    first = contract_of(obnovi)
    kill_at("destroyed")
    done = obnovi("erase", "79160000002", *ORDER, "-o", "other.pdf", "--json")
    assert done.json()["contract"] != first
    assert f"`obnovi erase {first}` ends it" in done.err
    assert obnovi(*COMMAND).json()["contract"] == first


def test_an_older_copy_of_the_keys_is_found_and_destroyed_again(obnovi: Run) -> None:
    fed(obnovi, *first_contract(), *second_contract())
    contract = contract_of(obnovi)
    copy = Path("keys/contracts.db").read_bytes()
    assert obnovi(*COMMAND).code == 0
    Path("keys/contracts.db").write_bytes(copy)
    found = obnovi("verify")
    assert (found.code, f"`obnovi erase {contract}` destroys it again" in found.out) == (1, True)
    assert obnovi("erase", contract, "-o", "again.pdf").code == 0
    assert obnovi("verify").code == 0
    assert ACCOUNT not in obnovi("events", contract, "--json").out


def test_keys_that_are_brought_back_lose_those_of_erased_contracts(obnovi: Run) -> None:
    fed(obnovi, *first_contract(), *second_contract())
    contract = contract_of(obnovi)
    copy = Path("keys/contracts.db").read_bytes()
    assert obnovi(*COMMAND).code == 0
    Path("keys/contracts.db").write_bytes(copy)
    with closing(store_ref("obnovi.db").open()) as store, store.reading() as log:
        assert drop_erased_keys(log, store.keyring) == [contract]
        assert drop_erased_keys(log, store.keyring) == []
    assert obnovi("verify").code == 0
    assert obnovi("balance", ACCOUNT, "--json").json()["holder"] == 2


def test_a_copy_of_the_keys_from_before_brings_nothing_back(obnovi: Run) -> None:
    """Also where the folder of keys was lost, and with it the fence."""
    fed(obnovi, *first_contract(), *second_contract())
    contract = contract_of(obnovi)
    assert obnovi("keys", "backup", "keys.copy").code == 0
    assert obnovi(*COMMAND).code == 0
    assert obnovi("keys", "restore", "keys.copy").code == 0
    assert ACCOUNT not in obnovi("events", contract, "--json").out
    Path("keys/contracts.db").unlink()
    assert obnovi("keys", "restore", "keys.copy").code == 0
    assert ACCOUNT not in obnovi("events", contract, "--json").out
    assert obnovi("balance", contract, "--json").json()["holder"] == 1
    assert obnovi("balance", ACCOUNT, "--json").json()["holder"] == 2
    assert obnovi("verify", "--json").json() | {"events": 0} == {
        "accounts": 2, "events": 0, "ok": True, "problems": [], "erased": 1,
    }  # fmt: skip


def test_a_lost_folder_of_keys_is_not_made_anew_without_the_key_that_wraps_them(obnovi: Run) -> None:
    """What the log says of an erasure is no reason to begin another store of keys, which the right key cannot open."""
    fed(obnovi, *first_contract(), *second_contract())
    assert obnovi("keys", "backup", "keys.copy").code == 0
    assert obnovi(*COMMAND).code == 0
    Path("keys").rename("away")
    lost = obnovi("keys", "restore", "keys.copy")
    assert (lost.code, "there is no key at keys/wrapping.key" in lost.err, Path("keys").exists()) == (2, True, False)
    Path("keys").mkdir()
    Path("away/wrapping.key").rename("keys/wrapping.key")
    assert obnovi("keys", "restore", "keys.copy", "--json").json() == {"contracts": 2, "added": 1}
    assert obnovi("balance", ACCOUNT, "--json").json()["holder"] == 2


def test_an_older_copy_of_the_ledger_is_erased_once_more(obnovi: Run) -> None:
    """Its key is gone already; the log says so once it is booked there too."""
    fed(obnovi, *first_contract(), *second_contract())
    contract = contract_of(obnovi)
    assert obnovi("backup", "copy.db").code == 0
    assert obnovi(*COMMAND).code == 0
    assert obnovi("--ledger", "copy.db", "verify", "--json").json()["problems"] == []
    done = obnovi("--ledger", "copy.db", "erase", contract, "-o", "again.pdf", "--json").json()
    assert (done["ground"], done["events"]) == (GROUND, 21)
    assert obnovi("--ledger", "copy.db", "verify", "--json").json()["erased"] == 1
