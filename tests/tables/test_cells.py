"""What stands in a cell: sums to the kopeck, times on some clocks, or an error; nothing is guessed."""

import io
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import periods
from projections.numbers import digits_of
from projections.tables import cells
from projections.tables.problems import BadTable
from projections.tables.reading import form_of, rows_of

FIRST, LAST = datetime.fromisoformat("2000-01-02"), datetime.fromisoformat("2099-12-30")


@pytest.mark.parametrize(
    ("text", "kopecks"),
    [
        ("1000", 1000_00),
        ("1000,50", 1000_50),
        ("1000.5", 1000_50),
        ("1 000,50", 1000_50),
        ("1\u00a0000,50 ₽", 1000_50),
        ("1\u202f234\u202f567.89 руб.", 1234567_89),
        ("1'000.50", 1000_50),
        ("1,000.50", 1000_50),
        ("1.000,50", 1000_50),
        ("1.234.567", 1234567_00),
        ("1,234,567.00 RUB", 1234567_00),
        ("-50,00", -50_00),
        ("−50,00", -50_00),
        ("(50.00)", -50_00),
        ("+7", 7_00),
        ("0,1000", 10),
        ("9999999999.99", 9999999999_99),
    ],
)
def test_a_sum_is_read_as_people_write_it(text: str, kopecks: int) -> None:
    assert cells.kopecks(text) == kopecks


@pytest.mark.parametrize(
    "text",
    ["", "-", "один", "1,000", "1.000", "1,00,5", "12,34,567", "1.005,5,5", "0,005", "1.2345", "1e3", "1,5E+10", "٣,00",
     "10000000000,01", "1--2", "+-5", "--5,00", "NaN", "inf", "0x10"],
)  # fmt: skip
def test_what_is_no_exact_sum_is_not_read(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        cells.kopecks(text)


@pytest.mark.parametrize(("text", "mark", "kopecks"), [("1,000", "comma", 1_00), ("1,000", "point", 1000_00)])
def test_the_decimal_mark_can_be_said(text: str, mark: cells.DecimalMark, kopecks: int) -> None:
    assert cells.kopecks(text, decimal=mark) == kopecks


@given(st.integers(-(10**12) + 1, 10**12 - 1), st.sampled_from(",."), st.sampled_from(["", " ", "\u00a0"]))
def test_every_sum_that_is_printed_is_read_back(kopecks: int, mark: str, thousands: str) -> None:
    rubles, rest = divmod(abs(kopecks), 100)
    text = f"{'-' if kopecks < 0 else ''}{rubles:,}".replace(",", thousands) + f"{mark}{rest:02d}"
    assert cells.kopecks(text) == kopecks


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("31.12.2025 23:59:58", "2025-12-31T23:59:58+03:00"),
        ("31.12.25 23:59", "2025-12-31T23:59:00+03:00"),
        ("05-04-2026 12-24-40", "2026-04-05T12:24:40+03:00"),
        ("05/04/2026", "2026-04-05T00:00:00+03:00"),
        ("2026-04-05", "2026-04-05T00:00:00+03:00"),
        ("2026-04-05 9:05", "2026-04-05T09:05:00+03:00"),
        ("2026-04-05T09:05:06.789", "2026-04-05T09:05:06.789000+03:00"),
        ("2026-04-05T09:05:06Z", "2026-04-05T12:05:06+03:00"),
        ("2026-04-05T09:05:06+05:00", "2026-04-05T07:05:06+03:00"),
        ("20260405090506", "2026-04-05T09:05:06+03:00"),
        (" 05.04.2026  09:05 ", "2026-04-05T09:05:00+03:00"),
    ],
)
def test_a_time_is_that_of_the_zone_unless_it_says_its_offset(text: str, read: str) -> None:
    assert periods.local_text(cells.instant(text, "Europe/Moscow"), "Europe/Moscow") == read


@pytest.mark.parametrize(
    "text", ["", "12", "2026-13-01", "30.02.2026", "01.01.1999", "2026-04-05 24:00", "2026-04-05 10:60", "05.04.2026 x"]
)
def test_what_is_no_time_is_not_read(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        cells.instant(text, "Europe/Moscow")


@given(
    st.datetimes(FIRST, LAST),
    st.sampled_from(["Europe/Moscow", "Asia/Kamchatka", "Europe/Berlin", "America/St_Johns"]),
)
def test_every_local_time_is_read_as_the_zone_has_it(moment: datetime, zone: str) -> None:
    """Also where the clocks change: the first time where they show it twice."""
    moment = moment.replace(microsecond=0)
    expected = periods.from_datetime(moment.replace(tzinfo=ZoneInfo(zone)))
    assert cells.instant(f"{moment:%d.%m.%Y %H:%M:%S}", zone) == expected


@pytest.mark.parametrize(
    "text", ["79161234567", "+79161234567", "+7 916 123-45-67", "8 (916) 123-45-67", "9161234567", "7-916-123-45-67"]
)
def test_a_number_is_read_as_people_write_it(text: str) -> None:
    assert digits_of(text) == "79161234567"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1251"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_table_is_read_in_any_form(encoding: str, delimiter: str, end: str) -> None:
    text = delimiter.join(("Ёлка", '"№ ""1"""', "")) + end + end + delimiter.join(("а", "б", "в")) + end
    file = io.BytesIO(text.encode(encoding))
    assert list(rows_of(file, form_of(file))) == [(1, ["Ёлка", '№ "1"', ""]), (3, ["а", "б", "в"])]


def test_one_letter_of_windows_1251_behind_a_long_beginning_is_enough_to_know_it() -> None:
    file = io.BytesIO(b"a;b\n" * 100_000 + "ж;я\n".encode("windows-1251"))
    assert form_of(file).encoding == "windows-1251"
    assert list(rows_of(file, form_of(file)))[-1] == (100_001, ["ж", "я"])


@pytest.mark.parametrize("content", [b"%PDF-1.4", b"\x1f\x8b\x08", b"<?xml", b"{}", b"a\0b"])
def test_what_is_no_table_is_told(content: bytes) -> None:
    with pytest.raises(BadTable):
        form_of(io.BytesIO(content))


@pytest.mark.parametrize("delimiter", [",", "\t", "|"])
def test_what_stands_in_quotes_does_not_say_how_cells_are_parted(delimiter: str) -> None:
    cells_written = ["p1", "1,50", 'ООО ""Луч""; Тверь', "1|2;3"]
    text = "".join(delimiter.join(f'"{cell}"' for cell in cells_written) + "\r\n" for _ in range(3))
    file = io.BytesIO(text.encode())
    assert form_of(file).delimiter == delimiter
    assert [len(row.cells) for row in rows_of(file, form_of(file))] == [4, 4, 4]
