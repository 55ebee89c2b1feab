"""Answers: bytes with what a client has to know of them, and whose data they tell."""

from collections.abc import AsyncIterator, Iterable
from typing import Any, Final

import msgspec

JSON: Final = "application/json"
NDJSON: Final = "application/x-ndjson"
TEXT: Final = "text/plain; charset=utf-8"


_OF_DOCUMENTS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'"
}


def document_headers(media_type: str) -> dict[str, str]:
    """What goes with a file that is a document: a page of one file brings its own style, and runs nothing."""
    return dict(_OF_DOCUMENTS) if media_type.startswith("text/html") else {}


class Answer(msgspec.Struct, kw_only=True):
    """What is answered. `whose`: the ids of the contracts that it tells of, for the journal.

    `tag` names its state where something cheaper than its bytes does. `final`: it never changes.
    """

    body: bytes = b""
    media_type: str = JSON
    status: int = 200
    headers: dict[str, str] = {}
    cookies: list[str] = []
    whose: tuple[str, ...] = ()
    tag: str | None = None
    final: bool = False
    stream: AsyncIterator[bytes] | None = None


def json_answer(value: object, *, whose: Iterable[str] = (), **more: Any) -> Answer:
    """A value as the command prints it with `--json`: JSON and a newline."""
    return Answer(body=msgspec.json.encode(value) + b"\n", whose=tuple(whose), **more)


def json_lines(rows: Iterable[object], *, whose: Iterable[str] = (), **more: Any) -> Answer:
    """Values, one a line."""
    body = b"".join(msgspec.json.encode(row) + b"\n" for row in rows)
    return Answer(body=body, media_type=NDJSON, whose=tuple(whose), **more)
