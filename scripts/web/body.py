"""Bodies: one JSON object, read strictly by the ledger's reader, with the fields that its route knows and no others."""

from typing import Annotated, Any, Final, TypeVar

import msgspec

from ledger import json_line
from ledger.json_line import Malformed
from scripts.web.answer import JSON
from scripts.web.asked import Asked
from scripts.web.problems import Problem
from scripts.web.route import Body

T = TypeVar("T", bound=msgspec.Struct)
BYTES_MAX: Final = 64 * 1024
Word: Any = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Words: Any = Annotated[str, msgspec.Meta(max_length=1_000)]
Count: Any = Annotated[int, msgspec.Meta(ge=1, le=10**12)]


def body_of(schema: str, *, required: bool = True) -> Body:
    """A body of one JSON object, as a route tells of it."""
    return Body(media_types=(JSON,), bytes_max=BYTES_MAX, schema=schema, required=required)


async def read(asked: Asked, kind: type[T]) -> T:
    """The body of a request. Raises Problem where it is no such object; whoever asks is no field of it."""
    _, given = await object_of(asked)
    if "by" in given:
        raise malformed("by: left out here, it is who asks")
    if None in given.values():
        raise malformed(f"{json_line.quoted(next(name for name in given if given[name] is None))}: null is not absence")
    try:
        return msgspec.convert(given, kind)
    except msgspec.ValidationError as error:
        raise malformed(str(error)) from None


def malformed(detail: str) -> Problem:
    """What is no such body."""
    return Problem(422, "MALFORMED", detail)


async def object_of(asked: Asked) -> tuple[bytes, dict[str, Any]]:
    """The object that a request brings, as it came and as a value. Raises Problem where it is none."""
    content = await asked.body()
    try:
        given = json_line.load(content.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise malformed(f"not UTF-8 at byte {error.start}") from None
    except Malformed as error:
        raise malformed(str(error)) from None
    if not isinstance(given, dict):
        raise malformed("the body is one JSON object")
    return content, given
