"""`obnovi backup` and `restore`: a copy of the ledger while it is written to, and a ledger from such a copy."""

import os
from pathlib import Path

import click

from ledger.log import files
from ledger.log.engines import store_ref
from ledger.log.store import StoreRef
from projections.evidence.check import check_store, of_catalogues
from projections.evidence.keys import Keys, NoKeys, kept
from projections.verify.account import Problem
from projections.verify.verify import verify_store
from scripts.cli import terminal
from scripts.cli.audit import word_findings
from scripts.cli.messages import worded
from scripts.cli.new_ledger import new_ledger
from scripts.cli.options import print_json, print_text, refuse_overwrite, with_settings
from scripts.errors import Refused, UsageError
from scripts.wiring import Settings, keys_folder, ledger_ref, open_ledger, require_file


class _Refused(Exception):
    """A copy that does not agree with itself or with the newest checkpoint."""

    def __init__(self, events: int, problems: list[Problem]) -> None:
        self.events, self.problems = events, word_findings(problems)

    def __str__(self) -> str:
        """How many problems, and the first of them."""
        first = self.problems[0]
        where = f"account {first.account}, version {first.version}: " if first.account else ""
        found = f"{where}{first.problem}: expected {first.expected}, found {first.found}"
        return f"{terminal.count(len(self.problems), 'problem')}: {found}"


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
    target, ref = Path(file), ledger_ref(settings)
    refuse_overwrite("FILE", file, settings)
    if target.is_dir():
        raise UsageError(f"{file} is a folder; name a file")
    _no_ledger_in_use(target)
    if target.exists() and not (target.is_file() and store_ref(target).is_ledger()):
        raise UsageError(f"{file} is there and no backup; name another file")
    if not target.absolute().parent.is_dir():
        raise UsageError(f"there is no folder {target.parent} to write a backup into; create it or name another")
    try:
        keys = kept(keys_folder(settings))
        with open_ledger(settings) as ledger, files.workplace(target) as place:
            made = place / target.name
            os.close(files.create(made, replacing=target, like=ref.like))
            events = ref.copy_to(made)
            with ledger.store.reading() as log:
                problems = of_catalogues(log, keys) if keys is not None else []
            if problems:
                raise _Refused(events, problems)
            os.replace(made, target)
    except _Refused as refused:
        if not settings.json:
            raise Refused(f"{file} is not written, {refused}; see `obnovi verify`") from None
        print_json({"events": refused.events, "ok": False, "problems": refused.problems})
        return 1
    except NoKeys as error:
        raise UsageError(worded(error)) from None
    files.fsync_path(target.absolute().parent)
    if settings.json:
        print_json({"events": events, "ok": True})
    else:
        print_text(f"{file}: {terminal.count(events, 'event')}\n")
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
    source, ledger = Path(file), ledger_ref(settings)
    require_file(source, "backup")
    try:
        with new_ledger(ledger, source) as part:
            events = store_ref(source).copy_to(part.path)
            keys = kept(keys_folder(settings))
            problems = _problems(ledger, part, keys, events, workers or os.cpu_count() or 1)
            if problems:
                raise _Refused(events, problems)
    except _Refused as refused:
        if settings.json:
            print_json({"events": refused.events, "ok": False, "problems": refused.problems})
            return 1
        raise Refused(f"{file} is not restored, {refused}") from None
    except NoKeys as error:
        raise UsageError(worded(error)) from None
    if settings.json:
        print_json({"events": events, "ok": True})
    else:
        print_text(f"{ledger}: {terminal.count(events, 'event')}, everything agrees\n")
        if keys is None or not keys.sizes():
            print_text("No checkpoint was there to hold it against: it may be an older copy, or one cut off.\n")
    return 0


def _problems(ledger: StoreRef, part: StoreRef, keys: Keys | None, events: int, workers: int) -> list[Problem]:
    """What a copy that is to be a ledger does not agree with: itself, or the newest checkpoint."""
    with terminal.progress("events", events) as bar:
        problems = verify_store(part, workers=workers, progress=bar).problems
    if keys is None:
        return problems
    with terminal.progress("hashes", max(keys.sizes(), default=0)) as bar:
        return problems + check_store(part, keys, tiles_of=ledger, workers=workers, progress=bar).problems


def _no_ledger_in_use(target: Path) -> None:
    if any(each.exists() for each in store_ref(target).helpers()):
        raise UsageError(f"{target} is a ledger in use; name another file")
