"""Other files: what somebody gave for a proof, told by its first bytes."""

import re
from contextlib import suppress
from typing import Any, Final

import msgspec

from ledger.hints import Hinted
from ledger.log.engines import holds_ledger
from projections.cache import BEGINNING
from projections.evidence import note
from projections.evidence.note import BadNote
from projections.evidence.proof import FORM

_PUBLIC_KEY: Final = Hinted("a public key", "give_as_key")
_BEGINNINGS: Final = (
    (b"%PDF-", Hinted("a PDF")),
    (b"PK\3\4", Hinted("a workbook or another zip")),
    (b"PAR1", Hinted("a Parquet file")),
    (b"-----BEGIN PUBLIC KEY", _PUBLIC_KEY),
    (b"-----BEGIN", Hinted("a key to sign with, which nobody else should have")),
    (b"<?xml", Hinted("an XML file")),
    (b"<!doctype html", Hinted("a page")),
    (b"<html", Hinted("a page")),
)
_CHECKPOINT: Final = re.compile(r"[^\n]+\n[0-9]+\n[^\n]+\n(?:[^\n]+\n)*\n\N{EM DASH} ")


def what_it_is(content: bytes) -> Hinted | None:
    """What a file is, given its beginning; None for what may be a proof, sound or not."""
    if not content:
        return Hinted("an empty file", "make_proof")
    if content.startswith(BEGINNING):
        return _database(content)
    for beginning, told in _BEGINNINGS:
        if content[: len(beginning)].lower() == beginning.lower():
            return told
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        if error.end < len(content) - 3:  # else a character is cut off at the end of what was read
            return None if content.startswith(b"{") else Hinted("no text", "make_proof")
        text = content.decode(errors="ignore")
    return _text(text)


def _database(content: bytes) -> Hinted:
    if holds_ledger(content):
        return Hinted("a ledger", "make_proof")
    if b"CREATE TABLE tiles" in content or b"CREATE TABLE names" in content:
        return Hinted("the evidence beside a ledger", "make_proof")
    return Hinted("an SQLite database")


def _text(text: str) -> Hinted | None:
    if text.lstrip().startswith(("{", "[")):
        return _json(text)
    if _CHECKPOINT.match(text):
        return Hinted("a checkpoint", "compare_checkpoint")
    try:
        note.public_key(text.strip())
    except BadNote:
        return Hinted("another text", "make_proof")
    return _PUBLIC_KEY


def _json(text: str) -> Hinted | None:
    if f'"form":"{FORM}"' in text:
        return None
    first, newline, rest = text.strip().partition("\n")
    said: Any = None
    with suppress(msgspec.DecodeError, RecursionError):  # cut off, laid out over several lines, or nonsense
        said = msgspec.json.decode(first)
    if isinstance(said, dict):
        if str(said.get("form", "")).startswith("obnovi-proof/"):
            return Hinted(f"a proof in the form {said['form']}, which this program does not know; update Obnovi")
        if {"type", "id", "account"} <= said.keys():
            return Hinted("a feed", "feed_it")
        if {"format", "events"} <= said.keys():
            return Hinted("an exported log", "import_it")
    return Hinted("JSON Lines of something else" if newline and rest else "JSON of something else", "make_proof")
