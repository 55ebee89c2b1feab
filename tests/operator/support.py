"""Small fictitious statements in the operator's forms, whole but for what a test says otherwise."""

from collections.abc import Iterable
from html import escape
from typing import Any

from ledger.catalogue import Catalogue, parse, shipped_text
from projections.operator import files
from projections.operator.check import Finding, check
from projections.operator.model import OperatorStatement

ACCOUNT = "79160000001"
COLUMNS = (
    *("", "Дата", "Время", "GMT*", "Номер", "Зона вызова", "Зона направления вызова/номер сессии", "Услуга", " "),
    *("Длительность/Объем (мин.:сек.)/(Kb)", "Стоимость руб. без НДС", ""),
)
CALL = {
    "d": "08.09.2015 14:37:40",
    "n": "79280000000",
    "zp": "",
    "zv": "",
    "s": "Телеф.",
    "a": "",
    "du": "0:17",
    "c": "1,1017",
    "dup": "1:00",
    "f": "1,3000",
    "bd": "08.09.2015 14:37:57",
    "cur": "810",
    "gmt": "+03:00",
}
"""An outgoing call of 17 seconds for 1.30."""
FREE = {"c": "0", "f": "0"}
HEARD = FREE | {"n": "<--+79280000000", "dup": "0:17"}
"""What makes an incoming call of it."""


def xml(*rows: dict[str, str], **section: str) -> bytes:
    """The XML form with calls that differ from `CALL` as told; totals fit the rows."""
    whole = [CALL | row for row in rows]
    told = {"n": ACCOUNT, "pt": "Сетевой ресурс", "t": added(row["c"] for row in whole)}
    told |= {"f": added(row["f"] for row in whole), "sd": "06.09.2015", "ed": "06.03.2016"} | section
    body = "\n".join(f"<i {attributes(row)} />" for row in whole)
    return f'<?xml version="1.0" encoding="utf-8"?>\n<Report><ds {attributes(told)}>\n{body}\n</ds></Report>\n'.encode()


def added(amounts: Iterable[str]) -> str:
    """The sum of amounts that have four decimals, or none."""
    total = sum(int(amount.replace(",", "")) if "," in amount else int(amount) * 10_000 for amount in amounts)
    return f"{total // 10_000},{total % 10_000:04d}"


def attributes(told: dict[str, str]) -> str:
    return " ".join(f'{name}="{escape(value)}"' for name, value in told.items())


def page(*rows: tuple[str, ...], total: str = "0,0000", columns: tuple[str, ...] = COLUMNS, marks: str = "") -> bytes:
    """The HTML form with rows of twelve cells; the letters of `marks` tell the places in blocks."""
    classes = {"b": "FirstInBlock", "i": "InBlock", "e": "LastInBlock", "o": "OutOfBlock"}
    body = "".join(
        f'<tr class="{classes[mark]}">{"".join(f"<td>{escape(cell)}</td>" for cell in row)}</tr>'
        for row, mark in zip(rows, marks or "o" * len(rows), strict=True)
    )
    foot = "".join(f"<td>{cell}</td>" for cell in ("", " Итого:", *[""] * 8, f"<b>{total}</b>", ""))
    return (
        "\ufeff<html><body><table><tr><td><br />Оказанные услуги связи</td></tr>"
        "<tr><td>за период с 15.02.2017 по 17.08.2017</td></tr>"
        f"<tr><td><table><tr><td><br />Сетевой ресурс {ACCOUNT}</td></tr></table></td></tr><tr><td><table><thead><tr>"
        f"{''.join(f'<th>{name}</th>' for name in columns)}</tr></thead><tbody>{body}</tbody>"
        f"<tfoot><tr>{foot}</tr></tfoot></table></td></tr></table></body></html>"
    ).encode()


def cells(clock: str, number: str, word: str, length: str, cost: str = "0,0000") -> tuple[str, ...]:
    """A row of the HTML form on 1 May 2017."""
    return ("", "01.05.2017", clock, "+05:00", number, "", "", word, "", length, cost, "")


def pdf_text(*lines: str, total: str = "0,0000", head: str = f"Сетевой ресурс\n{ACCOUNT}\nДата\nИзм. баланса") -> bytes:
    """The text of a PDF whose rows are these lines, on one page."""
    foot = f"Итого\n {total}\n* - Часовой пояс места оказания услуги\n"
    text = "\n".join(["Оказанные услуги связи", head, *lines]) + f"\n{foot}Страница 1 из 1\nFORIS OSS\n\f"
    return text.encode()


def catalogue() -> Catalogue:
    return parse(shipped_text())


def read(data: bytes) -> OperatorStatement:
    return files.parse(data)


def found(data: bytes) -> list[Finding]:
    """What an audit of a statement finds."""
    return check(read(data), catalogue()).findings


def brief(data: bytes) -> list[tuple[Any, ...]]:
    """The findings as row, rule, check, expected and found."""
    return [(each.row, each.rule, each.check, each.expected, each.found) for each in found(data)]
