"""`obnovi catalogue`: tariff catalogues checked, shown, compared, and gone on with by a new version of a plan."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Final, ParamSpec, TypeVar, get_args

import click

from ledger.catalogue import BadCatalogue, oversights, parse, shipped_text
from ledger.catalogue.differences import differences
from ledger.units import Kopecks, Service
from projections.words.language import Language
from projections.words.phrasebook import Phrasebook
from scripts.app.catalogues import Changes, NewVersion, contracts_by_plan, new_version, shown
from scripts.cli import catalogue_tables, terminal
from scripts.cli.options import (
    DateType,
    catalogue_of_the_line,
    for_its_commands,
    lang_option,
    print_bytes,
    print_error,
    print_json,
    print_text,
    refuse_overwrite,
    whole_file,
    with_settings,
)
from scripts.cli.rubles import RublesType
from scripts.errors import UsageError
from scripts.wiring import CATALOGUE_BYTES_MAX, Settings, catalogue_text, ledger_ref, open_ledger, read_text

P = ParamSpec("P")
R = TypeVar("R")
SHIPPED: Final = "shipped"
LEDGER: Final = "ledger"


class SizeType(click.ParamType[int | str]):
    """How much a package holds, or `unlimited`."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int | str:
        """The number, or the word."""
        if isinstance(value, int):
            return value
        if value == "unlimited":
            return "unlimited"
        if not (value.isascii() and value.isdecimal()):
            self.fail(f"{value!r} is no whole number and not `unlimited`", param, ctx)
        return int(value)


@click.group()
@for_its_commands
def catalogue() -> None:
    """Work with tariff catalogues."""


@catalogue.command()
@click.argument("file")
@with_settings
def check(settings: Settings, file: str) -> int:
    """Validate a catalogue. Every problem names its line, plan and field; exit code 1 when there are any.

    It also names what could be booked under but is hardly meant: a zone that packages cover but that has no prices, a
    zone that is spelt almost as in other plans, a service that every other plan prices there, a date that can't be
    meant.

    \b
    Example:
      obnovi catalogue check tariffs.toml
    """
    problems: list[str] = []
    try:
        problems += oversights(parse(read_text(Path(file), "catalogue", bytes_max=CATALOGUE_BYTES_MAX)))
    except BadCatalogue as error:
        problems = error.problems
    if settings.json:
        print_json({"ok": not problems, "problems": problems})
    else:
        for problem in problems:
            print_text(problem)
        print_text(f"{file}: {terminal.count(len(problems), 'problem') if problems else 'a sound catalogue'}\n")
    return 1 if problems else 0


@catalogue.command()
@click.option("--plan", metavar="PLAN", help="Only this plan.")
@click.option("--shipped", is_flag=True, help="The catalogue that comes with the program.")
@click.option("--at", type=DateType(), metavar="DATE", help="Only the versions in force on this date.")
@lang_option("en")
@with_settings
def show(settings: Settings, plan: str | None, shipped: bool, at: date | None, lang: Language) -> int:
    """Show a catalogue's plans, prices and options.

    It is the one in force in the ledger, that of --catalogue FILE, or the shipped one.

    \b
    Example:
      obnovi catalogue show --shipped --plan smart
      obnovi catalogue show --at 2026-02-01 --json
    """
    made = shown(parse(_named(settings, _base(settings, shipped=shipped))), plan=plan, at=at)
    if settings.json:
        print_json(made)
    else:
        catalogue_tables.show(Phrasebook(lang), made, is_whole=plan is None)
    return 0


@catalogue.command()
@click.argument("a")
@click.argument("b")
@click.option("--contracts", "is_counted", is_flag=True, help="Say how many contracts of the ledger have each plan.")
@lang_option("en")
@with_settings
def diff(settings: Settings, a: str, b: str, is_counted: bool, lang: Language) -> int:
    """Say what catalogue B changes against A, and from when.

    Each is a file, `shipped` or `ledger`. A version that only one has is compared with what holds then in the other.

    \b
    Example:
      obnovi catalogue diff ledger mended.toml
      obnovi catalogue diff ledger mended.toml --contracts
    """
    was, is_ = (parse(_named(settings, name)) for name in (a, b))
    made = list(differences(was, is_))
    contracts: Mapping[str, int] | None = None
    if is_counted:
        with open_ledger(settings) as ledger, ledger.snapshot() as snapshot:
            contracts = contracts_by_plan(snapshot)
    if settings.json:
        rows = [{("is" if name == "is_" else name): value for name, value in each._asdict().items()} for each in made]
        if contracts is not None:
            rows = [row | {"contracts": contracts.get(row["id"], 0) if row["kind"] == "plan" else None} for row in rows]
        print_json(rows)
    else:
        catalogue_tables.show_differences(Phrasebook(lang), made, contracts)
    return 0


def _version_options(command: Callable[P, R]) -> Callable[P, R]:
    """What every new version takes."""
    for option in (
        click.option("-o", "--output", metavar="FILE", help="Write to this file instead of stdout."),
        click.option("--shipped", is_flag=True, help="Go on from the catalogue that comes with the program."),
        click.option("--from", "since", type=DateType(), required=True, metavar="DATE", help="It holds from then on."),
    ):
        command = option(command)
    return command


@catalogue.command("add-price")
@click.argument("plan")
@click.argument("zone")
@click.option("--voice", type=RublesType(), metavar="RUBLES", help="Of a started minute, with VAT.")
@click.option("--sms", type=RublesType(), metavar="RUBLES", help="Of an SMS.")
@click.option("--data", type=RublesType(), metavar="RUBLES", help="Of a started megabyte.")
@_version_options
@with_settings
def add_price(
    settings: Settings,
    plan: str,
    zone: str,
    voice: Kopecks | None,
    sms: Kopecks | None,
    data: Kopecks | None,
    since: date,
    shipped: bool,
    output: str | None,
) -> int:
    """Write the catalogue with other prices of PLAN in ZONE.

    They stand in a new version of the plan from a date on. It goes on from the catalogue in force in the ledger, or
    that of --catalogue FILE: the new version stands at its end, all that stood there before is as it was. Records of
    that date and later are rated by it (`obnovi rerate`).

    \b
    Example:
      obnovi catalogue add-price smart abroad --voice 9.00 --from 2026-02-01 -o mended.toml
    """
    given: dict[Service, Kopecks | None] = {"voice": voice, "sms": sms, "data": data}
    prices = {service: price for service, price in given.items() if price is not None}
    if not prices:
        raise UsageError("name a price with --voice, --sms or --data")
    return _write(settings, plan, since, Changes(prices={zone: prices}), shipped=shipped, output=output)


@catalogue.command("add-version")
@click.argument("plan")
@click.option("--name", metavar="NAME", help="What subscribers read.")
@click.option("--monthly-fee", type=RublesType(), metavar="RUBLES", help="Fee of a month.")
@click.option("--daily-fee", type=RublesType(), metavar="RUBLES", help="Fee of a day where the month is not paid.")
@click.option("--voice-minutes", type=SizeType(), metavar="N", help="Minutes of a month's package, or `unlimited`.")
@click.option("--sms", type=SizeType(), metavar="N", help="SMS of a month's package.")
@click.option("--data-mb", type=SizeType(), metavar="N", help="Megabytes of a month's package.")
@click.option("--sold-until", type=DateType(), metavar="DATE", help="The first date on which it is sold no more.")
@click.option(
    "--price",
    "prices",
    type=(str, click.Choice(get_args(Service)), RublesType()),
    multiple=True,
    metavar="ZONE SERVICE RUBLES",
    help="A price beyond the packages, any number.",
)
@_version_options
@with_settings
def add_version(
    settings: Settings,
    /,
    plan: str,
    prices: Sequence[tuple[str, Service, Kopecks]],
    since: date,
    shipped: bool,
    output: str | None,
    **given: Any,
) -> int:
    """Write the catalogue with a new version of PLAN.

    It holds from a date on; what is not named is as in the version before. It goes on from the catalogue in force in
    the ledger, or that of --catalogue FILE: the new version stands at its end, all that stood there before is as it
    was.

    \b
    Example:
      obnovi catalogue add-version smart --monthly-fee 450 --from 2026-04-01 -o april.toml
      obnovi catalogue add-version smart --price abroad voice 9 --price abroad sms 5 --from 2026-04-01
    """
    by_zone: dict[str, dict[Service, Kopecks]] = {}
    for zone, service, price in prices:
        by_zone.setdefault(zone, {})[service] = price
    return _write(settings, plan, since, Changes(**given, prices=by_zone), shipped=shipped, output=output)


def _write(settings: Settings, plan: str, since: date, changes: Changes, *, shipped: bool, output: str | None) -> int:
    """Write the catalogue that a new version makes, to a file whole or not at all, or to stdout."""
    if output is not None:
        refuse_overwrite("-o", output, replace(settings, catalogue=None))
    base = _base(settings, shipped=shipped)
    made = new_version(_named(settings, base), plan, since, changes)
    content = made.text.replace("\n", _line_end(base)).encode()
    for later in made.later[:1]:
        print_error(f"obnovi: plan {plan} has a version of {later}, from which on it is as that one says")
    for problem in made.oversights:
        print_error(f"obnovi: {problem}")
    if output is not None:
        with whole_file(output, settings) as file:
            file.write(content)
    if settings.json:
        print_json(_answer(made, output))
    elif output is None:
        print_bytes(content)
    else:
        print_text(
            f"{output}: plan {plan} from {since} on; `obnovi catalogue diff ledger {output}` shows what differs\n"
        )
    return 0


def _answer(made: NewVersion, output: str | None) -> dict[str, Any]:
    named = {"plan": made.version.id, "version": made.version.version, "file": output}
    return named if output is not None else named | {"catalogue": made.text}


def _base(settings: Settings, *, shipped: bool) -> str:
    """What the catalogue that a command is about is called: shipped, that of the command line, else the ledger's.

    Where there is no ledger, the one that the environment names.
    """
    line = catalogue_of_the_line()
    if shipped and line is not None:
        raise UsageError("--shipped and --catalogue name two catalogues; leave one of them out")
    if line is None and settings.catalogue is not None and not ledger_ref(settings).exists():
        line = settings.catalogue
    return SHIPPED if shipped else LEDGER if line is None else line


def _line_end(name: str) -> str:
    """How lines of a catalogue end: all that stood there is to stay as it was."""
    return "\r\n" if name not in (SHIPPED, LEDGER) and b"\r\n" in Path(name).read_bytes() else "\n"


def _named(settings: Settings, name: str) -> str:
    """The text of `shipped`, `ledger` or a file. Raises UsageError."""
    if name == SHIPPED:
        return shipped_text()
    if name != LEDGER:
        return catalogue_text(Path(name))
    with open_ledger(settings) as ledger, ledger.snapshot() as snapshot:
        return snapshot.log.adopted()[-1].toml
