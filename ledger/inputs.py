"""Inputs: what may come in, checked strictly before anything is decided (contract §2, R-12.1)."""

from dataclasses import dataclass, fields
from datetime import date
from typing import Annotated, Any, ClassVar, Final, Literal, TypeAlias, TypeVar, dataclass_transform, get_args

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from ledger import json_line
from ledger.contracts import ACCOUNT
from ledger.input_parts import Amount, At, Channel, Day, Holder, Id, Text, Version
from ledger.input_problems import NO_HOLDER, detail, no_such_type
from ledger.json_line import Malformed as Malformed  # noqa: PLC0414  # callers of this module meet it
from ledger.json_line import quoted
from ledger.units import Kopecks, RecordQuantity, Service

T = TypeVar("T")

LINE_BYTES_MAX: Final = 16 * 1024 * 1024
"""A longer line cannot be an input; it is rejected without being read as JSON."""


@dataclass_transform(frozen_default=True, kw_only_default=True)
def _input(kind: type[T]) -> type[T]:
    """A dataclass that nobody changes. The type checker sees to it; at run time that would double the price of one."""
    return dataclass(slots=True, kw_only=True)(kind)


@_input
class _Input:
    """Fields of every input. What says no `received_at` reached us at `at` (R-2.6)."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    id: Id
    account: Annotated[str, Field(strict=True, pattern=f"^{ACCOUNT}$")]
    at: At
    received_at: At
    source: Annotated[str, Field(strict=True, min_length=1, max_length=32)] = "feed"
    by: Id | None = None


@_input
class _OfContract(_Input):
    """What may name another contract of the number than the latest, by its place among them (R-15.2)."""

    holder: Holder | None = None


@_input
class Open(_Input):
    """A new account (R-3.1)."""

    type: Literal["open"]
    region: Annotated[str, Field(strict=True, min_length=1, max_length=64)]
    credit_limit: Annotated[Kopecks, Field(strict=True, ge=0, le=10**12)] = 0


@_input
class TopUp(_Input):
    """Money from the subscriber (R-7.1)."""

    type: Literal["top_up"]
    amount: Amount
    channel: Channel = "cash"


@_input
class ConnectPlan(_Input):
    """A new contract on a tariff plan (R-3.2)."""

    type: Literal["connect_plan"]
    plan: Id


@_input
class Usage(_Input):
    """A call, SMS or data record; `quantity` in seconds, pieces or bytes (R-6.1)."""

    type: Literal["usage"]
    service: Service
    direction: Literal["out", "in"]
    quantity: Annotated[RecordQuantity, Field(strict=True, ge=0, le=10**12)]
    zone: Annotated[str, Field(strict=True, min_length=1, max_length=32)] = "home"
    peer: Annotated[str, Field(strict=True, max_length=64)] = ""


@_input
class Ussd(_Input):
    """A USSD code dialled; exactly `*929#` asks for a refresh (R-5.1, R-12.4)."""

    type: Literal["ussd"]
    text: Annotated[str, Field(strict=True, max_length=32)]


@_input
class Sms(_Input):
    """An SMS to a service number; exactly `9290` asks for a refresh (R-5.1, R-12.4). Its text is never stored."""

    type: Literal["sms"]
    to: Annotated[str, Field(strict=True, max_length=32)]
    text: Text


@_input
class Refresh(_Input):
    """A refresh asked for in the app (R-5.1)."""

    type: Literal["refresh"]


@_input
class Block(_Input):
    """A block by the subscriber or the operator (R-8.1)."""

    type: Literal["block"]
    kind: Literal["voluntary", "operator"]


@_input
class Unblock(_Input):
    """The end of such a block (R-8.2)."""

    type: Literal["unblock"]
    kind: Literal["voluntary", "operator"]


@_input
class ConnectOption(_Input):
    """An option connected (R-9.1)."""

    type: Literal["connect_option"]
    option: Id


@_input
class DisconnectOption(_Input):
    """An option ended by the subscriber (R-9.4)."""

    type: Literal["disconnect_option"]
    option: Id


@_input
class GrantDiscount(_Input):
    """A percentage off the tariff's fees on local dates `[from, until)` (R-10.1)."""

    type: Literal["grant_discount"]
    percent: Annotated[int, Field(strict=True, ge=1, le=100)]
    from_: Annotated[Day, Field(alias="from")]
    until: Day


@_input
class TakePromise(_Input):
    """A promised payment: headroom of `amount` kopecks for some days (R-10.2)."""

    type: Literal["take_promise"]
    amount: Amount


@_input
class Reverse(_OfContract):
    """A correction of one earlier event: of `amount` kopecks, or of all that is left (R-11.1)."""

    type: Literal["reverse"]
    event: Version
    amount: Amount | None = None
    text: Text


@_input
class Adjust(_OfContract):
    """A clerk's correction in money, plus or minus, citing the events it is about (R-11.5)."""

    type: Literal["adjust"]
    amount: Annotated[Kopecks, Field(strict=True, ge=-(10**12), le=10**12)]
    cites: Annotated[list[Version], Field(min_length=1)]
    text: Text


@_input
class Rerate(_OfContract):
    """A record nobody could rate, to be rated now that the catalogue is mended (R-11.6)."""

    type: Literal["rerate"]
    event: Version


@_input
class OpenDispute(_OfContract):
    """A claim about one event (R-11.2)."""

    type: Literal["open_dispute"]
    event: Version
    text: Text


@_input
class ResolveDispute(_OfContract):
    """The answer to a claim, named by the id of its opening (R-11.3)."""

    type: Literal["resolve_dispute"]
    dispute: Id
    outcome: Literal["upheld", "rejected"]
    amount: Amount | None = None
    text: Text


@_input
class Close(_Input):
    """The end of a contract (R-15.3)."""

    type: Literal["close"]


@_input
class Refund(_OfContract):
    """Money paid out to the subscriber, also after the contract's end (R-15.5)."""

    type: Literal["refund"]
    amount: Amount
    channel: Channel = "cash"


Input: TypeAlias = (
    Open
    | TopUp
    | ConnectPlan
    | Usage
    | Ussd
    | Sms
    | Refresh
    | Block
    | Unblock
    | ConnectOption
    | DisconnectOption
    | GrantDiscount
    | TakePromise
    | Reverse
    | Adjust
    | Rerate
    | OpenDispute
    | ResolveDispute
    | Close
    | Refund
)

NEWEST: Final = 2
"""The edition of the rules that knows every input here (R-3.7)."""
YOUNGER_TYPES: Final = frozenset({"close", "refund"})
"""The types that edition 1 does not know, nor does it know `holder`."""

COMMON_FIELDS: Final = frozenset(field.name for field in fields(_Input)) | {"type"}

TYPES: Final = [get_args(kind.__annotations__["type"])[0] for kind in get_args(Input)]

_CHECK: Final[TypeAdapter[Input]] = TypeAdapter(
    Annotated[Input, Field(discriminator="type")],
    config=ConfigDict(defer_build=True),  # made at the first input: most commands see none
)


def parse(line: str, edition: int = NEWEST) -> Input:
    """The input that one line of JSON states. Raises Malformed with what is wrong and where."""
    return check(json_line.load(line), edition)


def check(raw: object, edition: int = NEWEST) -> Input:
    """The input that a JSON object states under an edition of the rules (R-3.7). Raises Malformed."""
    if not isinstance(raw, dict):
        raise Malformed("an input is a JSON object")
    if None in raw.values():
        raise Malformed(f"{quoted(next(name for name, value in raw.items() if value is None))}: null is not absence")
    if "received_at" not in raw and "at" in raw:
        raw = {**raw, "received_at": raw["at"]}
    older = edition < NEWEST
    if older and raw.get("type") in YOUNGER_TYPES:
        raise Malformed(no_such_type(_types(edition)))
    try:
        input = _CHECK.validate_python({name: raw[name] for name in raw if name != "holder"} if older else raw)
    except ValidationError as error:
        raise Malformed(detail(error, _types(edition))) from None
    if older and "holder" in raw:
        raise Malformed(NO_HOLDER)
    if input.at > input.received_at:
        raise Malformed("at lies after received_at")
    match input:
        case Usage(service="data", direction="in"):
            raise Malformed("direction: data has direction out")
        case Adjust(amount=0):
            raise Malformed("amount: 0 corrects nothing")
        case GrantDiscount() if input.from_ >= input.until:
            raise Malformed("until: lies before or on from")
        case ResolveDispute(outcome="rejected") if input.amount is not None:
            raise Malformed("amount: a rejected dispute returns nothing")
        case _:
            return input


def json_schema(ref_template: str) -> dict[str, Any]:
    """The JSON schema of inputs as the newest edition has them, behind the reading of their times."""
    return _CHECK.json_schema(by_alias=True, ref_template=ref_template)


def require_edition(input: Input, edition: int) -> None:
    """Raise Malformed, as `check` does, where an edition of the rules does not know such an input yet (R-3.7)."""
    if edition >= NEWEST:
        return
    if input.type in YOUNGER_TYPES:
        raise Malformed(no_such_type(_types(edition)))
    if isinstance(input, _OfContract) and input.holder is not None:
        raise Malformed(NO_HOLDER)


def own_fields(input: Input) -> dict[str, Any]:
    """The fields that only this type of input has, as JSON values; `holder` where it names one."""
    own = {name.rstrip("_"): _plain(getattr(input, name)) for name in _OWN[type(input)]}
    if isinstance(input, _OfContract) and input.holder is not None:
        own["holder"] = input.holder
    return own


def _types(edition: int) -> list[str]:
    return [each for each in TYPES if edition >= NEWEST or each not in YOUNGER_TYPES]


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


_OWN: Final[dict[type, list[str]]] = {
    kind: [field.name for field in fields(kind) if field.name not in (*COMMON_FIELDS, "holder")]
    for kind in get_args(Input)
}
