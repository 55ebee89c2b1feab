"""Tables on a narrow terminal: they fold, or tell row by row, but never cut off what they say."""

import re
import sys
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.words.money import rubles
from scripts.cli.columns import FRAME, widths
from scripts.cli.terminal import table

HEAD = ("Пакет", "Осталось", "Действует до")
ROWS = [("сохранённый остаток", "200:00 мин", "03.03.2026 03:00:00"), ("основной пакет", "4096 МБ", "")]
words = st.text("аб1", min_size=1, max_size=9)
cells = st.lists(words, max_size=4).map(" ".join)


@given(
    rows=st.lists(st.tuples(cells, cells, cells, cells), min_size=1, max_size=4),
    room=st.integers(20, 120),
    wide=st.sampled_from([None, 0, 3]),
)
def test_columns_fit_the_line_and_hold_every_word_and_every_whole_number(
    rows: list[tuple[str, ...]], room: int, wide: int | None
) -> None:
    made = widths(("a", "b", "c", "d"), rows, room, measure=len, right=(1,), wide=wide)
    if made is None:
        return
    assert sum(made) + FRAME * 4 + 1 <= room
    for row in rows:
        assert all(len(word) <= width for cell, width in zip(row, made, strict=True) for word in cell.split(" "))
        assert len(row[1]) <= made[1]


@pytest.mark.parametrize(
    ("room", "made"),
    [
        (80, [19, 10, 19]),  # 58 in all
        (58, [19, 10, 19]),
        (57, [18, 10, 19]),
        (49, [11, 10, 18]),  # two columns give way, the number never
        (41, [11, 10, 10]),
        (40, None),
    ],
)
def test_the_widest_column_gives_way_first_and_numbers_never(room: int, made: list[int] | None) -> None:
    assert widths(HEAD, ROWS, room, measure=len, right=(1,)) == made


def printed(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    width: int,
    head: Sequence[str] = HEAD,
    rows: Sequence[Sequence[str]] = ROWS,
    right: Sequence[int] = (1,),
) -> str:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("TERM", "xterm")
    table("Пакеты", head, rows, right=right)
    plain = re.sub("\x1b\\[[0-9;]*m", "", capsys.readouterr().out)
    return "\n".join(line.rstrip() for line in plain.splitlines())


def test_a_terminal_that_is_narrow_folds_the_longest_texts(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (
        printed(monkeypatch, capsys, 48)
        == """\
Пакеты
┏━━━━━━━━━━━━━┳━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━┓
┃ Пакет       ┃   Осталось ┃ Действует до      ┃
┡━━━━━━━━━━━━━╇━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━┩
│ сохранённый │ 200:00 мин │ 03.03.2026        │
│ остаток     │            │ 03:00:00          │
│ основной    │    4096 МБ │                   │
│ пакет       │            │                   │
└─────────────┴────────────┴───────────────────┘"""
    )


def test_a_terminal_too_narrow_for_the_words_is_told_row_by_row(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (
        printed(monkeypatch, capsys, 30)
        == """\
Пакеты
Пакет         сохранённый
              остаток
Осталось      200:00 мин
Действует до  03.03.2026
              03:00:00

Пакет     основной пакет
Осталось  4096 МБ"""
    )


def test_names_and_values_need_no_head_to_be_told_row_by_row(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [("Кошелёк", "200,00"), ("Блокировки", "добровольная")]
    assert (
        printed(monkeypatch, capsys, 20, ("", ""), rows, ())
        == """\
Пакеты
Кошелёк     200,00
Блокировки  добровол
            ьная"""
    )


def test_an_amount_stays_with_its_unit_however_narrow_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    amount = rubles(250_00)
    rows = [("Долг", f"плата за месяц {amount}; ещё {amount}")]
    for width in range(20, 70):
        told = printed(monkeypatch, capsys, width, ("Что", "Сколько"), rows, ())
        assert told.count(amount) == 2, width
