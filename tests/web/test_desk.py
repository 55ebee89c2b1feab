"""The desk: what a clerk finds, sees and does there, as the pages say it."""

import re
from collections.abc import Iterator

import httpx
import pytest

from scripts.sample import ANNA
from tests.web.support import Served, served
from tests.web.test_cabinet import text_of

CHARGE = 58
"""Anna's refresh of 3 February."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("desk-pages")) as made:
        yield made


@pytest.fixture
def clerk(server: Served) -> httpx.Client:
    return server.client("clerk")


def hidden_of(page: str, what: str) -> dict[str, str]:
    """The hidden fields of the form of a page that books something."""
    for form in re.findall(r'<form method="post" action="[^"]*/book[^"]*">.*?</form>', page, re.DOTALL):
        fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form))
        if fields.get("what") == what:
            return {name: value for name, value in fields.items() if name != "csrf"}
    raise AssertionError(f"the page has no form for {what}")


@pytest.mark.parametrize("written", ["8 (916) 000-01-01", "+7 916 000 01 01", "9160000101", ANNA])
def test_a_number_is_found_however_it_is_written(clerk: httpx.Client, written: str) -> None:
    found = clerk.get("/desk", params={"number": written, "ground": "обращение абонента"})
    assert found.status_code == 303
    assert found.headers["location"].startswith(f"/desk/{ANNA}?ground=")


def test_a_number_of_nobody_is_said_to_be_none(clerk: httpx.Client) -> None:
    found = clerk.get("/desk", params={"number": "79169999999"})
    assert found.status_code == 404
    assert "Договора с номером 79169999999 нет" in found.text


def test_a_contract_on_one_screen_with_its_time_line(clerk: httpx.Client) -> None:
    page = clerk.get(f"/desk/{ANNA}")
    said = text_of(page)
    assert "+7 916 000-01-01 Smart" in said
    assert "Баланс 300,00 ₽" in said
    assert "не хватает 100,00 ₽" in said
    assert "Звонки основной пакет 140:00 мин из 200:00 мин" in said
    assert said.index("10.03.2026") < said.index("09.03.2026")


def test_the_time_line_is_filtered_and_read_page_by_page(clerk: httpx.Client) -> None:
    said = text_of(clerk.get(f"/desk/{ANNA}", params={"amount": "500", "from": "2026-02-01", "to": "", "type": ""}))
    assert "События 1 по условиям" in said
    assert "500,00 ₽ 200,00 ₽ → 700,00 ₽" in said
    page = clerk.get(f"/desk/{ANNA}", params={"type": "UsageCharged"})
    shown = re.findall(r"/events/(\d+)", page.text)
    older = re.search(r'href="(/desk/[^"]*before=[^"]*)#events">Более ранние', page.text)
    assert older is not None
    behind = re.findall(r"/events/(\d+)", clerk.get(older[1].replace("&amp;", "&")).text)
    assert int(behind[0]) < int(shown[-1])
    assert clerk.get(f"/desk/{ANNA}", params={"type": "Nothing"}).status_code == 422


def test_the_whole_screen_can_be_of_then_and_says_so(clerk: httpx.Client) -> None:
    page = clerk.get(f"/desk/{ANNA}", params={"as_of": "2026-02-10", "ground": "проверка"})
    said = text_of(page)
    assert "Это прошлое: состояние на 10.02.2026 23:59" in said
    assert "Баланс 700,00 ₽" in said
    assert "11.02.2026" not in said
    assert 'action="/desk/79160000101/book' not in page.text  # nothing is booked in the past
    assert clerk.get(f"/desk/{ANNA}/events/{CHARGE}", params={"as_of": "2026-02-01"}).status_code == 404
    then = clerk.get(f"/desk/{ANNA}/events/{CHARGE}", params={"as_of": "2026-02-10"})
    assert "Это прошлое" in text_of(then)
    assert "what-if" not in then.text
    known = text_of(clerk.get(f"/desk/{ANNA}", params={"known_at": "2026-03-16T12:00"}))
    assert "как было известно на" in known
    early = clerk.get(f"/desk/{ANNA}", params={"as_of": "2026-01-01"})
    assert early.status_code == 404
    assert "В это время счёт ещё не был открыт" in early.text


def test_what_would_be_without_an_event_stands_beside_its_reasons(clerk: httpx.Client) -> None:
    page = clerk.get(f"/desk/{ANNA}/events/{CHARGE}", params={"drop": "1"})
    said = text_of(page)
    assert "R-5.4" in said
    assert "На балансе было бы на 122,00 ₽ меньше; ничего не записано" in said
    later = clerk.get(f"/desk/{ANNA}/events/{CHARGE}", params={"move": "2026-02-04T10:00", "plan": ""})
    assert "На балансе было бы" in text_of(later)
    assert "Этим событием открыт счёт" in text_of(clerk.get(f"/desk/{ANNA}/events/1", params={"drop": "1"}))


def test_a_correction_is_shown_first_and_booked_once(server: Served, clerk: httpx.Client) -> None:
    """R-11.1: what is shown is what is booked, and a confirmation that is sent twice books nothing more."""
    page = clerk.get(f"/desk/{ANNA}/events/{CHARGE}")
    form = hidden_of(page.text, "reverse") | {"amount": "50", "text": "обещали скидку"}
    shown = clerk.post(f"/desk/{ANNA}/book", data=form)
    said = text_of(shown)
    assert "Проведено будет" in said
    assert "Баланс сейчас 300,00 ₽ Станет 350,00 ₽" in said
    assert "Баланс 300,00 ₽" in text_of(clerk.get(f"/desk/{ANNA}"))  # nothing was booked
    confirmed = hidden_of(shown.text, "reverse") | {"text": "обещали скидку", "step": "book"}
    assert "Проведено, запись" in text_of(clerk.post(f"/desk/{ANNA}/book", data=confirmed))
    assert "Это уже проведено раньше" in text_of(clerk.post(f"/desk/{ANNA}/book", data=confirmed))
    events = clerk.get(f"/v1/accounts/{ANNA}/events", params={"type": "ChargeReversed"})
    (booked,) = events.text.splitlines()
    assert '"by":"clerk-1"' in booked
    assert "обещали скидку" in booked


def test_what_something_came_between_is_shown_again(clerk: httpx.Client) -> None:
    page = clerk.get(f"/desk/{ANNA}/events/{CHARGE}")
    reason = {"text": "извинение"}
    first = clerk.post(f"/desk/{ANNA}/book", data=hidden_of(page.text, "adjust") | {"amount": "10,50"} | reason)
    given = {"account": ANNA, "type": "adjust", "id": "between", "at": "2026-03-16T08:00:00Z", "amount": -100}
    between = clerk.post("/v1/inputs", json=given | {"cites": [CHARGE], "text": "между"})
    assert between.json()["result"] == "applied"
    again = clerk.post(f"/desk/{ANNA}/book", data=hidden_of(first.text, "adjust") | reason | {"step": "book"})
    assert again.status_code == 409
    assert "прошло другое событие" in again.text
    booked = clerk.post(f"/desk/{ANNA}/book", data=hidden_of(again.text, "adjust") | reason | {"step": "book"})
    assert "Проведено, запись" in text_of(booked)


def test_what_a_rule_refuses_is_told_before_anything_is_booked(clerk: httpx.Client) -> None:
    page = clerk.get(f"/desk/{ANNA}/events/{CHARGE}")
    form = hidden_of(page.text, "reverse") | {"amount": "4000", "text": "всё вернуть"}
    refused = clerk.post(f"/desk/{ANNA}/book", data=form)
    assert "Не получится: сумма больше остатка" in text_of(refused)
    assert 'value="book"' not in refused.text


@pytest.mark.parametrize("change", [{"text": "  "}, {"amount": "много"}, {"what": "top_up"}, {"event": ""}])
def test_a_form_that_is_none_books_nothing(clerk: httpx.Client, change: dict[str, str]) -> None:
    form = {"what": "adjust", "id": "x", "event": "58", "amount": "1", "text": "так"} | change
    refused = clerk.post(f"/desk/{ANNA}/book", data=form)
    assert (refused.status_code, refused.headers["content-type"]) == (422, "text/html; charset=utf-8")


def test_the_ground_goes_to_the_journal_and_stays_in_the_links(server: Served, clerk: httpx.Client) -> None:
    server.gate.grounds.clear()
    page = clerk.get(f"/desk/{ANNA}", params={"ground": "обращение 17", "from": "2026-02-03", "to": "2026-02-03"})
    assert server.gate.grounds == ["обращение 17"]
    assert f"/desk/{ANNA}/events/58?ground=%D0%BE%D0%B1" in page.text


def test_who_reads_books_nothing(server: Served) -> None:
    auditor = server.client("auditor")
    page = auditor.get(f"/desk/{ANNA}/events/{CHARGE}")
    assert page.status_code == 200
    assert "/book" not in page.text
    form = {"what": "adjust", "id": "x", "event": "58", "amount": "1", "text": "так"}
    assert auditor.post(f"/desk/{ANNA}/book", data=form).status_code == 403
    assert server.client("subscriber", ANNA).get(f"/desk/{ANNA}").status_code == 403
    assert server.client("gateway").get("/desk").status_code == 403
