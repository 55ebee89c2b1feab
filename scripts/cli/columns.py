"""How wide the columns of a table may be: nothing is ever cut off, for half a number is another number."""

from collections.abc import Callable, Collection, Sequence
from typing import Final

FRAME: Final = 3  # a line and a space on either side of a column; one line more closes the table
FOLDED: Final = 16  # narrower than this a long text is no pleasure


def widths(
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    room: int,
    *,
    measure: Callable[[str], int],
    right: Collection[int] = (),
    wide: int | None = None,
) -> list[int] | None:
    """Widths of columns that fit a line of `room` cells, or None where whole words do not.

    Column `wide` gives way first, then the widest of those that are no numbers (`right`); none below a word of it.
    """
    columns = list(zip(head, *rows, strict=True))
    made = [max(map(measure, column)) for column in columns]
    least = [max(measure(word) for cell in column for word in (cell.split(" ") or [""])) for column in columns]
    for index in right:
        least[index] = made[index]
    if wide is not None:
        least[wide] = min(made[wide], max(FOLDED, least[wide]))
    order = sorted(range(len(made)), key=lambda index: (index != wide, -made[index]))
    excess = sum(made) + FRAME * len(made) + 1 - room
    for index in order:
        less = min(max(excess, 0), made[index] - least[index])
        made[index] -= less
        excess -= less
    return made if excess <= 0 else None


def folded(text: str, room: int, *, measure: Callable[[str], int]) -> str:
    """A text in lines of at most `room` cells, broken at plain spaces only: an amount stays with its unit.

    A word that is longer stays whole.
    """
    lines = [""]
    for number, word in enumerate(text.split(" ")):
        longer = f"{lines[-1]} {word}" if number else word
        if number and measure(longer) > room:
            lines.append(word)
        else:
            lines[-1] = longer
    return "\n".join(lines)
