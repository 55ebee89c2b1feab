"""Problems of a table: what cannot be read, with the line and the column where that is."""

from typing import Literal, TypeAlias

Unsaid: TypeAlias = Literal["columns", "decimal", "encoding"]
"""What a table does not tell by itself, so that somebody has to say it; each door says how."""


class BadTable(Exception):
    """A table that cannot be read as it is; `line` counts from 1, `column` as a person calls it."""

    def __init__(
        self, problem: str, *, line: int | None = None, column: str | None = None, unsaid: Unsaid | None = None
    ) -> None:
        super().__init__(problem, line, column, unsaid)
        self.unsaid = unsaid
        self.problem = problem
        self.line = line
        self.column = column

    def __str__(self) -> str:
        """The place, and what is wrong there."""
        place = "" if self.line is None else f" line {self.line}"
        place += "" if self.column is None else f", column {self.column}"
        return f"{place}: {self.problem}"
