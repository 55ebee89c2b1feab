"""Claims at the desk: the queue, a claim with its dossier, and its answer."""

from collections.abc import Iterator

import httpx
import pytest

from scripts.sample import ANNA, BORIS
from tests.support import at
from tests.web.support import Served, served
from tests.web.test_cabinet import text_of
from tests.web.test_desk import CHARGE, hidden_of


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("desk-claims")) as made:
        for account, event, id, at in ((ANNA, CHARGE, "c/1", "03-01"), (BORIS, 3, "late", "02-01")):
            claim = {
                "account": account,
                "event": event,
                "text": "не заказывала",
                "id": id,
                "at": f"2026-{at}T10:00:00Z",
            }
            assert made.client("clerk").post("/v1/disputes", json=claim).status_code == 201
        yield made


@pytest.fixture
def clerk(server: Served) -> httpx.Client:
    return server.client("clerk")


def test_the_queue_stands_on_the_first_page_with_its_ages(clerk: httpx.Client) -> None:
    said = text_of(clerk.get("/desk"))
    assert "Открыто 2" in said
    assert said.index("late") < said.index("c/1")  # due earlier


def test_a_claim_has_its_dossier_and_files_of_it(clerk: httpx.Client) -> None:
    page = clerk.get(f"/desk/claims/{ANNA}/c%2F1")
    said = text_of(page)
    assert "Оспорено −400,00 ₽" in said
    assert "не заказывала" in said
    for form, begins in {"txt": "Претензия", "html": "<!DOCTYPE html>", "pdf": "%PDF"}.items():
        file = clerk.get(f"/desk/claims/{ANNA}/c%2F1/file", params={"format": form})
        assert file.text.lstrip().startswith(begins)
        assert "attachment" in file.headers["content-disposition"]
    assert clerk.get(f"/desk/claims/{ANNA}/none").status_code == 404


def test_a_claim_is_registered_at_its_event(clerk: httpx.Client) -> None:
    page = clerk.get(f"/desk/{ANNA}/events/5")
    form = hidden_of(page.text, "open_dispute") | {"text": "звонка не было"}
    shown = clerk.post(f"/desk/{ANNA}/book", data=form)
    assert "Проведено будет" in text_of(shown)
    confirmed = hidden_of(shown.text, "open_dispute") | {"text": "звонка не было", "step": "book"}
    assert "Проведено, запись" in text_of(clerk.post(f"/desk/{ANNA}/book", data=confirmed))
    assert "claim-5-1" in text_of(clerk.get(f"/desk/{ANNA}/events/5"))


def test_an_answer_is_shown_first_and_given_once(server: Served, clerk: httpx.Client) -> None:
    """R-11.3; who answers what somebody else has answered meanwhile is told so."""
    where = f"/desk/claims/{ANNA}/c%2F1"
    said = {"outcome": "upheld", "amount": "100", "text": "вернули\r\nсто рублей"}
    mine = hidden_of(clerk.get(where).text, "resolve_dispute") | said
    shown = clerk.post(f"/desk/{ANNA}/book", data=mine)
    assert "Баланс сейчас 300,00 ₽ Станет 400,00 ₽" in text_of(shown)
    assert "Ответ не отменяется" in shown.text
    other = server.client("senior")
    theirs = hidden_of(other.get(where).text, "resolve_dispute") | {"outcome": "rejected", "text": "всё верно"}
    seen = other.post(f"/desk/{ANNA}/book", data=theirs)
    confirmed = {"outcome": "upheld", "text": said["text"], "step": "book"}
    booked = clerk.post(f"/desk/{ANNA}/book", data=hidden_of(shown.text, "resolve_dispute") | confirmed)
    assert "Проведено, запись" in text_of(booked)
    late = other.post(
        f"/desk/{ANNA}/book",
        data=hidden_of(seen.text, "resolve_dispute") | {"outcome": "rejected", "text": "всё верно", "step": "book"},
    )
    assert late.status_code == 409
    assert "на претензию уже ответили" in late.text
    assert "На претензию ответили: удовлетворена" in text_of(clerk.get(where))


def test_an_auditor_sees_a_claim_and_answers_none(server: Served) -> None:
    page = server.client("auditor").get(f"/desk/claims/{BORIS}/late")
    assert page.status_code == 200
    assert "<h2>Ответить</h2>" not in page.text


def test_what_is_premium_or_overdue_is_marked_and_stood_otherwise_then(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """R-11.4; seen from an earlier day a claim that was answered since is open."""
    with served(tmp_path_factory.mktemp("overdue"), now=at("2026-05-20 12:00")) as made:
        clerk = made.client("clerk")
        claim = {"account": ANNA, "event": CHARGE, "text": "?", "id": "old", "at": "2026-03-20T10:00:00Z"}
        assert clerk.post("/v1/disputes", json=claim).status_code == 201
        page = clerk.get("/desk")
        assert "просрочено 1" in text_of(page)
        assert '<tr class="late">' in page.text
        answer = {"outcome": "rejected", "text": "всё верно"}
        assert clerk.post(f"/v1/disputes/{ANNA}/old/resolution", json=answer).status_code == 200
        assert "отклонена" in text_of(clerk.get(f"/desk/{ANNA}"))
        assert "old , запись 58, ответить до" in text_of(clerk.get(f"/desk/{ANNA}", params={"as_of": "2026-04-01"}))
