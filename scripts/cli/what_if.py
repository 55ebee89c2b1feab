"""`obnovi what-if`: what would have come out with another plan, without an input, later or earlier, by other rules."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import click

from ledger.catalogue import parse
from ledger.periods import Instant
from ledger.service import Ledger
from ledger.units import rubles
from projections.audit.change import CannotDecide, Change
from projections.audit.difference import AMOUNT, WALLET_AFTER, Line
from projections.audit.distribution import Bar, Distribution, distribution, moved
from projections.audit.what_if import Report, what_if as decide, what_if_of_many
from scripts.cli import show
from scripts.cli.account import opened_account
from scripts.cli.options import InstantType, given_catalogue, print_json, print_text, with_settings
from scripts.errors import Misuse, SaysNo
from scripts.wiring import Settings, catalogue_text, open_ledger

BAR_WIDTH: Final = 40


class MoveType(click.ParamType[tuple[int, Instant]]):
    """`V=T`: a version and an instant."""

    name = "move"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, Instant]:
        """The pair, or click's usage error."""
        if isinstance(value, tuple):
            return value
        version, _, when = value.partition("=")
        if not version.isascii() or not version.isdigit() or not when:
            self.fail(f"{value!r}: a version and a time, like 7=2023-02-15T03:00:00+03:00", param, ctx)
        return int(version), InstantType().convert(when, param, ctx)
