"""`obnovi token`: whom the server lets in: tokens made, listed and revoked (contract §11)."""

from typing import Any, Final

import click

from ledger import periods
from ledger.contracts import Contract
from ledger.periods import Instant
from projections.contract_fields import contract_fields
from projections.words.phrasebook import Phrasebook
from scripts.app import tokens
from scripts.app.office import ZONE
from scripts.app.roles import ROLES, Role
from scripts.app.tokens import DAYS, DAYS_MAX, ListedToken
from scripts.cli import terminal
from scripts.cli.account_number import AccountType, holder_option
from scripts.cli.options import for_its_commands, print_json, print_text, with_settings
from scripts.errors import UsageError
from scripts.state import sessions
from scripts.state.database import StateDatabase
from scripts.state.sessions import Session
from scripts.wiring import Settings, now, open_ledger, state_place

_PHRASES: Final = Phrasebook("en", zone=ZONE)


@click.group()
@for_its_commands
def token() -> None:
    """Make, list and revoke tokens: what programs and people show to be let in by the server."""


@token.command(short_help="Make a token; it is shown once.")
@click.option("--role", type=click.Choice(ROLES), required=True, help="What it lets do.")
@click.option("--name", metavar="WHO", help="Who uses it; `by` of what is booked with it.  [default: the role]")
@click.option("--account", type=AccountType(), metavar="NUMBER", help="Only for this contract; a subscriber's has one.")
@holder_option
@click.option(
    "--days",
    type=click.IntRange(1, DAYS_MAX),
    default=DAYS,
    show_default=True,
    metavar="N",
    help=f"How long it is good, at most {DAYS_MAX}.",
)
@with_settings
def create(settings: Settings, role: Role, name: str | None, account: str | None, holder: int | None, days: int) -> int:
    """Make a token. Its text is shown this once and kept nowhere: what is kept is a digest.

    A token for a number is for the contract that has it now: whoever has the number next inherits nothing, and a
    subscriber's ends with the contract.

    \b
    Example:
      obnovi token create --role feeder --name mediation-1 --days 365
      obnovi token create --role subscriber --account 79161234567 --days 1
    """
    if holder is not None and account is None:
        raise UsageError("--holder goes with --account")
    with (
        open_ledger(settings) as ledger,
        ledger.snapshot() as snapshot,
        StateDatabase(state_place(settings, snapshot.log)) as state,
    ):
        text, made = tokens.create(
            snapshot, state, role, now=now(), name=name, account=account, holder=holder, days=days
        )
    if settings.json:
        print_json({"token": text, "id": made.id, "role": made.role, "until": _instant(made.until)})
    else:
        print_text(text)
        for_whom = "" if made.contract is None else f" for contract {made.contract}"
        told = f"obnovi: token {made.id}, {made.role}{for_whom}, good until {_PHRASES.time(made.until)}"
        click.echo(f"{told}; it is not shown again", err=True)
    return 0


@token.command("list", short_help="List tokens, without their texts.")
@click.option("--sessions", "with_sessions", is_flag=True, help="List who is logged in instead.")
@with_settings
def list_(settings: Settings, with_sessions: bool) -> int:
    """List every token ever made: for whom, until when, when it was used last, and whether it was revoked.

    \b
    Example:
      obnovi token list
      obnovi token list --sessions --json
    """
    with open_ledger(settings) as ledger, ledger.snapshot() as snapshot:
        place = state_place(settings, snapshot.log)
        if not place.database.exists():
            return _show_sessions(settings, [], {}) if with_sessions else _show(settings, [])
        with StateDatabase(place) as state:
            if not with_sessions:
                return _show(settings, tokens.listed(snapshot, state))
            found = sessions.listed(state, now=now())
            ids = {each.contract for each in found if each.contract is not None}
            return _show_sessions(settings, found, snapshot.contracts.named_all(ids))


@token.command(short_help="Let a token let nobody in any more.")
@click.argument("id")
@with_settings
def revoke(settings: Settings, id: str) -> int:
    """Revoke a token by its id, with the sessions it began, or end a session by its own.

    \b
    Example:
      obnovi token revoke q2nd7kfa5x
    """
    with open_ledger(settings) as ledger, ledger.snapshot() as snapshot:
        place = state_place(settings, snapshot.log)
    with StateDatabase(place) as state:
        revoked = tokens.revoke(state, id, now=now())
    if settings.json:
        print_json({"id": id, "revoked": _instant(now() if revoked is None else revoked.revoked)})
    else:
        print_text(f"session {id} is over" if revoked is None else f"token {id}, {revoked.role}, lets nobody in now")
    return 0


def _show(settings: Settings, found: list[ListedToken]) -> int:
    if settings.json:
        print_json([_row(each) for each in found])
        return 0
    head = ("id", "role", "name", "contract", "made", "good until", "used last", "revoked")
    cells = [
        (
            each.token.id, each.token.role, each.token.name, "" if each.contract is None else str(each.contract),
            *map(_time, (each.token.created, each.token.until, each.token.used, each.token.revoked)),
        )
        for each in found
    ]  # fmt: skip
    terminal.table(_PHRASES.clocked("Tokens"), head, cells)
    return 0


def _show_sessions(settings: Settings, found: list[Session], contracts: dict[str, Contract]) -> int:
    whose = [contracts.get(each.contract or "") for each in found]
    if settings.json:
        print_json(
            [
                {
                    "id": each.id, "role": each.role, "name": each.name, **_contract_fields(contract),
                    "token": each.token, "begun": _instant(each.begun), "seen": _instant(each.seen),
                    "until": _instant(each.until),
                }
                for each, contract in zip(found, whose, strict=True)
            ]
        )  # fmt: skip
        return 0
    head = ("id", "role", "name", "contract", "token", "begun", "seen last", "good until")
    cells = [
        (
            each.id, each.role, each.name, "" if contract is None else str(contract), each.token or "",
            *map(_time, (each.begun, each.seen, each.until)),
        )
        for each, contract in zip(found, whose, strict=True)
    ]  # fmt: skip
    terminal.table(_PHRASES.clocked("Sessions"), head, cells)
    return 0


def _row(each: ListedToken) -> dict[str, Any]:
    token = each.token
    return {
        "id": token.id,
        "role": token.role,
        "name": token.name,
        **_contract_fields(each.contract),
        "created": _instant(token.created),
        "until": _instant(token.until),
        "used": _instant(token.used),
        "revoked": _instant(token.revoked),
    }


def _contract_fields(contract: Contract | None) -> dict[str, Any]:
    if contract is None:
        return {"account": None, "holder": None, "contract": None}
    return {**contract_fields(contract), "contract": contract.id}


def _instant(at: Instant | None) -> str | None:
    return None if at is None else periods.local_text(at, ZONE)


def _time(at: Instant | None) -> str:
    return "" if at is None else _PHRASES.time(at)
