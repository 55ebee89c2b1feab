"""Where the server's state lies: in the folder of keys, or where OBNOVI_STATE says, a file a ledger."""

from pathlib import Path

import pytest

from ledger.log.engines import file_ref
from ledger.service import Ledger
from scripts.state.place import StatePlace
from scripts.wiring import Settings, state_place
from tests.cli.support import Run, line, write


def place_of(name: str) -> StatePlace:
    with Ledger(file_ref(Path(name)), now=lambda: 0, access="read") as ledger, ledger.snapshot() as snapshot:
        return state_place(Settings(name), snapshot.log)


def test_ledgers_that_share_a_folder_of_keys_have_files_of_their_own(
    obnovi: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(Path("feed.jsonl"), line("open", "1", "2023-01-10T10:00:00+03:00", region="moscow"))
    for name in ("a.db", "b.db"):
        assert obnovi("--ledger", name, "feed", "feed.jsonl").code == 0
    one, other = place_of("a.db"), place_of("b.db")
    assert (one.folder, one.name == other.name) == (Path("keys/server"), False)
    assert one.database == Path("keys/server") / f"{one.name}.db"
    monkeypatch.setenv("OBNOVI_STATE", "elsewhere")
    assert place_of("a.db") == StatePlace(Path("elsewhere"), one.name)
