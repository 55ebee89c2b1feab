"""The act of an erasure as a PDF, with the extract of the journal behind it, both in Russian (R-15.9)."""

from collections.abc import Iterator
from functools import cache
from importlib import resources

import msgspec
import typst

from ledger.periods import SECOND, Instant
from projections.erasure_act import ErasureAct
from projections.formats.pdf import spelt
from projections.words import erasure as words
from projections.words.phrasebook import Phrasebook
from projections.words.safe import safe


def render(made: ErasureAct) -> bytes:
    """The document, dated as the erasure was booked: the same act has the same bytes whenever printed."""
    compiler, template = _compiler()
    printed = compiler.compile(
        input=template,
        format="pdf",
        sys_inputs={"act": spelt(msgspec.json.encode(_fields(made)).decode())},
        timestamp=made.event.booked_at // SECOND,
        pdf_tags=False,
    )
    assert isinstance(printed, bytes)
    return printed


@cache
def _compiler() -> tuple[typst.Compiler, bytes]:
    template = resources.files("projections.formats").joinpath("act.typ").read_bytes()
    return typst.Compiler(ignore_system_fonts=True), template


def _fields(made: ErasureAct) -> dict[str, object]:
    phrases = Phrasebook("ru", zone=made.account.zone)
    subject = f"договор {made.contract.id}, {made.contract.holder}-й договор своего номера"
    return {
        "act": words.ACT,
        "extract": words.EXTRACT,
        "day": phrases.day_of(made.event.booked_at),
        "operator": words.OPERATOR,
        "about": [
            (words.SUBJECT, subject),
            (words.SYSTEM, words.OBNOVI.format(ledger=safe(made.ledger))),
            (words.GROUND, safe(made.event.ground)),
            (words.BY, safe(made.event.by)),
            (words.WHEN, _time(phrases, made.event.recorded_at)),
            (words.MEANS, words.MEANS_OF_IT),
            (words.KEPT, words.KEPT_OF_IT),
        ],
        "categories_title": words.CATEGORIES,
        "categories": (words.CATEGORY_HEAD, list(_categories(made))),
        "journal": (words.JOURNAL_HEAD, list(_journal(phrases, made))),
        "former": (words.FORMER, words.FORMER_HEAD, [(each.month, each.id) for each in made.event.statements]),
        "extract_about": [
            (words.SUBJECT, subject),
            (words.SYSTEM, words.OBNOVI.format(ledger=safe(made.ledger))),
            (words.CATEGORIES, "; ".join(name for name, count, _ in _categories(made) if count != "0")),
            (words.EVENTS, str(made.events)),
            (words.GROUND, safe(made.event.ground)),
            (words.BY, safe(made.event.by)),
            (words.WHEN, _time(phrases, made.event.recorded_at)),
        ],
        "clocks": words.CLOCKS.format(zone=made.account.zone),
        "signature": words.SIGNATURE,
        "page": words.PAGE,
        "of": words.OF,
        "foot": words.FOOT.format(contract=made.contract.id, version=made.event.version, position=made.erased.position),
    }


def _time(phrases: Phrasebook, at: Instant | None) -> str:
    return "—" if at is None else phrases.time(at)


def _categories(made: ErasureAct) -> Iterator[tuple[str, str, str]]:
    for (name, where), count in zip(words.CATEGORIES_OF_IT, made.destroyed, strict=True):
        yield name, str(count), where


def _journal(phrases: Phrasebook, made: ErasureAct) -> Iterator[tuple[str, str, str]]:
    """Events of the contract and steps of the erasure in the order in which they came."""
    note = made.note
    for recorded, text in ((made.opened, words.OPENED), (made.closed, words.CLOSED)):
        yield (
            phrases.time(recorded.event.booked_at),
            text,
            words.AT.format(version=recorded.event.version, position=recorded.position),
        )
    keyring = words.KEYRING if note is not None else "—"
    yield _time(phrases, note.begun_at if note else None), words.FENCED, keyring
    at = words.AT.format(version=made.event.version, position=made.erased.position)
    yield phrases.time(made.event.recorded_at), words.BOOKED, at
    yield _time(phrases, note.destroyed_at if note else None), words.DESTROYED, keyring
    yield _time(phrases, note.purged_at if note else None), words.PURGED, keyring
