"""`obnovi simulate`: a feed of an operator that is not there, to try, to measure and to test with."""

import sys
from datetime import date, timedelta
from pathlib import Path

import click

from ledger.catalogue import parse, shipped_text
from scripts.cli.options import DateType, with_settings
from scripts.errors import UsageError
from scripts.simulate import Market, NothingOnSale, lines
from scripts.wiring import Settings, catalogue_text

START = date(2026, 1, 1)
LAST_DAY = date(2098, 12, 31)
"""Times end with 2099; late records need some days behind the last one."""
SUBSCRIBERS_MAX = 800_000_000


@click.command()
@click.option("--subscribers", type=click.IntRange(1, SUBSCRIBERS_MAX), required=True, metavar="N", help="Accounts.")
@click.option("--days", type=click.IntRange(1, 36_500), required=True, metavar="D", help="Local days, from --start.")
@click.option("--seed", type=int, required=True, metavar="S", help="Another whole number, another feed.")
@click.option("--start", type=DateType(), default=START, show_default=True, metavar="DATE", help="The first day.")
@click.option(
    "--malformed",
    type=click.FloatRange(0, 0.9),
    default=0.0,
    show_default=True,
    metavar="P",
    help="The share of lines that are damaged; each comes once more, whole.",
)
@with_settings
def simulate(settings: Settings, subscribers: int, days: int, seed: int, start: date, malformed: float) -> None:
    """Write the feed of a simulated operator on stdout: JSON Lines in order of arrival.

    The same options give the same bytes on any machine. Plans and options are those of --catalogue, else of the
    shipped one; the ledger is not looked at. Nights are no inputs: run `obnovi night` behind the feed. Days that are
    still to come are fed with `--not-after none`.

    \b
    Example:
      obnovi simulate --subscribers 300 --days 31 --seed 1 > january.jsonl
      obnovi feed january.jsonl
      obnovi simulate --subscribers 20 --days 7 --seed 2 --malformed 0.01 | obnovi feed -
    """
    if (LAST_DAY - start) < timedelta(days=days):
        raise UsageError(f"--start and --days end after {LAST_DAY}; choose an earlier start or fewer days")
    text = shipped_text() if settings.catalogue is None else catalogue_text(Path(settings.catalogue))
    try:
        market = Market(parse(text), start)
    except NothingOnSale as error:
        raise UsageError(f"{error}; choose another --start or --catalogue") from None
    feed = lines(market, subscribers=subscribers, days=days, seed=seed, start=start, malformed=malformed)
    sys.stdout.buffer.writelines(line + b"\n" for line in feed)
    sys.stdout.buffer.flush()
