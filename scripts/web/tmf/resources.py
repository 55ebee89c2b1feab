"""Resources as TMF630 has them: chosen fields, a page of a list with its counts, decimals as numbers."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple
from urllib.parse import quote

import msgspec

from scripts.web.answer import Answer
from scripts.web.asked import Asked
from scripts.web.problems import Problem
from scripts.web.route import Param

Resource = dict[str, Any]
ROOT: Final = "/tmf-api"
ROWS_MAX: Final = 1_000
FIELDS: Final = Param(name="fields", does="Only these attributes, by commas; id, href and @type are always there.")
OFFSET: Final = Param(name="offset", kind="integer", does="Leave out so many from the beginning.")
LIMIT: Final = Param(name="limit", kind="integer", does=f"At most so many, by default and at most {ROWS_MAX}.")
PAGING: Final = (FIELDS, OFFSET, LIMIT)
ALWAYS: Final = ("id", "href", "@type")
_ENCODER: Final = msgspec.json.Encoder(decimal_format="number")


class Window(NamedTuple):
    """Which rows of a list are asked for."""

    offset: int
    limit: int

    def of(self, rows: Sequence[Any]) -> Sequence[Any]:
        """Those of some rows."""
        return rows[self.offset : self.offset + self.limit]


def window(asked: Asked) -> Window:
    """The rows that are asked for. Raises Problem."""
    offset, limit = asked.get("offset", 0), asked.get("limit", ROWS_MAX)
    if offset < 0 or not 1 <= limit <= ROWS_MAX:
        raise Problem(422, "BAD_PARAMETER", f"offset is 0 or more, limit 1 to {ROWS_MAX}")
    return Window(offset, limit)


def href(collection: str, id: str) -> str:
    """Where a resource is, from the root of the server."""
    return f"{collection}/{quote(id, safe='-.:')}"


def head(collection: str, kind: str, id: str) -> Resource:
    """What every resource has."""
    return {"id": id, "href": href(collection, id), "@type": kind}


def one(asked: Asked, resource: Resource, *, whose: Iterable[str], **more: Any) -> Answer:
    """One resource, with the attributes that are asked for."""
    return Answer(body=_ENCODER.encode(_chosen(asked, resource)) + b"\n", whose=tuple(whose), **more)


def page(asked: Asked, rows: Sequence[Resource], total: int, *, whose: Iterable[str]) -> Answer:
    """A page of a list of so many: 206 where it is not all of it, and where the next one is."""
    at = window(asked)
    headers = {"X-Total-Count": str(total), "X-Result-Count": str(len(rows))}
    if at.offset + len(rows) < total and rows:
        headers["Link"] = f'<?{_next(asked, at.offset + len(rows))}>; rel="next"'
    body = _ENCODER.encode([_chosen(asked, each) for each in rows]) + b"\n"
    return Answer(body=body, whose=tuple(whose), status=200 if len(rows) == total else 206, headers=headers)


def listed(asked: Asked, rows: Sequence[Resource], *, whose: Iterable[str]) -> Answer:
    """The page that is asked for, of all rows."""
    return page(asked, window(asked).of(rows), len(rows), whose=whose)


def _next(asked: Asked, offset: int) -> str:
    raw = asked.request.scope.get("query_string", b"").decode("ascii", "replace")
    kept = [piece for piece in raw.split("&") if piece and piece.partition("=")[0] != "offset"]
    return "&".join([*kept, f"offset={offset}"])


def _chosen(asked: Asked, resource: Mapping[str, Any]) -> Mapping[str, Any]:
    said: str | None = asked.get("fields")
    if said is None:
        return resource
    wanted = {*ALWAYS, *(each.strip() for each in said.split(","))}
    return {name: value for name, value in resource.items() if name in wanted}
