"""The statement as CSV: no text is a formula to a spreadsheet, and what is read back is what was printed (R-13.1)."""

import csv as stdlib_csv
import io
import re
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from projections.formats import columns, csv
from projections.ledger_line import Line
from projections.statement import Statement
from projections.words.safe import safe
from tests.formats.support import handmade, row
from tests.support import at

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=64)
_NUMBER = re.compile(r"-?[0-9]+[,.]?[0-9]*")
BEGINNING = st.one_of(st.just(""), st.sampled_from(columns.FORMULA))


def read(text: str) -> list[dict[str, str]]:
    assert text.startswith("\ufeff")
    return list(stdlib_csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=";"))


@given(BEGINNING, TEXT)
def test_no_peer_and_no_text_begins_a_formula(beginning: str, rest: str) -> None:
    text = beginning + rest
    when = at("2015-09-08 14:37:57")
    line = Line(version=1, booked_at=when, kind="option_fee", option=text, channel=text, amount=-1, balance=-1)
    made = handmade([row(peer=text, zone=text)], [line])
    (ledger,), (usage,) = read(csv.render(made, "ledger")), read(csv.render(made, "usage"))
    assert ledger["Операция"] == f"Списание платы за опцию «{safe(text)}»"
    for cell in (ledger["Канал"], usage["Номер"]):
        assert not cell.startswith(columns.FORMULA)
        assert cell in (safe(text), f"'{safe(text)}")
    assert not usage["Зона"].startswith(columns.FORMULA)
    assert (ledger["Сумма"], ledger["Баланс"]) == ("-0,01", "-0,01")  # a number may begin with a minus


def test_sums_of_both_tables_are_those_of_the_json(told: dict[str, Statement]) -> None:
    for made in told.values():
        lines, rows = read(csv.render(made, "ledger")), read(csv.render(made, "usage"))
        amounts = [Decimal(each["Сумма"].replace(",", ".")) * 100 for each in lines]
        assert made.opening + sum(amounts) == made.closing
        assert sum(Decimal(each["С НДС"].replace(",", ".")) * 100 for each in rows) == made.usage_total.amount
        ex_vat = sum(Decimal(each["Без НДС"].replace(",", ".")) for each in rows)
        assert ex_vat * 10_000 == made.usage_total.amount_ex_vat


def test_english_is_for_words_and_the_decimal_point(told: dict[str, Statement]) -> None:
    made = told["full"]
    for name in ("ledger", "usage"):
        russian, english = (csv.render(made, name, lang=lang).split("\r\n") for lang in ("ru", "en"))
        assert russian[0] != english[0]
        assert russian[0].count(";") == english[0].count(";")
        read_ru, read_en = (list(stdlib_csv.reader(each, delimiter=";")) for each in (russian[1:], english[1:]))
        numbers = [[cell.replace(",", ".") for cell in each if _NUMBER.fullmatch(cell)] for each in read_ru]
        assert [[cell for cell in each if _NUMBER.fullmatch(cell)] for each in read_en] == numbers
