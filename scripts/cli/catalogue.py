"""`obnovi catalogue`: work with tariff catalogues."""

from pathlib import Path

import click

from ledger.catalogue import BadCatalogue, parse
from scripts.cli import terminal
from scripts.cli.options import for_its_commands, print_json, print_text, with_settings
from scripts.wiring import CATALOGUE_BYTES_MAX, Settings, read_text


@click.group()
@for_its_commands
def catalogue() -> None:
    """Work with tariff catalogues."""


@catalogue.command()
@click.argument("file")
@with_settings
def check(settings: Settings, file: str) -> int:
    """Validate a catalogue; every problem names its plan and field. Exit code 1 when there are any.

    It also names what could be booked under but is hardly meant: a zone that packages cover but that has no prices.

    \b
    Example:
      obnovi catalogue check tariffs.toml
    """
    problems: list[str] = []
    try:
        problems += parse(read_text(Path(file), "catalogue", bytes_max=CATALOGUE_BYTES_MAX)).oversights()
    except BadCatalogue as error:
        problems = error.problems
    if settings.json:
        print_json({"ok": not problems, "problems": problems})
    else:
        for problem in problems:
            print_text(problem)
        print_text(f"{file}: {terminal.count(len(problems), 'problem') if problems else 'a sound catalogue'}\n")
    return 1 if problems else 0
