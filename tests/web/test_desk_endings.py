"""Refunds and the end of a contract at the desk: shown first, with what cannot be taken back."""

import httpx
import pytest

from scripts.sample import ANNA
from tests.web.support import served
from tests.web.test_cabinet import text_of
from tests.web.test_desk import hidden_of


def confirmed(clerk: httpx.Client, what: str, **fields: str) -> tuple[str, str]:
    """What is said of a form of the contract's page before and behind its confirmation."""
    form = hidden_of(clerk.get(f"/desk/{ANNA}").text, what) | fields
    shown = clerk.post(f"/desk/{ANNA}/book", data=form)
    again = hidden_of(shown.text, what) | {"text": fields["text"], "step": "book"}
    return text_of(shown), text_of(clerk.post(f"/desk/{ANNA}/book", data=again))


def test_a_contract_is_closed_and_what_is_left_paid_out(tmp_path_factory: pytest.TempPathFactory) -> None:
    with served(tmp_path_factory.mktemp("endings")) as server:
        clerk = server.client("clerk")
        before, behind = confirmed(clerk, "close", text="заявление абонента")
        assert "Закрытие не отменяется" in before
        assert "Проведено, запись" in behind
        assert server.gate.grounds[-1] == "заявление абонента"
        page = clerk.get(f"/desk/{ANNA}")
        assert "Договор закрыт 16.03.2026 12:00" in text_of(page)
        assert "Закрыть договор" not in page.text
        before, behind = confirmed(clerk, "refund", amount="300", channel="card", text="остаток по заявлению")
        assert "Баланс сейчас 300,00 ₽ Станет 0,00 ₽" in before
        assert "Деньги будут выданы" in before
        assert "Проведено, запись" in behind
        assert "Баланс 0,00 ₽" in text_of(clerk.get(f"/desk/{ANNA}"))
