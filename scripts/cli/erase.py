"""`obnovi erase`: the personal data of a closed contract destroyed for good, and the act about it (R-15.9)."""

from pathlib import Path

import click

from ledger import periods
from ledger.service import Ledger
from projections.erasure_act import ErasureAct, erasure_act
from projections.formats.act_pdf import render
from projections.words.phrasebook import Phrasebook
from scripts.app import erasure
from scripts.app.accounts import require_account
from scripts.app.contracts import require_contract
from scripts.app.erasure import Order, Planned, Unfinished
from scripts.app.errors import Declined
from scripts.cli import terminal
from scripts.cli.account_number import AccountType, holder_option
from scripts.cli.confirm import confirm, yes_option
from scripts.cli.options import print_json, print_text, refuse_overwrite, with_settings, write_file
from scripts.errors import UsageError
from scripts.wiring import Settings, now, open_ledger, state_place

GROUND_CHARACTERS_MAX = 1_000
BY_CHARACTERS_MAX = 64


@click.command()
@click.argument("account", type=AccountType())
@holder_option
@click.option("--ground", metavar="TEXT", help="Why; it stays in the log, and names nobody.")
@click.option("--by", metavar="NAME", help="Who answers for it; it stays in the log, and is no name of the contract.")
@click.option("--early", is_flag=True, help="Before the data were kept as long as the catalogue says.")
@click.option("-o", "output", metavar="FILE", help="The act, a PDF.  [default: ACT-CONTRACT.pdf]")
@click.option(
    "--act-only", is_flag=True, help="Write the act of an earlier erasure again; it is called by contract id."
)
@yes_option
@with_settings
def erase(
    settings: Settings,
    account: str,
    holder: int | None,
    ground: str | None,
    by: str | None,
    early: bool,
    output: str | None,
    act_only: bool,
    yes: bool,
) -> int:
    """Destroy the personal data of a closed contract: number, peers, texts, ids and names. There is no way back.

    Money, times and proofs stay, and where the data stood everything says «данные уничтожены». A run that was killed
    is taken up by the same command, or by `obnovi erase CONTRACT`. The act has the extract of the journal behind it.

    \b
    Example:
      obnovi erase 79161234567 --holder 1 --ground "срок хранения истёк" --by "архив-2" -o act.pdf --yes
      obnovi erase abcdefghijklmnop --act-only -o act.pdf
    """
    order = _order(ground, by, early=early)
    if output is not None:
        refuse_overwrite("-o", output, settings)
        if not Path(output).absolute().parent.is_dir():
            raise UsageError(f"-o {output}: there is no such folder; create it or name another")
    if act_only:
        with open_ledger(settings) as ledger:
            _write_act(settings, ledger, account, holder, output)
        return 0
    with open_ledger(settings, "book") as ledger:
        begun = erasure.begun_before(ledger, account, holder, order)
        begun = begun or _begin(settings, ledger, account, holder, order, yes=yes)
        with ledger.snapshot() as snapshot:
            state = state_place(settings, snapshot.log)
        begun = erasure.finish(ledger, begun, state=state, now=now)
        _write_act(settings, ledger, begun.contract.id, None, output)
        erasure.conclude(ledger, begun)
    return 0


def _begin(
    settings: Settings, ledger: Ledger, account: str, holder: int | None, order: Order | None, *, yes: bool
) -> Unfinished:
    """Begin what was asked for, once it is clear that it is meant."""
    if order is None:
        raise UsageError("--ground and --by are needed: on what ground the data are destroyed, and who answers for it")
    with ledger.snapshot() as snapshot:
        for each in erasure.unfinished(snapshot.log):
            id = each.contract.id
            click.echo(f"obnovi: the erasure of {id} was begun and is not over; `obnovi erase {id}` ends it", err=True)
        planned = erasure.plan(snapshot, account, holder, order, now=now())
    confirm(settings, _describe(planned), yes=yes)
    return erasure.begin(ledger, planned)


def _describe(planned: Planned) -> str:
    account = planned.account
    wallet = f"; its wallet has {Phrasebook('en').money(account.wallet)}, which stays" if account.wallet else ""
    what = "the number, peers, texts, ids and names"
    events = terminal.count(account.version, "event")
    return f"{what} of contract {planned.contract} ({events}) are destroyed for good{wallet}"


def _write_act(settings: Settings, ledger: Ledger, account: str, holder: int | None, output: str | None) -> None:
    """The act of an erasure, to a file, and what was done."""
    with ledger.snapshot() as snapshot:
        contract = require_contract(snapshot.contracts, account, holder)
        found = require_account(snapshot, contract.id)
        made = erasure_act(snapshot.log, contract, found, ledger=Path(str(ledger.store.ref)).name)
    if made is None:
        raise Declined("NOT_ERASED", account=contract)
    file = output or f"ACT-{contract.id}.pdf"
    write_file(file, render(made), settings)
    if settings.json:
        print_json(_row(made, file))
    else:
        print_text(
            f"{contract.id}: the personal data of {terminal.count(made.events, 'event')} are destroyed, as event "
            f"{made.event.version} says; the act is in {file}\n"
        )


def _row(made: ErasureAct, file: str) -> dict[str, object]:
    return {
        "contract": made.contract.id,
        "holder": made.contract.holder,
        "events": made.events,
        "version": made.event.version,
        "erased_at": periods.local_text(made.event.booked_at, made.account.zone),
        "ground": made.event.ground,
        "by": made.event.by,
        "destroyed": made.destroyed._asdict(),
        "statements": [{"month": each.month, "id": each.id} for each in made.event.statements],
        "act": file,
    }


def _order(ground: str | None, by: str | None, *, early: bool) -> Order | None:
    """What was asked for, checked; None where nothing was said of it."""
    if ground is None and by is None:
        return None
    checked = _line("--ground", ground, GROUND_CHARACTERS_MAX), _line("--by", by, BY_CHARACTERS_MAX)
    return Order(*checked, early)


def _line(option: str, text: str | None, most: int) -> str:
    if text is None or not text.strip() or len(text) > most or not text.isprintable():
        raise UsageError(f"{option} is needed, as one line of at most {most} characters; it stays in the log")
    return text
