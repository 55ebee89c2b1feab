"""The dossier of a claim as a PDF for the subscriber: typst lays out what `dossier.typ` is told."""

from functools import cache
from importlib import resources

import msgspec
import typst

from ledger.periods import SECOND
from projections.dossier import Dossier
from projections.formats.dossier import Document, Part, document
from projections.formats.pdf import spelt
from projections.words.dossier import DOSSIER
from projections.words.language import Language
from projections.words.phrasebook import Phrasebook


def render(made: Dossier, lang: Language = "ru", *, verify_with: str = "") -> bytes:
    """The document, dated as the account's last event: the same dossier has the same bytes whenever printed."""
    told = document(made, lang, verify_with=verify_with)
    compiler, template = _compiler()
    printed = compiler.compile(
        input=template,
        format="pdf",
        sys_inputs={"dossier": spelt(msgspec.json.encode(_fields(told, lang)).decode())},
        timestamp=made.now.clock // SECOND,
        pdf_tags=False,
    )
    assert isinstance(printed, bytes)
    return printed


@cache
def _compiler() -> tuple[typst.Compiler, bytes]:
    template = resources.files("projections.formats").joinpath("dossier.typ").read_bytes()
    return typst.Compiler(ignore_system_fonts=True), template


def _fields(told: Document, lang: Language) -> dict[str, object]:
    phrases = Phrasebook(lang)
    parts = [part._asdict() | {"kinds": _kinds(part)} for part in told.parts]
    own = {"lang": lang} | {name: phrases.say(DOSSIER[name]) for name in ("page", "of")}
    return told._asdict() | {"parts": parts} | own


def _kinds(part: Part) -> list[str]:
    """How each column is set: a name beside its value, a text, a figure, or something short."""
    if not part.head:
        return ["name", "text"]
    columns = range(len(part.head))
    return ["text" if each == part.wide else "figure" if each in part.right else "short" for each in columns]
