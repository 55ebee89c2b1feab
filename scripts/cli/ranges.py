"""Ranges of time: a month, or `--from` and `--to`, the same wherever a range is asked."""

import functools
import re
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any, Final, TypeVar

import click

from ledger import periods
from scripts.app.errors import require_range
from scripts.cli.moments import MomentType
from scripts.cli.options import DateType
from scripts.cli.source import DATASET, TimeOrDataset, parted
from scripts.errors import UsageError

R = TypeVar("R")

_MONTH: Final = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])")


class MonthType(click.ParamType[date]):
    """A month YYYY-MM, as its first day."""

    name = "month"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The first day, or click's usage error."""
        if isinstance(value, date):
            return value
        if _MONTH.fullmatch(value) is None:
            self.fail(f"{value!r}: not a month YYYY-MM of the years 2000-2099", param, ctx)
        return date.fromisoformat(f"{value}-01")


def last_day(month: date) -> date:
    """The last day of a month that is told by its first."""
    return periods.months_after(month, 1) - timedelta(days=1)


def dates_of(months: Sequence[date], since: date | None, until: date | None) -> list[tuple[date, date]]:
    """The ranges of months, each once in their order, or the one of two dates. Raises UsageError."""
    if bool(months) == (since is not None or until is not None):
        raise UsageError("name months with --month YYYY-MM, or one range with --from DATE and --to DATE")
    if months:
        return [(month, last_day(month)) for month in dict.fromkeys(months)]
    if since is None or until is None:
        raise UsageError("a range has both ends, --from DATE and --to DATE")
    require_range(since, until)
    return [(since, until)]


def range_options(
    *, required: bool = False, times: bool = False, dataset: bool = False
) -> Callable[[Callable[..., R]], Callable[..., R]]:
    """`--month`, or `--from` and `--to`, which a command gets as `since` and `until`, local dates, both included.

    `required`: a range must be named; else either end may be left open. `times`: the ends may be times too. `dataset`:
    --from also takes a folder, which the command gets as `dataset`. Raises UsageError where both ways are mixed.
    """
    kind = MomentType() if times else DateType()
    metavar, what = ("TIME", "time") if times else ("DATE", "local date")
    folder = {"type": TimeOrDataset(kind), "multiple": True, "metavar": f"{metavar}|DIR"}
    first = folder if dataset else {"type": kind, "metavar": metavar}
    told = f"{metavar}: first {what}. DIR: {DATASET}" if dataset else f"First {what}."

    def decorated(command: Callable[..., R]) -> Callable[..., R]:
        @functools.wraps(command)
        def wrapper(*args: Any, month: date | None, since: Any, until: Any, **kwargs: Any) -> R:
            if dataset:
                since, kwargs["dataset"] = parted(since)
            if month is not None and (since is not None or until is not None):
                raise UsageError("--month names the range by itself; leave --from and --to out, or --month")
            if month is not None:
                since, until = month, last_day(month)
            if required and (since is None or until is None):
                raise UsageError(f"name the range: --month YYYY-MM, or both --from {metavar} and --to {metavar}")
            return command(*args, since=since, until=until, **kwargs)

        for option in (
            click.option("--to", "until", type=kind, metavar=metavar, help=f"Last {what}, included."),
            click.option("--from", "since", help=told, **first),
            click.option("--month", type=MonthType(), metavar="YYYY-MM", help="The month, instead of --from and --to."),
        ):
            wrapper = option(wrapper)
        return wrapper

    return decorated
