"""Claims over HTTP: registered, seen by those whom they concern, answered once, by who has seen them as they are."""

from collections.abc import Iterator

import pytest

from scripts.sample import ANNA, BORIS
from tests.web.support import Served, served

CHARGE = 58
"""Anna's refresh of 3 February."""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("desk")) as made:
        yield made


def test_a_claim_from_its_registration_to_its_answer(desk: Served) -> None:
    """R-11.2, R-11.3: a subscriber opens it, a clerk reads and tries the answer, and only one answer is booked."""
    anna, clerk = desk.client("subscriber", ANNA), desk.client("clerk")
    opened = anna.post("/v1/disputes", json={"event": CHARGE, "text": "не заказывала", "id": "c/1"})
    (event,) = opened.json()
    assert (opened.status_code, event["type"], event["input"]["by"]) == (201, "DisputeOpened", "subscriber-1")
    where = opened.headers["location"]
    assert where == f"/v1/disputes/{ANNA}/c%2F1"
    again = anna.post("/v1/disputes", json={"event": CHARGE, "text": "не заказывала", "id": "c/1"})
    assert (again.status_code, again.json()) == (200, [])
    other = anna.post("/v1/disputes", json={"event": CHARGE, "text": "верните", "id": "c/1"})
    assert (other.status_code, other.json()["code"]) == (409, "ID_TAKEN")

    listed = clerk.get("/v1/disputes")
    shown = desk.command("dispute", "list", "--json", "--today=2026-03-16")
    assert listed.text == shown.out
    assert anna.get("/v1/disputes").json() == listed.json()
    assert desk.client("subscriber", BORIS).get("/v1/disputes").json() == []
    assert desk.client("subscriber", BORIS).get(where).status_code == 403

    seen = clerk.get(where)
    assert (seen.json()["dispute"], seen.json()["state"]) == ("c/1", "open")
    shown = desk.command("dispute", "show", "c/1", "--json", "--today=2026-03-16")
    assert clerk.get(f"{where}/dossier").text == shown.out
    for form, begins in {"txt": "Претензия", "html": "<!DOCTYPE html>", "pdf": "%PDF"}.items():
        assert anna.get(f"{where}/dossier", params={"format": form}).text.lstrip().startswith(begins)

    answer = {"outcome": "upheld", "text": "плата возвращена"}
    tried = clerk.post(f"{where}/resolution", json=answer, params={"dry_run": "true"})
    assert [each["type"] for each in tried.json()] == ["DisputeResolved", "ChargeReversed"]
    assert clerk.get(where).headers["etag"] == seen.headers["etag"]
    assert anna.post(f"{where}/resolution", json=answer).status_code == 403
    stale = clerk.post(f"{where}/resolution", json=answer, headers={"If-Match": '"0123456789abcdef.0"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "CHANGED")
    booked = clerk.post(f"{where}/resolution", json=answer, headers={"If-Match": seen.headers["etag"]})
    assert [(each["type"], each["input"]["by"]) for each in booked.json()] == [
        ("DisputeResolved", "clerk-1"),
        ("ChargeReversed", "clerk-1"),
    ]
    late = clerk.post(f"{where}/resolution", json=answer, headers={"If-Match": seen.headers["etag"]})
    assert late.status_code == 412
    twice = clerk.post(f"{where}/resolution", json=answer)
    assert (twice.status_code, twice.json()["code"]) == (409, "ALREADY_RESOLVED")


def test_an_answer_that_takes_money_from_the_subscriber_has_to_be_meant(desk: Served) -> None:
    clerk = desk.client("clerk")
    opened = clerk.post("/v1/disputes", json={"account": ANNA, "event": 2, "text": "не мой платёж", "id": "pay"})
    assert opened.status_code == 201
    where, answer = f"/v1/disputes/{ANNA}/pay/resolution", {"outcome": "upheld", "amount": 100, "text": "снято"}
    told = len(desk.gate.notes)
    asked = clerk.post(where, json=answer)
    assert [name for name, _, _ in desk.gate.notes[told:]] == ["clerk-1"], "what it would take is somebody's"
    assert (asked.status_code, asked.json()["code"]) == (422, "CONFIRM")
    assert "1.00" in asked.json()["detail"]
    assert clerk.post(where, json=answer, params={"yes": "true"}).status_code == 200


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"account": ANNA, "event": 9_999, "text": "?"}, 409, "UNKNOWN_EVENT"),
        ({"account": "79169999999", "event": 1, "text": "?"}, 404, "UNKNOWN_ACCOUNT"),
        ({"account": "7916", "event": 1, "text": "?"}, 404, "UNKNOWN_ACCOUNT"),
        ({"account": ANNA, "holder": 2, "event": 1, "text": "?"}, 404, "NO_HOLDER"),
        ({"event": 1, "text": "?"}, 422, "MALFORMED"),
        ({"account": ANNA, "event": 1, "text": "?", "by": "clerk-9"}, 422, "MALFORMED"),
        ({"account": ANNA, "event": "1", "text": "?"}, 422, "MALFORMED"),
        ({"account": ANNA, "event": 1, "text": None}, 422, "MALFORMED"),
        ({"account": ANNA, "event": 1, "text": "?", "at": "2030-01-01T00:00:00Z"}, 422, "AT_IN_FUTURE"),
        ({"account": ANNA, "event": 1, "text": "?", "reason": "?"}, 422, "MALFORMED"),
    ],
)
def test_what_is_no_claim_is_told_as_such(server: Served, body: dict[str, object], status: int, code: str) -> None:
    answer = server.client("clerk").post("/v1/disputes", json=body, params={"dry_run": "true"})
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_claim_that_is_not_there(server: Served) -> None:
    for path in (f"/v1/disputes/{ANNA}/none", f"/v1/disputes/{ANNA}/none/dossier"):
        answer = server.client("clerk").get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "NO_CLAIM_OF_ACCOUNT")
