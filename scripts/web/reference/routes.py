"""The routes of the reference, which is made from the table that they are part of."""

import re
from collections.abc import Callable, Sequence
from functools import cache
from importlib.resources import files
from typing import Final

import jinja2
import msgspec
from markupsafe import Markup, escape

from scripts.web.answer import JSON, Answer
from scripts.web.asked import Asked
from scripts.web.openapi import document
from scripts.web.route import ANYBODY, Route

_FOLDER: Final = files("scripts.web.reference")
_CODE: Final = re.compile("`([^`]+)`")
_HTML: Final = "text/html; charset=utf-8"
_CSS: Final = "text/css; charset=utf-8"


def routes(table: Callable[[], Sequence[Route]]) -> tuple[Route, ...]:
    """The document and its page, of the routes that a table has when it is whole."""

    @cache
    def as_json() -> bytes:
        return msgspec.json.format(msgspec.json.encode(document(table())), indent=1) + b"\n"

    @cache
    def page() -> bytes:
        environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
        environment.filters["coded"] = _coded
        template = environment.from_string(_FOLDER.joinpath("page.html").read_text())
        return template.render(made=document(table()), shown=_shown).encode()

    @cache
    def style() -> bytes:
        return _FOLDER.joinpath("page.css").read_bytes()

    async def openapi(asked: Asked) -> Answer:
        return Answer(body=as_json())

    async def docs(asked: Asked) -> Answer:
        return Answer(body=page(), media_type=_HTML)

    async def css(asked: Asked) -> Answer:
        return Answer(body=style(), media_type=_CSS)

    return (
        Route(
            method="GET",
            path="/openapi.json",
            does="What can be asked, as OpenAPI 3.1.",
            roles=ANYBODY,
            handler=openapi,
            answers={JSON: "OpenApi"},
            reads_personal=False,
            tag="about",
        ),
        Route(
            method="GET",
            path="/docs",
            does="The same, to read.",
            roles=ANYBODY,
            handler=docs,
            answers={_HTML: "Page"},
            reads_personal=False,
            tag="about",
        ),
        Route(
            method="GET",
            path="/docs/page.css",
            does="How that page looks.",
            roles=ANYBODY,
            handler=css,
            answers={_CSS: "Style"},
            reads_personal=False,
            is_page=True,
            tag="about",
        ),
    )


def _coded(text: str) -> Markup:
    """A text with what stands in backticks as code."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text))))  # escaped before


def _shown(value: object) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
