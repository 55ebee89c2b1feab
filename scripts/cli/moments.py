"""Moments: a time with its offset, or a date alone, which is the end (or the beginning) of it where an account is."""

import sys
from collections.abc import Callable
from datetime import date
from typing import Any, ParamSpec, TypeVar

import click

from ledger import periods
from ledger.inputs import Input, Open
from ledger.periods import Instant, Moment
from ledger.service import Ledger
from scripts.wiring import now

P = ParamSpec("P")
R = TypeVar("R")

FUTURE_ALLOWED: Instant = 24 * periods.HOUR


class MomentType(click.ParamType[Moment]):
    """An RFC 3339 time with an offset, or a date."""

    name = "instant"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Moment:
        """The moment, or click's usage error."""
        if isinstance(value, int | date):
            return value
        try:
            return periods.parse_moment(value)
        except ValueError as error:
            return self.fail(f"{value!r}: {error}, like 2023-02-15T03:00:00+03:00", param, ctx)


class NotAfterType(MomentType):
    """A moment, or `none` for no limit."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Moment:
        """The moment; `none` is the last there is."""
        return sys.maxsize if value == "none" else super().convert(value, param, ctx)


def not_after_option(command: Callable[P, R]) -> Callable[P, R]:
    """`--not-after`: the limit of the future."""
    return click.option(
        "--not-after",
        type=NotAfterType(),
        metavar="INSTANT|none",
        help="Times later than this are an error of somebody's clock.  [default: now + 24 h]",
    )(command)


def known_at_option(command: Callable[P, R]) -> Callable[P, R]:
    """`--known-at`: the recorded time up to which events count."""
    return click.option(
        "--known-at",
        type=MomentType(),
        metavar="INSTANT",
        help="Count only what this program had written down by this time.",
    )(command)


def limit_of_future(not_after: Moment | None, zone: str) -> Instant:
    """The instant after which times of an account in a zone are refused."""
    return now() + FUTURE_ALLOWED if not_after is None else periods.last_instant(not_after, zone)


class Future:
    """What lies in the future of the accounts of a ledger; asked anew for every batch, for the clock goes on."""

    def __init__(self, not_after: Moment | None, ledger: Ledger) -> None:
        self._ledger = ledger
        self._day = not_after if isinstance(not_after, date) else None
        self._opened: dict[str, str] = {}
        self._regions = ledger.catalogues().newest().regions if self._day is not None else {}
        self._limit = 0 if self._day is not None else limit_of_future(not_after, "UTC")

    def has(self, input: Input) -> bool:
        """Whether an input came later than may be; `at` is never later."""
        if self._day is None:
            return input.received_at > self._limit
        return input.received_at > periods.last_instant(self._day, self._zone(input))

    def _zone(self, input: Input) -> str:
        """Where the account is: as this batch opens it, or as the ledger has it."""
        if isinstance(input, Open) and input.region in self._regions:
            self._opened.setdefault(input.account, self._regions[input.region].zone)
        if input.account not in self._opened:
            found = self._ledger.account(input.account)
            self._opened[input.account] = "UTC" if found is None else found.zone
        return self._opened[input.account]
