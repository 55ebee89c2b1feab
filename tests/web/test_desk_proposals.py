"""The second person: what moves more than one may is proposed at the desk, and refused over the API."""

import json
from collections.abc import Iterator

import httpx
import pytest

from scripts.sample import ANNA, VERA
from scripts.state.forgetting import forget
from scripts.state.place import place_in
from tests.web.support import Served, served
from tests.web.test_cabinet import text_of
from tests.web.test_desk import hidden_of

AT = "2026-03-16T11:30:00+03:00"
TOP_UP = 2
"""The first top-up of each, of Anna's 1 000,00 ₽."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("desk-proposals")) as made:
        yield made


def proposed(clerk: httpx.Client, rubles: str, reason: str) -> httpx.Response:
    """An adjustment of Vera's that somebody proposes, as far as the page behind it."""
    page = clerk.get(f"/desk/{VERA}/events/{TOP_UP}")
    given = {"amount": rubles, "text": reason}
    shown = clerk.post(f"/desk/{VERA}/book", data=hidden_of(page.text, "adjust") | given)
    assert "проведёт второй человек" in shown.text
    assert 'value="book"' not in shown.text
    form = hidden_of(shown.text, "adjust") | {"text": reason}
    assert clerk.post(f"/desk/{VERA}/book", data=form | {"step": "book"}).status_code == 403
    answer = clerk.post(f"/desk/{VERA}/book", data=form | {"step": "propose"})
    again = clerk.post(f"/desk/{VERA}/book", data=form | {"step": "propose"})
    assert (answer.status_code, answer.headers["location"]) == (303, again.headers["location"])
    return clerk.get(answer.headers["location"])


def decided(by: httpx.Client, page: httpx.Response, step: str) -> httpx.Response:
    seen = by.get(str(page.url)).text.partition('name="seen" value="')[2].partition('"')[0]
    return by.post(str(page.url), data={"step": step} | ({"seen": seen} if seen else {}))


def test_what_is_above_the_limit_takes_another_senior(server: Served) -> None:
    clerk, senior = server.client("clerk"), server.client("senior")
    page = proposed(clerk, "1000,01", "сбой биллинга")
    assert "Вы предложили это сами" in page.text
    assert decided(clerk, page, "confirm").status_code == 403
    listed = text_of(senior.get("/desk/proposals"))
    assert "сбой биллинга" in listed
    assert "1 000,01 ₽ ждёт" in listed
    assert decided(senior, page, "confirm").status_code == 303
    assert "Проведено" in text_of(senior.get(str(page.url)))
    events = senior.get(f"/v1/accounts/{VERA}/events", params={"type": "Adjusted"}).text.splitlines()
    assert [json.loads(each)["input"]["by"] for each in events] == ["clerk-1/senior-1"]
    assert decided(senior, page, "decline").status_code == 303  # too late
    assert len(senior.get(f"/v1/accounts/{VERA}/events", params={"type": "Adjusted"}).text.splitlines()) == 1


def test_who_proposed_confirms_nothing_senior_or_not(server: Served) -> None:
    senior = server.client("senior")
    page = proposed(senior, "5000", "ошибочное пополнение")
    assert decided(senior, page, "confirm").status_code == 403
    other = httpx.Client(base_url=server.address, headers={"Authorization": "Bearer senior/other"}, trust_env=False)
    with other:
        assert decided(other, page, "decline").status_code == 303
    assert "Отклонено: other" in text_of(senior.get(str(page.url)))


def test_what_came_between_is_shown_to_the_second_person_too(server: Served) -> None:
    page = proposed(server.client("clerk"), "2000", "компенсация")
    senior = server.client("senior")
    stale = senior.post(str(page.url), data={"step": "confirm", "seen": "1"})
    assert stale.status_code == 409
    assert "прошло другое событие" in stale.text


def test_a_proposal_goes_with_the_data_of_its_contract(tmp_path_factory: pytest.TempPathFactory) -> None:
    """R-15.9: nothing of its text stays in the server's state."""
    folder = tmp_path_factory.mktemp("forgotten")
    with served(folder) as made:
        page = proposed(made.client("clerk"), "3000", "очень личное")
        with made.service._book.snapshot() as snapshot:
            contract, place = snapshot.contracts.of(VERA)[-1].id, place_in(folder / "state", snapshot.log)
        forget(place, contract)
        assert made.client("clerk").get(str(page.url)).status_code == 404
        kept = [each.read_bytes() for each in place.folder.iterdir()]
    assert not any("очень личное".encode() in each for each in kept)


@pytest.mark.parametrize("role", ["clerk", "senior"])
def test_over_the_api_one_person_moves_no_more_than_the_limit(server: Served, role: str) -> None:
    client = server.client(role)  # type: ignore[arg-type]  # a role by its name
    common = {"account": ANNA, "at": AT, "text": "вручную"}
    adjust = common | {"type": "adjust", "amount": 100_001, "cites": [TOP_UP]}
    refused = client.post("/v1/inputs", json=adjust | {"id": f"{role}-1"})
    assert (refused.status_code, refused.json()["code"]) == (403, "SECOND_PERSON")
    some = [
        {"type": "adjust", "id": f"{role}-2", "amount": 100_000, "cites": [TOP_UP]},
        {"type": "adjust", "id": f"{role}-3", "amount": -100_001, "cites": [TOP_UP]},
        {"type": "reverse", "id": f"{role}-4", "event": TOP_UP},  # how much is not told before the others are booked
    ]
    lines = "\n".join(json.dumps(common | each) for each in some)
    answer = client.post("/v1/inputs", content=lines, headers={"Content-Type": "application/x-ndjson"})
    told = [json.loads(line) for line in answer.text.splitlines()]
    assert [(each["result"], each["reason"]) for each in told] == [
        ("applied", None),
        ("rejected", "SECOND_PERSON"),
        ("rejected", "SECOND_PERSON"),
    ]


def test_an_answer_that_gives_back_more_than_the_limit_is_not_one_persons(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with served(tmp_path_factory.mktemp("answers")) as made:
        clerk = made.client("clerk")
        made.service.limit = 30_000
        opened = clerk.post("/v1/disputes", json={"account": ANNA, "event": 58, "text": "верните", "id": "c"})
        where, answer = f"{opened.headers['location']}/resolution", {"outcome": "upheld", "text": "да"}
        refused = clerk.post(where, json=answer)
        assert (refused.status_code, refused.json()["code"]) == (403, "SECOND_PERSON")
        assert clerk.post(where, json=answer, params={"dry_run": "true"}).status_code == 200
        assert clerk.post(where, json=answer | {"amount": 30_000}).status_code == 200
