"""«Обнови пакет» over HTTP: what it would do is what it then does, once."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.support import month
from tests.support import ACCOUNT, CATALOGUE_TEXT, at, rfc
from tests.web.support import Served, served

NOW = at("2023-02-01 10:00")
PATH = f"/v1/accounts/{ACCOUNT}/refresh"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Served]:
    top_up = {"type": "top_up", "id": "more", "account": ACCOUNT, "at": rfc(NOW), "amount": 500_00}
    with served(tmp_path, *month(), json.dumps(top_up), catalogue=CATALOGUE_TEXT, now=NOW) as made:
        yield made


def test_what_it_would_do_is_told_before_and_then_done_once(server: Served) -> None:
    anna = server.client("subscriber", ACCOUNT)
    told = anna.get(PATH).json()
    first = anna.post(PATH, json={"id": "once"})
    assert first.json()["result"] == "applied", first.text
    event = json.loads(anna.get(f"/v1/accounts/{ACCOUNT}/events?type=PackagesRefreshed").text)
    assert (told["accepted"], told["fee"], told["reply"]) == (True, event["amount"], first.json()["reply"])
    assert told["period"] == event["period"]
    assert told["wallet_after"] == event["wallet_after"]
    again = anna.post(PATH, json={"id": "once"}).json()
    assert (again["result"], again["version"], again["reply"]) == ("duplicate", event["version"], told["reply"])


def test_why_not_and_what_it_takes(server: Served) -> None:
    clerk = server.client("clerk")
    for number in range(3):
        clerk.post(PATH, json={"id": f"{number}"})
    told = clerk.get(PATH).json()
    assert (told["accepted"], told["reason"], told["reasons"]) == (False, "INSUFFICIENT_FUNDS", ["INSUFFICIENT_FUNDS"])
    assert told["missing"] == told["fee"] - told["available"]
    assert told["needed"]


@pytest.mark.parametrize("body", [b"[]", b'{"id":1}', b'{"id":"a","at":"now"}', b"\xff", b'{"id":"\\u0000"}'])
def test_a_body_that_is_none_is_refused(server: Served, body: bytes) -> None:
    refused = server.client("clerk").post(PATH, content=body, headers={"Content-Type": "application/json"})
    assert (refused.status_code, refused.json()["code"]) == (422, "MALFORMED")
