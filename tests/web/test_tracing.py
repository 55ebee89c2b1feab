"""Tracing: a span a request, named by its route, a part of what the caller traces, with nothing of anybody in it."""

import asyncio
import sys
from unittest.mock import patch

import httpx
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from scripts.sample import ANNA
from scripts.web.app import build
from scripts.web.log import RequestLog
from scripts.web.table import ROUTES
from scripts.web.tracing import Tracing
from tests.web.support import Served, Shown

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def ask(server: Served, tracing: Tracing, *paths: str) -> list[int]:
    app = build(server.service, Shown(), ROUTES, log=RequestLog(server.log), tracing=tracing)

    async def asked() -> list[int]:
        headers = {"Authorization": "Bearer clerk/clerk-1", "traceparent": PARENT}
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://here", headers=headers) as client:
            return [(await client.get(path)).status_code for path in paths]

    return asyncio.run(asked())


def test_a_request_is_a_span_of_its_route(server: Served) -> None:
    spans, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    assert ask(server, Tracing(provider), f"/v1/accounts/{ANNA}/balance", f"/v1/accounts/{ANNA}/x") == [200, 404]
    told, strayed = spans.get_finished_spans()
    assert (told.name, strayed.name) == ("GET /v1/accounts/{number}/balance", "-")
    assert told.attributes is not None
    assert told.attributes["http.route"] == "/v1/accounts/{number}/balance"
    assert told.attributes["http.response.status_code"] == 200
    assert told.parent is not None
    assert f"{told.parent.trace_id:x}" == PARENT.split("-")[1].lstrip("0")
    assert ANNA not in told.to_json() + strayed.to_json()


def test_who_has_no_opentelemetry_is_answered_all_the_same(server: Served) -> None:
    with patch.dict(sys.modules, {"opentelemetry": None}):
        untraced = Tracing()
    assert ask(server, untraced, "/v1/nothing") == [404]
