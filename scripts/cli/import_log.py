"""`obnovi import-log`: an exported log becomes a ledger again."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import click

from ledger.log.engines import FileRef
from ledger.log.store import LogRef
from ledger.log_import import NotEmpty
from scripts.app.new_ledger import new_ledger
from scripts.cli import terminal
from scripts.cli.messages import worded
from scripts.cli.options import print_json, print_text, with_settings
from scripts.errors import Refused, UsageError
from scripts.wiring import Settings, log_ref, require_file

LINE_BYTES_MAX = 64 * 1024 * 1024


@click.command()
@click.argument("file", metavar="FILE")
@with_settings
def import_log(settings: Settings, file: str) -> int:
    """Make the same log of an exported one (`obnovi export --format jsonl`), in an empty ledger.

    The stored bytes, positions, catalogues and idempotency keys are the same, and so is the Merkle root. All of it is
    imported or nothing.

    \b
    Example:
      obnovi export --format jsonl -o log.jsonl
      obnovi --ledger again.db import-log log.jsonl
      obnovi --ledger again.db verify
    """
    from projections.exports.import_log import NotALog, import_log  # noqa: PLC0415  # the name is the command's

    require_file(Path(file), "exported log")
    try:
        with (
            open(file, "rb") as lines,
            terminal.progress("events", None) as bar,
            _place(settings, Path(file)) as ledger,
        ):
            imported = import_log(ledger, _lines(lines), bar)
    except NotALog as error:
        raise UsageError(f"{file} {worded(error)}") from None
    except NotEmpty as error:
        raise Refused(worded(error)) from None
    if settings.json:
        print_json({"events": imported.events, "root": imported.root})
    else:
        print_text(f"{terminal.count(imported.events, 'event')}, root {imported.root}\n")
    return 0


@contextmanager
def _place(settings: Settings, source: Path) -> Iterator[LogRef]:
    """Where to import: the empty ledger that is there, else a new one, which appears only when it is whole."""
    ref = log_ref(settings, "takes over")
    if not isinstance(ref, FileRef) or ref.exists():
        yield ref
        return
    with new_ledger(ref, source) as made:
        yield made


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """Lines of a file that may be anything, also one endless line. Raises UsageError."""
    while line := file.readline(LINE_BYTES_MAX + 1):
        if len(line) > LINE_BYTES_MAX:
            raise UsageError(f"{file.name} has a line of more than {LINE_BYTES_MAX} bytes, so it is no exported log")
        yield line
