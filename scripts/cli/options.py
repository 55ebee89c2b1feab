"""Options that every command shares, before or after its name, and the printing of answers."""

import functools
import os
import re
import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO, Concatenate, Final, ParamSpec, TypeVar

import click
import msgspec

from ledger import periods
from ledger.log import files
from projections.words.language import LANGUAGES, Language
from projections.words.safe import safe
from scripts.errors import UsageError
from scripts.wiring import Settings, keys_folder, ledger_ref

P = ParamSpec("P")
R = TypeVar("R")
BY_MAX: Final = 64
_PRINTED: Final = re.compile(r"([0-9]{2})\.([0-9]{2})\.([0-9]{4})(?:[ T]([0-9]{1,2})(:.*))?")


def iso_of(text: str) -> str:
    """A date or time as documents print it (`03.02.2026`, `03.02.2026 9:12:00`) in ISO's order; any other as it is."""
    found = _PRINTED.fullmatch(text)
    if found is None:
        return text
    day, month, year, hour, rest = found.groups()
    return f"{year}-{month}-{day}" + (f"T{hour:0>2}{rest}" if hour else "")


class DateType(click.ParamType[date]):
    """A date YYYY-MM-DD, or as documents print it."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The date, or click's usage error."""
        if isinstance(value, date):
            return value
        try:
            return periods.parse_date(iso_of(value))
        except ValueError as error:
            self.fail(f"{value!r}: {error}", param, ctx)


def lang_option(default: Language | None) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """`--lang`: the language of everything that people are told; JSON has none, so it does not go with --json.

    Without a default the command says itself what it is told in.
    """
    return click.option(
        "--lang",
        type=click.Choice(LANGUAGES),
        default=default,
        show_default=True,
        help="Language of the whole answer.",
    )


def with_settings(command: Callable[Concatenate[Settings, P], R]) -> Callable[P, R]:
    """Give a command the global options, wherever they stood; the one nearer to the command wins."""

    @functools.wraps(command)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        given: dict[str, Any] = {name: kwargs.pop(name) for name in ("ledger", "catalogue", "as_json")}
        before = click.get_current_context().find_root().obj or {}
        settings = Settings(
            ledger=_first(given["ledger"], before.get("ledger"), os.environ.get("OBNOVI_LEDGER"), "obnovi.db"),
            catalogue=given["catalogue"] or before.get("catalogue") or os.environ.get("OBNOVI_CATALOGUE") or None,
            json=bool(given["as_json"] or before.get("as_json")),
        )
        if settings.json:
            refuse_lang()
        return command(settings, *args, **kwargs)

    return _global_options(wrapper)


def for_its_commands(group: Callable[[], None]) -> Callable[..., None]:
    """Give a group of commands the global options, between its name and the command's: they hold for the command."""

    @functools.wraps(group)
    def wrapper(**given: Any) -> None:
        root = click.get_current_context().find_root()
        root.obj = {**(root.obj or {}), **{name: value for name, value in given.items() if value not in (None, False)}}
        group()

    return _global_options(wrapper)


def _global_options(command: Callable[P, R]) -> Callable[P, R]:
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Print JSON on stdout and nothing else."),
        click.option("--catalogue", metavar="FILE", help="Tariff catalogue (TOML) for what is booked from now on."),
        click.option(
            "--ledger", metavar="URL", help="The ledger: a SQLite file, sqlite:///FILE, or postgresql://HOST/DATABASE."
        ),
    ):
        command = option(command)
    return command


def catalogue_of_the_line() -> str | None:
    """The catalogue that the command line names, before or after the command; the environment's is none."""
    context = click.get_current_context()
    return context.params.get("catalogue") or (context.find_root().obj or {}).get("catalogue")


def require_by(by: str) -> None:
    """Raise UsageError for a name that no input's `by` takes."""
    if not 1 <= len(by) <= BY_MAX:
        raise UsageError(f"--by takes 1 to {BY_MAX} characters")


def refuse_lang() -> None:
    """Refuse --lang where JSON is asked for. Raises UsageError."""
    if click.get_current_context().get_parameter_source("lang") is click.core.ParameterSource.COMMANDLINE:
        raise UsageError("--lang is for people; JSON is the same in every language, leave one of them out")


def _first(*values: str | None) -> str:
    """The first that was given, be it empty: an unset variable in somebody's script must not mean another ledger."""
    return next(value for value in values if value is not None)


def print_json(value: object) -> None:
    """One JSON value and a newline on stdout, UTF-8 whatever the locale."""
    sys.stdout.buffer.write(msgspec.json.encode(value) + b"\n")
    sys.stdout.buffer.flush()


def print_json_list(rows: Iterable[object]) -> None:
    """One JSON list and a newline, row by row as they come, for there may be very many."""
    before = b"["
    for row in rows:
        sys.stdout.buffer.write(before + msgspec.json.encode(row))
        before = b","
    print_bytes(b"[]\n" if before == b"[" else b"]\n")


def print_text(text: str) -> None:
    """One line on stdout, UTF-8 whatever the locale; whatever stands in it, it stays one line."""
    print_bytes(f"{_line(text)}\n".encode())


def print_error(text: str) -> None:
    """The same on stderr."""
    sys.stderr.write(f"{_line(text)}\n")


def _line(text: str) -> str:
    return safe(text.removesuffix("\n"))


def print_bytes(content: bytes) -> None:
    """A document on stdout, as it is."""
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def refuse_overwrite(option: str, path: str, settings: Settings, *inputs: str) -> None:
    """Refuse to write over what is kept or read: ledger and helpers, keys, catalogue, feeds. Raises UsageError."""
    ledger = ledger_ref(settings)
    own = [*ledger.files(), *(part.companion("evidence") for part in ledger.parts)]
    kept = [(str(file), "the ledger itself") for file in own]
    kept += [(settings.catalogue, "the catalogue")] if settings.catalogue else []
    kept += [(name, "one of the feeds") for name in inputs if name != "-"]
    for name, what in kept:
        if os.path.realpath(name) == os.path.realpath(path):
            raise UsageError(f"{option} {path} is {what}; name another file")
    if Path(path).resolve().is_relative_to(keys_folder(settings).resolve()):
        raise UsageError(f"{option} {path} lies in the folder of keys; name another file")


def form_of(given: str | None, output: str | None, forms: Collection[str]) -> str | None:
    """The format that was asked for: by its option, else by the ending of the file it goes to; None for neither.

    Raises UsageError for an ending that is no format: a file must not say that it is what it is not.
    """
    ending = Path(output or "").suffix.removeprefix(".").lower()
    if given is None and ending and ending not in forms:
        raise UsageError(f"-o {output}: .{ending} is none of the formats {', '.join(forms)}; name one with --format")
    return given or ending or None


def refuse_what_is_no_file(path: str) -> None:
    """Refuse to replace a folder or a device. Raises UsageError."""
    if os.path.exists(path) and not os.path.isfile(path):
        raise UsageError(f"{path} is no file that can be replaced; name another")


def write_file(path: str, content: bytes, settings: Settings) -> None:
    """A file of what the ledger holds, written whole or not at all. Raises UsageError."""
    with whole_file(path, settings) as file:
        file.write(content)


@contextmanager
def whole_file(path: str, settings: Settings) -> Iterator[BinaryIO]:
    """A file of what the ledger holds, to be written piece by piece, which appears whole or not at all.

    It is no more readable than the ledger, or has the mode of the file it replaces. Raises UsageError.
    """
    refuse_what_is_no_file(path)
    try:
        with files.whole(Path(path), like=ledger_ref(settings).like) as file:
            yield file
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from None
