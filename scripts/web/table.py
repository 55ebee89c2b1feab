"""The table of routes: everything that the server answers, and who may ask it."""

from typing import Final, cast

from ledger.inputs import LINE_BYTES_MAX
from projections.formats.csv import TABLES
from projections.words.language import LANGUAGES
from scripts.app.statements import FORMATS
from scripts.web import table_access, table_claims, table_ledger
from scripts.web.answer import JSON, NDJSON
from scripts.web.api import accounts, health, inputs, refreshing
from scripts.web.body import body_of
from scripts.web.pages.cabinet_routes import CABINET
from scripts.web.pages.desk_routes import DESK
from scripts.web.params import FROM, HOLDER, KNOWN_AT, LIMIT, READERS, TO, roles
from scripts.web.reference import routes as reference
from scripts.web.route import Body, Param, Route
from scripts.web.tmf import profile

API: Final[tuple[Route, ...]] = (
    Route(
        method="POST",
        path="/v1/inputs",
        does="Hand over one input, or lines of many: each is told what became of it.",
        roles=roles("feeder", "clerk", "senior"),
        handler=inputs.hand_over,
        body=Body(media_types=inputs.MEDIA_TYPES, bytes_max=LINE_BYTES_MAX, schema="Input"),
        answers={JSON: "Result", NDJSON: "Result"},
        problems=(403, 404, 409, 413, 415, 422),
        reads_personal=False,
        tag="inputs",
    ),
    Route(
        method="GET",
        path="/v1/accounts/{number}/balance",
        does="What an account has.",
        roles=READERS,
        handler=accounts.balance,
        params=(
            Param(name="as_of", kind="moment", does="Look from this time, at what was booked by then."),
            KNOWN_AT,
            HOLDER,
        ),
        answers={JSON: "Balance"},
        problems=(404, 422),
        reads_personal=True,
        tag="accounts",
    ),
    Route(
        method="GET",
        path="/v1/accounts/{number}/events",
        does="An account's events, oldest first; the next page comes with the last version as `after`.",
        roles=READERS,
        handler=accounts.events,
        params=(
            Param(name="from", kind="moment", does="Booked then or later."),
            Param(name="to", kind="moment", does="Booked by then."),
            Param(name="type", many=True, does="Only those of this type; may come often."),
            Param(name="peer", does="Only those with this number or code."),
            Param(name="amount", kind="kopecks", does="Only those that moved so much into the wallet or out of it."),
            Param(name="after", kind="integer", does="Only later versions."),
            LIMIT,
            KNOWN_AT,
            HOLDER,
        ),
        answers={NDJSON: "Event"},
        problems=(404, 422),
        reads_personal=True,
        tag="accounts",
    ),
    Route(
        method="GET",
        path="/v1/accounts/{number}/statement",
        does="The statement of local dates, in a format.",
        roles=READERS,
        handler=accounts.statement,
        params=(
            FROM,
            TO,
            Param(name="format", values=FORMATS, does="By default json."),
            Param(name="table", values=cast("tuple[str, ...]", tuple(TABLES)), does="Which table a csv has."),
            Param(name="lang", values=cast("tuple[str, ...]", tuple(LANGUAGES)), does="The language, by default ru."),
            KNOWN_AT,
            HOLDER,
        ),
        answers={media: "Statement" if form == "json" else "Document" for form, media in accounts.MEDIA_TYPES.items()},
        problems=(404, 409, 422),
        reads_personal=True,
        tag="accounts",
    ),
    Route(
        method="GET",
        path="/v1/accounts/{number}/explanation/{version}",
        does="Why an event came out as it did.",
        roles=READERS,
        handler=accounts.explanation,
        params=(KNOWN_AT, HOLDER),
        answers={JSON: "Explanation"},
        problems=(404, 409, 422),
        reads_personal=True,
        tag="accounts",
    ),
    Route(
        method="GET",
        path="/v1/accounts/{number}/refused",
        does="What was refused to an account, what was missing, and when it would have worked.",
        roles=READERS,
        handler=accounts.refused,
        params=(KNOWN_AT, HOLDER),
        answers={JSON: "Refusals"},
        problems=(404, 422),
        reads_personal=True,
        tag="accounts",
    ),
    *table_ledger.ROUTES,
    *table_claims.ROUTES,
    *table_access.ROUTES,
    Route(
        method="GET",
        path="/v1/accounts/{number}/refresh",
        does="What «Обнови пакет» would do now: fee, period, what is carried; or why not, and what it takes.",
        roles=roles("subscriber", "clerk", "senior"),
        handler=refreshing.would_do,
        params=(HOLDER,),
        answers={JSON: "RefreshPreview"},
        problems=(404, 409, 422),
        reads_personal=True,
        tag="refresh",
    ),
    Route(
        method="POST",
        path="/v1/accounts/{number}/refresh",
        does="Refresh the packages; the same id again is answered as the first time.",
        roles=roles("subscriber", "clerk", "senior"),
        handler=refreshing.do,
        body=body_of("RequestId", required=False),
        answers={JSON: "Result"},
        problems=(404, 409, 413, 415, 422),
        reads_personal=True,
        tag="refresh",
    ),
    Route(
        method="GET",
        path="/health/live",
        does="Whether the process answers.",
        roles=roles("operator"),
        on_loopback=True,
        handler=health.live,
        answers={JSON: "Health"},
        reads_personal=False,
        tag="health",
    ),
    Route(
        method="GET",
        path="/health/ready",
        does="Whether the ledger can be read.",
        roles=roles("operator"),
        on_loopback=True,
        handler=health.ready,
        answers={JSON: "Health"},
        reads_personal=False,
        tag="health",
    ),
    Route(
        method="GET",
        path="/metrics",
        does="Figures for Prometheus.",
        roles=roles("operator"),
        on_loopback=True,
        handler=health.metrics,
        answers={"text/plain": "Metrics"},
        reads_personal=False,
        tag="health",
    ),
    *profile.ROUTES,
    *reference.routes(lambda: ROUTES),
)
ROUTES: Final[tuple[Route, ...]] = (*API, *table_access.LOGIN, *CABINET, *DESK)
