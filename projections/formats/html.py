"""The statement as a page: the operator's usage table, and around it the ledger, packages and the balance curve."""

import re
from collections.abc import Iterator
from datetime import datetime
from html import escape
from typing import Final

from ledger.units import Kopecks, rubles
from projections import wording
from projections.formats import curve
from projections.formats.headings import HEADINGS, Headings, Language
from projections.formats.style import STYLE
from projections.formats.text import printed_text
from projections.operator import figures, page
from projections.packages import BucketRow
from projections.statement import Line, Statement
from projections.words import waiting
from projections.words.reasons import REASONS
from projections.words.safe import safe
from projections.words.statement import UNRATED

_BOUND: Final = "\N{NO-BREAK SPACE}"
_BEFORE_FIGURE = re.compile(r"\b(с|по|до|за|из|от) (?=[0-9])")
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"
"""Nothing is loaded and nothing runs, whatever a text in the statement might look like."""


def render(made: Statement, *, lang: Language = "ru", checkpoint: str | None = None) -> str:
    """The whole page: one file without a script or anything to load, HTML that is XML too.

    The operator's tables come first, for programs; the style shows the ledger before them.
    """
    head = HEADINGS[lang]
    return "".join(
        (
            opening(page.title(made)),
            *_header(made, head, lang),
            f"<figure><h2{_lang(lang)}>{head.curve}</h2>{curve.svg(made)}</figure>\n",
            *_packages(made, head, lang),
            f'<section class="calls"><h2{_lang(lang)}>{head.usage}</h2><div class="wide">{page.usage(made)}</div>',
            *_unrated(made, lang),
            "</section>\n",
            *_ledger(made, head, lang),
            *_footer(made, head, checkpoint),
            "</main></body></html>\n",
        )
    )


def opening(title: str, style: str = STYLE, lang: Language = "ru") -> str:
    """How a page begins, up to its `main`; `title` is markup already."""
    return (
        f'<!DOCTYPE html>\n<html xmlns="http://www.w3.org/1999/xhtml" lang="{lang}"><head>'
        '<meta http-equiv="Content-Type" content="text/html; charset=utf-8" />'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}" />'
        '<meta name="viewport" content="width=device-width, initial-scale=1" />'
        f'<title>{title}</title><style type="text/css">{style}</style></head><body><main>\n'
    )


def _header(made: Statement, head: Headings, lang: Language) -> Iterator[str]:
    own = _lang(lang)
    state = f'<p class="state"{own}>{head.final}</p>'
    if not made.final:
        state = f'<p class="state open">{escape(waiting.provisional(made.waiting))}</p>'
    yield (
        f"<header><div><h1{own}>{head.statement}</h1><p>Номер <b>{phone(made.account)}</b> за период с{_BOUND}"
        f"<b>{figures.day(made.from_)}</b> по{_BOUND}<b>{figures.day(made.to)}</b></p></div>{state}</header>\n"
    )
    at, amount, notes = waiting.next_charge(made.waiting)
    due = "—" if at is None else _time(at)[:-3]
    fee = "" if amount is None else f", {_money(amount)}"
    said = "".join(f"<small>{escape(each).replace(' ₽', f'{_BOUND}₽')}</small>" for each in notes)
    total = made.usage_total
    yield (
        f'<dl class="sums"><div><dt{own}>{head.opening}</dt><dd>{_money(made.opening)}</dd></div>'
        f"<div><dt{own}>{head.closing}</dt><dd>{_money(made.closing)}</dd></div>"
        f"<div><dt{own}>{head.usage_total}</dt><dd>{_money(total.amount)}"
        f"<small>без НДС {figures.comma(total.amount_ex_vat)}{_BOUND}₽</small></dd></div>"
        f"<div><dt{own}>{head.next_due}</dt><dd>{due}<small>{wording.MODES[made.mode]}{fee}</small>{said}</dd></div></dl>\n"
    )


def _packages(made: Statement, head: Headings, lang: Language) -> Iterator[str]:
    yield f"<section><h2{_lang(lang)}>{head.packages}</h2>"
    if made.left:
        yield f'<ul class="left">{"".join(map(_bucket, made.left))}</ul>'
    else:
        yield '<p class="none">Пакетов нет.</p>'
    yield "</section>\n"


def _bucket(row: BucketRow) -> str:
    width = 100 * row.left // row.granted if row.granted else 0
    return (
        f"<li><span>{_initial(wording.SERVICES[row.service])}</span>"
        f"<b>{bound(wording.packaged(row.service, row.left))}</b>"
        f'<span class="bar"><i style="width:{width}%"></i></span>'
        f"<small>{plain(f'{wording.bucket(row.bucket)}, до {_time(row.end)[:-3]}')}</small>"
        f"<small>из {bound(wording.packaged(row.service, row.granted))}</small></li>"
    )


def _unrated(made: Statement, lang: Language) -> Iterator[str]:
    """The records without a price, where there are any: beside the operator's tables, in none (R-13.6)."""
    if not made.unrated:
        return
    yield f'<p class="unrated"{_lang(lang)}>{UNRATED[lang].counted(len(made.unrated))}</p><ul class="unrated">'
    for each in made.unrated:
        measured = bound(wording.measured(each.service, each.quantity))
        said = ", ".join((_time(each.at), wording.SERVICES[each.service], measured, REASONS[each.reason].ru))
        yield f"<li>{plain(said)}</li>"
    yield "</ul>"


def _ledger(made: Statement, head: Headings, lang: Language) -> Iterator[str]:
    """The ledger's table, without a `tbody`: those are for usage only."""
    own = _lang(lang)
    yield (
        f'<section class="money"><h2{own}>{head.ledger}</h2><div class="wide"><table class="ledger"><thead><tr>'
        f"<th{own}>{head.when}</th><th{own}>{head.what}</th><th{own}>{head.amount}</th><th{own}>{head.balance}</th>"
        f'</tr></thead><tr class="edge"><td>{figures.day(made.from_)}</td><td>{HEADINGS["ru"].opening}</td><td></td>'
        f"<td>{_money(made.opening)}</td></tr>"
    )
    for line in made.lines:
        yield _line(line)
    yield (
        f'<tr class="edge"><td>{figures.day(made.to)}</td><td>{HEADINGS["ru"].closing}</td><td></td>'
        f"<td>{_money(made.closing)}</td></tr></table></div></section>\n"
    )


def _line(line: Line) -> str:
    return (
        f"<tr><td>{_time(line.booked_at)}</td><td>{plain(printed_text(line))}</td>"
        f"<td{_sign(line.amount)}>{_money(line.amount)}</td><td>{_money(line.balance)}</td></tr>"
    )


def _footer(made: Statement, head: Headings, checkpoint: str | None) -> Iterator[str]:
    state = head.final if made.final else head.provisional
    yield f"<footer><p>{head.document} {made.id} · {state.lower()}</p>"
    if checkpoint is not None:
        yield f"<p>{head.checkpoint} {plain(checkpoint)}</p>"
    yield "</footer>"


def _lang(lang: Language) -> str:
    """What marks a heading that is not in the page's language."""
    return "" if lang == "ru" else f' lang="{lang}"'


def _money(amount: Kopecks) -> str:
    return bound(rubles(amount))


def _sign(amount: Kopecks) -> str:
    return ' class="minus"' if amount < 0 else ' class="plus"' if amount > 0 else ""


def phone(account: str) -> str:
    """A number as people read it: `+7 916 123-45-67`."""
    return f"+7{_BOUND}{account[1:4]}{_BOUND}{account[4:7]}-{account[7:9]}-{account[9:]}"


def _time(at: str) -> str:
    return f"{datetime.fromisoformat(at):%d.%m.%Y{_BOUND}%H:%M:%S}"


def _initial(text: str) -> str:
    return text[:1].upper() + text[1:]


def bound(text: str) -> str:
    """A figure and its unit, which stay on one line."""
    return text.replace(" ", _BOUND)


def plain(text: str) -> str:
    """A text for people as markup, shown safely; a small word stays with the figure behind it."""
    return escape(_BEFORE_FIGURE.sub(rf"\1{_BOUND}", safe(text)))
