"""Inputs: what may come in, checked strictly before anything is decided (contract §2, R-12.1)."""

import json
from typing import Annotated, Any, Final, Literal, NoReturn, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from ledger.periods import Instant, parse_instant
from ledger.units import Kopecks, Quantity, Service

LINE_BYTES_MAX: Final = 16 * 1024 * 1024
"""A longer line cannot be an input; it is rejected without being read as JSON."""

LATER: Final = frozenset(
    {
        "connect_option", "disconnect_option", "grant_discount", "take_promise", "reverse",
        "adjust", "rerate", "open_dispute", "resolve_dispute",
    }
)  # fmt: skip
"""Types of the contract that this version does not book yet."""


class Malformed(ValueError):
    """A line that is no input, or an input no rule can be asked about; the message is the detail."""


def _instant(value: object) -> Instant:
    if not isinstance(value, str):
        raise ValueError("a time is a string")
    return parse_instant(value)


At: TypeAlias = Annotated[Instant, BeforeValidator(_instant)]
Id: TypeAlias = Annotated[str, Field(min_length=1, max_length=64)]
Text: TypeAlias = Annotated[str, Field(max_length=1000)]
Amount: TypeAlias = Annotated[Kopecks, Field(ge=1, le=10**12)]


class _Input(BaseModel):
    """Fields of every input. What says no `received_at` reached us at `at` (R-2.6)."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    id: Id
    account: Annotated[str, Field(pattern=r"^79[0-9]{9}$")]
    at: At
    received_at: At = Field(default_factory=lambda checked: checked.get("at", 0))
    source: Annotated[str, Field(min_length=1, max_length=32)] = "feed"
    by: Id | None = None

    @model_validator(mode="after")
    def _in_time(self) -> "_Input":
        if self.at > self.received_at:
            raise ValueError("at lies after received_at")
        return self


class Open(_Input):
    """A new account (R-3.1)."""

    type: Literal["open"]
    region: Annotated[str, Field(min_length=1, max_length=64)]
    credit_limit: Annotated[Kopecks, Field(ge=0, le=10**12)] = 0


class TopUp(_Input):
    """Money from the subscriber (R-7.1)."""

    type: Literal["top_up"]
    amount: Amount
    channel: Annotated[str, Field(min_length=1, max_length=32)] = "cash"


class ConnectPlan(_Input):
    """A new contract on a tariff plan (R-3.2)."""

    type: Literal["connect_plan"]
    plan: Id


class Usage(_Input):
    """A call, SMS or data record; `quantity` in seconds, pieces or bytes (R-6.1)."""

    type: Literal["usage"]
    service: Service
    direction: Literal["out", "in"]
    quantity: Annotated[Quantity, Field(ge=0, le=10**12)]
    zone: Annotated[str, Field(min_length=1, max_length=32)] = "home"
    peer: Annotated[str, Field(max_length=64)] = ""

    @model_validator(mode="after")
    def _outgoing(self) -> "Usage":
        if self.service == "data" and self.direction == "in":
            raise ValueError("data has direction out")
        return self


class Ussd(_Input):
    """A USSD code dialled; exactly `*929#` asks for a refresh (R-5.1, R-12.4)."""

    type: Literal["ussd"]
    text: Annotated[str, Field(max_length=32)]


class Sms(_Input):
    """An SMS to a service number; exactly `9290` asks for a refresh (R-5.1, R-12.4). Its text is never stored."""

    type: Literal["sms"]
    to: Annotated[str, Field(max_length=32)]
    text: Text


class Refresh(_Input):
    """A refresh asked for in the app (R-5.1)."""

    type: Literal["refresh"]


class Block(_Input):
    """A block by the subscriber or the operator (R-8.1)."""

    type: Literal["block"]
    kind: Literal["voluntary", "operator"]


class Unblock(_Input):
    """The end of such a block (R-8.2)."""

    type: Literal["unblock"]
    kind: Literal["voluntary", "operator"]


Input: TypeAlias = Open | TopUp | ConnectPlan | Usage | Ussd | Sms | Refresh | Block | Unblock

COMMON_FIELDS: Final = frozenset(_Input.model_fields) | {"type"}

_CHECK: Final[TypeAdapter[Input]] = TypeAdapter(Annotated[Input, Field(discriminator="type")])


def parse(line: str) -> Input:
    """The input that one line of JSON states. Raises Malformed with what is wrong and where."""
    return check(_load(line))


def check(raw: object) -> Input:
    """The input that a JSON object states. Raises Malformed."""
    if not isinstance(raw, dict):
        raise Malformed("an input is a JSON object")
    for name, value in raw.items():
        if value is None:
            raise Malformed(f"{_shown(name)}: null is not absence")
        if isinstance(value, str) and not _storable(value):
            raise Malformed(f"{_shown(name)}: a NUL character or a lone surrogate")
    if isinstance(kind := raw.get("type"), str) and kind in LATER:
        raise Malformed(f"type: {kind} is not supported by this version yet")
    try:
        return _CHECK.validate_python(raw)
    except ValidationError as error:
        raise Malformed(_detail(error)) from None


def own_fields(input: Input) -> dict[str, Any]:
    """The fields that only this type of input has, as JSON values."""
    return {name: value for name, value in input.model_dump().items() if name not in COMMON_FIELDS}


def _load(line: str) -> object:
    try:
        return json.loads(line, object_pairs_hook=_object, parse_constant=_no_constant)
    except Malformed:
        raise
    except RecursionError:
        raise Malformed("not JSON: nested too deeply") from None
    except ValueError as error:
        raise Malformed(f"not JSON: {error}") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Malformed("an object with a key twice")
    return found


def _no_constant(name: str) -> NoReturn:
    raise Malformed(f"{name} is no JSON number")


def _storable(text: str) -> bool:
    if text.isascii():
        return "\0" not in text
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def _shown(name: str) -> str:
    return ascii(name)[1:-1][:80]


def _detail(error: ValidationError) -> str:
    details = error.errors(include_url=False)[0]
    if details["type"] in ("union_tag_invalid", "union_tag_not_found"):
        return "type: " + ("missing" if details["type"].endswith("found") else "no such type of input")
    field = ".".join(_shown(str(part)) for part in details["loc"][1:])
    message = details["msg"].removeprefix("Value error, ")
    return f"{field}: {message}" if field else message
