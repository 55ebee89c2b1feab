"""What is wrong with a catalogue, one line a problem."""

from collections.abc import Sequence
from typing import Any


class BadCatalogue(ValueError):
    """A catalogue that cannot be used; `problems` has a line for each thing wrong, naming plan and field."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = list(problems)


def describe_problem(raw: dict[str, Any], details: Any) -> str:
    """One line for one error, with the plan's or option's id instead of its place in the list."""
    where = list(details["loc"])
    name = ""
    if len(where) >= 2 and where[0] in ("plans", "options") and isinstance(where[1], int):
        item = raw[where[0]][where[1]]
        known = item if isinstance(item, dict) else {}
        name = f"{where[0][:-1]} {known.get('id', f'number {where[1] + 1}')}"
        if "effective_from" in known:
            name += f" ({known['effective_from']})"
        where = where[2:]
    field = ".".join(str(part) for part in where if part not in ("int", "literal['unlimited']"))
    plain = {"extra_forbidden": "no such field", "missing": "missing"}
    message = plain.get(details["type"], details["msg"].removeprefix("Value error, "))
    return ": ".join(part for part in (name, field, message) if part)
