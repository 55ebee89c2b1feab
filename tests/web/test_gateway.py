"""A gateway: what a subscriber dialled or sent is replied in words, once decided and the same again when retried."""

import httpx
import pytest

from scripts.sample import ANNA, GLEB
from tests.web.support import Served

AT = "2026-03-16T11:00:00+03:00"


def dialled(server: Served, **more: object) -> httpx.Response:
    body = {"msisdn": ANNA, "text": "*929#", "id": "dialled", "at": AT} | more
    return server.client("gateway").post("/v1/ussd", json=body)


def test_a_code_is_replied_in_the_words_that_a_feed_has_and_a_retry_in_the_same(server: Served) -> None:
    first, again = dialled(server), dialled(server, msisdn=f"+{ANNA}")
    assert (first.status_code, first.headers["content-type"]) == (200, "text/plain; charset=utf-8")
    assert first.text.startswith(("Недостаточно средств", "Пакеты", "Обнов"))
    assert first.text == again.text
    line = {"type": "ussd", "id": "dialled", "account": ANNA, "at": AT, "text": "*929#"}
    fed = server.client("feeder").post("/v1/inputs", json=line).json()
    assert (fed["result"], fed["reply"]) == ("duplicate", first.text), "by file and by gateway it is one input"


def test_an_sms_is_replied_and_its_text_may_be_left_out(server: Served) -> None:
    answer = server.client("gateway").post("/v1/sms", json={"msisdn": GLEB, "to": "9290", "id": "sent", "at": AT})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/plain; charset=utf-8")
    assert answer.text


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"text": "*100#", "id": "other"}, 409, "UNKNOWN_SERVICE_CODE"),
        ({"msisdn": "79169999999", "id": "nobody"}, 404, "UNKNOWN_ACCOUNT"),
        ({"msisdn": "ANNA", "id": "word"}, 422, "MALFORMED"),
        ({"at": "2030-01-01T00:00:00Z", "id": "future"}, 422, "FUTURE"),
        ({"at": "yesterday", "id": "when"}, 422, "MALFORMED"),
        ({"by": "me", "id": "by"}, 422, "MALFORMED"),
        ({"id": ""}, 422, "MALFORMED"),
        ({"id": "odd\0"}, 422, "MALFORMED"),
        ({"text": 929, "id": "number"}, 422, "MALFORMED"),
        ({"type": "ussd", "id": "type"}, 422, "MALFORMED"),
        ({"text": "*929*1#", "id": "dialled"}, 409, "ID_CONFLICT"),
    ],
)
def test_what_cannot_be_replied_is_told_as_a_problem(
    server: Served, more: dict[str, object], status: int, code: str
) -> None:
    dialled(server)
    answer = dialled(server, **more)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_body_is_one_object_of_utf_8(server: Served) -> None:
    gateway = server.client("gateway")
    for content in (b"", b"[]", b"{", b'{"id":"a","id":"b"}', b"\xff", b'"text"'):
        answer = gateway.post("/v1/ussd", content=content, headers={"Content-Type": "application/json"})
        assert (answer.status_code, answer.json()["code"]) == (422, "MALFORMED"), content
    assert gateway.post("/v1/ussd", content=b"<x/>", headers={"Content-Type": "text/xml"}).status_code == 415
    assert gateway.post("/v1/ussd", content=b" " * 100_000).status_code == 413
