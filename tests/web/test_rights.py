"""Rights: every route asked by every role and by nobody, about the own number and about another, as the table says."""

import json
from collections.abc import Iterator

import httpx
import pytest

from projections.evidence.keys import create
from scripts.app.roles import ROLES, Role
from scripts.sample import ANNA, BORIS
from scripts.web.examples import BODIES, PARAMS
from scripts.web.route import Route
from scripts.web.table import ROUTES
from tests.web.support import Served, served

LISTED = [route for route in ROUTES if route.is_listed]
ASKED_BY: list[tuple[Role | None, str | None]] = [
    (None, None),
    *((role, None) for role in ROLES if role != "subscriber"),
    ("subscriber", ANNA),
    ("clerk", ANNA),  # a token that is limited to one contract
]


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("rights")) as made:
        create(made.service.ref.keys_place.folder)
        for number, version in ((ANNA, 58), (BORIS, 3)):
            claim = {"account": number, "event": version, "text": "?", "id": "claim-58-1"}
            assert made.client("clerk").post("/v1/disputes", json=claim).status_code == 201
            made.correct(number, version)
        yield made


def ask(asked: Served, client: httpx.Client, route: Route, number: str) -> httpx.Response:
    """A route about a number, as the examples have it; what would be booked is only tried where that can be."""
    version = 58 if number == ANNA else 3
    id = asked.id_in(route.path, number) if "{id}" in route.path else ""
    path = route.path.format(number=number, version=version, dispute="claim-58-1", id=id)
    query = {param.name: PARAMS.get(param.name, PARAMS.get(param.kind)) for param in route.params if param.required}
    query |= {param.name: "true" for param in route.params if param.name == "dry_run"}
    query |= {param.name: number for param in route.params if param.name == "relatedParty.id"}
    body = None
    if route.body is not None:
        body = dict(list(BODIES[route.body.schema].values())[-1])  # the last is one that all may hand over
        body |= {"event": version} if "event" in body else {}
        body = json.loads(json.dumps(body).replace(ANNA, number))
    return client.request(route.method, path, params=query, json=body)


def expected(route: Route, role: Role | None, limited: str | None, number: str) -> set[int]:
    """What the table says that the answer may be."""
    names_one = "{number}" in route.path or (route.path == "/v1/disputes" and route.method == "POST")
    names_one |= route.tag == "tmf"
    if "anybody" in route.roles or route.on_loopback:
        return {200}
    if role is None:
        return {401}
    if role not in route.roles:
        return {403}
    if limited is not None and role != "subscriber" and not route.is_for_limited:
        return {403}
    if limited is not None and names_one and number != limited:
        return {403}
    return {200, 404, 409} if route.path in ("/v1/inputs", "/v1/ussd", "/v1/sms") else {200, 201}


@pytest.mark.parametrize("route", LISTED, ids=lambda route: route.name)
def test_who_may_is_who_the_table_says(asked: Served, route: Route) -> None:
    found, right = {}, {}
    for role, limited in ASKED_BY:
        client = asked.client(role, limited)
        for number in (ANNA, BORIS):
            who = (role or "nobody", limited, number)
            status = ask(asked, client, route, number).status_code
            found[who] = status
            right[who] = status if status in expected(route, role, limited, number) else -1
    assert found == right


def test_no_route_tells_of_somebody_to_who_is_limited_to_another(asked: Served) -> None:
    """Whatever Anna may ask, no answer has Boris's number, his contract or his claim in it."""
    anna = asked.client("subscriber", ANNA)
    with asked.service._book.snapshot() as snapshot:
        boris = snapshot.contracts.of(BORIS)[-1].id
    for route in LISTED:
        for number in (ANNA, BORIS):
            text = ask(asked, anna, route, number).text
            assert boris not in text, route.name
            assert BORIS not in text, route.name


def test_what_staff_reads_is_written_down_before_it_is_answered(asked: Served) -> None:
    """Whose it was, by the contract; a subscriber's own and what tells of nobody is not."""
    with asked.service._book.snapshot() as snapshot:
        anna = snapshot.contracts.of(ANNA)[-1].id
    for role, limited in ASKED_BY:
        for route in LISTED:
            asked.gate.notes.clear()
            answer = ask(asked, asked.client(role, limited), route, ANNA)
            is_hers = "{number}" in route.path or anna in _told_of(answer, anna)
            about_anna = route.reads_personal and answer.status_code < 300 and is_hers
            notes = [(name, what) for name, what, whose in asked.gate.notes if anna in whose]
            is_staff = role in ("clerk", "senior", "operator", "auditor")
            assert bool(notes) == (is_staff and about_anna), (role, route.name)


def _told_of(answer: httpx.Response, anna: str) -> set[str]:
    """Whose data an answer has: her number or the id of her contract stands in it, or it is a document of hers."""
    is_text = answer.headers["content-type"].startswith(("application/json", "application/x-ndjson"))
    return {anna} if not is_text or ANNA in answer.text or anna in answer.text else set()


def test_the_log_has_no_number_of_anybody(asked: Served) -> None:
    """Neither in paths, which it does not have, nor in what goes wrong."""
    for role in ROLES:
        client = asked.client(role, ANNA if role == "subscriber" else None)
        for path in (f"/v1/accounts/{ANNA}/balance", f"/v1/accounts/+{BORIS}/nothing", f"/v1/accounts?number={BORIS}"):
            client.get(path, headers={"X-Request-Id": f"ussd-{ANNA}.1"})
    told = asked.client("clerk").get("/v1/checkpoints", headers={"X-Request-Id": "order-79990000101234"})
    assert told.headers["x-request-id"] == "order-79990000101234", "a longer number is nobody's"
    lines = asked.log.getvalue()
    assert len(lines.splitlines()) > 100
    for number in (ANNA, BORIS):
        assert number not in lines
        assert number[1:] not in lines
    metrics = asked.client(None).get("/metrics").text
    assert ANNA not in metrics
    assert 'route="GET /v1/accounts/{number}/balance"' in metrics
