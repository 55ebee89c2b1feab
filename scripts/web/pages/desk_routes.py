"""The routes of the desk."""

from functools import partial
from typing import Final

from scripts.app.roles import Role
from scripts.web.asked import FORM, FORM_BYTES_MAX
from scripts.web.pages import (
    desk_booking,
    desk_claims,
    desk_contract,
    desk_event,
    desk_home,
    desk_jobs,
    desk_proposals,
    desk_reconcile,
    desk_reports,
)
from scripts.web.pages.desk import CASE, GROUND, HOLDER
from scripts.web.pages.page import HTML
from scripts.web.params import CLERKS, OFFICE, roles
from scripts.web.route import Anybody, Body, Handler, Method, Param, Route

_SUBMITTED: Final = Body(media_types=(FORM,), bytes_max=FORM_BYTES_MAX, schema="Form")
_UPLOADED: Final = Body(
    media_types=("multipart/form-data",), bytes_max=desk_reconcile.FILE_BYTES_MAX + FORM_BYTES_MAX, schema="Form"
)


def _page(
    method: Method,
    path: str,
    does: str,
    handler: Handler,
    *params: Param,
    who: frozenset[Role | Anybody] = OFFICE,
    media_types: tuple[str, ...] = (HTML,),
    body: Body = _SUBMITTED,
    narrows: bool = False,
) -> Route:
    return Route(
        method=method,
        path=path,
        does=does,
        roles=who,
        handler=handler,
        params=params,
        body=body if method == "POST" else None,
        answers=dict.fromkeys(media_types, "Page"),
        reads_personal=True,
        narrows=narrows,
        is_page=True,
        tag="desk",
    )


_narrowed: Final = partial(_page, narrows=True)
"""A page that tells who is limited to a contract of that one alone."""

DESK: Final[tuple[Route, ...]] = (
    _narrowed("GET", "/desk", "A number looked up, and the claims that wait.", desk_home.desk, *desk_home.FIND),
    _narrowed("GET", "/desk/claims", "The queue of claims.", desk_home.claims, desk_home.ALL, GROUND),
    _page("GET", "/desk/claims/{number}/{dispute}", "A claim and its answer.", desk_claims.claim, HOLDER, GROUND),
    _page(
        "GET", "/desk/claims/{number}/{dispute}/file", "The dossier of a claim as a file.", desk_claims.claim_file,
        HOLDER, GROUND, desk_claims.FORMAT, media_types=desk_claims.FILES,
    ),
    _narrowed("GET", "/desk/unrated", "Records without a price.", desk_reports.unrated, desk_reports.REASON, GROUND),
    _page("GET", "/desk/late", "The form for late charges.", desk_reports.late, GROUND),
    _page("POST", "/desk/late", "Look for late charges.", desk_reports.start_late, GROUND),
    _page("GET", "/desk/totals", "The form for totals.", desk_reports.totals, GROUND),
    _page("POST", "/desk/totals", "Count totals.", desk_reports.start_totals, GROUND),
    _page("GET", "/desk/verify", "Checkpoints and verification.", desk_reports.verify, GROUND),
    _page("POST", "/desk/verify", "Verify the log.", desk_reports.start_verify, GROUND),
    _page("GET", "/desk/reconcile", "The form for a bank's list.", desk_reconcile.reconcile, GROUND),
    _page("POST", "/desk/reconcile", "Compare a bank's list.", desk_reconcile.start, GROUND, body=_UPLOADED),
    _page(
        "POST", "/desk/reconcile/{job}", "Book what is missing.", desk_reconcile.book, GROUND, who=roles("senior"),
    ),
    _page("GET", "/desk/jobs", "The jobs of who asks.", desk_jobs.listed, GROUND),
    _page("GET", "/desk/jobs/{job}", "A job.", desk_jobs.job, GROUND),
    _page("POST", "/desk/jobs/{job}", "Stop a job.", desk_jobs.stop, GROUND),
    _page("GET", "/desk/jobs/{job}/events", "How far a job is.", desk_jobs.events, media_types=(desk_jobs.STREAM,)),
    _narrowed("GET", "/desk/proposals", "What waits for a second person.", desk_proposals.listed, GROUND),
    _narrowed("GET", "/desk/proposals/{proposal}", "A proposal.", desk_proposals.proposal, GROUND),
    _narrowed(
        "POST", "/desk/proposals/{proposal}", "Confirm or decline a proposal.", desk_proposals.decide, GROUND,
        who=roles("senior"),
    ),
    _page(
        "GET", "/desk/{number}", "A contract with its time line.", desk_contract.contract, *CASE,
        *desk_contract.FILTERS,
    ),
    _page("GET", "/desk/{number}/events/{version}", "An event.", desk_event.event, *CASE, *desk_event.WHAT_IF),
    _page(
        "POST", "/desk/{number}/book", "What the desk books, tried first.", desk_booking.book, HOLDER, GROUND,
        who=CLERKS,
    ),
)  # fmt: skip
