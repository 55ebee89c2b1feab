"""What people see on a terminal: tables on stdout, progress on stderr; nothing of it without one who looks."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol


class Advance(Protocol):
    """Tells a progress bar how much is done in total."""

    def __call__(self, done: int) -> None:
        """`done` of the total."""


@contextmanager
def progress(what: str, total: int | None) -> Iterator[Advance]:
    """A progress bar on stderr, if stderr is a terminal."""
    if not sys.stderr.isatty():
        yield lambda done: None
        return
    from rich.console import Console  # noqa: PLC0415  # only for a terminal
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done: bar.update(task, completed=done)


def count(number: int, noun: str) -> str:
    """A number with its noun: 1 event, 2 events."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def table(
    title: str,
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    right: Sequence[int] = (),
    wide: int | None = None,
    empty: str = "none",
) -> None:
    """A table on stdout, in colour on a terminal; only the column `wide` is folded where it is too narrow."""
    from rich.console import Console  # noqa: PLC0415  # the one heavy import of a quick command
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    made = Table(show_header=any(head))
    for index, name in enumerate(head):
        made.add_column(name, justify="right" if index in right else "left", no_wrap=index != wide, overflow="fold")
    for row in rows:
        made.add_row(*(Text(cell) for cell in row))
    width = None if sys.stdout.isatty() else 200
    console = Console(width=width, highlight=False)
    console.print(Text(title), soft_wrap=True)
    if rows:
        console.print(made)
    else:
        console.print(empty)
