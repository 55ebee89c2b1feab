"""Lines: where in the text of a catalogue a table or a key stands, for TOML's readers give no places."""

import re
from typing import Final, TypeAlias

Path: TypeAlias = tuple[str | int, ...]
"""Keys from the top, with the place of an entry in an array of tables: `("plans", 0, "monthly_fee")`."""

_KEY: Final = re.compile(r"""\s*(?:(?P<bare>[A-Za-z0-9_-]+)|"(?P<basic>(?:[^"\\]|\\.)*)"|'(?P<literal>[^']*)')\s*""")
_QUOTES: Final = ('"""', "'''", '"', "'")


class Lines:
    """The lines of tables and keys of a text that is TOML; what stands within a value has the line where it begins."""

    def __init__(self, text: str) -> None:
        self._found: dict[Path, int] = {}
        self._counts: dict[Path, int] = {}
        table: Path = ()
        rest = _Value()
        for number, line in enumerate(text.split("\n"), 1):
            if rest.is_open:
                rest.read(line)
            elif line.lstrip().startswith("["):
                table = self._table(line, number)
            elif (keys := _keys(line)) is not None:
                self._note((*table, *keys[0]), number)
                rest.read(line[keys[1] :])

    def of(self, path: Path) -> int | None:
        """The line of what a path names, or of the nearest table around it."""
        return next((self._found[path[:end]] for end in range(len(path), 0, -1) if path[:end] in self._found), None)

    def _table(self, line: str, number: int) -> Path:
        """Note a header; in an array of tables it begins another entry."""
        is_array = line.lstrip().startswith("[[")
        keys, _ = _keys(line.lstrip().lstrip("["), end="]") or ([], 0)
        path: Path = ()
        for place, key in enumerate(keys):
            path = (*path, key)
            if is_array and place == len(keys) - 1:
                self._counts[path] = self._counts.get(path, 0) + 1
            if path in self._counts:
                path = (*path, self._counts[path] - 1)
        self._note(path, number)
        return path

    def _note(self, path: Path, number: int) -> None:
        for end in range(1, len(path) + 1):
            self._found.setdefault(path[:end], number)


def _keys(text: str, end: str = "=") -> tuple[list[str], int] | None:
    """The keys, parted by dots, that a line begins with, and where what comes behind them begins."""
    keys: list[str] = []
    place = 0
    while (found := _KEY.match(text, place)) is not None:
        quoted = found["basic"] if found["basic"] is not None else found["literal"]
        keys.append(found["bare"] if quoted is None else quoted)
        place = found.end() + 1
        match text[found.end() : place]:
            case ".":
                continue
            case mark if mark == end:
                return keys, place
            case _:
                return None
    return None


class _Value:
    """A value while its lines are read: it goes on within brackets and within a text of several lines."""

    def __init__(self) -> None:
        self._depth = 0
        self._quote = ""

    @property
    def is_open(self) -> bool:
        return self._depth > 0 or len(self._quote) == 3

    def read(self, line: str) -> None:
        place = 0
        while place < len(line):
            if self._quote:
                if line[place] == "\\" and '"' in self._quote:
                    place += 1
                elif line.startswith(self._quote, place):
                    place += len(self._quote) - 1
                    self._quote = ""
            elif line[place] == "#":
                break
            elif quote := next((each for each in _QUOTES if line.startswith(each, place)), ""):
                self._quote = quote
                place += len(quote) - 1
            else:
                self._depth += (line[place] in "[{") - (line[place] in "]}")
            place += 1
        if len(self._quote) == 1:
            self._quote = ""
