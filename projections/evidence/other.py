"""Other files: what somebody gave for a proof, told by its first bytes."""

import re
from contextlib import suppress
from typing import Any, Final

import msgspec

from ledger.log.engines import holds_ledger
from projections.cache import BEGINNING
from projections.evidence import note
from projections.evidence.note import BadNote
from projections.evidence.proof import FORM

_BEGINNINGS: Final = (
    (b"%PDF-", "a PDF"),
    (b"PK\3\4", "a workbook or another zip"),
    (b"PAR1", "a Parquet file"),
    (b"-----BEGIN PUBLIC KEY", "a public key; give it as --key"),
    (b"-----BEGIN", "a key to sign with, which nobody else should have"),
    (b"<?xml", "an XML file"),
    (b"<!doctype html", "a page"),
    (b"<html", "a page"),
)
_CHECKPOINT: Final = re.compile(r"[^\n]+\n[0-9]+\n[^\n]+\n(?:[^\n]+\n)*\n\N{EM DASH} ")
_PROVE: Final = "`obnovi prove ACCOUNT VERSION -o FILE` makes a proof"


def what_it_is(content: bytes) -> str | None:
    """What a file is, given its beginning; None for what may be a proof, sound or not."""
    if not content:
        return f"an empty file; {_PROVE}"
    if content.startswith(BEGINNING):
        return _database(content)
    for beginning, told in _BEGINNINGS:
        if content[: len(beginning)].lower() == beginning.lower():
            return told
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        if error.end < len(content) - 3:  # else a character is cut off at the end of what was read
            return None if content.startswith(b"{") else f"no text; {_PROVE}"
        text = content.decode(errors="ignore")
    return _text(text)


def _database(content: bytes) -> str:
    if holds_ledger(content):
        return f"a ledger; {_PROVE}"
    if b"CREATE TABLE tiles" in content or b"CREATE TABLE names" in content:
        return f"the evidence beside a ledger; {_PROVE}"
    return "an SQLite database"


def _text(text: str) -> str | None:
    if text.lstrip().startswith(("{", "[")):
        return _json(text)
    if _CHECKPOINT.match(text):
        return "a checkpoint; `obnovi checkpoint --compare FILE` holds the ledger against it"
    try:
        note.public_key(text.strip())
    except BadNote:
        return f"another text; {_PROVE}"
    return "a public key; give it as --key"


def _json(text: str) -> str | None:
    if f'"form":"{FORM}"' in text:
        return None
    first, newline, rest = text.strip().partition("\n")
    said: Any = None
    with suppress(msgspec.DecodeError, RecursionError):  # cut off, laid out over several lines, or nonsense
        said = msgspec.json.decode(first)
    if isinstance(said, dict):
        if str(said.get("form", "")).startswith("obnovi-proof/"):
            return f"a proof in the form {said['form']}, which this program does not know; update Obnovi"
        if {"type", "id", "account"} <= said.keys():
            return "a feed; `obnovi feed` books it"
        if {"format", "events"} <= said.keys():
            return "an exported log; `obnovi import-log` reads it"
    return f"JSON of something else; {_PROVE}" if not newline or not rest else f"JSON Lines of something else; {_PROVE}"
