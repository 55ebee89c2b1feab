"""Reading printed statements back, independently of what printed them."""

from datetime import date
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree as ET

from ledger.contracts import Contract
from ledger.periods import SECOND
from projections.formats import html, xml
from projections.ledger_line import Line
from projections.operator import figures, words
from projections.statement import Statement, UsageTotal
from projections.usage_row import UsageRow
from tests.support import at, rfc

XHTML = "{http://www.w3.org/1999/xhtml}"


def handmade(usage: list[UsageRow] | None = None, lines: list[Line] | None = None, **other: Any) -> Statement:
    """A statement of these rows, without an account behind it."""
    rows = usage or []
    fields: dict[str, Any] = {
        "contract": Contract("79000000001", 1, "79000000001"),
        "zone": "Europe/Moscow",
        "since": date(2015, 9, 6),
        "until": date(2015, 9, 30),
        "final": True,
        "opening": 0,
        "closing": lines[-1].balance if lines else 0,
        "lines": lines or [],
        "usage": rows,
        "usage_total": UsageTotal(sum(row.amount for row in rows), sum(row.amount_ex_vat for row in rows)),
        "left": [],
        "mode": "none",
        "next_due": None,
        "next_fee": None,
    }
    return Statement(**(fields | other))


def row(**given: Any) -> UsageRow:
    """A usage row, a call of 17 seconds for 1.30 unless told otherwise."""
    fields: dict[str, Any] = {
        "version": 7,
        "at": at("2015-09-08 14:37:40"),
        "booked_at": at("2015-09-08 14:37:57"),
        "service": "voice",
        "direction": "out",
        "peer": "79280000000",
        "zone": "home",
        "quantity": 17,
        "billed": 60,
        "from_packages": 0,
        "amount": 130,
        "amount_ex_vat": 1_1017,
        "vat_rate": 18,
    }
    return UsageRow(**(fields | given))


def report(made: Statement, **options: Any) -> ET.Element:
    return ET.fromstring(xml.render(made, **options).encode())


def page(made: Statement, **options: Any) -> ET.Element:
    """The page, read as the XML that it also is."""
    return ET.fromstring(html.render(made, **options).encode())


class Programs(HTMLParser):
    """What programs for the operator's page read: rows of `table table tbody`, heads, foot, and tables by number."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tables = 0
        self.cells: dict[tuple[int, str], list[list[str]]] = {}
        self.classes: list[str] = []
        self.numbers: list[str] = []
        self.feed(text)

    @property
    def usage(self) -> list[list[str]]:
        """The rows in every `tbody`, of whatever table."""
        return [row for (_, part), rows in self.cells.items() if part == "tbody" for row in rows]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.tables += 1
            self.number = self.tables - 1
        if tag == "tr":
            self.cells.setdefault((self.number, self._part()), []).append([])
            if self._part() == "tbody":
                self.classes.append(dict(attrs)["class"] or "")
        if tag in ("td", "th"):
            self.cells[self.number, self._part()][-1].append("")
        if tag not in ("meta", "br", "col"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in ("meta", "br", "col"):
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in ("td", "th", "b") and "table" in self.open and "tr" in self.open:
            rows = self.cells[self.number, self._part()]
            if rows and rows[-1]:
                rows[-1][-1] += data
        if data.strip().startswith("Сетевой ресурс"):
            self.numbers.append(data.split()[2])

    def _part(self) -> str:
        inner = self.open[len(self.open) - self.open[::-1].index("table") :]
        return next((tag for tag in inner if tag in ("thead", "tbody", "tfoot")), "")


def read_xml(element: ET.Element) -> dict[str, Any]:
    """What an `i` tells about a usage record."""
    got = element.attrib
    service, told = words.service_of(got["s"])
    direction, peer = words.peer_of(told, got["n"])
    began, began_at = got["d"].split(" ")
    booked, booked_at = got["bd"].split(" ")
    return {
        "at": figures.time_of(began, began_at, got["gmt"]),
        "booked_at": figures.time_of(booked, booked_at, got["gmt"]),
        "service": service,
        "direction": direction,
        "peer": got.get("peer", peer),
        "zone": words.zone_of(got["zp"], got["zv"]),
        "quantity": figures.quantity_of(service, got["du"]),
        "amount": figures.ten_thousandths_of(got["f"]) // 100,
        "amount_ex_vat": figures.ten_thousandths_of(got["c"]),
    }


def read_html(cells: list[str]) -> dict[str, Any]:
    """What a row of twelve cells tells about a usage record; that it names no peer stands beside their texts."""
    _, day, clock, offset, number, zp, zv, word, _, length, cost, _ = cells
    service, told = words.service_of(word)
    direction, peer = words.peer_of(told, number)
    return {
        "at": figures.time_of(day, clock, offset),
        "service": service,
        "direction": direction,
        "peer": peer,
        "zone": words.zone_of(zp, zv),
        "quantity": figures.quantity_of(service, length),
        "amount_ex_vat": figures.ten_thousandths_of(cost),
    }


def known(row: UsageRow, read: dict[str, Any], *, unnamed: dict[str, str] | None = None) -> dict[str, Any]:
    """The same fields of the row itself, in whole seconds and kilobytes; `unnamed` by service is read for no peer."""
    step = 1024 if row.service == "data" else 1
    stands_for_none = unnamed is not None and row.direction == "out" and not row.peer
    own = {
        "at": rfc(row.at // SECOND * SECOND),
        "booked_at": rfc(row.booked_at // SECOND * SECOND),
        "service": row.service,
        "direction": row.direction,
        "peer": (unnamed or {}).get(row.service, "—") if stands_for_none else row.peer,
        "zone": row.zone,
        "quantity": -(-row.quantity // step) * step,
        "amount": row.amount,
        "amount_ex_vat": row.amount_ex_vat,
    }
    return {name: own[name] for name in read}
