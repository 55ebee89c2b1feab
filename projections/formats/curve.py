"""The balance curve: a statement's ledger lines as one SVG picture, a step at every line, whole numbers only."""

import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import groupby
from operator import itemgetter
from typing import Final
from xml.sax.saxutils import escape

from ledger.periods import DAY, SECOND, Instant, local
from ledger.units import Kopecks, round_up
from projections.statement import Statement
from projections.words.language import Language
from projections.words.phrasebook import Phrasebook
from projections.words.statement import StatementPhrasebook

WIDTH: Final = 800
HEIGHT: Final = 262
_LEFT, _RIGHT, _TOP, _BOTTOM = 112, 784, 28, 212
_LEVELS: Final = 4
_DATES: Final = 6
_EDGE: Final = 90
"""Nearer to a side of the picture than this, a label is written away from it."""
_DAY_SECONDS: Final = DAY // SECOND


def svg(made: Statement, lang: Language = "ru") -> str:
    """The picture: levels in rubles, dates, the highest and the lowest balance; dashed where nothing is settled yet.

    Colours are attributes, so that a page's own style may change them by class. However many lines there are, a
    column of the picture has three steps at most: its lowest, highest and last balance.
    """
    phrases = StatementPhrasebook(lang, made)
    points = [(_LEFT, made.opening), *((_across(made, line.booked_at), line.balance) for line in made.lines)]
    balances = [balance for _, balance in points]
    top, bottom, step = levels(max(*balances, 0), min(*balances, 0))

    def height(balance: Kopecks) -> int:
        return _TOP + (top - balance) * (_BOTTOM - _TOP) // (top - bottom)

    path = "".join(f"H{x}V{height(balance)}" for x, balance in _thinned(points[1:]))
    path = f"M{_LEFT} {height(made.opening)}{path}"
    end = _RIGHT if made.final else _last(made)
    zero, last = height(0), height(made.closing)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="curve" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'font-family="sans-serif" font-size="13"><title>{escape(_described(made, phrases, balances))}</title>',
        *(
            f'<path class="curve-level" d="M{_LEFT} {height(level)}H{_RIGHT}" stroke="#dfe2e6" fill="none" />'
            f'<text class="curve-note" x="{_LEFT - 10}" y="{height(level) + 4}" text-anchor="end" fill="#5b6470">'
            f"{level_text(phrases, level)}</text>"
            for level in range(bottom, top + 1, step)
        ),
        *_dates(made),
        f'<path class="curve-area" d="{path}H{end}V{zero}H{_LEFT}Z" fill="#0a6b57" fill-opacity="0.1" />',
        f'<path class="curve-zero" d="M{_LEFT} {zero}H{_RIGHT}" stroke="#5b6470" fill="none" />',
        f'<path class="curve-line" d="{path}H{end}" stroke="#0a6b57" stroke-width="2" stroke-linejoin="round" '
        'fill="none" />',
    ]
    if end < _RIGHT:
        parts.append(
            f'<path class="curve-open" d="M{end} {last}H{_RIGHT}" stroke="#0a6b57" stroke-width="2" '
            'stroke-dasharray="2 5" fill="none" />'
        )
    highest, lowest = max(points, key=lambda point: point[1]), min(points, key=lambda point: point[1])
    parts.append(_mark(phrases, highest, height(highest[1]), above=True))
    if lowest[1] < highest[1] and lowest[1] % step:  # a level of the scale tells it already
        parts.append(_mark(phrases, lowest, height(lowest[1]), above=False))
    parts.append("</svg>")
    return "".join(parts)


def _across(made: Statement, at: Instant) -> int:
    """Where an instant stands by the clocks; the hour that they give back or take is not seen at this size."""
    clock = local(at, made.zone)
    seconds = (clock.hour * 60 + clock.minute) * 60 + clock.second
    passed = (clock.date() - made.since).days * _DAY_SECONDS + seconds
    return _LEFT + min(max(passed * (_RIGHT - _LEFT) // (_days(made) * _DAY_SECONDS), 0), _RIGHT - _LEFT)


def _days(made: Statement) -> int:
    return (made.until - made.since).days + 1


def _last(made: Statement) -> int:
    """How far a provisional statement knows the balance."""
    known = [line.booked_at for line in made.lines[-1:]] + [row.booked_at for row in made.usage[-1:]]
    return max((_across(made, at) for at in known), default=_LEFT)


def _thinned(points: list[tuple[int, Kopecks]]) -> Iterator[tuple[int, Kopecks]]:
    for x, column in groupby(points, key=itemgetter(0)):
        balances = [balance for _, balance in column]
        last = balances[-1]
        yield from ((x, balance) for balance in (min(balances), max(balances)) if balance != last)
        yield x, last


def levels(highest: Kopecks, lowest: Kopecks) -> tuple[Kopecks, Kopecks, Kopecks]:
    """Top, bottom and step of the scale: the smallest step of 1, 2 or 5 and noughts that needs few levels."""
    reach = max(highest - lowest, 100)
    power = 1
    while True:
        for step in (power, 2 * power, 5 * power):
            if reach <= _LEVELS * step:
                return max(round_up(highest, step), 1) * step, -round_up(-lowest, step) * step, step
        power *= 10


def level_text(phrases: Phrasebook, amount: Kopecks) -> str:
    """A level of the scale, without kopecks where they are none."""
    return re.sub(r"[,.]00", "", phrases.money(amount))


def _dates(made: Statement) -> Iterator[str]:
    days = _days(made)
    form = "%d.%m" if days <= 366 else "%m.%Y"
    for day in range(0, days, round_up(days, _DATES)):
        x = _LEFT + day * (_RIGHT - _LEFT) // days
        yield (
            f'<path class="curve-level" d="M{x} {_BOTTOM}v5" stroke="#dfe2e6" fill="none" />'
            f'<text class="curve-note" x="{x}" y="{_BOTTOM + 40}" text-anchor="middle" fill="#5b6470">'
            f"{made.since + timedelta(days=day):{form}}</text>"
        )


def _mark(phrases: StatementPhrasebook, point: tuple[int, Kopecks], y: int, *, above: bool) -> str:
    x, balance = point
    anchor = "start" if x < _LEFT + _EDGE else "end" if x > _RIGHT - _EDGE else "middle"
    return (
        f'<circle class="curve-dot" cx="{x}" cy="{y}" r="3.5" fill="#0a6b57" />'
        f'<text class="curve-mark" x="{x}" y="{y - 9 if above else y + 19}" text-anchor="{anchor}" fill="#1d2228">'
        f"{phrases.money(balance)}</text>"
    )


def _described(made: Statement, phrases: StatementPhrasebook, balances: list[Kopecks]) -> str:
    """The picture in words, for those who do not see it."""
    ends = {"opening": phrases.money(made.opening), "closing": phrases.money(made.closing)}
    said = phrases("curve_told", **ends, lowest=phrases.money(min(balances)), highest=phrases.money(max(balances)))
    return f"{phrases('curve')}: {said}"
