"""The statement as a page: the operator's usage table, and around it the ledger, packages and the balance curve."""

import re
from collections.abc import Iterator
from datetime import datetime
from html import escape
from typing import Final

from ledger.units import Kopecks
from projections.formats import curve
from projections.formats.style import STYLE
from projections.operator import page
from projections.packages import BucketRow
from projections.statement import Line, Statement
from projections.words import names, waiting
from projections.words.language import Language
from projections.words.reasons import REASONS
from projections.words.safe import safe
from projections.words.statement import LINE_HEAD, Teller

_BOUND: Final = "\N{NO-BREAK SPACE}"
_BEFORE_FIGURE = re.compile(r"\b(с|по|до|за|из|от) (?=[0-9])")
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"
"""Nothing is loaded and nothing runs, whatever a text in the statement might look like."""


def render(made: Statement, *, lang: Language = "ru", checkpoint: str | None = None) -> str:
    """The whole page: one file without a script or anything to load, HTML that is XML too.

    The operator's tables come first, for programs, which read them in Russian; the style shows the ledger before them.
    """
    tell = Teller(lang, made)
    return "".join(
        (
            opening(plain(tell("page_title", first=tell.first, last=tell.last)), lang=lang),
            *_header(made, tell),
            f"<figure><h2>{tell('curve')}</h2>{curve.svg(made, lang)}</figure>\n",
            *_packages(made, tell),
            f'<section class="calls"><h2>{tell("usage")}</h2><div class="wide">{page.usage(made, tell)}</div>',
            *_unrated(made, tell),
            "</section>\n",
            *_ledger(made, tell),
            *_footer(made, tell, checkpoint),
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


def _header(made: Statement, tell: Teller) -> Iterator[str]:
    state = f'<p class="state">{tell("final")}</p>'
    if not made.final:
        state = f'<p class="state open">{plain(waiting.provisional(made.waiting, tell.lang))}</p>'
    days = tell("range", first=f"<b>{tell.first}</b>", last=f"<b>{tell.last}</b>").replace(" <b>", f"{_BOUND}<b>")
    clocks = f"<p>{tell('times')}: {tell.clocks(made)}</p>" if made.zone else ""
    yield (
        f"<header><div><h1>{tell('statement')}</h1><p>{tell('number')} <b>{phone(made.account)}</b> "
        f"{tell('for_period')} {days}</p><p>{tell('plan')}: {plain(made.plan_name or '—')}</p>{clocks}</div>"
        f"{state}</header>\n"
    )
    at, amount, notes = waiting.next_charge(made.waiting, tell.lang)
    due = "—" if at is None else _time(tell, at, seconds=False)
    fee = "" if amount is None else f", {_money(tell, amount)}"
    said = "".join(f"<small>{plain(each)}</small>" for each in notes)
    total = made.usage_total
    yield (
        f'<dl class="sums"><div><dt>{tell("opening")}</dt><dd>{_money(tell, made.opening)}</dd></div>'
        f"<div><dt>{tell('closing')}</dt><dd>{_money(tell, made.closing)}</dd></div>"
        f"<div><dt>{tell('usage_total')}</dt><dd>{_money(tell, total.amount)}"
        f"<small>{tell.ex_vat(total.amount_ex_vat)}</small></dd></div>"
        f"<div><dt>{tell('next_due')}</dt><dd>{due}<small>{tell.say(names.MODES[made.mode])}{fee}</small>{said}</dd></div>"
        "</dl>\n"
    )


def _packages(made: Statement, tell: Teller) -> Iterator[str]:
    yield f"<section><h2>{tell('packages')}</h2>"
    if made.left:
        yield f'<ul class="left">{"".join(_bucket(row, tell) for row in made.left)}</ul>'
    else:
        yield f'<p class="none">{tell("no_packages")}</p>'
    yield "</section>\n"


def _bucket(row: BucketRow, tell: Teller) -> str:
    width = 100 * row.left // row.granted if row.granted else 0
    until = tell("package_until", bucket=tell.bucket(row.bucket), time=_time(tell, row.end, seconds=False))
    return (
        f"<li><span>{_initial(tell.service(row.service))}</span>"
        f"<b>{bound(tell.packaged(row.service, row.left))}</b>"
        f'<span class="bar"><i style="width:{width}%"></i></span>'
        f"<small>{plain(until)}</small>"
        f"<small>{tell('of_granted', granted=bound(tell.packaged(row.service, row.granted)))}</small></li>"
    )


def _unrated(made: Statement, tell: Teller) -> Iterator[str]:
    """The records without a price, where there are any: beside the operator's tables, in none (R-13.6)."""
    if not made.unrated:
        return
    yield f'<p class="unrated">{tell.unrated(made)}</p><ul class="unrated">'
    for each in made.unrated:
        measured = bound(tell.measured(each.service, each.quantity))
        said = (_time(tell, each.at), tell.service(each.service), measured, tell.say(REASONS[each.reason]))
        yield f"<li>{plain(', '.join(said))}</li>"
    yield "</ul>"


def _ledger(made: Statement, tell: Teller) -> Iterator[str]:
    """The ledger's table, without a `tbody`: those are for usage only."""
    head = "".join(f"<th>{name}</th>" for name in tell.head(LINE_HEAD))
    yield (
        f'<section class="money"><h2>{tell("ledger")}</h2><div class="wide"><table class="ledger"><thead><tr>{head}'
        f'</tr></thead><tr class="edge"><td>{tell.first}</td><td>{tell("opening")}</td><td></td>'
        f"<td>{_money(tell, made.opening)}</td></tr>"
    )
    for line in made.lines:
        yield _line(line, tell)
    yield (
        f'<tr class="edge"><td>{tell.last}</td><td>{tell("closing")}</td><td></td>'
        f"<td>{_money(tell, made.closing)}</td></tr></table></div></section>\n"
    )


def _line(line: Line, tell: Teller) -> str:
    return (
        f"<tr><td>{_time(tell, line.booked_at)}</td><td>{plain(tell.line(line))}</td>"
        f"<td{_sign(line.amount)}>{_money(tell, line.amount)}</td><td>{_money(tell, line.balance)}</td></tr>"
    )


def _footer(made: Statement, tell: Teller, checkpoint: str | None) -> Iterator[str]:
    state = tell("final" if made.final else "provisional")
    yield f"<footer><p>{tell('document')} {made.id} · {state.lower()}</p>"
    if checkpoint is not None:
        yield f"<p>{tell('checkpoint')} {plain(checkpoint)}</p>"
    yield "</footer>"


def _money(tell: Teller, amount: Kopecks) -> str:
    return bound(tell.money(amount))


def _sign(amount: Kopecks) -> str:
    return ' class="minus"' if amount < 0 else ' class="plus"' if amount > 0 else ""


def phone(account: str) -> str:
    """A number as people read it: `+7 916 123-45-67`."""
    return f"+7{_BOUND}{account[1:4]}{_BOUND}{account[4:7]}-{account[7:9]}-{account[9:]}"


def _time(tell: Teller, at: str, *, seconds: bool = True) -> str:
    told = f"{datetime.fromisoformat(at):%d.%m.%Y %H:%M:%S}"
    return bound((told if seconds else told[:-3]) + tell.offset(at))


def _initial(text: str) -> str:
    return text[:1].upper() + text[1:]


def bound(text: str) -> str:
    """A figure and its unit, which stay on one line."""
    return text.replace(" ", _BOUND)


def plain(text: str) -> str:
    """A text for people as markup, shown safely; a small word stays with the figure behind it."""
    return escape(_BEFORE_FIGURE.sub(rf"\1{_BOUND}", safe(text)))
