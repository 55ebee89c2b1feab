"""Claim forms: the dossier of a claim as a file, for programs, the clerk or the subscriber (R-11)."""

from collections.abc import Callable
from importlib import import_module
from typing import Final

from projections import canonical_answers
from projections.dossier import Dossier
from projections.words.language import Language

RENDERERS: Final = {
    "txt": "projections.formats.dossier",
    "html": "projections.formats.dossier_html",
    "pdf": "projections.formats.dossier_pdf",
}
"""Where each form of a dossier is rendered; json is the dossier itself."""
FORMATS: Final = ("json", *RENDERERS)
BINARY: Final = frozenset({"pdf"})


def rendered(made: Dossier, form: str, lang: Language, *, verify_with: str = "") -> bytes:
    """A dossier in a form and a language, as the bytes of its file; the SHA-256 of the JSON is its id.

    `verify_with` is what checks the whole log, as the reader calls it.
    """
    if form == "json":
        return canonical_answers.dossier(made)
    render: Callable[..., str | bytes] = import_module(RENDERERS[form]).render
    content = render(made, lang, verify_with=verify_with)
    return content if isinstance(content, bytes) else content.encode(errors="backslashreplace")
