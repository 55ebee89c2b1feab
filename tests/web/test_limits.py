"""Limits: what is too large, too often, too much at once or of odd characters is refused before the ledger sees it."""

import asyncio
import json
import socket
import threading
import time
from pathlib import Path
from unittest.mock import patch

import httpx
import pytest
from freezegun import freeze_time

from scripts.sample import ANNA
from scripts.web.problems import Problem
from scripts.web.rates import Counters, RateLimits, network_of
from scripts.web.service import Reading
from tests.web.support import Served, served


def raw(server: Served, target: bytes, role: str = "clerk", **headers: str) -> httpx.Response:
    """A request whose target goes as it is."""
    request = httpx.Request("GET", server.address, headers={"Authorization": f"Bearer {role}/{role}-1"} | headers)
    request.extensions["target"] = target
    with httpx.Client(trust_env=False) as client:
        return client.send(request)


NUMBERS = [
    f"%2B{ANNA}", f"+{ANNA}", f"8{ANNA[1:]}", f"8%20{ANNA[1:4]}%20{ANNA[4:]}", ANNA[1:], f"8({ANNA[1:4]}){ANNA[4:]}",
]  # fmt: skip


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_is_understood_as_people_and_programs_write_it(server: Served, number: str) -> None:
    answer = raw(server, f"/v1/accounts/{number}/balance".encode())
    assert (answer.status_code, answer.json().get("account")) == (200, ANNA)
    listed = raw(server, f"/v1/accounts?number={number}".encode())
    assert [row["account"] for row in listed.json()] == [ANNA]


def test_a_time_whose_plus_lost_its_escape_is_what_it_is(server: Served) -> None:
    told = [
        raw(server, f"/v1/accounts/{ANNA}/balance?as_of=2026-02-10T00:00:00{plus}03:00".encode()).text
        for plus in ("%2B", "+", "%20")
    ]
    assert len(set(told)) == 1


@pytest.mark.parametrize(
    ("target", "status", "code"),
    [
        (b"/v1/accounts/%00/balance", 400, "ODD_CHARACTER"),
        (b"/v1/accounts/7916%0A/balance", 400, "ODD_CHARACTER"),
        (b"/v1/accounts/%ff%fe/balance", 400, "NOT_UTF8"),
        (b"/v1/accounts/%EF%BF%BD/balance", 400, "ODD_CHARACTER"),
        (f"/v1/accounts/{ANNA}/events?peer=%00".encode(), 400, "ODD_CHARACTER"),
        (f"/v1/accounts/{ANNA}/events?peer=%C3%28".encode(), 400, "NOT_UTF8"),
        (f"/v1/accounts/{ANNA}/events?pear=7".encode(), 422, "NO_SUCH_PARAMETER"),
        (f"/v1/accounts/{ANNA}/events?limit=0".encode(), 422, "BAD_PARAMETER"),
        (f"/v1/accounts/{ANNA}/events?limit=1&limit=2".encode(), 422, "PARAMETER_TWICE"),
        (f"/v1/accounts/{ANNA}/statement?from=2026-02-01".encode(), 422, "PARAMETER_MISSING"),
        (f"/v1/accounts/{ANNA}/events?peer={'7' * 5_000}".encode(), 414, "TOO_LARGE"),
        (f"/v1/accounts/{ANNA}/explanation/1e3".encode(), 404, "NO_SUCH_EVENT"),
        (f"/v1/accounts/{ANNA}/explanation/{'9' * 18}".encode(), 404, "NO_SUCH_EVENT"),
        (f"/v1/accounts/{ANNA}/balance/".encode(), 404, "NO_SUCH_ROUTE"),
        (b"/v1/nothing", 404, "NO_SUCH_ROUTE"),
    ],
)
def test_what_is_odd_is_refused_before_the_ledger_sees_it(
    server: Served, target: bytes, status: int, code: str
) -> None:
    answer = raw(server, target)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_header_that_is_used_is_read_as_strictly(server: Served) -> None:
    headers = {"Authorization": "Bearer clerk/clerk-1", "Obnovi-Ground": b"\xff"}
    answer = httpx.get(f"{server.address}/v1/accounts/{ANNA}/balance", headers=headers, trust_env=False)  # type: ignore[arg-type]  # bytes go as they are
    assert (answer.status_code, answer.json()["code"]) == (400, "NOT_UTF8")


def test_another_method_is_told_which_there_are(server: Served) -> None:
    clerk = server.client("clerk")
    asked = clerk.delete("/v1/disputes")
    assert (asked.status_code, asked.json()["code"]) == (405, "METHOD")
    assert {each.strip() for each in asked.headers["allow"].split(",")} == {"GET", "HEAD", "POST"}
    whole = clerk.get(f"/v1/accounts/{ANNA}/balance")
    head = clerk.head(f"/v1/accounts/{ANNA}/balance")
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", whole.headers["etag"])
    assert head.headers["content-length"] == whole.headers["content-length"]


def test_a_body_that_does_not_come_and_one_that_is_cut_off_are_no_errors_of_the_server(server: Served) -> None:
    host, port = server.address.removeprefix("http://").split(":")
    head = (
        f"POST /v1/inputs HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer feeder/slow-1\r\n"
        "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
    ).encode()
    with patch("scripts.web.asked.BODY_SECONDS_MAX", 0.05), socket.create_connection((host, int(port))) as slow:
        slow.sendall(head)
        told = b"".join(iter(lambda: slow.recv(4_096), b""))
    assert told.startswith(b"HTTP/1.1 408 ")
    assert b'"code":"TOO_SLOW"' in told
    with socket.create_connection((host, int(port))) as cut:
        cut.sendall(head)
    deadline = time.monotonic() + 5
    while not _is_logged(server, status=400, role="feeder") and time.monotonic() < deadline:
        time.sleep(0.01)
    assert _is_logged(server, status=400, role="feeder")
    assert '"level":"error"' not in server.log.getvalue()


def _is_logged(server: Served, **facts: object) -> bool:
    lines = map(json.loads, server.log.getvalue().splitlines())
    return any(facts.items() <= line.items() for line in lines)


def test_what_is_said_to_be_too_much_or_is_packed_is_not_read(server: Served) -> None:
    feeder = server.client("feeder")
    packed = feeder.post("/v1/inputs", content=b"\x1f\x8b", headers={"Content-Encoding": "gzip"})
    assert (packed.status_code, packed.json()["code"]) == (415, "MEDIA_TYPE")
    host, port = server.address.removeprefix("http://").split(":")
    head = (
        f"POST /v1/inputs HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer feeder/much-1\r\n"
        "Content-Type: application/json\r\nContent-Length: 99999999999\r\n\r\n"
    ).encode()
    with socket.create_connection((host, int(port))) as much:
        much.sendall(head)
        assert much.recv(4_096).startswith(b"HTTP/1.1 413 ")


def test_who_asks_too_often_is_told_when_to_come_again(tmp_path: Path) -> None:
    with served(tmp_path, rates={"clerk": "3 per minute", "nobody": "2 per minute"}) as server:
        clerk, nobody = server.client("clerk"), server.client(None)
        path = f"/v1/accounts/{ANNA}/balance"
        assert [clerk.get(path).status_code for _ in range(4)] == [200, 200, 200, 429]
        assert [nobody.get(path).status_code for _ in range(3)] == [401, 401, 429]
        told = clerk.get(path)
        assert told.json()["code"] == "TOO_MANY"
        assert 1 <= int(told.headers["retry-after"]) <= 60
        assert server.client("auditor").get(path).status_code == 200
        assert nobody.get("/health/live").status_code == 200


def test_a_window_begins_anew_and_who_came_once_is_not_kept() -> None:
    counters = Counters()
    with freeze_time("2026-03-16 12:00:00") as clock:
        assert [counters.incr(key, 60) for key in ("a", "a", "b")] == [1, 2, 1]
        assert (counters.get("a"), counters.get("c")) == (2, 0)
        clock.tick(61)
        assert counters.get("a") == 0
        assert counters.incr("c", 60) == 1
        assert counters.incr("a", 60) == 1
        assert counters.reset() == 2, "b was forgotten"


def test_of_ipv6_a_customers_network_counts_as_one() -> None:
    assert network_of("2001:db8::1") == network_of("2001:db8::ffff:2") != network_of("2001:db8:0:1::1")
    assert network_of("192.0.2.1") != network_of("192.0.2.2")
    RateLimits({}).count("clerk", "nobody limits it")


def test_who_comes_when_too_much_waits_to_be_booked_is_told_to_come_again(server: Served) -> None:
    line = {"type": "top_up", "id": "full", "account": ANNA, "at": "2026-03-16T11:00:00+03:00", "amount": 1}
    with patch("scripts.web.service.LINES_WAITING_MAX", -1):
        told = server.client("feeder").post("/v1/inputs", json=line)
        night = server.client("operator").post("/v1/night")
    assert (told.status_code, told.json()["code"], told.headers["retry-after"]) == (503, "BUSY", "1")
    assert night.status_code == 200, "what goes on in slices waits for its turn"
    assert server.client("feeder").post("/v1/inputs", json=line).json()["result"] == "applied"


def test_what_waits_for_readers_is_bounded() -> None:
    reading, let_go = Reading(1, 2, "test"), threading.Event()

    async def many() -> list[object]:
        asked = [asyncio.ensure_future(reading.run(let_go.wait)) for _ in range(3)]
        await asyncio.sleep(0)
        let_go.set()
        return await asyncio.gather(*asked, return_exceptions=True)

    done = asyncio.run(many())
    reading.pool.shutdown()
    refused = [each for each in done if isinstance(each, Problem)]
    assert [(each.status, each.code, each.headers) for each in refused] == [(503, "BUSY", {"Retry-After": "2"})]
