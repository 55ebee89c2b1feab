"""A page: a template with facts, in Russian, for a browser."""

import hashlib
from functools import cache
from importlib.resources import files
from typing import Any, Final
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined

from ledger.account import Account
from ledger.periods import Instant
from projections.words.phrasebook import Phrasebook
from scripts.web.answer import Answer
from scripts.web.asked import Asked
from scripts.web.pages.problem_words import said
from scripts.web.problems import Problem
from scripts.web.visitor import Visitor

HTML: Final = "text/html; charset=utf-8"
STATIC: Final = {"site.css": "text/css; charset=utf-8", "site.js": "text/javascript; charset=utf-8"}
FOREVER: Final = "public, max-age=31536000, immutable"
_HEADINGS: Final = {
    400: "Запрос не понят",
    401: "Нужно войти",
    403: "Сюда вам нельзя",
    404: "Такой страницы нет",
    405: "Так эту страницу не открыть",
    409: "Сейчас это невозможно",
    413: "Слишком много",
    422: "Проверьте, что введено",
    429: "Слишком часто",
    503: "Сервер занят",
}


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("scripts.web.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["static"] = static_path
    made.filters["first_upper"] = first_upper
    return made


def warm_up() -> None:
    """Have every template ready, so that nobody waits for that."""
    for name in _environment().list_templates():
        _environment().get_template(name)


def page(
    template: str, visitor: Visitor | None, *, whose: tuple[str, ...] = (), status: int = 200, **facts: Any
) -> Answer:
    """A template as an answer; `visitor` is who looks at it."""
    body = _environment().get_template(template).render(visitor=visitor, **facts)
    headers = {"Cache-Control": "no-store"}
    return Answer(body=body.encode(), media_type=HTML, whose=whose, status=status, headers=headers)


def problem_page(problem: Problem, visitor: Visitor | None, request_id: str) -> bytes:
    """What went wrong, for a person."""
    template = _environment().get_template("problem.html")
    heading = _HEADINGS.get(problem.status, "Что-то сломалось")
    facts = {"heading": heading, "said": said(problem), "problem": problem, "request_id": request_id}
    return template.render(visitor=visitor, **facts).encode()


def redirect(path: str, **query: str) -> Answer:
    """On to another page, which is then asked for by GET."""
    return Answer(status=303, headers={"Location": path + (f"?{urlencode(query)}" if query else "")})


def to_the_minute(phrases: Phrasebook, at: Instant) -> str:
    """A time as people read it, with the offset on a day whose hour comes twice."""
    date, _, clock = phrases.time(at).partition(" ")
    return f"{date} {clock[:5]}{clock[8:]}"


def option_names(account: Account) -> dict[str, str]:
    """The names of an account's options by id, as its packages are called."""
    return {each.id: each.name for each in account.options}


def first_upper(text: str) -> str:
    """A text with a capital first, as lines begin."""
    return text[:1].upper() + text[1:]


async def static(asked: Asked) -> Answer:
    """A file of the pages, for ever under this name. Raises Problem."""
    name = asked.path["name"]
    plain = next((each for each in STATIC if static_path(each).endswith(f"/{name}")), None)
    if plain is None:
        raise Problem(404, "NO_SUCH_ROUTE", "there is no such file")
    return Answer(body=_content(plain), media_type=STATIC[plain], headers={"Cache-Control": FOREVER}, final=True)


@cache
def static_path(name: str) -> str:
    """Where a browser finds a file of this content."""
    stem, _, ending = name.rpartition(".")
    return f"/static/{stem}.{hashlib.sha256(_content(name)).hexdigest()[:12]}.{ending}"


@cache
def _content(name: str) -> bytes:
    return (files("scripts.web.pages") / "static" / name).read_bytes()
