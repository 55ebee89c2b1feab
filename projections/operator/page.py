"""The operator's page: the usage table of twelve columns, nested as programs that read it expect."""

from functools import lru_cache
from html import escape
from typing import Final

from projections.operator import blocks, figures, words
from projections.operator.blocks import Block
from projections.statement import Statement, UsageRow

UNNAMED: Final = "unnamed"
"""The class of the cell of a number that the record does not name."""
_COLUMNS: Final = (
    "<colgroup><col /><col /><col />"
    '<col align="center" /><col align="left" /><col align="left" /><col align="left" /><col align="left" /><col />'
    '<col align="right" /><col align="right" /><col /></colgroup>'
)
_HEAD: Final = (
    '<thead><tr align="center"><th />'
    + "".join(
        f'<th align="center">{name}</th>'
        for name in (
            "Дата",
            "Время",
            "GMT*",
            "Номер",
            "Зона вызова",
            "Зона направления вызова/номер сессии",
            "Услуга",
            " ",
            "Длительность/Объем (мин.:сек.)/(Kb)",
            "Стоимость руб. без НДС",
        )
    )
    + "<th /></tr></thead>"
)
_BEGIN: Final[dict[Block, str]] = {
    "OutOfBlock": '<tr class="OutOfBlock"><td /><td>',
    "FirstInBlock": '<tr class="FirstInBlock"><td class="FirstTdInBlock" /><td>',
    "InBlock": '<tr class="InBlock"><td class="FirstTdInBlock" /><td>',
    "LastInBlock": '<tr class="LastInBlock"><td class="FirstTdInBlock" /><td>',
}
_END: Final[dict[Block, str]] = {
    "OutOfBlock": "</td><td /></tr>",
    "FirstInBlock": '</td><td class="LastTdInBlock" /></tr>',
    "InBlock": '</td><td class="LastTdInBlock" /></tr>',
    "LastInBlock": '</td><td class="LastTdInBlock" /></tr>',
}


def title(made: Statement) -> str:
    """The title of the page."""
    return f"Детализация {_range(made)}"


def usage(made: Statement) -> str:
    """The operator's part of the page: three tables, the usage inside the first, and the footer.

    Programs find the number as the third word of its cell, the usage as the rows of any `table table tbody`, or as
    the third table of the page; so no table may stand before these, and no other `tbody` beside.
    """
    started = blocks.by_start(made.usage)
    rows = "".join(
        [
            f"{_BEGIN[block]}{_row(row)}{_END[block]}"
            for (_, row), block in zip(started, blocks.blocks(started), strict=True)
        ]
    )
    return (
        '<table class="operator"><tr><td class="operator-title"><br />Оказанные услуги связи</td></tr>'
        f'<tr><td class="operator-range">{_range(made)}</td></tr>'
        '<tr><td><table width="770" border="0"><tr>'
        f'<td class="operator-number"><br />Сетевой ресурс {made.account}</td>'
        '<td class="operator-sim"><br />Номер SIM карты /Виртуальный Номер: </td></tr></table></td></tr>'
        '<tr><td><table class="usage" width="770" border="2" cellspacing="0" align="center">'
        f"{_COLUMNS}{_HEAD}<tbody>{rows}</tbody>"
        '<tfoot><tr><td /><td style="text-align:left; font-weight:bold"> Итого:</td>'
        "<td /><td /><td /><td /><td /><td /><td /><td />"
        f'<td align="right"><b>{figures.comma(made.usage_total.amount_ex_vat)}</b></td><td /></tr></tfoot>'
        "</table></td></tr>"
        '<tr><td style="text-align:left;">* - Часовой пояс места оказания услуги</td></tr>'
        '<tr><td class="operator-gap" /></tr><tr><td class="operator-gap" /></tr>'
        '<tr><td class="operator-name">FORIS OSS</td></tr></table>'
    )


def _range(made: Statement) -> str:
    return f"за период с {figures.day(made.from_)} по {figures.day(made.to)}"


def _row(row: UsageRow) -> str:
    at = row.at
    return (
        f"{figures.day(at)}</td><td>{figures.clock(at)}</td><td>{figures.offset(at)}</td>"
        f"{_number(row.service, row.direction, row.peer)}<td>{_zones(row.zone)}"
        f"</td><td>{words.service(row.service, row.direction)}</td><td></td>"
        f"<td>{figures.actual(row.service, row.quantity)}</td><td>{figures.comma(row.amount_ex_vat)}"
    )


@lru_cache(maxsize=10_000)  # most rows are of a few numbers
def _number(service: str, direction: str, peer: str) -> str:
    mark = "" if words.is_named(direction, peer) else f' class="{UNNAMED}"'
    return f"<td{mark}>{escape(words.number(service, direction, peer))}</td>"


@lru_cache(maxsize=1_000)
def _zones(zone: str) -> str:
    zp, zv = words.zones(zone)
    return f"{escape(zp)}</td><td>{escape(zv)}"
