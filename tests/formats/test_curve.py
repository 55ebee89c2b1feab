"""The balance curve: steps at the lines, a scale that holds them, and few points however many lines there are."""

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.formats import curve
from projections.formats.curve import levels
from projections.ledger_line import Line
from projections.statement import Statement
from projections.words.money import rubles
from tests.conftest import Golden
from tests.formats.support import handmade
from tests.formats.told import TOLD
from tests.support import at

SVG = "{http://www.w3.org/2000/svg}"


def drawn(made: Statement) -> dict[str, list[ET.Element]]:
    found: dict[str, list[ET.Element]] = {}
    for element in ET.fromstring(curve.svg(made)):
        found.setdefault(element.get("class") or element.tag.removeprefix(SVG), []).append(element)
    return found


def balances(*values: int, days: int = 1) -> list[Line]:
    """A line a day, or several."""
    return [
        Line(version=2 + i, booked_at=at(f"2015-09-{6 + i // days:02d} 12:00"), kind="adjustment", amount=0,
             balance=value)
        for i, value in enumerate(values)
    ]  # fmt: skip


@pytest.mark.parametrize("name", TOLD)
def test_pictures_as_recorded(told: dict[str, Statement], golden: Golden, name: str) -> None:
    golden(f"{name}.svg", curve.svg(told[name]))


def test_the_line_steps_where_the_ledger_does() -> None:
    """25 days are 672 wide: noon of the first day is 13 to the right of the edge, every day 27 further."""
    line = drawn(handmade(lines=balances(100_00, 50_00)))["curve-line"][0]
    assert line.get("d") == "M112 212H125V28H152V120H784"


def test_the_highest_and_the_lowest_balance_are_told_where_the_scale_does_not() -> None:
    marks = [mark.text for mark in drawn(handmade(lines=balances(150_00, -20_50)))["curve-mark"]]
    assert marks == [rubles(150_00), rubles(-20_50)]
    assert [mark.text for mark in drawn(handmade(lines=balances(150_00)))["curve-mark"]] == [rubles(150_00)]


def test_a_provisional_curve_is_dashed_behind_what_is_known() -> None:
    made = handmade(lines=balances(100_00), final=False)
    assert drawn(made)["curve-line"][0].get("d") == "M112 212H125V28H125"
    assert [path.get("d") for path in drawn(made)["curve-open"]] == ["M125 28H784"]
    assert "curve-open" not in drawn(handmade(lines=balances(100_00)))


@given(st.integers(-(10**12), 10**12), st.integers(-(10**12), 10**12))
def test_the_scale_holds_every_balance_in_few_levels(one: int, other: int) -> None:
    highest, lowest = max(one, other, 0), min(one, other, 0)
    top, bottom, step = levels(highest, lowest)
    assert bottom <= lowest <= 0 <= highest <= top
    assert top % step == bottom % step == 0
    assert 1 <= (top - bottom) // step <= 6


def test_fifty_thousand_lines_are_three_steps_a_column_at_most() -> None:
    made = handmade(lines=balances(*((i * 7919) % 100_000 for i in range(50_000)), days=2_000))
    path = str(drawn(made)["curve-line"][0].get("d"))
    steps = re.findall(r"H(\d+)V(\d+)", path)
    assert len(steps) <= 3 * len({x for x, _ in steps})
    assert len(steps) == 3 * 25
