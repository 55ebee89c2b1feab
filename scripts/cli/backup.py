"""`obnovi backup` and `restore`: a copy of the ledger while it is written to, and a ledger from such a copy."""

import os
from pathlib import Path
from typing import Final

import click

from ledger.log.engines import file_ref
from projections.evidence.keys import NoKeys, kept
from projections.verify.account import Problem
from projections.verify.named import contract_of
from scripts.app.backups import Disagreement, back_up, restore_to
from scripts.cli import terminal
from scripts.cli.audit import word_findings
from scripts.cli.messages import worded
from scripts.cli.options import print_json, print_text, refuse_overwrite, with_settings
from scripts.errors import Refused, UsageError
from scripts.wiring import Settings, file_of, keys_folder, open_ledger, require_file

IN_POSTGRESQL: Final = {
    "backup": "`pg_dump -Fc -n {schema} -f FILE {database}` copies it, see docs/operations.md",
    "restore": "`pg_restore -d {database} FILE` brings a copy back, see docs/operations.md",
}
"""What does there what only a file can have done here."""


@click.command()
@click.argument("file")
@with_settings
def backup(settings: Settings, file: str) -> int:
    """Copy the ledger as it stands at one moment into a file, while others go on writing.

    The file is there whole or not at all, and takes the place of an older backup. The folder of keys is not in it: keep
    a copy of that elsewhere. A ledger whose catalogues are not those of the newest checkpoint takes no backup's place.

    \b
    Example:
      obnovi backup obnovi-monday.db
    """
    target, ref = Path(file), file_of(settings, IN_POSTGRESQL["backup"])
    refuse_overwrite("FILE", file, settings)
    if target.is_dir():
        raise UsageError(f"{file} is a folder; name a file")
    _no_ledger_in_use(target)
    if target.exists() and not (target.is_file() and file_ref(target).is_ledger()):
        raise UsageError(f"{file} is there and no backup; name another file")
    if not target.absolute().parent.is_dir():
        raise UsageError(f"there is no folder {target.parent} to write a backup into; create it or name another")
    try:
        keys = kept(keys_folder(settings))
        with open_ledger(settings) as ledger:
            events = back_up(ledger, ref, target, keys)
    except Disagreement as found:
        return _disagrees(settings, found, f"{file} is not written", hint="; see `obnovi verify`")
    except NoKeys as error:
        raise UsageError(worded(error)) from None
    if settings.json:
        print_json({"events": events, "ok": True})
    else:
        print_text(f"{file}: {terminal.count(events, 'event')}\n")
        print_text("It holds no keys: `obnovi keys backup` copies those of the contracts.\n")
    return 0


@click.command()
@click.argument("file")
@click.option(
    "--workers", type=click.IntRange(1, 64), metavar="N", help="Processes at work.  [default: the machine's cores]"
)
@with_settings
def restore(settings: Settings, file: str, workers: int | None) -> int:
    """Make the ledger that --ledger names from a copy; there must be none yet.

    Every booking of the copy is decided again first, and its events are held against the newest checkpoint in the
    folder of keys; a copy that is older than it, or was changed, is refused. The ledger appears whole or not at all.

    \b
    Example:
      obnovi --ledger obnovi.db restore obnovi-monday.db
    """
    source, ledger = Path(file), file_of(settings, IN_POSTGRESQL["restore"])
    require_file(source, "backup")
    try:
        folder, cores = keys_folder(settings), workers or os.cpu_count() or 1
        events, is_held = restore_to(ledger, file_ref(source), source, folder, workers=cores, watch=terminal.progress)
    except Disagreement as found:
        return _disagrees(settings, found, f"{file} is not restored")
    except NoKeys as error:
        raise UsageError(worded(error)) from None
    if settings.json:
        print_json({"events": events, "ok": True})
    else:
        print_text(f"{ledger}: {terminal.count(events, 'event')}, everything agrees\n")
        if not is_held:
            print_text("No checkpoint was there to hold it against: it may be an older copy, or one cut off.\n")
    return 0


def _disagrees(settings: Settings, found: Disagreement, outcome: str, *, hint: str = "") -> int:
    """The exit code with --json; else raises Refused with how many problems there are, and the first."""
    problems = word_findings(found.problems)
    if settings.json:
        print_json({"events": found.events, "ok": False, "problems": problems})
        return 1
    raise Refused(f"{outcome}, {_describe(problems)}{hint}") from None


def _describe(problems: list[Problem]) -> str:
    """How many problems, and the first of them."""
    first = problems[0]
    contract = contract_of(first)
    where = f"account {contract}, version {first.version}: " if contract else ""
    found = f"{where}{first.problem}: expected {first.expected}, found {first.found}"
    return f"{terminal.count(len(problems), 'problem')}: {found}"


def _no_ledger_in_use(target: Path) -> None:
    if any(each.exists() for each in file_ref(target).helpers()):
        raise UsageError(f"{target} is a ledger in use; name another file")
