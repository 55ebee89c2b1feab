"""`obnovi refused`: what was refused, why, what was missing, and when it would have worked (R-5.3, R-12.1)."""

import click

from projections import refusals
from projections.audit.refused import Refused
from projections.audit.refused import refused as looked_at
from projections.follow import asked
from projections.wording import time
from scripts.cli import show
from scripts.cli.account import opened_account
from scripts.cli.number import AccountType
from scripts.cli.options import print_json, print_text, with_settings
from scripts.wiring import Settings, now, open_ledger


@click.command()
@click.option("--account", type=AccountType(), help="Only the refusals of this account.")
@with_settings
def refused(settings: Settings, account: str | None) -> int:
    """List what was refused: "I dialled *929# and nothing happened".

    Of a refused refresh it tells what was missing, and behind which event the same request would have been accepted.

    \b
    Example:
      obnovi refused --account 79161234567
    """
    with open_ledger(settings) as ledger:
        if account is not None:
            opened_account(ledger, account)
        rows = asked(ledger, lambda db: refusals.rows(db, account))
        found = list(looked_at(ledger, rows, until=now()))
    if settings.json:
        print_json(found)
        return 0
    head = ("Счёт", "Запись", "Когда", "Запрос", "Отказ", "Что было нужно", "Сработало бы")
    show.table("Отказы", head, [_cells(row) for row in found], right=(1,), wide=5, empty="нет")
    for row in found if account is not None else []:
        if row.reply is not None:
            print_text(f"Запись {row.version}, ответ абоненту: {row.reply}\n")
    return 0


def _cells(row: Refused) -> tuple[str, ...]:
    worked = "" if row.reply is None else "пока нет"
    if row.worked_at is not None:
        worked = f"{time(row.worked_at)} (запись {row.worked_from})"
    return (
        row.account, str(row.version), time(row.booked_at), row.input_type, row.reason, row.needed or row.said, worked,
    )  # fmt: skip
