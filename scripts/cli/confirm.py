"""Confirmation: what cannot be undone is told before it is booked, and asked where somebody can answer."""

import sys
from collections.abc import Mapping
from typing import Final

import click

from ledger import periods
from scripts.app.night import Quiet
from scripts.cli import terminal
from scripts.errors import Refused, UsageError
from scripts.wiring import Settings

_NOUNS: Final = {
    "MonthlyFeeCharged": "monthly fee",
    "DailyFeeCharged": "daily fee",
    "Blocked": "block",
    "PeriodLapsed": "lapsed period",
    "PromiseClosed": "ended promise",
    "OptionFeeCharged": "option fee",
    "OptionSuspended": "suspended option",
    "OptionExpired": "ended option",
}
"""What the schedule books."""
yes_option = click.option("--yes", is_flag=True, help="Go on without asking or warning.")


def confirm(settings: Settings, told: str, *, yes: bool) -> None:
    """Ask on a terminal whether to go on, elsewhere warn on stderr and go on. Raises Refused where the answer is no."""
    if yes:
        return
    if settings.json or not _somebody_looks():
        click.echo(f"obnovi: {told}; --yes says that it is meant", err=True)
        return
    _ask(told)


def require_confirmation(
    settings: Settings, told: str, *, yes: bool, hint: str = "--dry-run shows what would be booked"
) -> None:
    """Ask on a terminal whether to go on, elsewhere refuse. Raises UsageError, and Refused where the answer is no."""
    if yes:
        return
    if settings.json or not _somebody_looks():
        raise UsageError(f"{told}; add --yes if that is meant, {hint}")
    _ask(told)


def describe_quiet(quiet: Quiet) -> str:
    """How long there was no input before an instant, in a clause."""
    day = f"{periods.local(quiet.newest, 'UTC'):%Y-%m-%d}"
    return f"{quiet.days} days lie between the newest input ({day}) and this time"


def describe_counts(booked: Mapping[str, int]) -> str:
    """Events of the schedule by their types, as `2 monthly fees, 1 block`."""
    return ", ".join(terminal.count(booked[name], noun) for name, noun in _NOUNS.items() if booked.get(name))


def _ask(told: str) -> None:
    if not click.confirm(f"{told}. Go on?", err=True):
        raise Refused("nothing was written")


def _somebody_looks() -> bool:
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()
