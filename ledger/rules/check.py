"""Checks: the reasons against an input, tested in order; the first that holds is the one told (R-12.1)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Generic, TypeAlias, TypeVar

import msgspec

from ledger.account import Account
from ledger.events import Event, InputRefused, Personal
from ledger.inputs import Input, own_fields
from ledger.reasons import NightStep, RefusalReason
from ledger.rules.moment import Moment

Fact: TypeAlias = int | str | Sequence[int] | Sequence[str] | None
"""A fact as it is stored and told: never a float."""
Facts: TypeAlias = Mapping[str, Fact]
R_co = TypeVar("R_co", bound=RefusalReason | NightStep, covariant=True)

PERSONAL_FIELDS: Final = ("peer", "to", "text")


class Check(msgspec.Struct, Generic[R_co], frozen=True):
    """One reason or step of a rule, whether it holds, and what was compared.

    `facts` are stored with a refusal; `compared` is what else was looked at, told only when somebody asks why. A rule
    yields its checks one by one, and nobody asks on behind one that holds: what follows may rest on that.
    """

    reason: R_co
    holds: bool
    facts: Facts = {}
    compared: Facts = {}


Checks: TypeAlias = Sequence[Check[RefusalReason | NightStep]]
"""What was tested of an input or a night, in order."""


def first(checks: Iterable[Check[R_co]]) -> Check[R_co] | None:
    """The first check that holds; None where none does."""
    return next((check for check in checks if check.holds), None)


def tested(checks: Iterable[Check[R_co]]) -> list[Check[R_co]]:
    """The checks up to the first that holds, which is then the last of them: what was looked at, in order."""
    looked_at: list[Check[R_co]] = []
    for check in checks:
        looked_at.append(check)
        if check.holds:
            break
    return looked_at


def refusal(
    account: Account,
    input: Input,
    moment: Moment,
    checks: Iterable[Check[RefusalReason]],
    *,
    claim: str | None = None,
) -> list[Event]:
    """The refusal for the first reason that holds, with the input and the facts (R-12.1); nothing where none does.

    `claim` stands for the id of a claim that the input names, where that is sealed.
    """
    held = first(checks)
    if held is None:
        return []
    fields = own_fields(input)
    personal = {name: fields.pop(name) for name in PERSONAL_FIELDS if name in fields}
    if input.type == "sms":
        personal["text"] = None  # the text of an SMS is never stored
    return [
        InputRefused(
            **moment.stamp(account),
            input_type=input.type,
            reason=held.reason,
            fields=fields,
            facts=dict(held.facts),
            claim=claim,
            personal=Personal(**personal),
        )
    ]
