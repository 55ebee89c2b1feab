"""Notice: one thing that a subscriber is to be told, once; facts without personal data, words are made when read."""

from collections.abc import Mapping
from typing import Any, Final, Literal, TypeAlias

import msgspec

from ledger.periods import Instant

Kind: TypeAlias = Literal[
    "refresh_reply", "monthly_fee", "daily_fee", "option_fee", "packages_low", "packages_used_up", "fee_due",
    "blocked", "unblocked", "promise_ends", "promise_closed", "claim_answered", "code",
]  # fmt: skip
"""`code` is no event's: a one-time code for somebody who logs in."""
Facts: TypeAlias = Mapping[str, Any]
INSTANTS: Final = ("next_due", "due", "until")
"""The facts that are times."""


class Notice(msgspec.Struct, frozen=True):
    """What is to be told about one contract; money in kopecks, quantities in package units, times as instants.

    `version` is that of the event, of what is told ahead that of the account as it stood; `at` when there was something
    to tell. A contract is told of one kind and `key` once, whatever comes late, twice, or is corrected.
    """

    kind: Kind
    contract: str
    version: int
    at: Instant
    zone: str
    key: str
    facts: Facts
