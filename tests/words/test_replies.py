"""Replies in English: every reply of the ledger has one, with the same sums and dates."""

import re
from typing import Any

import pytest

from ledger.events import PackagesRefreshed, Period, RefreshRefused
from ledger.rules.refresh import REFUSALS, reply
from projections.words.phrasebook import Phrasebook
from projections.words.replies import say
from tests.support import at

FACTS: dict[str, Any] = {"fee": 400_00, "available": 1_234_56, "mode": "daily", "blocks": [], "plan": "t4"}
NIGHT = {"night_fee": 400_00, "night_available": 150_50}
PAID = {"night_fee": 400_00, "night_available": 400_00}
ZONE = "Europe/Moscow"


def refused(reason: str, **more: Any) -> RefreshRefused:
    now = at("2023-02-01 10:00")
    common = {"version": 5, "occurred_at": now, "booked_at": now, "recorded_at": now, "input_type": "refresh"}
    return RefreshRefused(**common, reason=reason, facts=FACTS | more, vat_rate=20)  # type: ignore[arg-type]  # a table


@pytest.mark.parametrize("more", [{}, NIGHT, PAID])
@pytest.mark.parametrize("reason", [reason for reason, _ in REFUSALS])
def test_every_refusal_is_told_in_english_with_its_sums(reason: str, more: dict[str, int]) -> None:
    answer = reply(refused(reason, **more), ZONE)
    russian, english = say(Phrasebook("ru"), answer), say(Phrasebook("en"), answer)
    assert not re.search("[А-Яа-яЁё]", english)
    sums = [said.replace(".", ",") for said in re.findall(r"[\d\s]+[.]\d\d\s₽", english)]
    assert re.findall(r"[\d\s]+,\d\d\s₽", russian) == sums


def test_an_accepted_refresh_is_told_in_english() -> None:
    now, due = at("2023-02-01 10:00"), at("2023-03-01 03:00")
    done = PackagesRefreshed(
        version=5, occurred_at=now, booked_at=now, recorded_at=now, plan="t4", plan_version="2015-01-01", plan_name="T",
        fee=400_00, discount=0, amount=400_00, vat_rate=20, period=Period(now, due), packages={}, late_until=due,
        input_type="ussd", anchor_day=1,
    )  # fmt: skip
    said = say(Phrasebook("en"), reply(done, ZONE)).replace("\N{NO-BREAK SPACE}", " ")
    assert said == "Packages are refreshed: 400.00 ₽ debited, the next charge is on 01.03.2023."
