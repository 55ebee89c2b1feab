"""Личный кабинет: what a subscriber sees and does there, as the pages say it."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from scripts.sample import ANNA, BORIS
from tests.web.support import Served, served


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("cabinet")) as made:
        yield made


@pytest.fixture
def anna(server: Served) -> httpx.Client:
    return server.client("subscriber", ANNA)


def text_of(answer: httpx.Response) -> str:
    """What a page says, without its markup."""
    assert answer.status_code == 200, answer.text
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).replace("\N{NO-BREAK SPACE}", " ").split())


def test_the_first_page_says_what_is_there_and_what_comes_next(anna: httpx.Client) -> None:
    said = text_of(anna.get("/"))
    assert "Баланс 300,00 ₽" in said
    assert "25.03.2026 03:00 На месяц не хватает 100,00 ₽" in said
    assert "Звонки основной пакет 140:00 мин из 200:00 мин" in said
    assert "Недостаточно средств: нужно 400,00 ₽, доступно 300,00 ₽. Что нужно: пополнить на 100,00 ₽" in said


def test_a_line_of_the_statement_leads_to_its_reason_and_to_a_claim(anna: httpx.Client) -> None:
    said = text_of(anna.get("/statements?month=2026-02"))
    assert "03.02.2026 09:12 Списание ежемесячной платы по Тарифному плану" in said
    page = anna.get("/why/58")
    assert "R-5.4" in text_of(page)
    id = re.search(r'name="id" value="(claim-58-[0-9]+)"', page.text)
    assert id is not None
    form = {"event": "58", "id": id[1], "text": "не заказывала\r\nи не просила"}
    for _ in range(2):  # a form that is sent twice is one claim
        assert "Претензия принята" in text_of(anna.post("/claims", data=form))
    said = text_of(anna.get("/claims"))
    assert said.count("Ответим до 15.04.2026") == 1
    assert "не заказывала и не просила" in said


def test_a_file_of_a_month_is_the_document_of_the_api(anna: httpx.Client) -> None:
    path = f"/v1/accounts/{ANNA}/statement?from=2026-02-01&to=2026-02-28&format=csv"
    file = anna.get("/statements/file?month=2026-02&format=csv")
    assert file.content == anna.get(path).content
    assert file.headers["content-disposition"] == f'attachment; filename="{ANNA}-2026-02.csv"'


def test_what_is_refused_says_why(anna: httpx.Client) -> None:
    assert "Предел" not in text_of(anna.get("/services"))
    said = text_of(anna.post("/services/promise", data={"id": "p1", "rubles": "1000,50"}))
    assert "Не получилось Отказано: сумма больше предела." in said


@pytest.mark.parametrize("form", [{"id": "p2", "rubles": "много"}, {"id": "p2"}, {"id": "p2", "rubles": "1", "x": "1"}])
def test_a_form_that_is_none_is_a_page_that_says_so(anna: httpx.Client, form: dict[str, str]) -> None:
    refused = anna.post("/services/promise", data=form)
    assert (refused.status_code, refused.headers["content-type"]) == (422, "text/html; charset=utf-8")
    assert "Проверьте, что введено" in refused.text


def test_who_is_nobody_is_sent_to_log_in_and_others_are_sent_to_their_own_page(server: Served) -> None:
    nobody = server.client(None).get("/statements?month=2026-02")
    assert (nobody.status_code, nobody.headers["location"]) == (303, "/login?next=%2Fstatements")
    assert server.client("clerk").get("/").headers["location"] == "/desk"
    assert server.client("clerk").get("/services").status_code == 403


def test_another_subscriber_sees_nothing_of_it(server: Served) -> None:
    boris = server.client("subscriber", BORIS)
    assert "79160000101" not in boris.get("/").text.replace(" ", "").replace("-", "")
    assert "USSD" in boris.get("/refusals").text


def test_a_refresh_is_done_once_and_only_for_the_fee_that_was_shown(tmp_path: Path) -> None:
    with served(tmp_path) as server:
        paid = {"type": "top_up", "id": "more", "account": ANNA, "at": "2026-03-16T10:00:00+03:00", "amount": 1000_00}
        assert server.client("feeder").post("/v1/inputs", json=paid).json()["result"] == "applied"
        anna = server.client("subscriber", ANNA)
        assert "Сохранится из остатка" in text_of(anna.get("/refresh"))
        other = anna.post("/refresh", data={"id": "one", "fee": "39900"})
        assert (other.status_code, other.headers["location"]) == (303, "/refresh")
        for _ in range(2):
            told = text_of(anna.post("/refresh", data={"id": "one", "fee": "40000"}))
            assert "Пакеты обновлены: списано 400,00 ₽, следующее списание 16.04.2026." in told
        assert "Баланс 900,00 ₽" in text_of(anna.get("/"))


def test_the_first_page_with_all_it_needs_is_small(anna: httpx.Client) -> None:
    page = anna.get("/")
    needs = re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text)
    assert len(needs) == 2
    parts = [page, *(anna.get(each) for each in needs)]
    assert all("immutable" in each.headers["cache-control"] for each in parts[1:])
    assert sum(len(each.content) for each in parts) <= 100_000


def test_an_option_is_called_by_its_name_and_a_block_by_its_reason(server: Served, anna: httpx.Client) -> None:
    def fed(type: str, **fields: object) -> None:
        line = {"type": type, "id": f"last-{type}", "account": ANNA, "at": "2026-03-16T11:00:00+03:00", **fields}
        assert server.client("feeder").post("/v1/inputs", json=line).json()["result"] == "applied"

    fed("top_up", amount=500_00)
    fed("connect_option", option="gb1")
    assert "Интернет опция «1 ГБ» 1024 МБ из 1024 МБ" in text_of(anna.get("/"))
    fed("block", kind="voluntary")
    said = text_of(anna.get("/"))
    assert "Номер заблокирован по вашей просьбе." in said
    assert "Пока номер заблокирован, плата по тарифу не списывается." in said
