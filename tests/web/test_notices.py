"""Notices over HTTP: page by page what the gateway is to tell, the same again for the same place."""

from pathlib import Path
from typing import Any

from scripts.sample import ANNA
from tests.web.support import Served, served


def test_a_gateway_goes_on_behind_what_it_has_told(server: Served) -> None:
    gateway = server.client("gateway")
    first = gateway.get("/v1/notices?limit=3")
    assert len(first.json()) == 3
    found: list[dict[str, Any]] = []
    page = first
    while True:
        found += page.json()
        if "next" not in page.links:
            break
        page = gateway.get(f"/v1/notices{page.links['next']['url']}")
    assert gateway.get("/v1/notices?limit=3").content == first.content
    assert gateway.get(f"/v1/notices?after={found[4]['after']}&limit=1000").json() == found[5:]
    assert len({each["id"] for each in found}) == len(found) > 10
    of_anna = [each["version"] for each in found if each["account"] == ANNA and each["version"] is not None]
    assert of_anna == sorted(of_anna)
    assert gateway.get("/v1/notices?after=gone").status_code == 422
    assert gateway.get("/v1/notices?after=&limit=1000").json() == found


def test_what_is_booked_is_told_next_and_who_has_no_outbox_is_told_so(tmp_path: Path) -> None:
    with served(tmp_path) as server:
        gateway = server.client("gateway")
        last = gateway.get("/v1/notices?limit=1000").json()[-1]["after"]
        asked = {"msisdn": ANNA, "text": "*929#", "id": "now", "at": "2026-03-16T11:00:00+03:00"}
        reply = gateway.post("/v1/ussd", json=asked).text
        (told,) = (each for each in gateway.get(f"/v1/notices?after={last}").json() if each["kind"] == "refresh_reply")
        assert (told["account"], told["text"]) == (ANNA, reply)
        server.service.outbox = None
        assert gateway.get("/v1/notices").status_code == 503
