"""Reading the operator's forms: the same facts from XML, HTML and the text of a PDF."""

from datetime import UTC, datetime, timedelta

import pytest

from projections.operator.model import BadStatement
from tests.operator.support import ACCOUNT, COLUMNS, FREE, cells, found, page, pdf_text, read, xml


def test_a_row_of_xml() -> None:
    made = read(xml({"zp": "роуминг", "zv": "Россия"}))
    (row,) = made.rows
    assert (made.form, made.account, made.since, made.until) == ("xml", ACCOUNT, "06.09.2015", "06.03.2016")
    assert (made.total_ex_vat, made.total, made.own) == (11017, 13000, False)
    assert row.at.isoformat() == "2015-09-08T14:37:40+03:00"
    assert row.changed == row.at + timedelta(seconds=17)
    assert (row.number, row.line, row.zp, row.zv, row.peer) == (1, 3, "роуминг", "Россия", "79280000000")
    assert (row.actual, row.billed, row.ex_vat, row.cost) == ("0:17", "1:00", 11017, 13000)
    assert row.outward
    assert row.service == "voice"


def test_a_row_of_html() -> None:
    made = read(page(cells("7:53:01", "<--+79010000002", "Телеф.", "0:11", "0,8475"), total="0,8475"))
    (row,) = made.rows
    assert (made.form, made.account, made.since, made.until) == ("html", ACCOUNT, "15.02.2017", "17.08.2017")
    assert (made.total_ex_vat, made.total) == (8475, None)
    assert row.at == datetime(2017, 5, 1, 2, 53, 1, tzinfo=UTC)
    assert row.at.isoformat() == "2017-05-01T07:53:01+05:00"
    assert (row.peer, row.outward, row.actual, row.ex_vat) == ("79010000002", False, "0:11", 8475)
    assert (row.billed, row.cost, row.changed) == (None, None, None)


def test_blocks_are_groups_of_rows() -> None:
    rows = [cells(f"7:53:0{second}", "900", "sms o", "1") for second in range(6)]
    assert [row.block for row in read(page(*rows, marks="obebie")).rows] == [None, 2, 2, 4, 4, 4]
    marked = [FREE | {"g": mark} if mark else FREE for mark in ("", "b", "e", "b", "i", "e")]
    assert [row.block for row in read(xml(*marked)).rows] == [None, 2, 2, 4, 4, 4]


def test_rows_of_pdf_text() -> None:
    """Wrapped numbers are joined, empty zones leave no line, only paid rows tell when the balance changed."""
    made = read(
        pdf_text(
            *("01.01.2020  0:00:46", "+03:00  VOL_FACEBOOK_F", "LEX", "4G", "1", " 0,0000"),
            *("01.01.2020  13:25:07", "+03:00  internet.mts.ru", "HSDPA (3G)", "307Kb", " 0,0000"),
            *("Страница 1 из 2", "FORIS OSS", "\fНомер SIM карты /Виртуальный Номер:", "8970", "Дата", "Изм. баланса"),
            *("02.01.2020  9:00:00", "+03:00  79280000000", "Московский", "регион", "Телеф.", "1:01"),
            " 1,6667  02.01.2020 9:01:01",
            total="1,6667",
        )
    )
    told = [(row.number, row.cell, row.zv, row.word, row.actual, row.ex_vat) for row in made.rows]
    assert told == [
        (1, "VOL_FACEBOOK_FLEX", "", "4G", "1", 0),
        (2, "internet.mts.ru", "", "HSDPA (3G)", "307Kb", 0),
        (3, "79280000000", "Московский регион", "Телеф.", "1:01", 16667),
    ]
    assert [row.changed and row.changed.isoformat() for row in made.rows] == [None, None, "2020-01-02T09:01:01+03:00"]
    assert (made.form, made.account, made.total_ex_vat, made.bad_rows) == ("text", ACCOUNT, 16667, ())


@pytest.mark.parametrize(
    "lines",
    [
        ("01.01.2020  0:00:46", "+03:00  900", "sms o", "1"),
        ("+03:00  900", "sms o", "1", " 0,0000"),
        ("01.01.2020  0:00:46", "+03:00  900", " 0,0000"),
        ("01.01.2020  0:00:46", "+03:00  900", "sms o", "1", "+03:00  901", "sms o", "1", " 0,0000"),
        ("01.01.2020  0:00:46", "+03:00  900", "sms o", "Страница 1 из 2", "FORIS OSS"),
    ],
)
def test_a_row_of_pdf_text_without_all_its_parts_is_told(lines: tuple[str, ...]) -> None:
    """It keeps its number, and what stands behind it is read as usual."""
    made = read(pdf_text(*lines, "01.01.2020  0:00:47", "+03:00  902", "sms o", "1", " 0,0000"))
    assert [(each.number, each.line) for each in made.bad_rows] == [(1, 6)]
    assert [(row.number, row.cell) for row in made.rows] == [(2, "902")]


SOUND = FREE | {"n": "902"}
SOUND_CELLS = cells("7:53:03", "902", "sms o", "1")
SOUND_LINES = ("01.01.2020  0:00:47", "+03:00  902", "sms o", "1", " 0,0000")


@pytest.mark.parametrize(
    ("data", "why", "line", "said"),
    [
        (xml({"d": "31.02.2016 1:00:00"}, SOUND), "unreadable", 3, "no time: '31.02.2016"),
        (xml({"d": "08.09.15 14:37:40"}, SOUND), "unreadable", 3, "no time: '08.09.15 14:37:40 +03:00'"),
        (xml({"gmt": "+3"}, SOUND), "unreadable", 3, "no time"),
        (xml({"bd": "yesterday"}, SOUND), "unreadable", 3, "no time"),
        (xml({}, SOUND).replace(b'c="1,1017"', b'c="1.10"'), "unreadable", 3, "no amount: '1.10'"),
        (xml({}, SOUND).replace(b"dup=", b"x=", 1), "unreadable", 3, "no attribute dup"),
        (xml({}, SOUND).replace(b"&", b"").replace(b'zv=""', b'zv="a & b"', 1), "unreadable", 3, "cut off or damaged"),
        (xml(FREE | {"n": "<--+79280000000"}, SOUND).replace(b"&lt;", b"<"), "unreadable", 3, "cut off or damaged"),
        (xml({}, SOUND).replace(b' cur="810" gmt="+03:00" />', b"", 1), "unreadable", 3, "cut off or damaged"),
        (xml({}, SOUND).replace("Телеф.".encode(), b"\xff", 1), "unreadable", 3, "a byte that is no text"),
        (xml({}, SOUND).replace("Телеф.".encode(), b"\x01", 1), "unreadable", 3, "cut off or damaged"),
        (page(("a", "b"), SOUND_CELLS), "unreadable", 1, "2 cells instead of 12"),
        (page(cells("7:63:01", "900", "sms o", "1"), SOUND_CELLS), "unreadable", 1, "no time: '01.05.2017 7:63:01"),
        (page(cells("7:53:01", "900", "sms o", "1", "much"), SOUND_CELLS), "unreadable", 1, "no amount: 'much'"),
        (page(cells("7:53:01", "9$", "sms o", "1"), SOUND_CELLS).replace(b"$", b"\xff"), "unreadable", 1, "a byte"),
        (pdf_text("31.02.2020  0:00:46", *SOUND_LINES[1:], *SOUND_LINES), "unreadable", 6, "no time: '31.02.2020"),
        (pdf_text(*SOUND_LINES[:4], " 0,0000  yesterday", *SOUND_LINES), "unreadable", 6, "no time: 'yesterday"),
        (pdf_text("01.01.2O20  0:00:46", *SOUND_LINES[1:], *SOUND_LINES), "cut_off", 7, "+03:00  902"),
    ],
    ids=range(18),
)
def test_one_row_that_cannot_be_read_is_told_with_its_place_and_the_rest_is_read(
    data: bytes, why: str, line: int, said: str
) -> None:
    made = read(data)
    assert [(each.number, each.line, each.why) for each in made.bad_rows] == [(1, line, why)]
    assert said in made.bad_rows[0].text
    assert [(row.number, row.cell) for row in made.rows] == [(2, "902")]
    assert [(each.row, each.check) for each in found(data) if each.row is not None] == [(1, why)]


@pytest.mark.parametrize("cut", range(1, 5))
def test_a_row_that_a_page_break_cuts_is_one_row(cut: int) -> None:
    """Wherever it is cut; its rest stands behind the head of the next page."""
    head = ("Страница 1 из 2", "FORIS OSS", "\fНомер SIM карты /Виртуальный Номер:", "8970", "Дата", "Изм. баланса")
    lines = ("01.01.2020  0:00:46", "+03:00  900", "sms o", "1", " 0,0000")
    made = read(pdf_text(*lines[:cut], *head, *lines[cut:], *SOUND_LINES))
    assert [(each.number, each.line, each.why) for each in made.bad_rows] == [(1, 6, "cut_off")]
    assert [(row.number, row.cell) for row in made.rows] == [(2, "902")]


def test_a_page_whose_head_is_repeated_is_one_table() -> None:
    """As of a page that was printed and saved."""
    again = f"<tr>{''.join(f'<td>{name}</td>' for name in COLUMNS)}</tr>"
    data = page(SOUND_CELLS, SOUND_CELLS).decode()
    place = data.rindex('<tr class="OutOfBlock">')
    made = read((data[:place] + again + data[place:]).encode())
    assert (len(made.rows), made.bad_rows) == (2, ())


@pytest.mark.parametrize("declared", ["windows-1251", "Windows-1251", "cp1251"])
def test_a_statement_that_declares_windows_1251_is_read(declared: str) -> None:
    rows: list[dict[str, str]] = [{"n": "<--Проверка", "s": "sms i", "du": "1"} | FREE, {}]
    text = xml(*rows).decode()
    assert read(text.replace("utf-8", declared).encode("cp1251")) == read(text.encode())
    html = page(cells("7:53:01", "<--Проверка", "sms i", "1")).decode().removeprefix("\ufeff")
    meta = f'<head><meta http-equiv="Content-Type" content="text/html; charset={declared}" /></head><body>'
    assert read(html.replace("<body>", meta).encode("cp1251")).rows == read(html.encode()).rows


def test_a_statement_of_another_encoding_than_it_declares_is_refused() -> None:
    """Nothing is guessed: in a wrong encoding every word would be another one."""
    data = xml(*[{}] * 20).decode().encode("cp1251")
    with pytest.raises(BadStatement, match="no UTF-8 text"):
        read(data)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"%PDF-1.4", "pdftotext"),
        (b"\xff\xfe<\x00", "no UTF-8 text"),
        (b"<a>\x00</a>", "no text: byte 3 is zero"),
        (b"hello", "neither XML nor HTML nor the text of a PDF"),
        (b"<Report><ds/><ds/></Report>", "2 elements ds"),
        (b"<report/>", "'report', not Report"),
        (xml(FREE)[:-20], "line 3: XML that is cut off, its end </Report> is missing"),
        (xml(FREE).replace(b"<i ", b"<"), "line 3: XML that is cut off or damaged"),
        (xml(FREE).replace(b"</ds>", b""), "line 4: XML that is cut off or damaged"),
        (xml(FREE).replace(b'f="0,0000"', b'f="a"'), "the total f"),
        (page()[:-5], "cut off, its end </html> is missing"),
        (page(columns=COLUMNS[:5]), "0 tables of usage"),
        (page().replace(ACCOUNT.encode(), b"unknown"), "names no number"),
        (page(total="much"), "line 1: the total"),
        (pdf_text().replace("Итого".encode(), b""), "cut off, «Итого» is missing"),
        (pdf_text(), "no row of usage in it"),
        (pdf_text(head="Сетевой ресурс"), "names no number"),
        (pdf_text("01.01.2020  0:00:46", "+03:00  9", "sms o", "1", " 0,0000", total="x"), "followed by no amount"),
    ],
)
def test_what_is_no_statement_is_refused_with_its_place(data: bytes, said: str) -> None:
    with pytest.raises(BadStatement) as refusal:
        read(data)
    assert said in str(refusal.value)
