"""Of whose data was destroyed, or whose keys are not at hand, a registry is told nothing (R-15.9)."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ledger.contracts import ERASED
from tests.cli.support import ACCOUNT, Run, line
from tests.erasure.support import ORDER
from tests.registry.support import OTHER, fed, ids, opened, paid, reconciled, registry

ROWS = (f"p1;{ACCOUNT};12.01.2026 10:05;1000,00", f"p3;{OTHER};12.01.2026 12:05;300,00")


def ledger(run: Run) -> None:
    fed(run, *opened(ACCOUNT, OTHER), paid("p1", "12T10:05", 1000_00), paid("p3", "12T12:05", 300_00, OTHER))


def tags(folder: Path) -> int:
    """How many payments can be recognised by their number and id."""
    (views,) = folder.glob("obnovi.db.views-*")
    with closing(sqlite3.connect(views)) as db:
        return int(db.execute("SELECT COUNT(tag) FROM payment_tags").fetchone()[0])


def test_after_an_erasure_nothing_recognises_its_payments_and_the_sums_stay(obnovi: Run, tmp_path: Path) -> None:
    ledger(obnovi)
    path = registry(*ROWS)
    assert reconciled(obnovi, path)["matched"] == 2
    (views,) = tmp_path.glob("obnovi.db.views-*")
    with closing(sqlite3.connect(views)) as db:
        tagged = [row[0] for row in db.execute("SELECT tag FROM payment_tags")]
    fed(obnovi, line("close", "close", "2026-01-20T10:00:00+03:00"))
    assert obnovi("erase", ACCOUNT, *ORDER, "--early").code == 0
    kept = b"".join(each.read_bytes() for each in tmp_path.rglob("*") if each.is_file())
    assert [tag in kept for tag in tagged].count(True) == 1
    found = reconciled(obnovi, path, "--book", "--dry-run")
    assert (found["matched"], found["rejected"]) == (1, 1)
    assert [(each["id"], each["reason"]) for each in found["missing_here"]] == [("p1", "UNKNOWN_ACCOUNT")]
    (gone,) = found["missing_there"]
    assert (gone["account"], gone["id"], gone["amount"]) == (ERASED, f"{ERASED} (2)", 1000_00)
    assert obnovi("replay", "--json").json()["differences"] == 0
    assert obnovi("verify", "--json").json()["ok"]
    assert reconciled(obnovi, path)["matched"] == 1


def test_keys_that_come_back_make_payments_recognisable_again(obnovi: Run, tmp_path: Path) -> None:
    ledger(obnovi)
    path = registry(*ROWS)
    (tmp_path / "keys").rename(tmp_path / "away")
    done = obnovi("reconcile", path, "--channel", "bank", "--json")
    assert done.json()["matched"] == 0
    assert "the keys of 2 contracts are not in" in done.err
    assert obnovi("reconcile", path, "--channel", "bank", "--book", "--yes").code == 2
    assert not (tmp_path / "keys").exists()
    (tmp_path / "away").rename(tmp_path / "keys")
    assert reconciled(obnovi, path)["matched"] == 2
    assert obnovi("replay", "--json").json()["differences"] == 0


def test_folded_views_and_followed_ones_recognise_the_same(obnovi: Run, tmp_path: Path) -> None:
    ledger(obnovi)
    path = registry(*ROWS)
    assert reconciled(obnovi, path)["matched"] == 2
    assert tags(tmp_path) == 2
    assert obnovi("replay", "--json").json()["differences"] == 0
    assert tags(tmp_path) == 0
    assert reconciled(obnovi, path)["matched"] == 2
    fed(obnovi, paid("p9", "12T12:06", 1_00))
    assert ids(reconciled(obnovi, path)["missing_there"]) == ["p9"]
    assert tags(tmp_path) == 3


def test_an_unsealed_ledger_is_reconciled_too(obnovi: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OBNOVI_SEAL", "off")
    ledger(obnovi)
    assert reconciled(obnovi, registry(*ROWS))["matched"] == 2
