"""Tables given as files: opened so that they can be read twice, and what is wrong with one is told in a line."""

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import BinaryIO

from projections.tables.problems import BadTable, Unsaid
from scripts.cli import lines
from scripts.errors import UsageError


@contextmanager
def opened(name: str, hints: Mapping[Unsaid, str]) -> Iterator[BinaryIO]:
    """A file, or stdin for `-`, which is kept meanwhile in a nameless file.

    What is BadTable within the block is told with the name, and where somebody has to say more, how. Raises UsageError.
    """
    with lines.opened(name) as fd, os.fdopen(os.dup(fd), "rb") as file:
        try:
            if file.seekable():
                yield file
                return
            with tempfile.TemporaryFile() as kept:
                shutil.copyfileobj(file, kept)
                yield kept
        except BadTable as error:
            hint = "" if error.unsaid is None else f"; {hints[error.unsaid]}"
            raise UsageError(f"{told(name, error)}{hint}") from None


def told(name: str, error: BadTable) -> str:
    """A problem with its file, line and column."""
    return f"{'stdin' if name == '-' else name}{error}"
