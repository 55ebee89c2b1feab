"""A statement's lines in English: the same line, with names and texts from outside as they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.words.lines import LINES, canonical, translate
from projections.words.phrasebook import Phrasebook

kinds = st.sampled_from([kind for kind in LINES if kind != "reversal"])


@pytest.mark.parametrize(
    ("russian", "english"),
    [
        ("Услуги связи сверх пакета", "Usage beyond packages"),
        ("Списание ежемесячной платы по Тарифному плану", "Monthly fee of the plan"),
        ("Списание платы за опцию «1 ГБ»", "Fee of the option “1 ГБ”"),
        ("Перерасчёт", "Adjustment"),
        (
            "Перерасчёт: опоздавшая запись (звонки, 14.02.2023 23:50): было −6,00 ₽, вовремя 0,00 ₽",
            "Adjustment: late record (voice, 14.02.2023 23:50): it was −6.00 ₽, in time 0.00 ₽",
        ),
        ("Перерасчёт: опоздавшая запись", "Adjustment: опоздавшая запись"),
        ("Перерасчёт: Перерасчёт: {text}", "Adjustment: Перерасчёт: {text}"),
        (
            "Корректировка: 03.02.2026 Списание платы за опцию «1 ГБ»",
            "Reversal: 03.02.2026 Fee of the option “1 ГБ”",
        ),
    ],
)
def test_a_line_is_told_in_english(russian: str, english: str) -> None:
    assert translate(Phrasebook("en"), russian) == english
    assert translate(Phrasebook("ru"), russian) == russian


@given(kind=kinds, said=st.text(min_size=1))
def test_whatever_is_filled_in_stands_in_either_language(kind: str, said: str) -> None:
    line = canonical(kind, option=said, text=said)
    english = LINES[kind].en.format(option=said, text=said)
    assert translate(Phrasebook("en"), line) == english
    back = canonical("reversal", day="03.02.2026", line=line)
    assert translate(Phrasebook("en"), back) == f"Reversal: 03.02.2026 {english}"
