"""The routes of logging in and out, and of the journal of reads."""

from typing import Final

from scripts.web import login
from scripts.web.answer import JSON
from scripts.web.api import access_log
from scripts.web.asked import FORM, FORM_BYTES_MAX
from scripts.web.pages.page import HTML
from scripts.web.params import HOLDER, LIMIT, roles
from scripts.web.route import ANYBODY, Body, Handler, Method, Param, Route


def _page(method: Method, path: str, does: str, handler: Handler, *params: Param, has_form: bool = False) -> Route:
    return Route(
        method=method,
        path=path,
        does=does,
        roles=ANYBODY,
        handler=handler,
        params=params,
        body=Body(media_types=(FORM,), bytes_max=FORM_BYTES_MAX, schema="Form") if has_form else None,
        answers={HTML: "Page"},
        reads_personal=False,
        is_page=True,
        tag="login",
    )


_OF_PROVIDER: Final = tuple(
    Param(name=name, does="As the provider says.")
    for name in (
        "code", "state", "iss", "session_state", "scope", "error", "error_description", "error_uri",
        "authuser", "prompt", "hd",
    )
)  # fmt: skip
LOGIN: Final[tuple[Route, ...]] = (
    _page("GET", "/login", "The way in for subscribers.", login.subscriber_page, login.NEXT),
    _page("POST", "/login", "Send a one-time code; whosever number it is, the answer is the same.", login.send_code,
          has_form=True),
    _page("GET", "/login/code", "The form for a one-time code.", login.code_page, login.NEXT),
    _page("POST", "/login/code", "Let in whoever shows the code.", login.show_code, has_form=True),
    _page("GET", "/desk/login", "The way in for staff.", login.staff_page, login.NEXT),
    _page("POST", "/desk/login", "Let in whoever of the staff shows a token.", login.show_token, has_form=True),
    _page("GET", "/desk/oidc", "On to the provider of the staff.", login.to_provider, login.NEXT),
    _page("GET", login.CALLBACK, "Back from the provider of the staff.", login.from_provider, *_OF_PROVIDER),
    _page("POST", "/logout", "End the session.", login.log_out, has_form=True),
)  # fmt: skip
ROUTES: Final[tuple[Route, ...]] = (
    Route(
        method="GET",
        path="/v1/access-log",
        does="Who read whose data, oldest first; the next page comes with the last number as `after`.",
        roles=roles("privacy"),
        handler=access_log.rows_asked,
        params=(
            Param(name="account", kind="account", does="Only what was read of this contract."),
            HOLDER,
            Param(name="by", does="Only what this one read."),
            Param(name="from", kind="moment", does="Read then or later."),
            Param(name="to", kind="moment", does="Read by then."),
            Param(name="after", kind="integer", does="Only later lines."),
            LIMIT,
        ),
        answers={JSON: "Reads"},
        problems=(404, 409, 422),
        reads_personal=True,
        tag="access",
    ),
)
