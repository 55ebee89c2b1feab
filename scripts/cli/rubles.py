"""Rubles as people write them on a command line: `400`, `400.00`, `400,00`, or as printed: `1 400,00 ₽`."""

import re
from typing import Any, Final

import click

from ledger.units import Kopecks, parse_rubles

_BLANK_OF_THOUSANDS: Final = re.compile(r"(?<=[0-9])[ \u00a0\u202f](?=[0-9]{3}(?![0-9]))")


class RublesType(click.ParamType[Kopecks]):
    """An amount in rubles, as kopecks; with `signed` also below 0, with any of the signs that are printed."""

    name = "rubles"

    def __init__(self, *, signed: bool = False) -> None:
        self._signed = signed

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Kopecks:
        """The kopecks, or click's usage error."""
        if isinstance(value, int):
            return value
        told = _BLANK_OF_THOUSANDS.sub("", value.removesuffix("₽").rstrip()).replace(",", ".")
        is_minus = self._signed and told[:1] in ("-", "−")
        try:
            amount = parse_rubles(told[1:] if is_minus or (self._signed and told[:1] == "+") else told)
        except ValueError:
            self.fail(f"{value!r} is no sum of rubles, like 400, 400.00 or 400,00", param, ctx)
        return -amount if is_minus else amount
