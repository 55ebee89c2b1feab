"""The checks: one file of SQL each, which says in words what must hold, and selects what does not."""

import re
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Final, NamedTuple

FOLDER: Final = resources.files("projections.exports").joinpath("sql")
_HEAD: Final = re.compile(r"-- Rule: (?P<rule>.+)\n-- Rows: (?P<rows>.+)\n(?:--.*\n)+")


class Check(NamedTuple):
    """A check by the name of its file: its rules, which rows it looks at, and the query of those that violate it.

    `is_of_log` where it looks at the log in order of positions; all others look at whole contracts.
    """

    name: str
    rule: str
    rows: str
    query: str

    @property
    def is_of_log(self) -> bool:
        """Whether it is asked of all rows at once."""
        return self.rows.startswith("log")


class Relation(NamedTuple):
    """A relation by its name: what several checks read, or, if it is not kept, what another one is made of."""

    name: str
    query: str
    is_kept: bool = True


@cache
def checks() -> tuple[Check, ...]:
    """Every check, in order of name."""
    return tuple(_check(file) for file in _files(FOLDER))


@cache
def relations() -> tuple[Relation, ...]:
    """What is made of the raw rows before any check, in the order of the names of files, which begin with a number."""
    files = _files(FOLDER.joinpath("relations"))
    return tuple(Relation(file.name[3:].removesuffix(".sql"), file.read_text(encoding="utf-8")) for file in files)


def _check(file: Traversable) -> Check:
    text = file.read_text(encoding="utf-8")
    head = _HEAD.match(text)
    if head is None:
        raise AssertionError(f"{file.name} does not begin with its rule, its rows and what must hold")
    return Check(file.name.removesuffix(".sql"), head["rule"], head["rows"], text)


def _files(folder: Traversable) -> list[Traversable]:
    return sorted((file for file in folder.iterdir() if file.name.endswith(".sql")), key=lambda file: file.name)
