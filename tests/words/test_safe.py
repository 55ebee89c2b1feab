"""A text from outside is shown so that a reader sees everything that is in it, on one line."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.words.safe import safe


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("79161234567", "79161234567"),
        ("Перерасчёт — «да», 100 ₽", "Перерасчёт — «да», 100 ₽"),
        ("ok\n  18.01", "ok⏎  18.01"),
        ("ab\rc\td", "ab␍c␉d"),
        ("7495\x1b[1A\x1b[2K", "7495␛[1A␛[2K"),
        ("\x00\x07\x7f", "␀␇␡"),
        ("\x85\x9b", "⟨U+0085⟩⟨U+009B⟩"),
        ("79\u202e0000\u2066\u200b", "79⟨U+202E⟩0000⟨U+2066⟩⟨U+200B⟩"),
        ("\u2028\u2029\ufeff\u00ad", "⟨U+2028⟩⟨U+2029⟩⟨U+FEFF⟩⟨U+00AD⟩"),
        ("a\u034fb\u3164c\ufe0f\u2800", "a⟨U+034F⟩b⟨U+3164⟩c⟨U+FE0F⟩⟨U+2800⟩"),
        ("1\N{NO-BREAK SPACE}000", "1\N{NO-BREAK SPACE}000"),
        ("\U000e0041", "⟨U+E0041⟩"),
    ],
)
def test_odd_characters_are_shown_as_signs(text: str, shown: str) -> None:
    assert safe(text) == shown


@given(st.text())
def test_nothing_that_hides_or_moves_is_left_and_again_changes_nothing(text: str) -> None:
    shown = safe(text)
    assert not [sign for sign in shown if unicodedata.category(sign)[0] in "CZ" and unicodedata.category(sign) != "Zs"]
    assert len(shown.splitlines()) <= 1
    assert safe(shown) == shown
