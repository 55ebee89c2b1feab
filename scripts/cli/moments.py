"""Moments: a time with its offset, what the clocks show where an account is, or a date alone, which ends there."""

import sys
from collections.abc import Callable
from datetime import date
from typing import Any, ParamSpec, TypeVar

import click

from ledger import periods
from ledger.periods import Moment
from scripts.app.event_search import Written
from scripts.cli.options import iso_of

P = ParamSpec("P")
R = TypeVar("R")


class MomentType(click.ParamType[Moment]):
    """An RFC 3339 time, a local one without an offset, or a date; also as documents print them."""

    name = "instant"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Moment:
        """The moment, or click's usage error."""
        if isinstance(value, int | date):
            return value
        try:
            return periods.parse_moment(iso_of(value))
        except ValueError as error:
            return self.fail(
                f"{value!r}: {error}, like 2023-02-15, 2023-02-15T03:00 or 2023-02-15T03:00:00+03:00", param, ctx
            )


class WrittenType(click.ParamType[Written]):
    """A moment as it is read off: to the day, the minute, the second."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Written:
        """The time and how exact it is, or click's usage error."""
        return (
            value
            if isinstance(value, Written)
            else Written(MomentType().convert(value, param, ctx), periods.resolution_of(iso_of(value)))
        )


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
        metavar="TIME|none",
        help="Times later than this are an error of somebody's clock.  [default: now + 24 h]",
    )(command)


def known_at_option(command: Callable[P, R]) -> Callable[P, R]:
    """`--known-at`: the recorded time up to which events count."""
    return click.option(
        "--known-at",
        type=MomentType(),
        metavar="TIME",
        help="Count only what this program had written down by this time.",
    )(command)
