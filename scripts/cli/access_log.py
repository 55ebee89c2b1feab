"""`obnovi access-log`: who read whose data by the server, and whether the journal of it is whole (contract §11)."""

import getpass
from collections.abc import Iterator
from itertools import islice
from typing import Final

import click

from ledger.contracts import Contract
from ledger.periods import Moment
from projections.words.phrasebook import Phrasebook
from scripts.app.access_log import ReadRow, row_fields, rows
from scripts.app.contracts import require_contract
from scripts.app.office import ZONE
from scripts.cli import terminal
from scripts.cli.account_number import AccountType, holder_option
from scripts.cli.options import print_json, print_json_list, print_text, with_settings
from scripts.cli.ranges import range_options
from scripts.errors import Refused, UsageError
from scripts.state import reads, reads_repair
from scripts.state.database import StateDatabase
from scripts.state.place import StatePlace
from scripts.state.reads import Checked, JournalBroken
from scripts.wiring import Settings, now, open_ledger, state_place

ROWS_OF_TABLE: Final = 1_000
_PHRASES: Final = Phrasebook("en", zone=ZONE)


@click.command()
@click.option("--account", type=AccountType(), metavar="NUMBER", help="Only what was read of this contract.")
@holder_option
@click.option("--by", metavar="WHO", help="Only what this one read.")
@range_options(times=True)
@click.option("--check", is_flag=True, help="Say whether a line was changed, taken out or cut off, and nothing else.")
@click.option(
    "--set-aside", is_flag=True, help="Move a journal that does not hold together away, so that a new one begins."
)
@with_settings
def access_log(
    settings: Settings,
    account: str | None,
    holder: int | None,
    by: str | None,
    since: Moment | None,
    until: Moment | None,
    check: bool,
    set_aside: bool,
) -> int:
    """Show what the server told its staff of whom: when, to whom, by what question, on what ground.

    A line is on the disk before the answer leaves. Whose data were destroyed is told by the contract's id alone.

    Where a line was changed, taken out or cut off, the server tells staff nothing of anybody, until the file is back
    from a copy, or --set-aside has moved it away and the server is started again.

    \b
    Example:
      obnovi access-log --account 79161234567 --month 2026-03
      obnovi access-log --by marina.petrova --json
      obnovi access-log --check
    """
    if holder is not None and account is None:
        raise UsageError("--holder goes with --account")
    if (check or set_aside) and (
        (check and set_aside) or any(each is not None for each in (account, by, since, until))
    ):
        raise UsageError(f"--{'check' if check else 'set-aside'} is for the whole journal; leave the other options out")
    with open_ledger(settings) as ledger, ledger.snapshot() as snapshot:
        contract = None if account is None else require_contract(snapshot.contracts, account, holder)
        place = state_place(settings, snapshot.log)
        if not place.database.exists() and not set_aside:
            return _show_check(settings, Checked(0, None)) if check else _show(settings, iter(()), contract)
        with StateDatabase(place) as state:
            if set_aside:
                return _set_aside(settings, place, state)
            if check:
                return _show_check(settings, reads.check(place, state))
            problems: list[JournalBroken] = []
            found = rows(snapshot, place, state, contract=contract, by=by, since=since, until=until)
            _show(settings, _up_to_a_break(found, problems), contract)
            if problems:
                raise Refused(f"{problems[0]}; what stands before it was shown")
            return 0


def _up_to_a_break(found: Iterator[ReadRow], problems: list[JournalBroken]) -> Iterator[ReadRow]:
    """Rows as long as the journal is whole; what breaks it is told behind the answer."""
    try:
        yield from found
    except JournalBroken as error:
        problems.append(error)


def _show(settings: Settings, found: Iterator[ReadRow], contract: Contract | None) -> int:
    if settings.json:
        print_json_list(row_fields(each) for each in found)
        return 0
    title = _PHRASES.clocked("Reads" if contract is None else f"Reads of {contract}")
    head = ("line", "time", "by", "role", "whose", "what", "ground")
    page = list(islice(found, ROWS_OF_TABLE))
    while True:
        terminal.table(title, head, [_cells(each) for each in page], right=(0,), wide=5)
        page = list(islice(found, ROWS_OF_TABLE))
        if not page:
            return 0


def _cells(row: ReadRow) -> tuple[str, ...]:
    line = row.line
    parameters = "".join(f" {name}={value}" for name, value in line.parameters.items())
    whose = "" if row.contract is None else str(row.contract)
    time = _PHRASES.time(line.at // 1_000_000 * 1_000_000)
    return (str(line.number), time, line.who, line.role, whose, f"{line.what}{parameters}", row.ground or "")


def _set_aside(settings: Settings, place: StatePlace, state: StateDatabase) -> int:
    moved = reads_repair.set_aside(place, state, by=getpass.getuser(), now=now())
    if moved is None:
        raise Refused("the journal of reads is whole, so it stays where it is")
    if settings.json:
        print_json({"file": str(moved)})
    else:
        print_text(f"{moved} is what there was; a new journal begins with its digest; start the server again")
    return 0


def _show_check(settings: Settings, found: Checked) -> int:
    if settings.json:
        print_json({"ok": found.problem is None, "reads": found.reads, "problem": found.problem})
    elif found.problem is None:
        print_text(f"{terminal.count(found.reads, 'read')}, each as it was written, none missing")
    else:
        raise Refused(found.problem)
    return 0 if found.problem is None else 1
