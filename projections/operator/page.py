"""The operator's page: the usage table of twelve columns, nested as programs that read it expect."""

from collections.abc import Mapping
from functools import lru_cache
from html import escape
from typing import Final

from ledger import periods
from projections.operator import blocks, figures, words
from projections.operator.blocks import Block
from projections.statement import Statement
from projections.usage_row import UsageRow
from projections.words import times
from projections.words.language import Language
from projections.words.statement import OPERATOR, StatementPhrasebook

UNNAMED: Final = "unnamed"
"""The class of the cell of a number that the record does not name."""
_COLUMNS: Final = (
    "<colgroup><col /><col /><col />"
    '<col align="center" /><col align="left" /><col align="left" /><col align="left" /><col align="left" /><col />'
    '<col align="right" /><col align="right" /><col /></colgroup>'
)
_BEGIN: Final[dict[Block, str]] = {
    "OutOfBlock": '<tr class="OutOfBlock"><td /><td>',
    "FirstInBlock": '<tr class="FirstInBlock"><td class="FirstTdInBlock" /><td>',
    "InBlock": '<tr class="InBlock"><td class="FirstTdInBlock" /><td>',
    "LastInBlock": '<tr class="LastInBlock"><td class="FirstTdInBlock" /><td>',
}
_END: Final[dict[Block, str]] = {
    "OutOfBlock": "</td><td",
    "FirstInBlock": '</td><td class="LastTdInBlock"',
    "InBlock": '</td><td class="LastTdInBlock"',
    "LastInBlock": '</td><td class="LastTdInBlock"',
}


def usage(made: Statement, phrases: StatementPhrasebook) -> str:
    """The operator's part of the page: three tables, the usage inside the first, and the footer.

    Programs find the number as the third word of its cell, the usage as the rows of any `table table tbody`, or as
    the third table of the page; so no table may stand before these, and no other `tbody` beside. Which event a row is
    stands in the id of its last cell, which is empty.
    """
    started = blocks.by_start(made.usage)
    said = {name: phrases.say(text) for name, text in OPERATOR.items()}
    days = f"{phrases('for_period')} {phrases('range', first=phrases.first, last=phrases.last)}"
    rows = "".join(
        [
            f'{_BEGIN[block]}{_row(row, phrases)}{_END[block]} id="usage-{row.version}" /></tr>'
            for row, block in zip(started, blocks.blocks(started), strict=True)
        ]
    )
    return (
        '<table class="operator"><tr><td class="operator-title"><br />' + said["usage"] + "</td></tr>"
        f'<tr><td class="operator-range">{days}</td></tr>'
        '<tr><td><table width="770" border="0"><tr>'
        f'<td class="operator-number"><br />{said["resource"]} {escape(made.contract.number)}</td>'
        f'<td class="operator-sim"><br />{said["sim"]}</td></tr></table></td></tr>'
        '<tr><td><table class="usage" width="770" border="2" cellspacing="0" align="center">'
        f"{_COLUMNS}{_head(said)}<tbody>{rows}</tbody>"
        f'<tfoot><tr><td /><td style="text-align:left; font-weight:bold">{said["total"]}</td>'
        "<td /><td /><td /><td /><td /><td /><td /><td />"
        f'<td align="right"><b>{phrases.ten_thousandths(made.usage_total.amount_ex_vat)}</b></td><td /></tr></tfoot>'
        "</table></td></tr>"
        f'<tr><td style="text-align:left;">{said["zone_note"]}</td></tr>'
        '<tr><td class="operator-gap" /></tr><tr><td class="operator-gap" /></tr>'
        '<tr><td class="operator-name">FORIS OSS</td></tr></table>'
    )


def _head(said: Mapping[str, str]) -> str:
    columns = ("day", "clock", "GMT*", "number", "zp", "zv", "service", " ", "actual", "cost")
    cells = "".join(f'<th align="center">{said.get(name, name)}</th>' for name in columns)
    return f'<thead><tr align="center"><th />{cells}<th /></tr></thead>'


def _row(row: UsageRow, phrases: StatementPhrasebook) -> str:
    at = periods.local(row.at, phrases.zone_of_clocks)
    return (
        f"{times.day(at)}</td><td>{figures.clock(at)}</td><td>{times.offset(at)}</td>"
        f"{_number(row.service, row.direction, row.peer)}<td>{_zones(row.zone, phrases.lang)}"
        f"</td><td>{phrases.operator(words.service(row.service, row.direction))}</td><td></td>"
        f"<td>{figures.actual(row.service, row.quantity)}</td><td>{phrases.ten_thousandths(row.amount_ex_vat)}"
    )


@lru_cache(maxsize=10_000)  # most rows are of a few numbers
def _number(service: str, direction: str, peer: str) -> str:
    mark = "" if words.is_named(direction, peer) else f' class="{UNNAMED}"'
    return f"<td{mark}>{escape(words.number(service, direction, peer))}</td>"


@lru_cache(maxsize=1_000)
def _zones(zone: str, lang: Language) -> str:
    zp, zv = words.zones(zone, lang)
    return f"{escape(zp)}</td><td>{escape(zv)}"
