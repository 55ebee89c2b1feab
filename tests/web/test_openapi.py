"""OpenAPI: the document that says what can be asked, true to the table, with examples that can be asked."""

import json
import re
from typing import Any

import jsonschema_rs

from scripts.web.answer import JSON, NDJSON
from scripts.web.examples import BODIES
from scripts.web.openapi import document, operation_id
from scripts.web.schemas import schemas
from scripts.web.table import ROUTES
from tests.web.support import Served

DOCUMENT: dict[str, Any] = json.loads(json.dumps(document(ROUTES)))


def test_every_route_but_pages_is_in_the_document_with_its_roles() -> None:
    told = {
        (path, method): route["x-roles"]
        for path, methods in DOCUMENT["paths"].items()
        for method, route in methods.items()
    }
    listed = [route for route in ROUTES if route.is_listed]
    assert {(route.path, route.method.lower()): set(route.roles) for route in listed} == {
        name: set(found) for name, found in told.items()
    }
    assert len({operation_id(route) for route in listed}) == len(listed)


def test_whatever_a_schema_refers_to_is_there() -> None:
    named = set(re.findall(r'"#/components/schemas/([A-Za-z]+)"', json.dumps(DOCUMENT)))
    assert named <= set(DOCUMENT["components"]["schemas"])


def test_what_is_brought_and_answered_as_json_has_a_schema_and_what_is_brought_an_example() -> None:
    brought = {route.body.schema for route in ROUTES if route.body is not None and not route.is_page}
    answered = {
        schema
        for route in ROUTES
        for media, schema in route.answers.items()
        if media in (JSON, NDJSON) and not route.is_page and schema != "Document"
    }
    assert brought | answered <= set(schemas())
    assert brought <= set(BODIES)


def test_examples_are_what_their_schemas_ask_for() -> None:
    checked = 0
    for methods in DOCUMENT["paths"].values():
        for route in methods.values():
            for content in route.get("requestBody", {}).get("content", {}).values():
                for example in content.get("examples", {}).values():
                    whole = {**content["schema"], "components": DOCUMENT["components"]}
                    jsonschema_rs.Draft202012Validator(whole).validate(example["value"])
                    checked += 1
    assert checked >= 6


def test_an_input_is_described_as_it_is_written(server: Served) -> None:
    """Times are text, `received_at` may be left out, and `by` is no field of a body."""
    top_up = schemas()["TopUpInput"]
    assert top_up["properties"]["at"]["format"] == "date-time"
    assert "by" not in top_up["properties"]
    assert set(top_up["required"]) == {"id", "account", "at", "type", "amount"}
    assert schemas()["Input"]["discriminator"]["mapping"]["top_up"] == "#/components/schemas/TopUpInput"


def test_the_document_and_its_page_are_for_anybody_and_load_nothing_from_elsewhere(server: Served) -> None:
    nobody = server.client(None)
    assert nobody.get("/openapi.json").json() == DOCUMENT
    page = nobody.get("/docs")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    loaded = re.findall(r'(?:src|href)="([^"]*)"', page.text)
    assert all(each.startswith(("#", "/")) and not each.startswith("//") for each in loaded)
    assert "<script" not in page.text
    assert "style=" not in page.text
    for route in ROUTES:
        assert not route.is_listed or f'id="{operation_id(route)}"' in page.text
    assert nobody.get("/docs/page.css").headers["content-type"] == "text/css; charset=utf-8"
