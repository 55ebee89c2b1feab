"""Contracts of one number at the desk, one after the other, and what is left of one whose data are destroyed."""

import json
from collections.abc import Iterator

import pytest

from tests.web.support import Served, served
from tests.web.test_cabinet import text_of
from tests.web.test_desk import hidden_of

NUMBER = "79160000777"


def said(type: str, day: str, **fields: object) -> str:
    common = {"type": type, "id": f"{type}-{day}", "account": NUMBER, "at": f"2026-{day}T10:00:00+03:00"}
    return json.dumps(common | fields)


FEED = [
    said("open", "01-10", region="moscow"),
    said("top_up", "01-11", source="bank", amount=300_00, channel="card"),
    said("close", "01-20"),
    said("open", "03-01", region="moscow"),
    said("top_up", "03-02", source="bank", amount=200_00, channel="card"),
]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("holders"), *FEED) as made:
        yield made


def test_a_number_leads_to_its_latest_contract_and_this_to_the_others(server: Served) -> None:
    clerk = server.client("clerk")
    latest, first = clerk.get(f"/desk/{NUMBER}"), clerk.get(f"/desk/{NUMBER}?holder=1")
    assert "договор 2 из 2" in text_of(latest)
    assert f'href="/desk/{NUMBER}?holder=1"' in latest.text
    assert "договор 1 из 2" in text_of(first)
    assert "Договор закрыт" in text_of(first)
    assert clerk.get(f"/desk/{NUMBER}?holder=3").status_code == 404


def test_what_is_booked_reaches_the_earlier_contract_that_was_looked_at(server: Served) -> None:
    """R-15.5: money of a closed contract is paid out to who had it."""
    clerk = server.client("clerk")
    page = clerk.get(f"/desk/{NUMBER}?holder=1")
    form = hidden_of(page.text, "refund") | {"amount": "300", "channel": "cash", "text": "остаток"}
    shown = clerk.post(f"/desk/{NUMBER}/book?holder=1", data=form)
    assert "Баланс сейчас 300,00 ₽ Станет 0,00 ₽" in text_of(shown)
    assert f"/desk/{NUMBER}/book?holder=1" in shown.text
    booked = clerk.post(
        f"/desk/{NUMBER}/book?holder=1", data=hidden_of(shown.text, "refund") | {"text": "остаток", "step": "book"}
    )
    assert "Проведено, запись" in text_of(booked)
    assert "Баланс 0,00 ₽" in text_of(clerk.get(f"/desk/{NUMBER}?holder=1"))
    assert "Баланс 200,00 ₽" in text_of(clerk.get(f"/desk/{NUMBER}"))


def test_of_a_contract_whose_data_are_destroyed_the_money_is_left(server: Served) -> None:
    with server.service._book.snapshot() as snapshot:
        first = snapshot.contracts.of(NUMBER)[0].id
    done = server.command("erase", NUMBER, "--holder", 1, "--ground", "запрос", "--by", "op", "--early", "--yes")
    assert done.code == 0, done.err
    clerk = server.client("clerk")
    page = clerk.get(f"/desk/{first}")
    assert "Баланс 0,00 ₽" in text_of(page)
    assert "/book" not in page.text
    assert "R-7.1" in text_of(clerk.get(f"/desk/{first}/events/2"))
    form = {"what": "refund", "id": "x", "amount": "1", "text": "нет"}
    assert clerk.post(f"/desk/{first}/book", data=form).status_code == 403
