"""The tables of `docs/api.md` and `docs/tmf.md`, written anew by `python -m scripts.api_reference`."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final, get_args

from scripts.app.errors import DeclinedCode
from scripts.app.roles import ROLES
from scripts.web.messages import CODES, NOT_FOUND, WORDED
from scripts.web.route import Param, Route
from scripts.web.table import ROUTES
from scripts.web.tmf.profile import APIS

DOCS: Final = Path(__file__).parent.parent / "docs"
PAGE: Final = DOCS / "api.md"
TMF: Final = DOCS / "tmf.md"
FACADE: Final = [route for _, _, _, listed in APIS for route in listed]


def written(page: str) -> str:
    """The page of the API with its tables as they are to be."""
    return _with(page, {"routes": routes(), "codes": codes()})


def written_of_tmf(page: str) -> str:
    """The page of the façade with its tables as they are to be."""
    return _with(page, {id: operations(listed) for id, _, _, listed in APIS})


def _with(page: str, tables: Mapping[str, Iterable[str]]) -> str:
    for name, rows in tables.items():
        begins, ends = f"<!-- {name}: python -m scripts.api_reference -->\n", f"<!-- end of {name} -->\n"
        made = begins + "\n" + "\n".join(rows) + "\n\n" + ends
        before, begun, rest = page.partition(begins)
        _, ended, behind = rest.partition(ends)
        assert begun, f"the page has no place for {name}"
        assert ended, f"the page has no end of {name}"
        page = before + made + behind
    return page


def routes() -> Iterator[str]:
    """A row for every route but pages and those that are on the page of the façade."""
    yield "| route | does | roles | parameters |"
    yield "|---|---|---|---|"
    for route in ROUTES:
        if route.is_listed and route not in FACADE:
            params = ", ".join([*map(_param, route.params), *(f"header `{each.name}`" for each in route.headers)])
            yield f"| `{route.name}` | {route.does} | {', '.join(_roles(route))} | {params} |"


def operations(listed: Iterable[Route]) -> Iterator[str]:
    """A row for every operation of an API of TM Forum, there or absent."""
    yield "| operation | does | roles | parameters |"
    yield "|---|---|---|---|"
    for route in listed:
        name = f"{route.method} {route.path.partition('/v4')[2]}"
        if route.absent:
            yield f"| `{name}` | **absent**: 501 |  |  |"
        else:
            params = ", ".join([*map(_param, route.params), *(f"header `{each.name}`" for each in route.headers)])
            yield f"| `{name}` | {route.does} | {', '.join(_roles(route))} | {params} |"


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
    TMF.write_text(written_of_tmf(TMF.read_text(encoding="utf-8")), encoding="utf-8")
