"""Checks: the reasons against an input, tested in order; the first that holds is the one told (R-12.1)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from ledger.account import Account
from ledger.events import Event
from ledger.inputs import Input
from ledger.rules.moment import Moment, refuse


@dataclass(frozen=True, slots=True)
class Check:
    """One reason or step of a rule, whether it holds, and what was compared.

    `facts` are stored with a refusal; `compared` is what else was looked at, told only when somebody asks why. A rule
    yields its checks one by one, and nobody asks on behind one that holds: what follows may rest on that.
    """

    reason: str
    holds: bool
    facts: dict[str, Any] = field(default_factory=dict)
    compared: dict[str, Any] = field(default_factory=dict)


def first(checks: Iterable[Check]) -> Check | None:
    """The first check that holds; None where none does."""
    return next((check for check in checks if check.holds), None)


def tested(checks: Iterable[Check]) -> list[Check]:
    """The checks up to the first that holds, which is then the last of them: what was looked at, in order."""
    looked_at: list[Check] = []
    for check in checks:
        looked_at.append(check)
        if check.holds:
            break
    return looked_at


def refusal(account: Account, input: Input, moment: Moment, checks: Iterable[Check]) -> list[Event]:
    """The refusal for the first reason that holds; nothing where none does."""
    held = first(checks)
    return [] if held is None else [refuse(account, input, moment, held.reason, **held.facts)]
