"""The routes of claims."""

from typing import Final, cast

from projections.words.language import LANGUAGES
from scripts.web.answer import JSON
from scripts.web.api import disputes
from scripts.web.body import body_of
from scripts.web.params import CLERKS, DRY_RUN, HOLDER, roles
from scripts.web.route import Param, Route

_WITH_SUBSCRIBERS: Final = CLERKS | roles("subscriber")
_TODAY: Final = Param(name="today", kind="day", does="Overdue as of this date; by default today where the account is.")

ROUTES: Final[tuple[Route, ...]] = (
    Route(
        method="GET",
        path="/v1/disputes",
        does="Open claims, the most urgent first: premium plans, then by the date the answer is due.",
        roles=_WITH_SUBSCRIBERS,
        handler=disputes.queue,
        params=(Param(name="all", kind="flag", does="Answered claims too."), _TODAY),
        answers={JSON: "Claims"},
        problems=(422,),
        reads_personal=True,
        narrows=True,
        tag="claims",
    ),
    Route(
        method="POST",
        path="/v1/disputes",
        does="Register a claim about an event, within six months of it; the answer is due in thirty days.",
        roles=_WITH_SUBSCRIBERS,
        handler=disputes.register,
        params=(DRY_RUN,),
        body=body_of("Opening"),
        answers={JSON: "Events"},
        created=True,
        problems=(404, 409, 413, 415, 422),
        reads_personal=True,
        narrows=True,
        tag="claims",
    ),
    Route(
        method="GET",
        path="/v1/disputes/{number}/{dispute}",
        does="A claim as the queue has it; its ETag is what an answer says it has seen.",
        roles=_WITH_SUBSCRIBERS,
        handler=disputes.claim,
        params=(_TODAY, HOLDER),
        answers={JSON: "Claim"},
        problems=(404, 409, 422),
        reads_personal=True,
        tag="claims",
    ),
    Route(
        method="POST",
        path="/v1/disputes/{number}/{dispute}/resolution",
        does="Answer a claim; upheld, what is left of the charge is given back with it.",
        roles=CLERKS,
        handler=disputes.resolve,
        params=(
            DRY_RUN,
            Param(name="yes", kind="flag", does="Also where the answer takes money from the subscriber."),
            HOLDER,
        ),
        headers=(Param(name="If-Match", does="The ETag of the claim as it was read; another one is answered 412."),),
        body=body_of("Resolution"),
        answers={JSON: "Events"},
        problems=(404, 409, 412, 413, 415, 422),
        reads_personal=True,
        tag="claims",
    ),
    Route(
        method="GET",
        path="/v1/disputes/{number}/{dispute}/dossier",
        does="The charge as printed and explained, what stands around it, and what was done since.",
        roles=_WITH_SUBSCRIBERS,
        handler=disputes.dossier,
        params=(
            Param(name="format", values=tuple(disputes.MEDIA_TYPES), does="By default json."),
            Param(name="lang", values=cast("tuple[str, ...]", tuple(LANGUAGES)), does="The language, by default ru."),
            _TODAY,
            HOLDER,
        ),
        answers={media: "Dossier" if form == "json" else "Document" for form, media in disputes.MEDIA_TYPES.items()},
        problems=(404, 409, 422),
        reads_personal=True,
        tag="claims",
    ),
)
