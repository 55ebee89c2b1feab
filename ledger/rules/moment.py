"""The moment of a booking: its four times and its cause, which every event of the booking carries (R-2.5)."""

from typing import Any

import msgspec

from ledger.account import Account
from ledger.events import InputRef, InputRefused, Personal
from ledger.inputs import Input, own_fields
from ledger.periods import Instant

PERSONAL_FIELDS = ("peer", "to", "text")


class Moment(msgspec.Struct, frozen=True, gc=False):
    """When something is booked, and for which input; a scheduled instant has none (R-2.7)."""

    occurred_at: Instant
    booked_at: Instant
    recorded_at: Instant
    input: InputRef | None = None

    def stamp(self, account: Account) -> dict[str, Any]:
        """The common fields of the next event of an account."""
        return {
            "version": account.version + 1,
            "occurred_at": self.occurred_at,
            "booked_at": self.booked_at,
            "recorded_at": self.recorded_at,
            "input": self.input,
        }


def refuse(account: Account, input: Input, moment: Moment, reason: str, **facts: Any) -> InputRefused:
    """A refusal: stored with the refused input and the facts that were tested (R-12.1)."""
    fields = own_fields(input)
    personal = {name: fields.pop(name) for name in PERSONAL_FIELDS if name in fields}
    if input.type == "sms":
        personal["text"] = None  # the text of an SMS is never stored
    return InputRefused(
        **moment.stamp(account),
        input_type=input.type,
        reason=reason,
        fields=fields,
        facts=facts,
        personal=Personal(**personal),
    )
