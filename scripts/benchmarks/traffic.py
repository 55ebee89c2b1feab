"""Traffic: a feed of many subscribers over 33 days, a pure function of its size, written line by line."""

import random
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

START = datetime(2026, 1, 5, tzinfo=UTC)
USAGE_DAYS = 33
"""Longer than a month, so that every account has a night in it."""
PLANS = ("smart", "nash-smart", "smart-light", "smart-mini")
REFRESH_EVERY = 200
SETUP_INPUTS = 3
"""Inputs per account before its usage: open, top-up, plan."""
OBNOVI = Path(sys.executable).with_name("obnovi")


def account_id(number: int) -> str:
    """The account of a number from 0 on."""
    return f"79{160_000_000 + number:09d}"


def lines(inputs: int, accounts: int) -> Iterator[str]:
    """`inputs` lines: every account is opened, paid for and given a plan, then usage with a refresh now and then."""
    opened = START.isoformat()
    for number in range(accounts):
        common = f'"account":"{account_id(number)}","at":"{opened}"'
        yield f'{{"type":"open","id":"open",{common},"region":"moscow"}}'
        yield f'{{"type":"top_up","id":"pay","source":"bank",{common},"amount":500000,"channel":"card"}}'
        yield f'{{"type":"connect_plan","id":"plan",{common},"plan":"{PLANS[number % len(PLANS)]}"}}'
    chance = random.Random(929)
    count = inputs - SETUP_INPUTS * accounts
    step = timedelta(days=USAGE_DAYS) / max(count, 1)
    for number in range(count):
        account = account_id(int(chance.random() * accounts))
        at = (START + timedelta(hours=1) + step * number).isoformat()
        yield f'{{"id":"r{number}","account":"{account}","at":"{at}",{_record(number, chance)}}}'


def _record(number: int, chance: random.Random) -> str:
    if number % REFRESH_EVERY == 0:
        return '"type":"ussd","text":"*929#"'
    usage = '"type":"usage","source":"switch"'
    peer = f'"peer":"7916{int(chance.random() * 10**7):07d}"'
    match number % 5:
        case 0 | 1:
            return f'{usage},"service":"voice","direction":"out","quantity":{int(chance.random() * 400)},{peer}'
        case 2 | 3:
            return f'{usage},"service":"data","direction":"out","quantity":{int(chance.random() * 10**8)}'
        case _:
            return f'{usage},"service":"sms","direction":"out","quantity":1,{peer}'


def write(path: Path, inputs: int, accounts: int) -> None:
    """The feed as a file; no more than a line of it is ever in memory."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines(inputs, accounts))
