"""Rejects: each line that is no input, in a file where one is named, else the first of each kind on stderr (R-12.1)."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Final

import msgspec

from ledger.log import files
from scripts.app.feed import Rejected
from scripts.cli.grouped import GroupedMessages
from scripts.cli.options import print_error
from scripts.errors import UsageError

_NO_JSON: Final = ("not JSON", "not UTF-8")
_FUTURE: Final = "received later than --not-after (now + 24 h by default)"


class Reject(msgspec.Struct, omit_defaults=True):
    """A line that is no input of this ledger, as the rejects file tells it."""

    line: int
    reason: str
    detail: str
    input: str
    file: str


@contextmanager
def rejects_to(path: str | None, like: Path | None) -> Iterator["Rejects"]:
    """Where rejects go: to the file, overwritten now, a new one no more readable than the ledger; or to stderr.

    Raises UsageError.
    """
    if path is None:
        told = Rejects(None)
        try:
            yield told
        finally:
            told.count_the_rest()
        return
    try:
        with suppress(FileExistsError):
            os.close(files.create(Path(path), like=like))
        file: IO[bytes] = Path(path).open("wb")  # noqa: SIM115  # the with follows below
    except OSError as error:
        raise UsageError(f"the rejects file {path} cannot be written: {error.strerror}") from None
    with file:
        yield Rejects(file)


class Rejects:
    """The rejects of a feed, told in the order of their lines.

    Stderr gets the first 20 of a kind, then how many more there were; of a file whose first line is no JSON, which is
    no feed at all, one hint and nothing else. A rejects file gets every line.
    """

    def __init__(self, file: IO[bytes] | None) -> None:
        self._file = file
        self._kinds = GroupedMessages()
        self._no_feed: set[str] = set()

    def tell(self, file: str, rejected: Rejected) -> None:
        """Tell one rejected line of a file."""
        reject = as_told(file, rejected.line.number, rejected.line.text, rejected.reason, rejected.detail)
        if rejected.opens and reject.detail.startswith(_NO_JSON):
            self._no_feed.add(reject.file)
            self._hint(reject)
        if self._file is not None:
            self._file.write(msgspec.json.encode(reject) + b"\n")
            self._file.flush()
        elif reject.file not in self._no_feed and self._kinds.tell(kind_of(reject)):
            print_error(f"{_place(reject)}: {reject.reason}: {reject.detail}")

    def count_the_rest(self) -> None:
        """Say how many rejects were not told, a line for each kind."""
        for kind, more in self._kinds.rest():
            print_error(f"… and {more} more: {kind}; --rejects FILE keeps every one")

    def _hint(self, reject: Reject) -> None:
        kept = "" if self._file is not None else "; --rejects FILE keeps the lines that are rejected"
        print_error(
            f"{_place(reject)} is no JSON: a feed has one input a line, as JSON (`obnovi feed --help`); the operator's "
            f"statements go through `obnovi import-statement`{kept}"
        )


def as_told(file: str, number: int, line: bytes, reason: str, detail: str) -> Reject:
    """A line of a file as text; bytes that are no UTF-8 stand as \\xNN."""
    text = line.removesuffix(b"\r").decode("utf-8", errors="backslashreplace")
    detail = _FUTURE if reason == "FUTURE" else detail.encode(errors="backslashreplace").decode()
    return Reject(number, reason, detail, text, file)


def kind_of(reject: Reject) -> str:
    """What many rejects have in common: the reason and, of a malformed line, the field or what it is not."""
    return reject.reason if reject.reason != "MALFORMED" else f"MALFORMED: {reject.detail.partition(':')[0]}"


def _place(reject: Reject) -> str:
    return f"{'stdin' if reject.file == '-' else reject.file} line {reject.line}"
