"""The profile of the façade: which operations of which API are there, and which are absent, made of the routes."""

from collections.abc import Sequence
from typing import Any, Final

from scripts.web.answer import JSON, Answer, json_answer
from scripts.web.asked import Asked
from scripts.web.route import ANYBODY, Route
from scripts.web.tmf import bills, buckets, consumption, routes, usage
from scripts.web.tmf.resources import ROOT

APIS: Final[tuple[tuple[str, str, str, Sequence[Route]], ...]] = (
    ("TMF654", "Prepay Balance Management", buckets.API, routes.PREPAY),
    ("TMF635", "Usage Management", usage.API, routes.USAGE),
    ("TMF677", "Usage Consumption", consumption.API, routes.CONSUMPTION),
    ("TMF678", "Customer Bill Management", bills.API, routes.BILLS),
)


def profile() -> list[dict[str, Any]]:
    """Every API with its operations."""
    return [
        {
            "id": id,
            "name": name,
            "version": "4",
            "href": path,
            "@type": "ConformanceProfile",
            "operation": [
                {
                    "method": route.method,
                    "path": route.path,
                    "state": "absent" if route.absent else "there",
                    "description": route.does,
                }
                for route in listed
            ],
        }
        for id, name, path, listed in APIS
    ]


async def told(asked: Asked) -> Answer:
    """The profile as JSON."""
    return json_answer(profile())


ROUTES: Final[tuple[Route, ...]] = (
    Route(
        method="GET",
        path=ROOT,
        does="What of TM Forum's forms is answered here, and what is absent.",
        roles=ANYBODY,
        handler=told,
        answers={JSON: "TmfProfile"},
        reads_personal=False,
        tag=routes.TAG,
    ),
    *(route for _, _, _, listed in APIS for route in listed),
)
