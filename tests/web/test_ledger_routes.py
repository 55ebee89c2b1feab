"""What crosses accounts: pages of contracts, proofs and checkpoints, and a night that others need not wait for."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from projections.evidence.keys import create
from scripts.sample import ANNA, BORIS, VERA
from tests.web.support import Served, served


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("own")) as made:
        yield made


def test_pages_of_contracts_come_one_behind_the_other(server: Served) -> None:
    clerk = server.client("clerk")
    whole = clerk.get("/v1/accounts").json()
    found, address = [], "/v1/accounts?limit=3"
    while address:
        page = clerk.get(address)
        found += page.json()
        address = f"/v1/accounts{page.links['next']['url']}" if "next" in page.links else ""
    assert found == whole
    assert [row["account"] for row in whole] == sorted(row["account"] for row in whole)
    assert clerk.get("/v1/accounts?after=nobody").status_code == 422


def test_pages_of_events_come_one_behind_the_other(server: Served) -> None:
    clerk, path = server.client("clerk"), f"/v1/accounts/{BORIS}/events"
    whole, found, address = clerk.get(path).text, "", f"{path}?limit=40"
    while address:
        page = clerk.get(address)
        found += page.text
        address = f"{path}{page.links['next']['url']}" if "next" in page.links else ""
    assert found == whole


def test_a_subscriber_lists_the_own_contract_only(server: Served) -> None:
    anna = server.client("subscriber", ANNA)
    assert [row["account"] for row in anna.get("/v1/accounts").json()] == [ANNA]
    assert [row["account"] for row in anna.get(f"/v1/accounts?number={ANNA}").json()] == [ANNA]
    assert anna.get(f"/v1/accounts?number={BORIS}").status_code == 403
    ids = [row["contract"] for row in server.client("clerk").get("/v1/accounts").json() if row["account"] != ANNA]
    refused = {anna.get(f"/v1/accounts?after={each}").text for each in (*ids, "none")}
    assert len(refused) == 1, "nobody learns which ids there are: in an old ledger they are numbers"


def test_a_proof_and_a_checkpoint_are_those_of_the_commands(own: Served, tmp_path: Path) -> None:
    """Without keys there is nothing to prove with; with them the first who asks has a checkpoint made."""
    auditor = own.client("auditor")
    for path in ("/v1/checkpoints", f"/v1/accounts/{ANNA}/proof/58"):
        assert (auditor.get(path).status_code, auditor.get(path).json()["code"]) == (409, "NO_KEYS")
    create(own.service.ref.keys_place.folder)

    def run(*args: object) -> str:
        return own.command(*args).out

    told = auditor.get("/v1/checkpoints")
    assert told.text == run("checkpoint", "--json")
    proof = auditor.get(f"/v1/accounts/{ANNA}/proof/58")
    run("prove", ANNA, 58, "-o", tmp_path / "58.proof")
    assert proof.content == (tmp_path / "58.proof").read_bytes()
    checked = json.loads(run("check-proof", tmp_path / "58.proof", "--json"))
    assert checked["ok"]
    assert checked["event"]["version"] == 58
    assert auditor.get(f"/v1/accounts/{ANNA}/proof/9999").json()["code"] == "NO_VERSION"


def test_a_night_is_booked_in_slices_between_which_others_book(own: Served) -> None:
    operator, feeder = own.client("operator"), own.client("feeder")
    tried = operator.post("/v1/night", params={"dry_run": "true", "until": "2026-03-16T03:00:00+03:00"})
    printed = own.command("night", "--dry-run", "--until", "2026-03-16T03:00:00+03:00", "--not-after", "none", "--json")
    assert tried.text == printed.out
    assert tried.json()["events"] > 0
    lines = [
        {"type": "top_up", "id": f"n{i}", "account": VERA, "at": "2026-03-16T11:00:00+03:00", "amount": 1}
        for i in range(20)
    ]
    with ThreadPoolExecutor(4) as pool:
        night = pool.submit(operator.post, "/v1/night", json={"until": "2026-03-16T03:00:00+03:00"})
        told = [
            each.result().json()["result"]
            for each in [pool.submit(feeder.post, "/v1/inputs", json=line) for line in lines]
        ]
    assert told == ["applied"] * len(lines)
    assert night.result().status_code == 200
    again = operator.post("/v1/night", params={"until": "2026-03-16T03:00:00+03:00"}).json()
    assert again == {"accounts": 0, "events": 0, "monthly_fees": 0, "daily_fees": 0, "blocks": 0, "lapsed": 0}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"until": "2030-01-01"}, "UNTIL_IN_FUTURE"),
        ({"until": "soon"}, "BAD_PARAMETER"),
        ({"til": "2026-03-16"}, "MALFORMED"),
        ({"until": 5}, "MALFORMED"),
    ],
)
def test_a_night_that_cannot_be_is_refused(own: Served, body: dict[str, object], code: str) -> None:
    answer = own.client("operator").post("/v1/night", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
