"""A statement's lines in both languages; names and texts from outside are as they are."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.ledger_line import Line
from projections.words.lines import text
from projections.words.phrasebook import Phrasebook
from tests.support import at

LATE = "опоздавшая запись (звонки, 14.02.2023 23:50): было −6,00 ₽, вовремя 0,00 ₽"


def line(**said: Any) -> Line:
    return Line(**{"version": 2, "booked_at": at("2026-02-03 10:00"), "amount": -1, "balance": 1} | said)


def told(lang: Any, made: Line) -> str:
    return text(Phrasebook(lang, zone="Europe/Moscow"), made)


@pytest.mark.parametrize(
    ("said", "russian", "english"),
    [
        ({"kind": "usage"}, "Услуги связи сверх пакета", "Usage beyond packages"),
        ({"kind": "monthly_fee"}, "Списание ежемесячной платы по Тарифному плану", "Monthly fee of the plan"),
        ({"kind": "option_fee", "option": "1 ГБ"}, "Списание платы за опцию «1 ГБ»", "Fee of the option “1 ГБ”"),
        ({"kind": "adjustment"}, "Перерасчёт", "Adjustment"),
        (
            {"kind": "adjustment", "note": LATE},
            f"Перерасчёт: {LATE}",
            "Adjustment: late record (voice, 14.02.2023 23:50): it was −6.00 ₽, in time 0.00 ₽",
        ),
        (
            {"kind": "adjustment", "note": "опоздавшая запись"},
            "Перерасчёт: опоздавшая запись",
            "Adjustment: опоздавшая запись",
        ),
        (
            {"kind": "adjustment", "note": "Перерасчёт: {text}"},
            "Перерасчёт: Перерасчёт: {text}",
            "Adjustment: Перерасчёт: {text}",
        ),
    ],
)
def test_a_line_is_told_in_both_languages(said: dict[str, str], russian: str, english: str) -> None:
    made = line(**said)
    assert (told("ru", made), told("en", made)) == (russian, english)
    back = line(kind="reversal", reverses=made)
    assert told("ru", back) == f"Корректировка: 03.02.2026 {russian}"
    assert told("en", back) == f"Reversal: 03.02.2026 {english}"


@given(said=st.text(min_size=1))
def test_whatever_is_filled_in_stands_in_either_language(said: str) -> None:
    paid, noted = line(kind="option_fee", option=said), line(kind="adjustment", note=said)
    assert told("ru", paid) == f"Списание платы за опцию «{said}»"
    assert told("en", paid) == f"Fee of the option “{said}”"
    assert (told("ru", noted), told("en", noted)) == (f"Перерасчёт: {said}", f"Adjustment: {said}")
