"""Recognise: what a file says it is, of which contract and dates, where it is one of our statements."""

import hashlib
import io
import re
import zipfile
from collections.abc import Mapping
from datetime import date
from html import unescape
from typing import Final

import msgspec

from projections.words.contracts import PLACE
from projections.words.language import LANGUAGES, Language
from projections.words.statement import WORDS
from projections.words.times import read_day

HEAD_BYTES: Final = 64 * 1024
"""Before this a text and a page have said what they are."""
_ID: Final = "[0-9a-f]{64}"
_PROPERTIES: Final = "docProps/core.xml"


class Recognised(msgspec.Struct, frozen=True, kw_only=True):
    """What a file says of itself; nothing of it is checked.

    `account` is a number, or the id of a contract whose number is gone, without a holder. `id` is the statement's;
    of JSON it is the digest of the file. `shown` is the version of the last event that JSON tells, 0 for none.
    """

    form: str
    account: str
    holder: int | None
    since: date
    until: date
    id: str
    lang: Language | None = None
    final: bool | None = None
    shown: int | None = None


class _Shown(msgspec.Struct):
    """A line or a row."""

    version: int


class _Json(msgspec.Struct):
    """The fields by which the JSON of a statement is known."""

    account: str
    final: bool
    opening: int
    lines: list[_Shown]
    usage: list[_Shown]
    since: date = msgspec.field(name="from")
    until: date = msgspec.field(name="to")
    holder: int | None = None
    contract: str | None = None


def recognised(content: bytes) -> Recognised | None:
    """What a file says it is; None where it is no statement of ours, or a csv, which says nothing about itself."""
    if content.startswith(b"{"):
        return _json(content)
    if content.startswith(b"%PDF-"):
        return _pdf(content)
    if content.startswith(b"PK"):
        return _xlsx(content)
    if content.startswith(b"<?xml"):
        return _xml(content)
    return _page(content) if content.startswith(b"<!DOCTYPE") else _text(content)


def _json(content: bytes) -> Recognised | None:
    try:
        told = msgspec.json.decode(content, type=_Json)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return Recognised(
        form="json",
        account=told.contract or told.account,
        holder=None if told.contract else told.holder or 1,
        since=told.since,
        until=told.until,
        id=hashlib.sha256(content).hexdigest(),
        final=told.final,
        shown=max([row.version for row in (*told.lines[-1:], *told.usage[-1:])], default=0),
    )


def _pdf(content: bytes) -> Recognised | None:
    title = re.search(rb"<dc:title>.*?<rdf:li[^>]*>(.*?)</rdf:li>", content, re.DOTALL)
    id = re.search(rb"/Keywords\((" + _ID.encode() + rb")\)", content)
    return _titled("pdf", title and title[1].decode(errors="replace"), id and id[1].decode())


def _xlsx(content: bytes) -> Recognised | None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as zip, zip.open(_PROPERTIES) as file:
            told = file.read(HEAD_BYTES).decode(errors="replace")
    except (zipfile.BadZipFile, KeyError, OSError, NotImplementedError, RuntimeError, ValueError):
        return None
    title, id = re.search("<dc:title>(.*?)<", told), re.search(f"<dc:description>({_ID})<", told)
    return _titled("xlsx", title and title[1], id and id[1])


def _page(content: bytes) -> Recognised | None:
    told = content[:HEAD_BYTES].decode(errors="replace")
    title = re.search('<meta name="description" content="([^"]*)"', told)
    id = re.search(f'<meta name="dcterms.identifier" content="({_ID})"', told)
    return _titled("html", title and title[1], id and id[1])


def _text(content: bytes) -> Recognised | None:
    title, _, told = content[:HEAD_BYTES].decode(errors="replace").partition("\n")
    id = re.search(rf"^(?:{_either('document')}) ({_ID})$", told, re.MULTILINE)
    return _titled("txt", title, id and id[1], "title")


def _xml(content: bytes) -> Recognised | None:
    rows = re.search(rb'<ds n="([^"]*)"[^>]* sd="([\d.]*)" ed="([\d.]*)">', content)
    ledger = re.search(rb"<ledger( [^>]*)>", content)
    if rows is None or ledger is None:
        return None
    number, first, last = (part.decode(errors="replace") for part in rows.groups())
    fields: dict[str, str] = dict(re.findall(r'(\w+)="([^"]*)"', ledger[1].decode(errors="replace")))
    named = {"account": number, "place": fields.get("contract") or fields.get("holder"), "first": first, "last": last}
    return _made("xml", named, fields.get("id", ""), None) if re.fullmatch(_ID, fields.get("id", "")) else None


def _titled(form: str, title: str | None, id: str | None, kind: str = "document_title") -> Recognised | None:
    """What a title says, in whichever language it does; the titles are those that statements are printed with."""
    if title is None or id is None:
        return None
    told = unescape(title).replace("\N{NO-BREAK SPACE}", " ").strip()
    for lang in LANGUAGES:
        found = re.fullmatch(_pattern(WORDS[kind].of(lang), lang), told)
        if found is not None:
            return _made(form, found.groupdict(), id, lang)
    return None


def _pattern(template: str, lang: Language) -> str:
    """A title as a regular expression; behind the number its contract may stand."""
    place = re.escape(PLACE.of(lang)).replace(re.escape("{contract}"), r"(?P<place>\w+)")
    day = r"[\d.]{10}"
    return (
        re.escape(template)
        .replace(re.escape("{account}"), rf"(?P<account>.+?)(?:{place})?")
        .replace(re.escape("{first}"), f"(?P<first>{day})")
        .replace(re.escape("{last}"), f"(?P<last>{day})")
    )


def _either(word: str) -> str:
    return "|".join(re.escape(WORDS[word].of(lang)) for lang in LANGUAGES)


def _made(form: str, named: Mapping[str, str | None], id: str, lang: Language | None) -> Recognised | None:
    """What the parts of a name say: behind a number its holder, else the contract's id."""
    try:
        since, until = (read_day(str(named[name])) for name in ("first", "last"))
    except ValueError:
        return None
    account, place = str(named["account"]), named["place"] or "1"
    is_holder = place.isdecimal()
    return Recognised(
        form=form,
        account=account if is_holder else place,
        holder=int(place) if is_holder else None,
        since=since,
        until=until,
        id=id,
        lang=lang,
    )
