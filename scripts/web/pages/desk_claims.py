"""A claim at the desk: its dossier, files of it, and the form of its answer."""

import secrets
from collections.abc import Mapping
from typing import Any, Final

from projections.disputes import DisputeRow
from projections.dossier import Dossier
from projections.formats.dossier import document
from scripts.app.claim_forms import RENDERERS, rendered
from scripts.app.claims import dossier_of, find_claim
from scripts.web.answer import Answer
from scripts.web.api.disputes import MEDIA_TYPES
from scripts.web.asked import Asked
from scripts.web.pages.desk import Case, case_page
from scripts.web.pages.sums import sum_text
from scripts.web.route import Param

FORMATS: Final = tuple(RENDERERS)
FILES: Final = tuple(MEDIA_TYPES[each] for each in FORMATS)
FORMAT: Final = Param(name="format", required=True, values=FORMATS, does="The format of the file.")


async def claim(asked: Asked) -> Answer:
    """A claim with everything that has to be known of it, and the form of its answer while it is open."""

    def facts(case: Case) -> Mapping[str, Any]:
        row, made = _dossier(case)
        told = document(made)
        return {
            "claim": row,
            "told": told,
            "left": sum_text(made.left),
            "gave": made.gave,
            "id": f"answer-{secrets.token_hex(8)}",
            "forms": FORMATS,
        }

    return await case_page(asked, "desk/claim.html", facts)


async def claim_file(asked: Asked) -> Answer:
    """The dossier as a file."""
    form = asked.get("format")

    def answer(case: Case) -> Answer:
        row, made = _dossier(case)
        name = f"{case.name}-{row.version}.{form}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
        body = rendered(made, form, "ru")
        return Answer(body=body, media_type=MEDIA_TYPES[form], whose=(case.contract.id,), headers=headers)

    return await asked.service.read(lambda snapshot: answer(Case(asked, snapshot)), slow=form == "pdf")


def _dossier(case: Case) -> tuple[DisputeRow, Dossier]:
    """The claim that the path names, and its dossier. Raises Declined."""
    row = find_claim(case.snapshot, case.asked.path["dispute"], case.contract.id, today=case.now)
    return row, dossier_of(case.snapshot, row, today=case.now)
