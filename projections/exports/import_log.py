"""An exported log read back: every line checked against the one before it, the whole against its root."""

from collections.abc import Iterable
from typing import Final, NamedTuple, NoReturn

import msgspec

from ledger.hints import Hint, HintedError
from ledger.log.contracts import FORM_SETTING, LEDGER_SETTING
from ledger.log.store import Adopted, LogRef, Stored, StoredKey
from ledger.log_import import CannotFollow, LogImport, open_import
from ledger.progress import Progress, unwatched
from projections.evidence.leaf import event_hash
from projections.evidence.tree import Growing
from projections.exports.jsonl import root_text
from projections.exports.lines import FORMATS_READ, CatalogueLine, End, EventLine, KeyLine, Line, Log
from projections.exports.selection import PROGRESS_EVERY_EVENTS

_decoder: Final = msgspec.json.Decoder(Line)


class NotALog(HintedError):
    """A file that is no exported log, or not all of one; names the line."""


class Imported(NamedTuple):
    """How many events there are now, and the root over them in Base64."""

    events: int
    root: str


def import_log(ref: LogRef, lines: Iterable[bytes], progress: Progress = unwatched) -> Imported:
    """Make the same log in an empty ledger, all of it or nothing.

    Raises NotALog, NotEmpty for a ledger with events of its own, and StoreError.
    """
    numbered = enumerate(lines, start=1)
    first = next(numbered, (1, b""))
    said = _parsed(*first)
    if not isinstance(said, Log):
        _refuse(1, "the first line of an exported log belongs here")
    if said.format not in FORMATS_READ:
        _refuse(1, f"format {said.format}; this program reads formats {FORMATS_READ[0]} to {FORMATS_READ[-1]}")
    number = 1
    tree = Growing()
    end: End | None = None
    try:
        with open_import(ref, {FORM_SETTING: said.contracts, LEDGER_SETTING: said.ledger}) as taking:
            for number, text in numbered:
                if end is not None:
                    _refuse(number, "a line behind the last one")
                end = _take(taking, tree, number, _parsed(number, text))
                if tree.size % PROGRESS_EVERY_EVENTS == 0:
                    progress(tree.size)
            if end is None:
                _refuse(number, f"the file is cut off here: {tree.size} of {said.events} events")
            if (said.events, end) != (tree.size, End(tree.size, taking.keys, root_text(tree))):
                told = f"{tree.size} events of root {root_text(tree)} with {taking.keys} keys"
                _refuse(number, f"{told} are not what was exported")
    except CannotFollow as error:
        _refuse(number, str(error), "verify_exported" if error.hint == "run_verify" else None)
    return Imported(tree.size, root_text(tree))


def _take(taking: LogImport, tree: Growing, number: int, line: Line) -> End | None:
    match line:
        case EventLine():
            stored = Stored(line.position, line.account, line.version, line.topic, line.state.encode())
            taking.event(stored)
            tree.add(1, event_hash(*stored[1:]))
        case KeyLine():
            key, content = _digest(number, line.key), _digest(number, line.content)
            taking.key(StoredKey(key, line.account, line.version, content))
        case CatalogueLine():
            taking.catalogue(Adopted(line.position, line.digest, line.toml, line.tzdata))
        case Log():
            _refuse(number, "a first line within the file")
        case End():
            return line
    return None


def _digest(number: int, text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        _refuse(number, "a digest that is not in hexadecimal")


def _parsed(number: int, text: bytes) -> Line:
    try:
        line: Line = _decoder.decode(text)
        return line
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        cut = "" if text.endswith(b"\n") else ", the file may be cut off here"
        _refuse(number, f"no line of an exported log ({error}){cut}")


def _refuse(number: int, problem: str, hint: Hint | None = None) -> NoReturn:
    raise NotALog(f"line {number}: {problem}; nothing was imported", hint, number=number, problem=problem)
