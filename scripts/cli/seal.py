"""`obnovi seal`: a dataset of the ledger's contracts, begun and extended, for other engines and for fast jobs."""

import os
from pathlib import Path

import click

from ledger.log.dataset.form import BUCKETS_MAX
from ledger.log.dataset.sealing import CannotSeal
from scripts.app.seal import seal_ledger
from scripts.cli import terminal
from scripts.cli.messages import worded
from scripts.cli.options import print_json, print_text, refuse_overwrite, with_settings
from scripts.errors import Refused, UsageError
from scripts.wiring import Settings, open_ledger


@click.command()
@click.argument("folder", metavar="DIR")
@click.option(
    "--buckets",
    type=click.IntRange(1, BUCKETS_MAX),
    metavar="N",
    help="Into how many buckets contracts go, for ever.  [default: one for 100,000 events, at least 16]",
)
@click.option(
    "--workers", type=click.IntRange(1, 64), metavar="N", help="Processes at work.  [default: the machine's cores]"
)
@with_settings
def seal(settings: Settings, folder: str, buckets: int | None, workers: int | None) -> int:
    """Write the ledger's contracts as a dataset of Parquet files, or add to it what came since.

    Each run adds a file to every bucket that has something new and rewrites none; killed at any moment it leaves the
    dataset as it was. `verify`, `replay`, `totals`, `what-if` and `statements` work from it with --from DIR, and
    everybody who reads Parquet from DIR/bucket=*/*.parquet. What is sealed in the ledger stays sealed in it: it takes
    the folder of keys to be read, and an erasure reaches it.

    \b
    Example:
      obnovi seal dataset
      obnovi verify --from dataset
    """
    refuse_overwrite("DIR", folder, settings)
    if Path(folder).exists() and not Path(folder).is_dir():
        raise UsageError(f"{folder} is a file; name a folder")
    try:
        with open_ledger(settings) as ledger:
            cores = workers or os.cpu_count() or 1
            done = seal_ledger(ledger, Path(folder), buckets=buckets, workers=cores, watch=terminal.progress)
    except CannotSeal as error:
        raise Refused(worded(error)) from None
    if settings.json:
        print_json(done._asdict())
        return 0
    added = f"{done.added} of them new" if done.added else "none of them new"
    in_files = f", in {terminal.count(done.files, 'file')}" if done.files else ""
    print_text(f"{folder}: {terminal.count(done.events, 'event')}, {added}{in_files}\n")
    return 0
