"""Forgery: what a browser sends with its cookie counts only if a page of ours made it send it."""

import asyncio
from typing import Final
from urllib.parse import parse_qs, urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from scripts.state.sessions import Session, is_csrf_token
from scripts.web.asked import BODY_SECONDS_MAX, FORM, cut_off, media_type_of, too_slow
from scripts.web.problems import Problem

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
HEADER: Final = "X-CSRF-Token"
FIELD: Final = "csrf"
FILES: Final = "multipart/form-data"
FORM_BYTES_MAX: Final = 8 * 1024 * 1024
_PORTS: Final = {"http": 80, "https": 443}


def require_same_site(request: Request) -> None:
    """Refuse what a page of another site sends; who is no browser says nothing of it. Raises Problem."""
    if request.method in SAFE:
        return
    told_by_browser = request.headers.get("sec-fetch-site")
    if told_by_browser is not None:
        is_ours = told_by_browser in ("same-origin", "none")
    else:
        origin = request.headers.get("origin") or request.headers.get("referer")
        is_ours = origin is None or _host(origin, request) == _host(str(request.url), request)
    if not is_ours:
        raise Problem(403, "FOREIGN_ORIGIN", "this comes from a page of another site")


async def require_meant(request: Request, session: Session) -> None:
    """Refuse what comes with a session and proves by no token that a page of that session sent it. Raises Problem.

    The token is in the header `X-CSRF-Token`, or the field `csrf` of a form.
    """
    if request.method in SAFE:
        return
    given = request.headers.get(HEADER)
    if given is None:
        given = await _field(request)
    if not is_csrf_token(session, given):
        raise Problem(403, "CSRF", f"open the page again; its token is missing ({HEADER}, or the field {FIELD})")


async def _field(request: Request) -> str:
    """The field of a form that has the token; the form is there for whoever reads it next."""
    kind = media_type_of(request)
    length = request.headers.get("content-length", "")
    if kind not in (FORM, FILES) or not length.isdecimal():
        return ""
    if int(length) > FORM_BYTES_MAX:
        raise Problem(413, "TOO_LARGE", f"a form has at most {FORM_BYTES_MAX} bytes")
    try:
        async with asyncio.timeout(BODY_SECONDS_MAX):
            content = await request.body()
            if kind == FORM:
                return parse_qs(content.decode("latin-1")).get(FIELD, [""])[0]
            value = (await request.form()).get(FIELD)
    except HTTPException:  # no form that anybody could read
        return ""
    except TimeoutError:
        raise too_slow() from None
    except ClientDisconnect:
        raise cut_off() from None
    return value if isinstance(value, str) else ""


def _host(address: str, request: Request) -> tuple[str | None, int | None]:
    """Host and port of an address; a proxy before us may end TLS, so the scheme says nothing."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return None, None
    if not parts.hostname:
        return None, -1
    return parts.hostname, port if port not in _PORTS.values() else None
