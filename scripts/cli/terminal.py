"""What people see on a terminal: tables on stdout, progress on stderr; nothing of it without one who looks."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ledger.progress import Progress, unwatched
from projections.words.safe import safe
from scripts.cli.columns import folded, widths

if TYPE_CHECKING:
    from rich.console import Console


@contextmanager
def progress(what: str, total: int | None) -> Iterator[Progress]:
    """A progress bar on stderr, if stderr is a terminal."""
    if not sys.stderr.isatty():
        yield unwatched
        return
    from rich.console import Console  # noqa: PLC0415  # only for a terminal
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn  # noqa: PLC0415
    from rich.progress import Progress as Bar  # noqa: PLC0415

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
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
    """A table on stdout, in colour on a terminal, where the column `wide` is folded first; its texts are shown safely.

    Where whole words do not fit side by side, each row is told by itself, a line a field; empty fields are left out.
    """
    from rich.cells import cell_len  # noqa: PLC0415  # the one heavy import of a quick command
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    head = [safe(name) for name in head]
    rows = [[safe(cell) for cell in row] for row in rows]
    console = Console(width=None if sys.stdout.isatty() else 200, highlight=False)
    console.print(Text(safe(title)), soft_wrap=True)
    if not rows:
        console.print(empty)
    elif (fitting := widths(head, rows, console.width, measure=cell_len, right=right, wide=wide)) is None:
        _one_by_one(console, head, rows)
    else:
        made = Table(show_header=any(head))
        for index, (name, width) in enumerate(zip(head, fitting, strict=True)):
            made.add_column(name, justify="right" if index in right else "left", width=width, overflow="fold")
        for row in rows:
            made.add_row(
                *(Text(folded(cell, width, measure=cell_len)) for cell, width in zip(row, fitting, strict=True))
            )
        console.print(made)


def _one_by_one(console: "Console", head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Every row as a list of its fields; rows of a name and a value, which have no head, are such a list already."""
    from rich.cells import cell_len  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    lists = [list(zip(head, row, strict=True)) for row in rows] if any(head) else [[(row[0], row[1]) for row in rows]]
    for number, fields in enumerate(lists):
        room = console.width - max(cell_len(name) for name, _ in fields) - 2
        made = Table.grid(padding=(0, 2, 0, 0))
        made.add_column(style="bold", no_wrap=True)
        made.add_column(overflow="fold")
        for name, value in fields:
            if value:
                made.add_row(Text(name), Text(folded(value, room, measure=cell_len)))
        if number:
            console.print()
        console.print(made)
