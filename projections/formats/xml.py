"""The statement in the operator's XML form, as programs for it read it; the ledger stands in an element of its own."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from html import escape
from typing import Final

from ledger.periods import local, local_text
from projections import canonical
from projections.contract_fields import later_fields
from projections.ledger_line import Line
from projections.operator import blocks, figures, words
from projections.operator.words import kept
from projections.statement import Statement
from projections.summary import SummaryRow
from projections.usage_row import UsageRow
from projections.words import times
from projections.words.lines import text
from projections.words.money import decimal


def render(made: Statement, *, checkpoint: str | None = None) -> str:
    """The whole statement: `Report` with `cp dp b ds i`, then `ledger`, which has what those have no place for.

    Two attributes tell what the ledger does not know: `sim` is empty, `page_count` one page.
    """
    first, last = times.day(made.since), times.day(made.until)
    total = made.usage_total
    usage = blocks.by_start(made.usage)
    marks = blocks.blocks(usage)
    rows = "".join(_row(row, _BLOCK[mark], made.zone) for row, mark in zip(usage, marks, strict=True))
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '\t<Report layerType="OldCompatible" version="2">\n'
        f'\t\t<cp dn="2" dt="4" dcd="{figures.moment(created(made))}" l="1" />\n'
        '\t\t<dp page_count="000001" det_add_col="true" det_show_nds="true" det_add_accums="false"'
        ' det_add_limit="false" det_add_GMT="true" det_add_max_lim="false" det_add_rule="false" />\n'
        f'\t\t\t<b sd="{first}" ed="{last}" />\n'
        f'\t\t\t<ds n="{escape(made.contract.number)}" sim="" pt="Сетевой ресурс"'
        f' t="{figures.cost_ex_vat(total.amount_ex_vat)}" f="{figures.cost(total.amount)}"'
        f' cn="руб." sd="{first}" ed="{last}">{rows}</ds>\n'
        f"{''.join(_ledger(made, checkpoint))}"
        "</Report>\n"
    )


def created(made: Statement) -> datetime:
    """The time of creation, from what is printed: no clock makes two prints of one statement differ (R-13.5).

    A final statement dates from the end of its range, a provisional one from the last thing it shows; by its clocks.
    """
    if made.final:
        return _midnight(made.until + timedelta(days=1))
    shown = [(row.version, row.booked_at) for row in made.lines[-1:]]
    shown += [(row.version, row.booked_at) for row in made.usage[-1:]]
    return local(max(shown)[1], made.zone) if shown else _midnight(made.since)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)


_BLOCK: Final[dict[blocks.Block, str]] = {
    "OutOfBlock": "",
    "FirstInBlock": ' g="b"',
    "InBlock": ' g="i"',
    "LastInBlock": ' g="e"',
}
"""How the operator marks rows that belong together."""


def _row(row: UsageRow, block: str, zone: str) -> str:
    at = local(row.at, zone)
    changed = figures.moment(figures.at_offset_of(local(row.booked_at, zone), at))
    return (
        f'\n\t\t\t\t<i  d="{figures.moment(at)}" {_number(row.service, row.direction, row.peer)}'
        f' {_zones(row.zone)} s="{words.service(row.service, row.direction)}"'
        f' a="{words.accumulator(row.service)}" du="{figures.actual(row.service, row.quantity)}"'
        f' c="{figures.cost_ex_vat(row.amount_ex_vat)}"{block}'
        f' dup="{figures.billed(row.service, row.billed, row.quantity)}" f="{figures.cost(row.amount)}"'
        f' bd="{changed}" cur="810" gmt="{times.offset(at)}" />'
    )


@lru_cache(maxsize=10_000)  # most rows are of a few numbers
def _number(service: str, direction: str, peer: str) -> str:
    mark = "" if words.is_named(direction, peer) else ' peer=""'
    return f'n="{escape(words.number(service, direction, peer))}"{mark}'


@lru_cache(maxsize=1_000)
def _zones(zone: str) -> str:
    zp, zv = words.zones(zone)
    return f'zp="{escape(zp)}" zv="{escape(zv)}"'


def _ledger(made: Statement, checkpoint: str | None) -> Iterator[str]:
    """The ledger's element: amounts in rubles with a decimal comma, times as in the JSON, texts whole."""
    name = later_fields(made.contract)
    told: dict[str, str | int | None] = {
        "holder": name.get("holder"),
        "contract": name.get("contract"),
        "id": canonical.statement_id(made),
        "former_id": made.former_id,
        "final": str(made.final).lower(),
        "opening": decimal(made.opening),
        "closing": decimal(made.closing),
        "plan_name": made.plan_name,
        "mode": made.mode,
        "next_due": None if made.next_due is None else local_text(made.next_due, made.zone),
        "next_fee": None if made.next_fee is None else decimal(made.next_fee),
        "checkpoint": checkpoint,
        "unrated": len(made.unrated) or None,
    }
    yield f"\t\t\t<ledger{_attributes(told)}>"
    for line in made.lines:
        yield f"\n\t\t\t\t<line{_attributes(_line(line, made.zone))} />"
    for bucket in made.left:
        yield f"\n\t\t\t\t<left{_attributes(canonical.bucket(bucket, made.zone))} />"
    for record in made.unrated:
        yield f"\n\t\t\t\t<unrated{_attributes(canonical.unrated(record, made.zone))} />"
    for row in made.summary.rows if made.summary is not None else ():
        yield f"\n\t\t\t\t<kind{_attributes(_kind(row))} />"
    yield "</ledger>"


def _line(line: Line, zone: str) -> dict[str, str | int | None]:
    return {
        "version": line.version,
        "booked_at": local_text(line.booked_at, zone),
        "kind": line.kind,
        "cause": line.cause,
        "text": text(canonical.russian(zone), line),
        "channel": line.channel,
        "first": line.period.first.isoformat() if line.period else None,
        "last": line.period.last.isoformat() if line.period else None,
        "amount": decimal(line.amount),
        "balance": decimal(line.balance),
    }


def _kind(row: SummaryRow) -> dict[str, object]:
    """A row of the summary: quantities in its unit, amounts in rubles."""
    fields = canonical.summary_row(row)
    money = {name: decimal(fields[name]) for name in ("without_packages", "amount") if fields.get(name) is not None}
    shares = ";".join(f"{share.bucket} {share.quantity}" for share in row.packages) or None
    return {"name": fields.pop("kind")} | fields | {"packages": shares} | money


def _attributes(told: Mapping[str, object]) -> str:
    """The attributes that there are."""
    return "".join(f' {name}="{escape(kept(str(value)))}"' for name, value in told.items() if value is not None)
