"""`--zone` and `--encoding`: what a table's times and letters are, where it does not say."""

import codecs
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

import click

from ledger import periods
from scripts.app.reconcile import DEFAULT_ZONE

P = ParamSpec("P")
R = TypeVar("R")


class ZoneType(click.ParamType[str]):
    """An IANA time zone."""

    name = "zone"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The zone, or click's usage error."""
        try:
            periods.zone_named(value)
        except periods.UnknownZone as error:
            self.fail(f"{error}, like Europe/Moscow", param, ctx)
        return str(value)


class EncodingType(click.ParamType[str]):
    """An encoding of text that Python knows."""

    name = "encoding"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The encoding, or click's usage error."""
        try:
            if not codecs.lookup(value)._is_text_encoding:
                raise LookupError
        except (LookupError, ValueError):
            self.fail(f"no encoding {value!r}; there are utf-8, windows-1251, cp866, koi8-r, utf-16", param, ctx)
        return str(value)


def zone_option(command: Callable[P, R]) -> Callable[P, R]:
    """`--zone`."""
    return click.option(
        "--zone",
        type=ZoneType(),
        default=DEFAULT_ZONE,
        show_default=True,
        metavar="ZONE",
        help="Whose clocks the times of the file are, where they say no offset.",
    )(command)


def encoding_option(command: Callable[P, R]) -> Callable[P, R]:
    """`--encoding`."""
    return click.option(
        "--encoding",
        type=EncodingType(),
        metavar="NAME",
        help="Of the file.  [default: utf-8 where all of it is, else windows-1251]",
    )(command)
