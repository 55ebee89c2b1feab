"""SQLite keeps what every store promises."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Literal

import pytest

from ledger.log.engines import file_ref, open_store, store_ref
from ledger.log.errors import StoreError
from ledger.log.sqlite.store import SQLiteRef
from ledger.log.store import Copyable, FileBased, StoreRef
from tests.log.contract import StoreContract
from tests.log.elsewhere import append, state

STATEMENTS = {
    ("change", "event"): "UPDATE stored_events SET state = x'' WHERE position = 1",
    ("remove", "event"): "DELETE FROM stored_events WHERE position = 1",
    ("change", "catalogue"): "UPDATE catalogues SET toml = '' WHERE number = 1",
    ("remove", "catalogue"): "DELETE FROM catalogues WHERE number = 1",
}


class TestSQLite(StoreContract):
    """The contract, and the names of files and URLs."""

    @pytest.fixture
    def ref(self, tmp_path: Path) -> StoreRef:
        return store_ref(tmp_path / "ledger.db")

    def meddle(self, ref: StoreRef, verb: Literal["change", "remove"], what: Literal["event", "catalogue"]) -> None:
        assert isinstance(ref, SQLiteRef)
        with closing(sqlite3.connect(ref.path)) as db, db:
            db.execute(STATEMENTS[verb, what])

    def test_views_evidence_and_keys_lie_beside_the_file(self, tmp_path: Path) -> None:
        ref: StoreRef = store_ref(f"sqlite:///{tmp_path / 'my.db'}")
        assert str(ref) == f"{tmp_path}/my.db"
        assert (ref.companion("views-1"), ref.companion("evidence")) == (
            tmp_path / "my.db.views-1",
            tmp_path / "my.db.evidence",
        )
        assert (ref.folder, ref.like) == (tmp_path, tmp_path / "my.db")
        file: FileBased = file_ref(tmp_path / "my.db")
        assert [each.name for each in file.helpers()] == ["my.db-wal", "my.db-shm", "my.db-journal"]

    def test_a_copy_is_the_ledger_at_one_moment(self, tmp_path: Path) -> None:
        original: Copyable = file_ref(tmp_path / "ledger.db")
        with closing(open_store(tmp_path / "ledger.db", create=True)) as store:
            with store.writing() as tx:
                append(tx, "a", range(1, 4))
            with store.writing() as tx, store.reading() as log:
                append(tx, "a", range(4, 6))
                (tmp_path / "copy.db").touch()
                assert original.copy_to(tmp_path / "copy.db") == 3
                before = state(log)
        with closing(open_store(tmp_path / "copy.db")) as copy, copy.reading() as log:
            assert state(log) == before

    @pytest.mark.parametrize("url", ["mysql://host/db", "sqlite:///", ""])
    def test_a_url_of_no_store_there_is_is_refused(self, url: str) -> None:
        with pytest.raises(StoreError):
            store_ref(url)
