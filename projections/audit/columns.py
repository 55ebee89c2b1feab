"""The columns of a dataset that the audit reads: of every event, of charged records, and of all other events."""

from typing import Final

USAGE: Final = (
    "service", "direction", "usage_zone", "quantity", "billed", "amount", "price", "unlimited", "rerates",
    "record", "plan", "plan_version", "vat_rate", "wallet_after",
)  # fmt: skip
"""Of charged records."""
OTHER: Final = (
    "type", "zone", "input_source", "wallet_after", "region", "credit_limit", "service", "direction", "quantity",
    "usage_zone", "amount", "rerates", "record", "plan", "plan_version", "option", "option_version", "fee",
    "discount", "vat_rate", "cause", "anchor_day", "carried", "one_time", "kind", "reason", "input_type", "event",
    "opened", "packages_returned", "percent", "channel", "fact_fee", "fact_available", "fact_mode",
)  # fmt: skip
"""Of all other events."""
OTHER_TIMES: Final = ("occurred_at", "period_start", "period_end", "late_until", "until")
DATES: Final = ("from_date", "until_date", "answer_due")
"""Dates that are texts there."""
LOG: Final = ("shard", "position", "contract", "version", "recorded_at")
"""Of all events, for their order."""
NEEDED: Final = frozenset(
    {
        *LOG,
        "booked_at",
        "used_at",
        "input_received_at",
        "zone",
        "entries",
        "cites",
        *USAGE,
        *OTHER,
        *OTHER_TIMES,
        *DATES,
    }
)
"""All that is read. Columns are only ever added, so files of an older program may lack some."""
