"""Crowd: very many accounts on one plan, whose months end on thirty different days."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

from scripts.benchmarks import traffic

DAYS: Final = 30
FIRST_NIGHT: Final = datetime.fromisoformat("2026-04-01T03:00:00+03:00")
_JOINED: Final = date(2026, 3, 1)


def night(number: int) -> str:
    """The nights from 0 on, on each of which another thirtieth of the accounts is due."""
    return (FIRST_NIGHT + timedelta(days=number)).isoformat()


def write(path: Path, accounts: int) -> None:
    """The feed as a file: every account opened, paid for and given a plan on one of thirty days of March 2026."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines(accounts))


def lines(accounts: int) -> Iterator[str]:
    """The feed, day by day."""
    for day in range(DAYS):
        at = f"{_JOINED + timedelta(days=day)}T12:00:00+03:00"
        for number in range(day, accounts, DAYS):
            common = f'"account":"{traffic.account_id(number)}","at":"{at}"'
            yield f'{{"type":"open","id":"open",{common},"region":"moscow"}}'
            yield f'{{"type":"top_up","id":"pay",{common},"amount":500000,"channel":"card"}}'
            yield f'{{"type":"connect_plan","id":"plan",{common},"plan":"smart"}}'
