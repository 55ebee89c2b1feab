"""`obnovi keys backup` and `keys restore`: the keys of contracts, without which nobody reads personal data."""

from pathlib import Path

import click

from ledger.log.keyring import is_copy_of_keys
from scripts.app.contract_keys import back_up_keys, restore_keys
from scripts.cli import terminal
from scripts.cli.options import print_json, print_text, refuse_overwrite, with_settings
from scripts.errors import UsageError
from scripts.wiring import Settings, ledger_ref, require_file


@click.command(short_help="Copy the keys of contracts into a file.")
@click.argument("file")
@with_settings
def backup(settings: Settings, file: str) -> int:
    """Copy the keys of contracts and the table of numbers into a file, as they stand at one moment.

    A backup of the ledger holds no keys, and without them nobody reads who called whom. In the copy they are wrapped as
    they are in the folder of keys; the key that wraps them (OBNOVI_KEK) is not in it: keep a copy of that in a third
    place. Erased data are gone only when the copies of their keys are: keep them no longer than the law lets you.

    \b
    Example:
      obnovi keys backup keys-monday.db
    """
    target, ref = Path(file), ledger_ref(settings)
    refuse_overwrite("FILE", file, settings)
    if target.exists() and not is_copy_of_keys(target):
        raise UsageError(f"{file} is there and no copy of keys; name another file")
    if not target.absolute().parent.is_dir():
        raise UsageError(f"there is no folder {target.parent} to write a copy into; create it or name another")
    contracts = back_up_keys(ref, target)
    if settings.json:
        print_json({"contracts": contracts})
    else:
        print_text(f"{file}: keys of {terminal.count(contracts, 'contract')}\n")
        print_text(f"The key that wraps them is not in it: keep a copy of {ref.keys_place.wrapping_key} elsewhere.\n")
    return 0


@click.command(short_help="Take over the keys of contracts from a copy.")
@click.argument("file")
@with_settings
def restore(settings: Settings, file: str) -> int:
    """Take over the keys of contracts that are missing here from a copy; those that are here stay.

    The key that wrapped them must be here (OBNOVI_KEK). Keys of contracts whose personal data were erased do not come
    back.

    \b
    Example:
      obnovi keys restore keys-monday.db
    """
    source = Path(file)
    require_file(source, "copy of keys")
    if not is_copy_of_keys(source):
        raise UsageError(f"{file} is no copy of keys; name one that `obnovi keys backup` made")
    merged = restore_keys(ledger_ref(settings), source)
    if settings.json:
        print_json({"contracts": merged.contracts, "added": merged.added})
    else:
        print_text(f"{file}: keys of {terminal.count(merged.contracts, 'contract')}, {merged.added} of them added\n")
    return 0
