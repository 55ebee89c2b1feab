"""A statement names its contract in every form: from the second holder of a number on, and where the number is gone."""

import io
import json

import openpyxl
import pytest
from msgspec.structs import replace

from projections import canonical
from projections.formats import csv, html, pdf, text, xlsx, xml
from projections.statement import Statement
from projections.words.language import Language
from tests.contracts import FIRST, GONE, SECOND
from tests.formats.support import handmade, row

NAMES = {"ru": "договор", "en": "contract"}


@pytest.fixture
def second() -> Statement:
    return replace(handmade([row()]), contract=SECOND)


def pdf_text(content: bytes) -> str:
    import pypdfium2  # noqa: PLC0415  # a test of the printed page only

    return " ".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(content))


def test_the_json_has_a_holder_from_the_second_on_and_the_id_where_the_number_is_gone(second: Statement) -> None:
    whole = json.loads(canonical.statement(second))
    assert list(whole)[:3] == ["account", "holder", "from"]
    assert (whole["account"], whole["holder"]) == (SECOND.number, 2)
    first = json.loads(canonical.statement(replace(second, contract=FIRST)))
    assert {name: value for name, value in whole.items() if name != "holder"} == first
    gone = json.loads(canonical.statement(replace(second, contract=GONE)))
    assert gone == first | {"account": GONE.number, "contract": GONE.id}
    assert canonical.statement_id(second) != canonical.statement_id(replace(second, contract=FIRST))


@pytest.mark.parametrize("lang", NAMES)
def test_forms_for_people_name_the_second_holder_and_not_the_first(second: Statement, lang: Language) -> None:
    name = f"({NAMES[lang]} 2)"
    first = replace(second, contract=FIRST)
    assert f"{SECOND.number} {name}" in text.render(second, lang=lang).splitlines()[0]
    assert name in html.render(second, lang=lang)
    assert name in " ".join(pdf_text(pdf.render(second, lang=lang)).split())
    book = openpyxl.load_workbook(io.BytesIO(xlsx.render(second, lang=lang)))
    assert name in str([list(sheet.values) for sheet in book])
    for rendered in (text.render(first, lang=lang), html.render(first, lang=lang)):
        assert f"({NAMES[lang]}" not in rendered


def test_a_csv_has_a_last_column_and_the_xml_an_attribute(second: Statement) -> None:
    first = replace(second, contract=FIRST)
    later, earlier = (csv.render(made, "usage").splitlines() for made in (second, first))
    assert later == [f"{earlier[0]};Договор", f"{earlier[1]};2"]
    assert '<ledger holder="2" id=' in xml.render(second)
    assert "holder=" not in xml.render(first)


def test_where_the_number_is_gone_every_form_says_so_and_has_the_id(second: Statement) -> None:
    gone = replace(second, contract=GONE)
    assert f"{GONE.number} (договор {GONE.id})" in text.render(gone)
    assert f"<b>{GONE.number}</b> (договор {GONE.id})" in html.render(gone)
    assert f'n="{GONE.number}"' in xml.render(gone)
    assert f' contract="{GONE.id}"' in xml.render(gone)
    assert GONE.id in pdf_text(pdf.render(gone)).replace("\r\n", "")
