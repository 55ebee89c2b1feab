"""The routes of личный кабинет."""

from typing import Final

from scripts.app.roles import Role
from scripts.web.asked import FORM, FORM_BYTES_MAX
from scripts.web.pages import home, papers, services
from scripts.web.pages.page import HTML, static
from scripts.web.route import ANYBODY, Anybody, Body, Handler, Method, Param, Route

_SUBSCRIBER: Final[frozenset[Role | Anybody]] = frozenset({"subscriber"})
_EVERYBODY: Final[frozenset[Role | Anybody]] = frozenset(
    {"subscriber", "clerk", "senior", "auditor", "operator", "privacy"}
)
_SUBMITTED: Final = Body(media_types=(FORM,), bytes_max=FORM_BYTES_MAX, schema="Form")


def _page(method: Method, path: str, does: str, handler: Handler, *params: Param, media_type: str = HTML) -> Route:
    return Route(
        method=method,
        path=path,
        does=does,
        roles=_EVERYBODY if path == "/" else _SUBSCRIBER,
        handler=handler,
        params=params,
        body=_SUBMITTED if method == "POST" else None,
        answers={media_type: "Page"},
        reads_personal=True,
        is_page=True,
        tag="cabinet",
    )


CABINET: Final[tuple[Route, ...]] = (
    _page("GET", "/", "What the subscriber has, and what comes next.", home.home),
    _page("GET", "/refresh", "What a refresh would do, and the button for it.", home.refresh),
    _page("POST", "/refresh", "Refresh the packages.", home.do_refresh),
    _page("GET", "/statements", "A month of the statement.", papers.statements, papers.MONTH),
    _page(
        "GET", "/statements/file", "The statement of a month as a file.", papers.statement_file, papers.MONTH,
        papers.FORMAT,
    ),
    _page("GET", "/why/{version}", "Why an event came out as it did.", papers.why),
    _page("GET", "/claims", "The subscriber's claims.", papers.claims),
    _page("POST", "/claims", "Dispute an event.", papers.open_claim),
    _page("GET", "/refusals", "What was refused, and when it would have worked.", papers.refused),
    _page("GET", "/services", "Options and the promised payment.", services.services),
    _page("POST", "/services/option", "Connect or disconnect an option.", services.option),
    _page("POST", "/services/promise", "Take a promised payment.", services.promise),
    Route(
        method="GET",
        path="/static/{name}",
        does="The style and the script of the pages.",
        roles=ANYBODY,
        handler=static,
        answers={"text/css": "File", "text/javascript": "File"},
        reads_personal=False,
        is_page=True,
        tag="cabinet",
    ),
)  # fmt: skip
