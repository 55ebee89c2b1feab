"""`obnovi dispute`: the desk for claims: register one, the queue, one claim's dossier, its answer (R-11.2–R-11.4)."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import click

from ledger import inputs, periods
from ledger.booking import book
from ledger.events import Event, InputRefused, type_name
from ledger.inputs import Malformed
from ledger.periods import Instant
from ledger.service import Ledger, Outcome
from ledger.units import parse_rubles, rubles
from projections import disputes
from projections.audit.texts import REASONS
from projections.disputes import DisputeRow
from projections.dossier import dossier
from projections.events import shown
from projections.follow import caught_up
from projections.formats.dossier import STATES, render
from scripts.cli import show
from scripts.cli.account import opened_account
from scripts.cli.options import DateType, InstantType, print_json, print_text, with_settings
from scripts.errors import Misuse, SaysNo
from scripts.wiring import Settings, now, open_ledger

SOURCE = "desk"
SOON_DAYS = 7


@click.group()
def dispute() -> None:
    """Work on claims: register them, see the queue, a claim's dossier, and answer them.

    \b
    Example:
      obnovi dispute open 79161234567 8 --text "не заказывал" --by support-3
      obnovi dispute list
      obnovi dispute show claim-8-1
      obnovi dispute resolve claim-8-1 --outcome upheld --text "вернули" --by support-3 --dry-run
    """


@dispute.command("open")
@click.argument("account")
@click.argument("version", type=click.IntRange(min=1))
@click.option("--text", required=True, help="What the subscriber says.")
@click.option("--by", metavar="NAME", help="Who registers it.")
@click.option("--id", "id_", metavar="ID", help="The claim's id.  [default: claim-VERSION-N]")
@click.option("--at", type=InstantType(), metavar="INSTANT", help="When it was registered.  [default: now]")
@with_settings
def open_(
    settings: Settings, account: str, version: int, text: str, by: str | None, id_: str | None, at: Instant | None
) -> int:
    """Register a claim about an event, within six months of it; the answer is due in thirty days.

    \b
    Example:
      obnovi dispute open 79161234567 8 --text "не заказывал" --by support-3
    """
    with open_ledger(settings, "book") as ledger:
        found = opened_account(ledger, account)
        number = 1 + sum(each.event == version for each in found.disputes)
        said = {"type": "open_dispute", "id": id_ or f"claim-{version}-{number}", "event": version, "text": text}
        outcome = _booked(ledger, _input(account, at, by, said))
        return _answer(settings, account, found.zone, outcome, f"Claim {said['id']} is registered.")


@dispute.command("list")
@click.option("--all", "everything", is_flag=True, help="Answered claims too.")
@click.option("--today", type=DateType(), metavar="DATE", help="Overdue as of this date.  [default: today, UTC]")
@with_settings
def list_(settings: Settings, everything: bool, today: date | None) -> int:
    """List open claims: premium plans first, then by the date the answer is due.

    \b
    Example:
      obnovi dispute list
      obnovi dispute list --all --json
    """
    day = today or periods.local_date(now(), "UTC")
    with open_ledger(settings) as ledger, caught_up(ledger) as db:
        rows = disputes.rows(db, today=day) if everything else disputes.open_rows(db, today=day)
    if settings.json:
        print_json(rows)
        return 0
    head = ("Претензия", "Счёт", "Запись", "Открыта", "Ответ до", "Премиум", "Состояние")
    show.table("Претензии", head, [_cells(row) for row in rows], right=(2,), wide=0, empty="нет")
    ages = Counter(_age(row, day) for row in rows if row.state == "open")
    print_text("".join(f"{name}: {ages[name]}\n" for name in ("просрочено", "срок за 7 дней", "позже") if ages[name]))
    return 0


@dispute.command("show")
@click.argument("id_", metavar="ID")
@click.option("--account", metavar="ACCOUNT", help="Whose claim, where several have one of this id.")
@click.option("--today", type=DateType(), metavar="DATE", help="Overdue as of this date.  [default: today, UTC]")
@with_settings
def show_(settings: Settings, id_: str, account: str | None, today: date | None) -> int:
    """Show a claim's dossier: the charge as printed and explained, what stands around it, and what was done since.

    \b
    Example:
      obnovi dispute show claim-8-1
    """
    with open_ledger(settings) as ledger:
        row = _one(ledger, id_, account, today)
        found = opened_account(ledger, row.account)
        with ledger.journal.reading() as log:
            made = dossier(log, ledger.catalogues(), found, row)
    if settings.json:
        print_json(made)
    else:
        print_text(render(made))
    return 0


@dispute.command("resolve")
@click.argument("id_", metavar="ID")
@click.option("--outcome", type=click.Choice(["upheld", "rejected"]), required=True, help="The answer.")
@click.option("--amount", metavar="RUBLES", help="Give back this much, like 400.00.  [default: all that is left]")
@click.option("--text", required=True, help="What the subscriber is told.")
@click.option("--by", metavar="NAME", required=True, help="Who answers for it.")
@click.option("--account", metavar="ACCOUNT", help="Whose claim, where several have one of this id.")
@click.option("--at", type=InstantType(), metavar="INSTANT", help="When it was answered.  [default: now]")
@click.option("--dry-run", is_flag=True, help="Show the booking and write nothing.")
@with_settings
def resolve(
    settings: Settings,
    id_: str,
    outcome: str,
    amount: str | None,
    text: str,
    by: str,
    account: str | None,
    at: Instant | None,
    dry_run: bool,
) -> int:
    """Answer a claim; upheld, what is left of the charge is given back with it.

    \b
    Example:
      obnovi dispute resolve claim-8-1 --outcome upheld --text "вернули" --by support-3 --dry-run
    """
    said: dict[str, Any] = {"type": "resolve_dispute", "dispute": id_, "outcome": outcome, "text": text}
    if amount is not None:
        try:
            said["amount"] = parse_rubles(amount)
        except ValueError as error:
            raise Misuse(f"--amount: {error}") from None
    with open_ledger(settings, "read" if dry_run else "book") as ledger:
        row = _one(ledger, id_, account, None)
        found = opened_account(ledger, row.account)
        said["id"] = f"answer-{row.version}-{found.version + 1}"
        input = _input(row.account, at, by, said)
        done = _tried(ledger, input) if dry_run else _booked(ledger, input)
        told = "Nothing was written." if dry_run else f"Claim {id_} is answered: {outcome}."
        return _answer(settings, row.account, found.zone, done, told)


def _input(account: str, at: Instant | None, by: str | None, said: dict[str, Any]) -> inputs.Input:
    common = {"account": account, "source": SOURCE, "at": periods.local_text(now() if at is None else at, "UTC")}
    try:
        return inputs.check(common | ({"by": by} if by else {}) | said)
    except Malformed as error:
        raise Misuse(str(error)) from None


def _booked(ledger: Ledger, input: inputs.Input) -> Outcome:
    (outcome,) = ledger.apply([input])
    if outcome.result in ("rejected", "duplicate"):
        raise SaysNo(outcome.detail or f"{input.id} was booked before, as event {outcome.version}; choose another --id")
    return outcome


def _tried(ledger: Ledger, input: inputs.Input) -> Outcome:
    """What booking would lead to, decided on the account as it stands."""
    with ledger.journal.reading() as log:
        account = opened_account(ledger, input.account)
        booked = book(
            account,
            input,
            ledger.catalogues().newest(),
            recorded_at=now(),
            history=lambda version: log.event(input.account, version),
        )
    first = next(event for event in booked.events if event.input is not None)
    refused = isinstance(first, InputRefused)
    return Outcome("refused" if refused else "applied", first.version, tuple(booked.events))


def _answer(settings: Settings, account: str, zone: str, outcome: Outcome, told: str) -> int:
    """The booking's events; exit code 1 where a rule refused."""
    refused = next((event for event in outcome.events if isinstance(event, InputRefused)), None)
    if settings.json:
        print_json([shown(account, zone, event) for event in outcome.events])
        return 1 if refused is not None else 0
    _show_events(account, zone, outcome.events)
    if refused is not None:
        facts = ", ".join(f"{name} {value}" for name, value in refused.facts.items())
        why = f"{refused.reason}, {REASONS[refused.reason].en}" + (f" ({facts})" if facts else "")
        raise SaysNo(f"refused: {why}; the refusal is kept as event {refused.version}")
    print_text(f"{told}\n")
    return 0


def _show_events(account: str, zone: str, events: Sequence[Event]) -> None:
    cells = [
        (
            str(event.version),
            f"{periods.local(event.booked_at, zone):%d.%m.%Y %H:%M:%S}",
            type_name(event),
            "" if event.wallet_after is None else rubles(event.wallet_after),
        )
        for event in events
    ]
    show.table(f"Счёт {account}", ("Запись", "Когда", "Событие", "Баланс"), cells, right=(0, 3))


def _one(ledger: Ledger, id_: str, account: str | None, today: date | None) -> DisputeRow:
    """The claim of an id; of several of one account the one that is open, else the newest. Raises SaysNo."""
    with caught_up(ledger) as db:
        rows = disputes.rows(db, today=today or periods.local_date(now(), "UTC"), dispute=id_)
    rows = [row for row in rows if account in (None, row.account)]
    if not rows:
        raise SaysNo(f"no claim {id_} in this ledger; `obnovi dispute list --all` shows them")
    owners = sorted({row.account for row in rows})
    if len(owners) > 1:
        raise SaysNo(f"claims {id_} of accounts {', '.join(owners)}; name one with --account")
    return min(rows, key=lambda row: (row.state != "open", row.version if row.state == "open" else -row.version))


def _cells(row: DisputeRow) -> tuple[str, ...]:
    state = "просрочена" if row.overdue else STATES[row.state]
    return (
        row.dispute, row.account, str(row.event), _day(row.opened), _day(row.answer_due), "да" if row.premium else "",
        state,
    )  # fmt: skip


def _age(row: DisputeRow, today: date) -> str:
    if row.overdue:
        return "просрочено"
    return "срок за 7 дней" if date.fromisoformat(row.answer_due) - today <= timedelta(days=SOON_DAYS) else "позже"


def _day(text: str) -> str:
    return f"{date.fromisoformat(text):%d.%m.%Y}"
