"""`obnovi backup` and `restore`: a copy of the ledger while it is written to, and a ledger from such a copy."""

import os
from pathlib import Path
from typing import Final

import click

from ledger.log.copy import copy, is_ledger, keep
from ledger.log.errors import StoreError
from projections.audit.account import Problem
from projections.audit.verify import verify_file
from projections.evidence.check import check_file
from projections.evidence.keys import NoKeys, kept
from scripts.cli import show
from scripts.cli.options import print_json, print_text, spare, with_settings
from scripts.errors import Misuse, SaysNo
from scripts.wiring import Settings, keys_folder, ledger_path, open_ledger, there

HELPERS: Final = ("-wal", "-shm", "-journal")


@click.command()
@click.argument("file")
@with_settings
def backup(settings: Settings, file: str) -> int:
    """Copy the ledger as it stands at one moment into a file, while others go on writing.

    The file is there whole or not at all, and takes the place of an older backup. The folder of keys is not in it: keep
    a copy of that elsewhere.

    \b
    Example:
      obnovi backup obnovi-monday.db
    """
    target = Path(file)
    spare("FILE", file, settings)
    if target.is_dir():
        raise Misuse(f"{file} is a folder; name a file")
    _no_ledger_in_use(target)
    if target.exists() and not (target.is_file() and is_ledger(target)):
        raise Misuse(f"{file} is there and no backup; name another file")
    if not target.absolute().parent.is_dir():
        raise Misuse(f"there is no folder {target.parent} to write a backup into; create it or name another")
    part = _part(target, "backup")
    try:
        with open_ledger(settings) as ledger:
            events = copy(ledger.journal.path, part)
        os.replace(part, target)
    except StoreError as error:
        raise Misuse(str(error)) from None
    finally:
        _remove(part)
    keep(target.absolute().parent)
    if settings.json:
        print_json({"events": events, "ok": True})
    else:
        print_text(f"{file}: {show.count(events, 'event')}\n")
    return 0


@click.command()
@click.argument("file")
@click.option("--workers", type=click.IntRange(1, 64), help="Processes at work.  [default: the machine's cores]")
@with_settings
def restore(settings: Settings, file: str, workers: int | None) -> int:
    """Make the ledger that --ledger names from a copy; there must be none yet.

    Every booking of the copy is decided again first, and its events are held against the newest checkpoint in the
    folder of keys; a copy that is older than it, or was changed, is refused. The ledger appears whole or not at all.

    \b
    Example:
      obnovi --ledger obnovi.db restore obnovi-monday.db
    """
    source, ledger = Path(file), ledger_path(settings.ledger)
    there(source, "backup")
    for path in (ledger, *(ledger.with_name(ledger.name + end) for end in HELPERS)):
        if path.exists():
            raise SaysNo(f"{path} is there; move it away first, a ledger is never written over")
    if not ledger.absolute().parent.is_dir():
        raise Misuse(f"there is no folder {ledger.parent} to make a ledger in; create it or name another")
    part = _part(ledger, "restore")
    try:
        events = copy(source, part)
        problems = _problems(settings, part, workers or os.cpu_count() or 1)
        if problems:
            if settings.json:
                print_json({"events": events, "ok": False, "problems": problems})
                return 1
            first = problems[0]
            where = f"account {first.account}, version {first.version}: " if first.account else ""
            found = f"{where}{first.problem}: expected {first.expected}, found {first.found}"
            raise SaysNo(f"{file} is not restored, {show.count(len(problems), 'problem')}: {found}")
        keep(part)
        os.link(part, ledger)  # unlike a rename, it takes no other's place
    except (StoreError, NoKeys) as error:
        raise Misuse(str(error)) from None
    except FileExistsError:
        raise SaysNo(f"{ledger} is there; move it away first, a ledger is never written over") from None
    finally:
        _remove(part)
    keep(ledger.absolute().parent)
    if settings.json:
        print_json({"events": events, "ok": True})
    else:
        print_text(f"{ledger}: {show.count(events, 'event')}, everything agrees\n")
    return 0


def _problems(settings: Settings, part: Path, workers: int) -> list[Problem]:
    """What a copy that is to be a ledger does not agree with: itself, or the newest checkpoint."""
    problems = verify_file(part, workers=workers).problems
    keys = kept(keys_folder(settings))
    if keys is None:
        return problems
    return problems + check_file(part, keys, tiles_of=ledger_path(settings.ledger), workers=workers).problems


def _no_ledger_in_use(target: Path) -> None:
    for end in HELPERS:
        if target.with_name(target.name + end).exists():
            raise Misuse(f"{target} is a ledger in use; name another file")


def _part(path: Path, what: str) -> Path:
    """A new file for what is not finished; what a killed command left is removed."""
    for left in path.absolute().parent.glob(f"{path.name}.{what}-*.part*"):
        left.unlink(missing_ok=True)
    return path.with_name(f"{path.name}.{what}-{os.getpid()}.part")


def _remove(part: Path) -> None:
    for end in ("", *HELPERS):
        part.with_name(part.name + end).unlink(missing_ok=True)
