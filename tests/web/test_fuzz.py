"""Whatever the document lets one ask, the server answers as the document says: no error of its own, no other status."""

import json
import random
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi import checks

from projections.evidence.keys import create
from scripts.app.roles import ROLES, Role
from scripts.sample import ANNA
from scripts.web.openapi import document
from scripts.web.table import ROUTES
from tests.web.support import Served, served

SCHEMA = schemathesis.openapi.from_dict(json.loads(json.dumps(document(ROUTES))))
FOUND: list[Any] = [found.ok() for found in SCHEMA.get_all_operations() if isinstance(found, Ok)]
OPERATIONS = {found.label: found for found in FOUND}
CHECKS: list[Any] = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
SHORT, LONG = 2, 25
QUERY_MAX = 2_000
"""Before requests that are much longer there stands the reader of HTTP, whose refusal is a word of its own."""


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("fuzz")) as made:
        create(made.service.ref.keys_place.folder)
        opened = made.client("clerk").post(
            "/v1/disputes", json={"account": ANNA, "event": 58, "text": "?", "id": "claim-58-1"}
        )
        assert opened.status_code == 201
        made.correct(ANNA, 58)
        yield made


@pytest.mark.parametrize("label", OPERATIONS)
def test_no_error_of_the_server_and_nothing_that_the_document_does_not_say(
    asked: Served, label: str, pytestconfig: pytest.Config
) -> None:
    """In full each role asks that may, and one that may not; else one of those that may, another for each route."""
    assert len(OPERATIONS) == sum(route.is_listed for route in ROUTES)
    is_long = pytestconfig.getoption("--long")
    operation = OPERATIONS[label]
    may: list[Role] = [role for role in ROLES if role in operation.definition.raw["x-roles"]] or ["clerk"]
    roles = may if is_long else [may[len(label) % len(may)]]
    if is_long:
        roles = [*may, *[role for role in ROLES if role not in may][:1]]
    for role in roles:
        client = asked.client(role, ANNA if role == "subscriber" else None)
        for mode in MODES:
            _ask(asked, operation, mode, client.headers["authorization"], LONG if is_long else SHORT)


def _ask(asked: Served, operation: Any, mode: GenerationMode, shown: str, examples: int) -> None:
    """Ask so many things; every other time about somebody and something that is there."""
    there = {"number": ANNA, "dispute": "claim-58-1", "version": 58}
    there |= {"id": asked.id_in(operation.path, ANNA)} if "{id}" in operation.path else {}

    @settings(
        max_examples=examples,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def one(case: Case[Any]) -> None:
        assume(len(repr(case.query)) < QUERY_MAX)
        if random.Random(repr(case.path_parameters)).random() < 0.5:
            case.path_parameters = {**case.path_parameters, **{name: there[name] for name in case.path_parameters}}
        answer = case.call(base_url=asked.address, headers={"Authorization": shown})
        case.validate_response(answer, checks=CHECKS)

    try:
        one()
    except Unsatisfiable:
        assert mode == GenerationMode.NEGATIVE, "of what takes nothing there is nothing wrong to ask"
