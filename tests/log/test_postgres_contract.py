"""PostgreSQL keeps what every store promises."""

from pathlib import Path
from typing import Literal

import psycopg
import pytest

from ledger.log.engines import store_ref
from ledger.log.postgres.store import PostgresRef
from ledger.log.store import StoreRef
from tests.log.contract import StoreContract

STATEMENTS = {
    ("change", "event"): "UPDATE stored_events SET state = '' WHERE position = 1",
    ("remove", "event"): "DELETE FROM stored_events WHERE position = 1",
    ("change", "catalogue"): "UPDATE catalogues SET toml = '' WHERE number = 1",
    ("remove", "catalogue"): "DELETE FROM catalogues WHERE number = 1",
}


class TestPostgres(StoreContract):
    """The contract."""

    @pytest.fixture
    def ref(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, postgres_database: str) -> StoreRef:
        monkeypatch.chdir(tmp_path)
        return store_ref(postgres_database)

    def meddle(self, ref: StoreRef, verb: Literal["change", "remove"], what: Literal["event", "catalogue"]) -> None:
        assert isinstance(ref, PostgresRef)
        with psycopg.connect(ref.place.conninfo, options=f"-c search_path={ref.place.schema}") as db:
            db.execute(STATEMENTS[verb, what])
