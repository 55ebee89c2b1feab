"""Inputs over HTTP: one is answered by its status, of many each is told; who asks is who asks, never the body."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from scripts.sample import ANNA, VERA
from tests.web.support import Served, served

AT = "2026-03-16T11:30:00+03:00"


@pytest.fixture(scope="module")
def taking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("inputs")) as made:
        yield made


def top_up(id: str, **more: object) -> dict[str, Any]:
    return {"type": "top_up", "id": id, "account": VERA, "at": AT, "amount": 100} | more


def hand_over(server: Served, body: object, role: str = "feeder") -> httpx.Response:
    return server.client(role).post("/v1/inputs", json=body)  # type: ignore[arg-type]  # a role by its name


def lines(server: Served, *bodies: object, role: str = "feeder") -> list[dict[str, Any]]:
    """What becomes of each line of many."""
    content = "\n".join(each if isinstance(each, str) else json.dumps(each) for each in bodies)
    answer = server.client(role).post(  # type: ignore[arg-type]  # a role by its name
        "/v1/inputs", content=content, headers={"Content-Type": "application/x-ndjson"}
    )
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/x-ndjson")
    return [json.loads(line) for line in answer.text.splitlines()]


def test_what_was_applied_refused_or_came_before_is_200(taking: Served) -> None:
    first, again = hand_over(taking, top_up("once")), hand_over(taking, top_up("once"))
    refused = hand_over(taking, {"type": "unblock", "kind": "voluntary", "id": "un", "account": VERA, "at": AT})
    assert [each.status_code for each in (first, again, refused)] == [200, 200, 200]
    assert [each.json()["result"] for each in (first, again, refused)] == ["applied", "duplicate", "refused"]
    assert first.json()["version"] == again.json()["version"]
    assert refused.json()["reason"] == "NOT_BLOCKED"
    assert list(first.json()) == ["result", "version", "reason", "detail", "reply"]


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        (top_up("nobody", account="79169999999"), 404, "UNKNOWN_ACCOUNT"),
        (top_up("101-0001", account=ANNA), 409, "ID_CONFLICT"),
        (top_up("by", by="feeder-1"), 422, "MALFORMED"),
        (top_up("late", at="2026-03-18T00:00:00+03:00"), 422, "FUTURE"),
        (top_up("none", amount=0), 422, "MALFORMED"),
        (top_up("float", amount=1.0), 422, "MALFORMED"),
        (top_up("null", channel=None), 422, "MALFORMED"),
        (top_up("extra", colour="red"), 422, "MALFORMED"),
        ({"type": "gift", "id": "gift", "account": VERA, "at": AT}, 422, "MALFORMED"),
        ([], 422, "MALFORMED"),
    ],
)
def test_a_single_one_that_is_none_is_a_problem(taking: Served, body: object, status: int, reason: str) -> None:
    answer = hand_over(taking, body)
    told = answer.json()
    assert (answer.status_code, told["status"], told["code"], told["reason"]) == (status, status, reason, reason)
    assert answer.headers["content-type"] == "application/problem+json"
    assert told["result"] == "rejected"
    assert told["detail"]


def test_of_many_each_is_told_in_its_order_and_blank_lines_are_none(taking: Served) -> None:
    told = lines(
        taking, top_up("m1"), "", "{", top_up("m1"), top_up("m2", by="x"), top_up("m3", account="79169999999"), "  "
    )
    assert [(each["result"], each["reason"]) for each in told] == [
        ("applied", None),
        ("rejected", "MALFORMED"),
        ("duplicate", None),
        ("rejected", "MALFORMED"),
        ("rejected", "UNKNOWN_ACCOUNT"),
    ]
    assert lines(taking, "") == []
    assert [each["result"] for each in lines(taking, "\ufeff" + json.dumps(top_up("m1")))] == ["duplicate"]


def test_the_same_line_by_http_and_by_file_is_one_input(taking: Served, tmp_path: Path) -> None:
    """A feeder books without `by`, as a file does."""
    assert hand_over(taking, top_up("either")).json()["result"] == "applied"
    (tmp_path / "feed").write_text(json.dumps(top_up("either")))
    done = taking.command("feed", "feed", "--json", "--not-after=none", cwd=tmp_path).json()
    assert (done["applied"], done["duplicates"], done["events"]) == (0, 1, 0)


def test_a_clerk_books_under_the_name_of_the_session_and_not_what_the_network_says(taking: Served) -> None:
    block = {"type": "block", "kind": "voluntary", "id": "desk-1", "account": VERA, "at": AT}
    booked = hand_over(taking, block, "clerk").json()
    event = json.loads(
        taking.client("clerk").get(f"/v1/accounts/{VERA}/events?after={booked['version'] - 1}&limit=1").text
    )
    assert (event["type"], event["input"]["by"]) == ("Blocked", "clerk-1")
    assert hand_over(taking, block | {"by": "clerk-1", "id": "desk-2"}, "clerk").status_code == 422
    for body in (
        top_up("cash"),
        {
            "type": "usage", "id": "u", "account": VERA, "at": AT, "service": "sms", "direction": "out", "quantity": 1,
        },
    ):  # fmt: skip
        answer = hand_over(taking, body, "clerk")
        assert (answer.status_code, answer.json()["code"]) == (403, "NOT_ALLOWED")
    (told,) = lines(taking, top_up("cash"), role="clerk")
    assert (told["result"], told["reason"]) == ("rejected", "NOT_ALLOWED")


def test_what_is_no_json_or_too_much_is_refused(taking: Served) -> None:
    feeder = taking.client("feeder")
    assert feeder.post("/v1/inputs", content=b"a=b", headers={"Content-Type": "text/csv"}).status_code == 415
    many = feeder.post("/v1/inputs", content=b"{}\n" * 10_001, headers={"Content-Type": "application/x-ndjson"})
    assert (many.status_code, many.json()["code"]) == (413, "TOO_LARGE")
    odd = feeder.post("/v1/inputs", content=b'{"type":"\\u0000"}', headers={"Content-Type": "application/json"})
    assert (odd.status_code, odd.json()["code"]) == (422, "MALFORMED")
    assert feeder.post("/v1/inputs", content=b"\xff").json()["code"] == "MALFORMED"
