"""Who may at the desk: every page asked by every role, about the own contract and another, as the table says."""

from collections.abc import Iterator

import httpx
import pytest

from scripts.app.roles import ROLES, Role
from scripts.sample import ANNA, BORIS
from scripts.web.route import Route
from scripts.web.table import ROUTES
from tests.web.support import Served, served

PAGES = [route for route in ROUTES if route.tag == "desk" and route.path.startswith("/desk")]


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("desk-rights")) as made:
        for number, version in ((ANNA, 58), (BORIS, 3)):
            claim = {"account": number, "event": version, "text": "?", "id": "c"}
            assert made.client("clerk").post("/v1/disputes", json=claim).status_code == 201
        yield made


def ask(client: httpx.Client, route: Route, number: str) -> httpx.Response:
    """A page about a number; a form is sent without what it has to say, so that nothing comes of it."""
    version = 58 if number == ANNA else 3
    path = route.path.format(number=number, version=version, dispute="c", proposal="none", job="none")
    query = {"format": "txt"} if path.endswith("/file") else {}
    files = {"file": ("empty.csv", b"")} if route.body and "multipart/form-data" in route.body.media_types else None
    return client.request(route.method, path, params=query, data={"odd": "1"} if route.body else None, files=files)


@pytest.mark.parametrize("route", PAGES, ids=lambda route: route.name)
def test_who_may_is_who_the_table_says(asked: Served, route: Route) -> None:
    found: dict[tuple[Role | None, bool, bool], int] = {}
    for role in (None, *ROLES):
        for is_limited in (False, True):
            if role is None and is_limited:
                continue
            client = asked.client(role, ANNA if is_limited or role == "subscriber" else None)
            for is_own in (True, False):
                status = ask(client, route, ANNA if is_own else BORIS).status_code
                found[role, is_limited or role == "subscriber", is_own] = status
    for (role, is_limited, is_own), status in found.items():
        is_foreign = is_limited and ("{number}" in route.path and not is_own)
        if role is None:
            right: set[int] = {303 if route.method == "GET" else 401}
        elif role not in route.roles or (is_limited and not route.is_for_limited):
            right = {403}
        elif route.method == "POST":
            right = {404, 413, 422}  # the form is none, or there is nothing that it is about
        elif is_foreign:
            right = {403}
        else:
            right = {404} if "{proposal}" in route.path or "{job}" in route.path else {200}
        assert status in right, (role, is_limited, is_own)


def test_no_page_tells_of_another_contract_to_who_is_limited_to_one(asked: Served) -> None:
    limited = asked.client("clerk", ANNA)
    for route in PAGES:
        for number in (ANNA, BORIS):
            assert BORIS not in ask(limited, route, number).text, route.name
