"""The statement as a page: the operator's usage table, and around it the ledger, packages and the balance curve."""

import re
from collections.abc import Iterator
from functools import cache
from html import escape
from typing import Final

from ledger.periods import Instant, local
from ledger.units import Kopecks
from projections.canonical import statement_id
from projections.formats import bars, curve
from projections.formats.style import STYLE
from projections.ledger_line import Line
from projections.operator import blocks, page
from projections.packages import BucketRow
from projections.statement import Statement
from projections.words import months, names, next_charges, summary, times
from projections.words.contracts import phone, place
from projections.words.language import Language
from projections.words.reasons import REASONS
from projections.words.safe import safe
from projections.words.statement import BILLED_HEAD, LINE_HEAD, NUMBER, StatementPhrasebook

_BOUND: Final = "\N{NO-BREAK SPACE}"
_BEFORE_FIGURE = re.compile(r"\b(с|по|до|за|из|от) (?=[0-9])")
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"
"""Nothing is loaded and nothing runs, whatever a text in the statement might look like."""


def render(made: Statement, *, lang: Language = "ru", checkpoint: str | None = None) -> str:
    """The whole page: one file without a script or anything to load, HTML that is XML too.

    The operator's tables come first, for programs, which read them in Russian; the style shows the ledger before them.
    """
    phrases = StatementPhrasebook(lang, made)
    return "".join(
        (
            opening(
                plain(phrases("page_title", first=phrases.first, last=phrases.last)),
                lang=lang,
                about=_about(made, phrases),
            ),
            *_header(made, phrases),
            f"<figure><h2>{phrases('curve')}</h2>{curve.svg(made, lang)}</figure>\n",
            *_months(made, phrases),
            *_packages(made, phrases),
            f'<section class="calls"><h2>{phrases("usage")}</h2><div class="wide">{page.usage(made, phrases)}</div>',
            *_unrated(made, phrases),
            "</section>\n",
            *_ledger(made, phrases),
            *_summary(made, phrases),
            *_billed(made, phrases),
            *_footer(made, phrases, checkpoint),
            "</main></body></html>\n",
        )
    )


def opening(title: str, style: str = STYLE, lang: Language = "ru", about: str = "") -> str:
    """How a page begins, up to its `main`; `title` is markup already, so is what the head says `about` it besides."""
    return (
        f'<!DOCTYPE html>\n<html xmlns="http://www.w3.org/1999/xhtml" lang="{lang}"><head>'
        '<meta http-equiv="Content-Type" content="text/html; charset=utf-8" />'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}" />'
        '<meta name="viewport" content="width=device-width, initial-scale=1" />'
        f'{about}<title>{title}</title><style type="text/css">{style}</style></head><body><main>\n'
    )


def _about(made: Statement, phrases: StatementPhrasebook) -> str:
    """What the document is and its id, for programs that are given the file."""
    title = phrases("document_title", account=phrases.account, first=phrases.first, last=phrases.last)
    return (
        f'<meta name="description" content="{plain(title)}" />'
        f'<meta name="dcterms.identifier" content="{statement_id(made)}" />'
    )


def _header(made: Statement, phrases: StatementPhrasebook) -> Iterator[str]:
    state = f'<p class="state">{phrases("final")}</p>'
    if not made.final:
        state = f'<p class="state open">{plain(next_charges.provisional(phrases, made.waiting, made.mode))}</p>'
    days = phrases("range", first=f"<b>{phrases.first}</b>", last=f"<b>{phrases.last}</b>").replace(
        " <b>", f"{_BOUND}<b>"
    )
    clocks = f"<p>{phrases('times')}: {phrases.clocks(made)}</p>"
    number = f"<b>{plain(phone(made.contract.number))}</b>{plain(place(phrases, made.contract))}"
    yield (
        f"<header><div><h1>{phrases('statement')}</h1><p>{phrases('number')} {number} "
        f"{phrases('for_period')} {days}</p><p>{phrases('plan')}: {plain(made.plan_name or '—')}</p>{clocks}</div>"
        f"{state}</header>\n"
    )
    at, amount, notes = next_charges.next_charge(phrases, made.waiting)
    due = "—" if at is None else _time(phrases, at, seconds=False)
    fee = "" if amount is None else f", {_money(phrases, amount)}"
    said = "".join(f"<small>{plain(each)}</small>" for each in notes)
    total = made.usage_total
    yield (
        f'<dl class="sums"><div><dt>{phrases("opening")}</dt><dd>{_money(phrases, made.opening)}</dd></div>'
        f"<div><dt>{phrases('closing')}</dt><dd>{_money(phrases, made.closing)}</dd></div>"
        f"<div><dt>{phrases('usage_total')}</dt><dd>{_money(phrases, total.amount)}"
        f"<small>{phrases.ex_vat(total.amount_ex_vat)}</small></dd></div>"
        f"<div><dt>{phrases('next_due')}</dt><dd>{due}<small>{phrases.say(names.MODES[made.mode])}{fee}</small>{said}</dd></div>"
        "</dl>\n"
    )


def _packages(made: Statement, phrases: StatementPhrasebook) -> Iterator[str]:
    yield f"<section><h2>{phrases('packages')}</h2>"
    if made.left:
        yield f'<ul class="left">{"".join(_bucket(row, phrases) for row in made.left)}</ul>'
    else:
        yield f'<p class="none">{phrases("no_packages")}</p>'
    yield "</section>\n"


def _bucket(row: BucketRow, phrases: StatementPhrasebook) -> str:
    width = 100 * row.left // row.granted if row.granted else 0
    until = phrases("package_until", bucket=phrases.bucket(row.bucket), time=_time(phrases, row.end, seconds=False))
    return (
        f"<li><span>{_initial(phrases.service(row.service))}</span>"
        f"<b>{bound(phrases.packaged(row.service, row.left))}</b>"
        f'<span class="bar"><i style="width:{width}%"></i></span>'
        f"<small>{plain(until)}</small>"
        f"<small>{phrases('of_granted', granted=bound(phrases.packaged(row.service, row.granted)))}</small></li>"
    )


def _months(made: Statement, phrases: StatementPhrasebook) -> Iterator[str]:
    """The bars of the months, their legend, and the same figures in words."""
    if not made.months:
        return
    legend = "".join(
        f'<span><i class="months-{name}"></i>{phrases.say(months.BARS[name])}</span>' for name in bars.used(made.months)
    )
    said = "".join(
        f"<li>{bound(plain(each)).replace(f';{_BOUND}', '; ')}</li>" for each in months.told(phrases, made.months)
    )
    yield (
        f'<figure class="bars"><h2>{phrases.say(months.TITLE)}</h2><p class="legend">{legend}</p>'
        f"{bars.svg(made.months, phrases)}"
        f"<details><summary>{phrases.say(months.IN_FIGURES)}</summary><ul>{said}</ul></details></figure>\n"
    )


def _summary(made: Statement, phrases: StatementPhrasebook) -> Iterator[str]:
    """What it comes to by kind, where that was asked for; behind the operator's tables, before which none may stand."""
    if made.summary is None:
        return
    yield f'<section class="kinds"><h2>{phrases.say(summary.TITLE)}</h2>'
    if not made.summary.rows:
        yield f'<p class="none">{phrases.say(summary.EMPTY)}</p></section>\n'
        return
    head = "".join(f"<th>{name}</th>" for name in phrases.head(summary.HEAD))
    named = phrases.say(summary.HEAD[4])
    yield f'<div class="wide"><table class="kind"><thead><tr>{head}</tr></thead>'
    for row in made.summary.rows:
        item, count, quantity, shares, without, amount = summary.cells(phrases, row)
        given = "".join(f"<small>{plain(bucket)} {bound(amount)}</small>" for bucket, amount in shares)
        yield (
            f"<tr><td>{plain(item)}</td><td>{count}</td><td>{bound(quantity)}</td><td>{given}</td>"
            f'<td data-name="{named}">{bound(without)}</td><td{_sign(row.amount)}>{bound(amount)}</td></tr>'
        )
    total = f'<tr class="edge"><td>{phrases.say(summary.TOTAL)}</td><td></td><td></td><td></td><td></td>'
    yield f"{total}<td>{_money(phrases, made.summary.moved)}</td></tr></table></div>"
    if (spared := summary.spared(phrases, made.summary)) is not None:
        yield f'<p class="none">{spared}</p>'
    yield "</section>\n"


def _billed(made: Statement, phrases: StatementPhrasebook) -> Iterator[str]:
    """What the operator's columns have no place for, of the rows that something was asked for; told on demand."""
    if not (billed := [row for row in blocks.by_start(made.usage) if row.is_billed]):
        return
    head = "".join(f"<th>{name}</th>" for name in phrases.head(BILLED_HEAD))
    yield (
        f'<details class="calls"><summary>{phrases("billed")}</summary><div class="wide"><table class="billed">'
        f"<thead><tr>{head}</tr></thead>"
    )
    packaged = cache(lambda service, amount: bound(phrases.packaged(service, amount)))
    cost = cache(lambda amount: _money(phrases, amount))
    used = cache(phrases.usage)
    for row in billed:
        given = packaged(row.service, row.from_packages) if row.from_packages else "—"
        yield (
            f"<tr><td>{row.version}</td><td>{_time(phrases, row.at)}</td><td>{used(row.service, row.direction)}</td>"
            f"<td>{packaged(row.service, row.billed)}</td><td>{given}</td><td>{cost(row.amount)}</td></tr>"
        )
    yield "</table></div></details>\n"


def _unrated(made: Statement, phrases: StatementPhrasebook) -> Iterator[str]:
    """The records without a price, where there are any: beside the operator's tables, in none (R-13.6)."""
    if not made.unrated:
        return
    yield f'<p class="unrated">{phrases.unrated(made)}</p><ul class="unrated">'
    for each in made.unrated:
        measured = bound(phrases.measured(each.service, each.quantity))
        said = (_time(phrases, each.at), phrases.service(each.service), measured, phrases.say(REASONS[each.reason]))
        yield f"<li>{plain(', '.join(said))}</li>"
    yield "</ul>"


def _ledger(made: Statement, phrases: StatementPhrasebook) -> Iterator[str]:
    """The ledger's table, without a `tbody`: those are for usage only."""
    head = "".join(f"<th>{name}</th>" for name in phrases.head((NUMBER, *LINE_HEAD)))
    yield (
        f'<section class="money"><h2>{phrases("ledger")}</h2><div class="wide"><table class="ledger"><thead><tr>{head}'
        f'</tr></thead><tr class="edge"><td></td><td>{phrases.first}</td><td>{phrases("opening")}</td><td></td>'
        f"<td>{_money(phrases, made.opening)}</td></tr>"
    )
    for line in made.lines:
        yield _line(line, phrases)
    yield (
        f'<tr class="edge"><td></td><td>{phrases.last}</td><td>{phrases("closing")}</td><td></td>'
        f"<td>{_money(phrases, made.closing)}</td></tr></table></div></section>\n"
    )


def _line(line: Line, phrases: StatementPhrasebook) -> str:
    return (
        f'<tr id="line-{line.version}"><td>{line.version}</td><td>{_time(phrases, line.booked_at)}</td>'
        f"<td>{plain(phrases.line(line))}</td>"
        f"<td{_sign(line.amount)}>{_money(phrases, line.amount)}</td><td>{_money(phrases, line.balance)}</td></tr>"
    )


def _footer(made: Statement, phrases: StatementPhrasebook, checkpoint: str | None) -> Iterator[str]:
    state = phrases("final" if made.final else "provisional")
    yield f"<footer><p>{phrases('document')} {statement_id(made)} · {state.lower()}</p>"
    if made.former_id is not None:
        yield f"<p>{phrases('former')} {made.former_id} · {phrases('former_why')}</p>"
    if checkpoint is not None:
        yield f"<p>{phrases('checkpoint')} {plain(checkpoint)}</p>"
    yield "</footer>"


def _money(phrases: StatementPhrasebook, amount: Kopecks) -> str:
    return bound(phrases.money(amount))


def _sign(amount: Kopecks) -> str:
    return ' class="minus"' if amount < 0 else ' class="plus"' if amount > 0 else ""


def _time(phrases: StatementPhrasebook, at: Instant, *, seconds: bool = True) -> str:
    form = times.moment if seconds else times.minute
    return bound(form(local(at, phrases.zone_of_clocks)) + phrases.offset(at))


def _initial(text: str) -> str:
    return text[:1].upper() + text[1:]


def bound(text: str) -> str:
    """A figure and its unit, which stay on one line."""
    return text.replace(" ", _BOUND)


def plain(text: str) -> str:
    """A text for people as markup, shown safely; a small word stays with the figure behind it."""
    return escape(_BEFORE_FIGURE.sub(rf"\1{_BOUND}", safe(text)))
