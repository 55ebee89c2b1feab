"""What is wrong with a catalogue, one line a problem."""

from collections.abc import Iterable, Sequence
from typing import Any, Final, TypeAlias

from ledger.catalogue.lines import Lines, Path

SIMILAR: Final = 0.75
"""From here on one name may be another misspelt."""
Found: TypeAlias = tuple[Path, str]
"""What is wrong with what stands at a path."""


class BadCatalogue(ValueError):
    """A catalogue that cannot be used; `problems` has a line for each thing wrong, naming line, plan and field."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = list(problems)


def in_lines(text: str, found: Iterable[Found]) -> list[str]:
    """Problems in the order of the text, each with the line of what it is about, or of the table around that."""
    lines = Lines(text)
    told = [(lines.of(path) or 0, problem) for path, problem in found]
    return [f"line {line}: {problem}" if line else problem for line, problem in sorted(told, key=lambda each: each[0])]


def did_you_mean(name: str, known: Iterable[str], similar: float = SIMILAR) -> str:
    """A hint where something of nearly that name is known; else nothing. `similar` is how near, up to 1."""
    from difflib import get_close_matches  # noqa: PLC0415  # only where something is wrong

    close = get_close_matches(name, sorted(known), 1, similar)
    return f"; did you mean {close[0]!r}?" if close else ""


def describe_problem(raw: dict[str, Any], details: Any, known: Iterable[str]) -> Found:
    """One line for one error, with the plan's or option's id instead of its place in the list.

    `known` are the fields there are.
    """
    path = where = list(details["loc"])
    name = ""
    if len(where) >= 2 and where[0] in ("plans", "options") and isinstance(where[1], int):
        name = _version_of(raw, where[0], where[1])
        where = where[2:]
    field = ".".join(str(part) for part in where if part not in ("int", "literal['unlimited']"))
    plain = {"extra_forbidden": "no such field", "missing": "missing"}
    message = plain.get(details["type"], details["msg"].removeprefix("Value error, "))
    if details["type"] == "extra_forbidden":
        message += did_you_mean(str(where[-1]), known)
    return tuple(path), ": ".join(part for part in (name, field, message) if part)


def contradictions(raw: dict[str, Any]) -> Iterable[Found]:
    """Two versions of one date, and a region that there is not, in whatever can be read."""
    named_regions = raw.get("regions")
    regions: dict[str, Any] | None = named_regions if isinstance(named_regions, dict) else None
    for table in ("plans", "options"):
        seen: set[tuple[object, object]] = set()
        for place, item in enumerate(_tables(raw.get(table))):
            version = _version_of(raw, table, place)
            key = (repr(item.get("id")), repr(item.get("effective_from")))
            if key in seen:
                yield (table, place, "effective_from"), f"{version}: effective_from: two versions of one date"
            seen.add(key)
            named = item.get("regions") if table == "plans" else None
            for region in named if isinstance(named, list) else []:
                if isinstance(region, str) and region != "*" and regions is not None and region not in regions:
                    meant = did_you_mean(region, regions)
                    yield (table, place, "regions"), f"{version}: regions: no region {region!r}{meant}"


def _tables(value: object) -> list[dict[str, Any]]:
    return [item if isinstance(item, dict) else {} for item in value] if isinstance(value, list) else []


def _version_of(raw: dict[str, Any], table: str, place: int) -> str:
    """How a version is named in problems: `plan t4 (2016-01-01)`."""
    known = _tables(raw[table])[place]
    name = f"{table[:-1]} {known.get('id', f'number {place + 1}')}"
    return f"{name} ({known['effective_from']})" if "effective_from" in known else name
