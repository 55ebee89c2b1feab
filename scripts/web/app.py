"""The application: the table of routes behind one door that says who may, what is limited, and what is written down."""

import hashlib
import ipaddress
import re
import secrets
import time
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from itertools import count
from typing import Final
from urllib.parse import urlencode

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route as StarletteRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from scripts.app.roles import STAFF
from scripts.web.answer import Answer
from scripts.web.asked import SAY_WHO, Asked
from scripts.web.gate import Gate
from scripts.web.log import RequestLog
from scripts.web.pages.page import HTML, problem_page
from scripts.web.problems import Problem, problem_of
from scripts.web.rates import network_of
from scripts.web.route import Route
from scripts.web.service import Service
from scripts.web.tmf import errors
from scripts.web.tracing import Tracing
from scripts.web.visitor import Visitor

REQUEST_ID: Final = "X-Request-Id"
_ID: Final = re.compile(r"(?!.*(?<!\d)[78]?9\d{9}(?!\d))[A-Za-z0-9._-]{8,64}")
"""What a client may call a request by; the log has it, so it is nothing that could be a telephone's number."""
SECURE: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
}

_SECURE: Final = [(name.lower().encode(), value.encode()) for name, value in SECURE.items()]


class Door:
    """What stands before every route: identity, rights, the journal, caching, figures and the log."""

    def __init__(self, service: Service, gate: Gate, log: RequestLog, tracing: Tracing) -> None:
        self._tracing = tracing
        self._ids = secrets.token_hex(6)
        self._count = count(1)
        self._service = service
        self._gate = gate
        self._metrics = service.metrics
        self._rates = service.rates
        self._log = log

    def endpoint(self, routes: Mapping[str, Route]) -> "Endpoint":
        """The routes of a path, by their methods, as the framework calls them."""
        return Endpoint(self, routes)

    async def answered(self, request: Request, route: Route) -> Response:
        """What a route answers, or why not."""
        return await self._logged(request, route.name, lambda: self._answered(request, route), is_page=route.is_page)

    def close(self) -> None:
        """Write what the log holds."""
        self._log.flush()

    async def strayed(self, request: Request, error: Exception) -> Response:
        """What is no route, or not by this method."""
        assert isinstance(error, HTTPException)
        code = {404: "NO_SUCH_ROUTE", 405: "METHOD"}.get(error.status_code, "REFUSED")
        told = {404: "there is nothing here; /openapi.json says what there is", 405: "not by this method"}
        if error.status_code == 404 and request.url.path.endswith("/"):
            told[404] = "there is nothing here; leave the slash at the end out"
        problem = Problem(
            error.status_code, code, told.get(error.status_code, error.detail), headers=dict(error.headers or {})
        )

        async def refused() -> Response:
            raise problem

        for_people = "text/html" in request.headers.get("accept", "")
        return await self._logged(request, "-", refused, is_page=for_people)

    async def _logged(
        self, request: Request, name: str, work: Callable[[], Awaitable[Response]], *, is_page: bool = False
    ) -> Response:
        with self._tracing.request(name, request.headers) as span:
            response = await self._measured(request, name, work, is_page=is_page)
            span.set_attribute("http.response.status_code", response.status_code)
            span.set_attribute("obnovi.request", response.headers[REQUEST_ID])
            return response

    async def _measured(
        self, request: Request, name: str, work: Callable[[], Awaitable[Response]], *, is_page: bool
    ) -> Response:
        begun = time.perf_counter()
        given = request.headers.get(REQUEST_ID, "")
        id = given if _ID.fullmatch(given) else f"{self._ids}-{next(self._count):x}"
        request.state.id = id
        try:
            response = await work()
        except Exception as error:
            problem = problem_of(error)
            if errors.is_here(request.url.path):
                problem = errors.told_twice(problem)
            if problem.status >= 500:
                shown = "".join(traceback.format_tb(error.__traceback__))
                self._log.write(level="error", request=id, route=name, error=type(error).__name__, where=shown)
            response = self._page(request, problem) if is_page else problem.response()
        response.headers[REQUEST_ID] = id
        said = {name for name, _ in response.raw_headers}
        response.raw_headers += [pair for pair in _SECURE if pair[0] not in said]
        took = time.perf_counter() - begun
        self._metrics.answered(name, response.status_code, took)
        visitor: Visitor | None = getattr(request.state, "visitor", None)
        self._log.write(
            level="info", request=id, route=name, status=response.status_code, ms=round(took * 1000, 1),
            role=None if visitor is None else visitor.role,
        )  # fmt: skip
        return response

    def _page(self, request: Request, problem: Problem) -> Response:
        """A problem for a person; whoever has to log in first is sent there."""
        if problem.status == 401 and request.method == "GET":
            query = urlencode({"next": request.url.path})
            way_in = "/desk/login" if request.url.path.startswith("/desk") else "/login"
            return Response(None, 303, {"Location": f"{way_in}?{query}", "Cache-Control": "no-store"})
        body = problem_page(problem, getattr(request.state, "visitor", None), request.state.id)
        return Response(body, problem.status, {**problem.headers, "Cache-Control": "no-store"}, HTML)

    async def _answered(self, request: Request, route: Route) -> Response:
        visitor = await self._let_in(request, route)
        asked = Asked(request, route, self._service, visitor)
        try:
            answer = await route.handler(asked)
        except Problem as problem:
            await self._note(asked, problem.whose)
            raise
        await self._note(asked, answer.whose)
        return _response(request, answer)

    async def _note(self, asked: Asked, whose: tuple[str, ...]) -> None:
        """Write down whose data staff is about to be told. Raises where it cannot be written."""
        visitor, route = asked.known, asked.route
        if route.reads_personal and visitor is not None and visitor.role in STAFF and whose:
            await self._gate.note(visitor, what=route.name, whose=whose, ground=asked.ground)

    async def _let_in(self, request: Request, route: Route) -> Visitor | None:
        """Who asks, if he may. Raises Problem."""
        try:
            visitor = await self._gate.visitor(request)
        except Problem:
            self._rates.count("nobody", _address(request))
            raise
        request.state.visitor = visitor
        if route.on_loopback and _is_loopback(request):
            return visitor
        if visitor is None:
            self._rates.count("nobody", _address(request))
        else:
            self._rates.count(visitor.role, visitor.session or visitor.token or visitor.name)
        if "anybody" in route.roles:
            return visitor
        if visitor is None:
            raise Problem(401, "UNAUTHENTICATED", SAY_WHO, headers={"WWW-Authenticate": "Bearer"})
        if visitor.role not in route.roles:
            raise Problem(403, "NOT_ALLOWED", f"this is not for the role {visitor.role}")
        if visitor.contract is not None and visitor.role != "subscriber" and not route.is_for_limited:
            raise Problem(403, "NOT_ALLOWED", "this is not for who is limited to a contract")
        return visitor


def build(
    service: Service,
    gate: Gate,
    routes: Sequence[Route],
    *,
    log: RequestLog | None = None,
    tracing: Tracing | None = None,
) -> Starlette:
    """The application of a table of routes. It closes the service when it ends."""
    door = Door(service, gate, log or RequestLog(), tracing or Tracing())

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        service.close()
        door.close()

    by_path: dict[str, dict[str, Route]] = {}
    for each in routes:
        by_path.setdefault(each.path, {})[each.method] = each
    app = Starlette(
        routes=[StarletteRoute(path, door.endpoint(found), methods=list(found)) for path, found in by_path.items()],
        middleware=[Middleware(AsItCame)],
        exception_handlers={HTTPException: door.strayed},
        lifespan=lifespan,
    )
    app.router.redirect_slashes = False
    app.state.gate = gate
    return app


class Endpoint:
    """The routes of a path as an application of their own, with nothing around it that would catch what they catch."""

    def __init__(self, door: Door, routes: Mapping[str, Route]) -> None:
        self._door = door
        self._routes = {**routes, "HEAD": routes["GET"]} if "GET" in routes else dict(routes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        request = Request(scope, receive, send)
        response = await self._door.answered(request, self._routes[request.method])
        await response(scope, receive, send)


class AsItCame:
    """Routes by the path as it was sent: what is escaped in a number or a claim's id divides no path."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request on."""
        if scope["type"] == "http" and scope.get("raw_path"):
            scope = {**scope, "path": scope["raw_path"].decode("latin-1")}
        await self._app(scope, receive, send)


def _address(request: Request) -> str:
    return "" if request.client is None else network_of(request.client.host)


def _is_loopback(request: Request) -> bool:
    """Whether it comes from this machine, and from no proxy on it."""
    if request.client is None or "x-forwarded-for" in request.headers or "forwarded" in request.headers:
        return False
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def _response(request: Request, answer: Answer) -> Response:
    headers = {"Cache-Control": "no-store", **answer.headers}
    if answer.stream is not None:
        return StreamingResponse(answer.stream, answer.status, headers, answer.media_type)
    if request.method in ("GET", "HEAD") and answer.status == 200:
        tag = f'"{answer.tag or hashlib.sha256(answer.body).hexdigest()[:32]}"'
        headers["ETag"] = tag
        if "Cache-Control" not in answer.headers:
            headers["Vary"] = "Authorization, Cookie"  # a browser that somebody else uses next keeps nothing for him
            headers["Cache-Control"] = "private, max-age=31536000, immutable" if answer.final else "private, no-cache"
        if _matches(request.headers.get("if-none-match"), tag):
            return Response(None, 304, headers)
    response = Response(answer.body, answer.status, headers, answer.media_type)
    for cookie in answer.cookies:
        response.raw_headers.append((b"set-cookie", cookie.encode("latin-1")))
    return response


def _matches(given: str | None, tag: str) -> bool:
    return given is not None and any(each.strip().removeprefix("W/") in ("*", tag) for each in given.split(","))
