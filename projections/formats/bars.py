"""The bars of the months: what each month cost and what was topped up, as one SVG picture, whole numbers only."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final
from xml.sax.saxutils import escape

from ledger.units import Kopecks
from projections.formats.curve import level_text, levels
from projections.months import Month
from projections.words import months as words
from projections.words.phrasebook import Phrasebook

WIDTH: Final = 800
HEIGHT: Final = 262
_LEFT, _RIGHT, _TOP, _BOTTOM = 112, 784, 24, 180
_BAR_MAX: Final = 72
_CHARACTER_TENTHS: Final = 75
"""How wide a character of a label is, in tenths; what has no room is left to the scale and the text."""
_STACK: Final = ("fees", "options", "usage")
"""What a month cost, from the bottom up."""
LEGEND: Final = {
    "fees": ("#0a6b57", ""),
    "options": ("#7fb3a7", ""),
    "usage": ("#b4690e", ""),
    "topped_up": ("#dfe2e6", "#5b6470"),
    "other": ("#ffffff", "#5b6470"),
}
"""How bars are filled and edged, for who sets the legend beside the picture."""
_PAINT: Final = {name: f'fill="{fill}"' + f' stroke="{edge}"' * bool(edge) for name, (fill, edge) in LEGEND.items()}
"""Attributes, so that a page's own style may change them by class, which is `months-` and the name."""


def used(months: Sequence[Month]) -> list[str]:
    """What has a bar in some month, in the order of the legend."""
    return [name for name in LEGEND if any(getattr(month, name) for month in months)]


def svg(months: Sequence[Month], phrases: Phrasebook) -> str:
    """The picture: of each month a bar of what was paid, one of what was topped up, one of corrections and refunds.

    Its legend stands beside it. A month that is not over is pale, and says up to which day it is counted.
    """
    sides = [name for name in used(months) if name not in _STACK]
    highest = max(max(month.spent, month.topped_up, month.other) for month in months)
    top, bottom, step = levels(highest, min(0, *(month.other for month in months)))

    def height(amount: Kopecks) -> int:
        return _TOP + (top - amount) * (_BOTTOM - _TOP) // (top - bottom)

    group = (_RIGHT - _LEFT) // len(months)
    width = min(_BAR_MAX, group * 4 // (5 * (1 + len(sides))))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="curve months" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'font-family="sans-serif" font-size="13"><title>{escape(phrases.say(words.TITLE))}</title>'
        f"<desc>{escape(' '.join(f'{each}.' for each in words.told(phrases, months)))}</desc>",
        *(
            f'<path class="curve-level" d="M{_LEFT} {height(level)}H{_RIGHT}" stroke="#dfe2e6" fill="none" />'
            f'<text class="curve-note" x="{_LEFT - 10}" y="{height(level) + 4}" text-anchor="end" fill="#5b6470">'
            f"{level_text(phrases, level)}</text>"
            for level in range(bottom, top + 1, step)
        ),
    ]
    for place, month in enumerate(months):
        middle = _LEFT + group * place + group // 2
        x = middle - width * (1 + len(sides)) // 2
        pale = ' opacity="0.55"' if month.until is not None else ""
        parts += (f"<g{pale}>", *_stack(month, x, width, height))
        for side, name in enumerate(sides, 1):
            amount = getattr(month, name)
            parts += _bar(name, x + width * side, width, height(max(amount, 0)), height(min(amount, 0)))
        parts += ("</g>", *_said(month, x, width, sides, height, phrases))
        parts += _named(month, middle, phrases, with_year=place == 0 or month.first.month == 1)
    parts.append(f'<path class="curve-zero" d="M{_LEFT} {height(0)}H{_RIGHT}" stroke="#5b6470" fill="none" /></svg>')
    return "".join(parts)


def _stack(month: Month, x: int, width: int, height: Callable[[Kopecks], int]) -> Iterator[str]:
    paid = 0
    for name in _STACK:
        amount = getattr(month, name)
        yield from _bar(name, x, width, height(paid + amount), height(paid))
        paid += amount


def _bar(name: str, x: int, width: int, top: int, bottom: int) -> Iterator[str]:
    if top < bottom:
        yield (
            f'<rect class="months-{name}" x="{x + 1}" y="{top}" width="{width - 2}" height="{bottom - top}" '
            f"{_PAINT[name]} />"
        )


def _said(
    month: Month, x: int, width: int, sides: Sequence[str], height: Callable[[Kopecks], int], phrases: Phrasebook
) -> Iterator[str]:
    """The amounts above the bars, where there is room for them."""
    for side, amount in enumerate((month.spent, *(getattr(month, name) for name in sides))):
        text = level_text(phrases, amount)
        if amount and len(text) * _CHARACTER_TENTHS <= 10 * width:
            yield (
                f'<text class="curve-mark" x="{x + width * side + width // 2}" y="{height(max(amount, 0)) - 6}" '
                f'text-anchor="middle" fill="#1d2228">{text}</text>'
            )


def _named(month: Month, middle: int, phrases: Phrasebook, *, with_year: bool) -> Iterator[str]:
    """The month below its bars, its year where that begins, and up to which day it is counted."""
    note = 'text-anchor="middle" fill="#5b6470"'
    yield f'<text class="curve-note" x="{middle}" y="{_BOTTOM + 28}" {note}>{month.first:%m}</text>'
    if with_year:
        yield f'<text class="curve-note" x="{middle}" y="{_BOTTOM + 52}" {note}>{month.first.year}</text>'
    if month.until is not None:
        until = phrases.say(words.UNTIL, day=f"{month.until:%d.%m}")
        yield (
            f'<text class="curve-note" x="{_RIGHT}" y="{_BOTTOM + 76}" text-anchor="end" fill="#5b6470">{until}</text>'
        )
