"""Reasons: why a rule refuses an input or leaves a record unrated, in their order of precedence (R-12.1, R-6.8).

A rule's `Check`s carry the reasons of its own type, so that one it does not know, or a misspelt one, is a type error.
"""

from typing import TYPE_CHECKING, Literal, TypeAlias

OpenReason: TypeAlias = Literal["ALREADY_OPEN"]
PlanReason: TypeAlias = Literal["PLAN_NOT_AVAILABLE", "BLOCKED", "INSUFFICIENT_FUNDS"]
RequestReason: TypeAlias = Literal["UNKNOWN_SERVICE_CODE"]
RefreshReason: TypeAlias = Literal[
    "NOT_ELIGIBLE", "FEE_WAIVED", "BLOCKED", "ALTERNATIVE_PERIOD", "UNPAID_PERIOD", "INSUFFICIENT_FUNDS"
]
BlockReason: TypeAlias = Literal["ALREADY_BLOCKED"]
UnblockReason: TypeAlias = Literal["NOT_BLOCKED"]
OptionFeeReason: TypeAlias = Literal["BLOCKED", "INSUFFICIENT_FUNDS"]
OptionReason: TypeAlias = Literal["UNKNOWN_OPTION", "ALREADY_CONNECTED", OptionFeeReason]
OptionEndReason: TypeAlias = Literal["NOT_CONNECTED"]
PromiseReason: TypeAlias = Literal["PROMISE_ACTIVE", "PROMISE_TOO_LARGE"]
UnknownReason: TypeAlias = Literal["UNKNOWN_EVENT"]
ReturnReason: TypeAlias = Literal["NOT_REVERSIBLE", "AMOUNT_TOO_LARGE"]
"""What cannot be reversed comes first; that nothing is left, NOT_REVERSIBLE once more, comes last."""
ReversalReason: TypeAlias = Literal[UnknownReason, ReturnReason]
AdjustmentReason: TypeAlias = Literal["INSUFFICIENT_FUNDS", UnknownReason]
RatingReason: TypeAlias = Literal["NOT_UNRATED", "ALREADY_RATED"]
ClaimReason: TypeAlias = Literal[UnknownReason, "CLAIM_TOO_LATE"]
AnswerReason: TypeAlias = Literal["UNKNOWN_DISPUTE", "ALREADY_RESOLVED", ReturnReason]
CloseReason: TypeAlias = Literal["ALREADY_CLOSED"]
ClosedReason: TypeAlias = Literal["CLOSED"]
"""On a closed contract, before any reason of the input's own (R-15.4)."""
RefundReason: TypeAlias = Literal["INSUFFICIENT_FUNDS"]

RefusalReason: TypeAlias = Literal[
    ClosedReason,
    OpenReason,
    PlanReason,
    RequestReason,
    RefreshReason,
    BlockReason,
    UnblockReason,
    OptionReason,
    OptionEndReason,
    PromiseReason,
    ReversalReason,
    AdjustmentReason,
    RatingReason,
    ClaimReason,
    AnswerReason,
    CloseReason,
    RefundReason,
]
UnratedReason: TypeAlias = Literal[ClosedReason, "NO_PLAN", "NO_PRICE"]
Reason: TypeAlias = Literal[RefusalReason, UnratedReason]
"""Every reason that an event can have."""

NightStep: TypeAlias = Literal["LAPSE", "MONTH", "DAY", "BLOCK"]
"""What a night may do, in its order (R-4.5, R-4.1 to R-4.3)."""

if TYPE_CHECKING:
    StoredRefreshReason: TypeAlias = RefreshReason
    StoredRefusalReason: TypeAlias = RefusalReason
else:  # written as these alone, and read as any text: a log may be of a program that has more of them
    StoredRefreshReason = StoredRefusalReason = str
