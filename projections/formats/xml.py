"""The statement in the operator's XML form, as programs for it read it; the ledger stands in an element of its own."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import lru_cache
from html import escape
from typing import Final

import msgspec

from projections.formats.csv import decimal
from projections.operator import blocks, figures, words
from projections.operator.words import kept
from projections.packages import BucketRow
from projections.statement import Line, Statement
from projections.unrated_record import UnratedRecord
from projections.usage_row import UsageRow


def render(made: Statement, *, checkpoint: str | None = None) -> str:
    """The whole statement: `Report` with `cp dp b ds i`, then `ledger`, which has what those have no place for.

    Two attributes tell what the ledger does not know: `sim` is empty, `page_count` one page.
    """
    first, last = figures.day(made.from_), figures.day(made.to)
    total = made.usage_total
    usage = blocks.by_start(made.usage)
    marks = blocks.blocks(usage)
    rows = "".join(_row(row, _BLOCK[mark]) for (_, row), mark in zip(usage, marks, strict=True))
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '\t<Report layerType="OldCompatible" version="2">\n'
        f'\t\t<cp dn="2" dt="4" dcd="{created(made)}" l="1" />\n'
        '\t\t<dp page_count="000001" det_add_col="true" det_show_nds="true" det_add_accums="false"'
        ' det_add_limit="false" det_add_GMT="true" det_add_max_lim="false" det_add_rule="false" />\n'
        f'\t\t\t<b sd="{first}" ed="{last}" />\n'
        f'\t\t\t<ds n="{made.account}" sim="" pt="Сетевой ресурс"'
        f' t="{figures.short(figures.comma(total.amount_ex_vat))}" f="{figures.short(figures.cost(total.amount))}"'
        f' cn="руб." sd="{first}" ed="{last}">{rows}</ds>\n'
        f"{''.join(_ledger(made, checkpoint))}"
        "</Report>\n"
    )


def created(made: Statement) -> str:
    """The time of creation, from what is printed: no clock makes two prints of one statement differ (R-13.5).

    A final statement dates from the end of its range, a provisional one from the last thing it shows.
    """
    if made.final:
        return figures.moment(f"{date.fromisoformat(made.to) + timedelta(days=1)}T00:00:00")
    shown = [(row.version, row.booked_at) for row in made.lines[-1:]]
    shown += [(row.version, row.booked_at) for row in made.usage[-1:]]
    return figures.moment(max(shown)[1] if shown else f"{made.from_}T00:00:00")


_BLOCK: Final[dict[blocks.Block, str]] = {
    "OutOfBlock": "",
    "FirstInBlock": ' g="b"',
    "InBlock": ' g="i"',
    "LastInBlock": ' g="e"',
}
"""How the operator marks rows that belong together."""


def _row(row: UsageRow, block: str) -> str:
    changed = figures.moment(figures.at_offset_of(row.booked_at, row.at))
    return (
        f'\n\t\t\t\t<i  d="{figures.moment(row.at)}" {_number(row.service, row.direction, row.peer)}'
        f' {_zones(row.zone)} s="{words.service(row.service, row.direction)}"'
        f' a="{words.accumulator(row.service)}" du="{figures.actual(row.service, row.quantity)}"'
        f' c="{figures.short(figures.comma(row.amount_ex_vat))}"{block}'
        f' dup="{figures.billed(row.service, row.billed, row.quantity)}" f="{figures.short(figures.cost(row.amount))}"'
        f' bd="{changed}" cur="810" gmt="{figures.offset(row.at)}" />'
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
    told = {
        "id": made.id,
        "final": str(made.final).lower(),
        "opening": decimal(made.opening),
        "closing": decimal(made.closing),
        "plan_name": made.plan_name,
        "mode": made.mode,
        "next_due": made.next_due,
        "next_fee": None if made.next_fee is None else decimal(made.next_fee),
        "checkpoint": checkpoint,
        "unrated": str(len(made.unrated)) if made.unrated else None,
    }
    yield f"\t\t\t<ledger{_attributes(told)}>"
    for line in made.lines:
        yield f"\n\t\t\t\t<line{_attributes(_line(line))} />"
    for bucket in made.left:
        yield f"\n\t\t\t\t<left{_attributes(_bucket(bucket))} />"
    for record in made.unrated or ():
        yield f"\n\t\t\t\t<unrated{_attributes(_unrated(record))} />"
    yield "</ledger>"


def _line(line: Line) -> dict[str, str | None]:
    return {
        "version": str(line.version),
        "booked_at": line.booked_at,
        "kind": line.kind,
        "cause": line.cause if isinstance(line.cause, str) else None,
        "text": line.text,
        "channel": line.channel if isinstance(line.channel, str) else None,
        "first": line.period.first if line.period else None,
        "last": line.period.last if line.period else None,
        "amount": decimal(line.amount),
        "balance": decimal(line.balance),
    }


def _bucket(row: BucketRow) -> dict[str, str | None]:
    return {
        "bucket": row.bucket,
        "service": row.service,
        "unit": row.unit,
        "left": str(row.left),
        "granted": str(row.granted),
        "start": row.start,
        "end": row.end,
    }


def _unrated(record: UnratedRecord) -> dict[str, str | None]:
    return {name: str(value) for name, value in msgspec.structs.asdict(record).items()}


def _attributes(told: Mapping[str, str | None]) -> str:
    """The attributes that there are."""
    return "".join(f' {name}="{escape(kept(value))}"' for name, value in told.items() if value is not None)
