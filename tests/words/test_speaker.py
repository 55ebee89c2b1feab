"""What people read of amounts: minutes, megabytes and rubles, from which the exact amount can be told again."""

import re
from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.events import EVENT_TYPES
from ledger.inputs import Input
from projections import words
from projections.words import names
from projections.words.events import TITLES, TYPES
from projections.words.language import LANGUAGES, Language, Text
from projections.words.phrasebook import Phrasebook

languages = st.sampled_from(LANGUAGES)


def told_again(unit: str, said: str) -> int:
    """The amount of a unit, read back from what was said."""
    sign = -1 if said.startswith("\N{MINUS SIGN}") else 1
    numbers = [int(number) for number in re.findall("[0-9]+", re.sub(r"(?<=\d)\s(?=\d)", "", said))]
    if unit in ("s", "kop"):
        whole, rest = numbers
        return sign * (whole * (60 if unit == "s" else 100) + rest)
    if unit == "kb":
        each = [1024 if name in ("МБ", "MB") else 1 for name in re.findall("[А-ЯA-Z]+", said)]
        return sign * sum(number * size for number, size in zip(numbers, each, strict=True))
    return sign * numbers[0]


@given(lang=languages, unit=st.sampled_from(["kop", "s", "kb", "sms"]), amount=st.integers(-(10**12), 10**12))
def test_an_amount_that_sums_and_compares_is_told_to_the_last_unit(lang: Language, unit: str, amount: int) -> None:
    assert told_again(unit, Phrasebook(lang).exact(unit, amount)) == amount


@pytest.mark.parametrize(
    ("unit", "amount", "russian", "english"),
    [
        ("kop", -123456, "−1\N{NO-BREAK SPACE}234,56", "−1\N{NO-BREAK SPACE}234.56"),
        ("s", 59, "0:59 мин", "0:59 min"),
        ("s", -61, "−1:01 мин", "−1:01 min"),
        ("kb", 0, "0 МБ", "0 MB"),
        ("kb", 1023, "1023 КБ", "1023 KB"),
        ("kb", 1024, "1 МБ", "1 MB"),
        ("kb", -1025, "−1 МБ 1 КБ", "−1 MB 1 KB"),
        ("sms", -3, "−3 шт", "−3 pcs"),
    ],
)
def test_amounts_have_the_units_of_their_language(unit: str, amount: int, russian: str, english: str) -> None:
    assert Phrasebook("ru").exact(unit, amount).startswith(russian)
    assert Phrasebook("en").exact(unit, amount).startswith(english)


@pytest.mark.parametrize(
    ("number", "russian", "english"),
    [
        (0, "0 счетов", "0 accounts"),
        (1, "1 счёт", "1 account"),
        (2, "2 счёта", "2 accounts"),
        (5, "5 счетов", "5 accounts"),
        (11, "11 счетов", "11 accounts"),
        (14, "14 счетов", "14 accounts"),
        (21, "21 счёт", "21 accounts"),
        (104, "104 счёта", "104 accounts"),
        (112, "112 счетов", "112 accounts"),
    ],
)
def test_what_is_counted_agrees_with_its_number(number: int, russian: str, english: str) -> None:
    assert Phrasebook("ru").count(number, "account") == russian
    assert Phrasebook("en").count(number, "account") == english


def test_everything_that_can_come_in_happen_or_be_refused_has_its_words() -> None:
    assert set(names.INPUTS) == {get_args(kind.__annotations__["type"])[0] for kind in get_args(Input)}
    assert {name.partition(" ")[0] for name in TITLES} == {kind.__name__ for kind in EVENT_TYPES}
    assert set(TYPES) == {name.partition(" ")[0] for name in TITLES} - set(TITLES)


def pairs(value: object) -> Iterator[Text]:
    """Every text in what a module names."""
    if isinstance(value, Text):
        yield value
    elif isinstance(value, dict):
        yield from pairs(tuple(value.values()))
    elif isinstance(value, tuple):
        for each in value:
            yield from pairs(each)


def test_every_text_of_the_room_has_two_languages_and_fills_in_the_same() -> None:
    modules = [import_module(f"projections.words.{found.name}") for found in iter_modules(words.__path__)]
    found = [text for module in modules for value in vars(module).values() for text in pairs(value)]
    assert len(found) > 200
    for text in found:
        assert re.search("[А-Яа-яЁё]", text.ru) or re.sub(r"{\w+}|\W", "", text.ru) in ("", "SMS", "USSD")
        assert not re.search("[А-Яа-яЁё]", text.en)
        assert set(re.findall(r"{\w+}", text.ru)) == set(re.findall(r"{\w+}", text.en))
