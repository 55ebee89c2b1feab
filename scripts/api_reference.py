"""The tables of `docs/api.md`, of routes and of codes, written anew by `python -m scripts.api_reference`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final, get_args

from scripts.app.errors import DeclinedCode
from scripts.app.roles import ROLES
from scripts.web.messages import CODES, NOT_FOUND, WORDED
from scripts.web.route import Param, Route
from scripts.web.table import ROUTES

PAGE: Final = Path(__file__).parent.parent / "docs" / "api.md"


def written(page: str) -> str:
    """The page with its tables as they are to be."""
    for name, rows in (("routes", routes()), ("codes", codes())):
        begins, ends = f"<!-- {name}: python -m scripts.api_reference -->\n", f"<!-- end of {name} -->\n"
        made = begins + "\n" + "\n".join(rows) + "\n\n" + ends
        before, begun, rest = page.partition(begins)
        _, ended, behind = rest.partition(ends)
        assert begun, f"the page has no place for {name}"
        assert ended, f"the page has no end of {name}"
        page = before + made + behind
    return page


def routes() -> Iterator[str]:
    """A row for every route but pages."""
    yield "| route | does | roles | parameters |"
    yield "|---|---|---|---|"
    for route in ROUTES:
        if not route.is_page:
            params = ", ".join([*map(_param, route.params), *(f"header `{each.name}`" for each in route.headers)])
            yield f"| `{route.name}` | {route.does} | {', '.join(_roles(route))} | {params} |"


def codes() -> Iterator[str]:
    """A row for every code that a use case may end with."""
    yield "| status | code | says |"
    yield "|---|---|---|"
    rows = {
        (404 if code in NOT_FOUND else 409 if code in get_args(DeclinedCode) else 422, CODES.get(code, code), words)
        for code, words in WORDED.items()
    }
    for status, code, words in sorted(rows):
        yield f"| {status} | `{code}` | {words} |"


def _param(param: Param) -> str:
    values = "=" + r"\|".join(param.values) if param.values else ""
    many = " …" if param.many else ""
    return f"`{param.name}{values}`{many}{' (needed)' if param.required else ''}"


def _roles(route: Route) -> list[str]:
    told = sorted(route.roles, key=lambda role: ROLES.index(role) if role in ROLES else -1)
    return [*(["this machine"] if route.on_loopback else []), *told]


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
