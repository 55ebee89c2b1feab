"""The server over PostgreSQL: what is asked has the same bytes as over a file, and what is handed over is booked."""

from pathlib import Path

from ledger.log.engines import store_ref
from ledger.log.keyring import KeysPlace
from projections.evidence.keys import create
from scripts.app.roles import Role
from scripts.sample import ANNA, BORIS
from scripts.web.table import ROUTES
from tests.web.support import served
from tests.web.test_rights import ask, expected

ASK: tuple[Role, ...] = ("clerk", "feeder", "operator", "gateway")
SAME = (
    f"/v1/accounts/{ANNA}/balance",
    f"/v1/accounts/{BORIS}/events?limit=50",
    f"/v1/accounts/{ANNA}/statement?from=2026-02-01&to=2026-02-28",
    f"/v1/accounts/{ANNA}/explanation/58",
    "/v1/totals?from=2026-02-01&to=2026-02-28&by=day",
    "/v1/late",
    "/v1/unrated",
)


def test_the_same_over_postgresql(postgres_database: str, tmp_path: Path) -> None:
    ref = store_ref(f"{postgres_database}", keys=KeysPlace(tmp_path / "keys"), caches=tmp_path)
    with served(tmp_path / "postgres", ref=ref) as over, served(tmp_path / "file") as server:
        create(ref.keys_place.folder)
        for path in SAME:
            assert over.client("clerk").get(path).content == server.client("clerk").get(path).content, path
        claim = {"account": ANNA, "event": 58, "text": "?", "id": "claim-58-1"}
        assert over.client("clerk").post("/v1/disputes", json=claim).status_code == 201
        over.correct(ANNA, 58)
        for route in ROUTES:
            if route.is_listed:
                role = next((role for role in ASK if role in route.roles), ASK[0])
                assert ask(over, over.client(role), route, ANNA).status_code in expected(route, role, None, ANNA), (
                    route.name
                )
