"""Memory: what later decisions need of many things, in parts, of which a booking reads and writes those it touches."""

from collections.abc import Callable, Iterator
from typing import Any, Final, Generic, TypeAlias, TypeVar

T = TypeVar("T")
Reader: TypeAlias = Callable[[str, int, int], "tuple[Any, ...]"]
"""Reads the things of a part by its kind, its number and the version at which it changed last."""

KEPT_TOGETHER_MAX: Final = 64
"""So many things of a kind stand with the rest of the account; more of them in parts of their own."""


class Kind(Generic[T]):
    """A kind of things: its name as stored, and what each of them is."""

    def __init__(self, name: str, thing: type[T]) -> None:
        self.name = name
        self.thing = thing


class Part(Generic[T]):
    """Some things of a kind, read when they are first asked for; never changed.

    `version` is that of the event that changed it last, `count` how many things it has. `marks` are bounds over its
    things, so that those who search need not read it. `stored`: a part of its own that is stored already.
    """

    __slots__ = ("_read", "_things", "count", "marks", "stored", "version")

    def __init__(
        self,
        things: tuple[T, ...] | None,
        *,
        version: int,
        count: int,
        marks: tuple[int, ...] = (),
        read: Callable[[], tuple[T, ...]] | None = None,
    ) -> None:
        self._things = things
        self._read = read
        self.version = version
        self.count = count
        self.marks = marks
        self.stored = read is not None

    def read_by(self, read: Callable[[], tuple[T, ...]]) -> None:
        """Where its things are read from, if it stands for itself."""
        self._read = read

    @property
    def things(self) -> tuple[T, ...]:
        """The things themselves."""
        if self._things is None:
            assert self._read is not None, "a part has its things or knows where they are"
            self._things = self._read()
        return self._things

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Part) and self.version == other.version and self.things == other.things

    __hash__ = None  # type: ignore[assignment]  # as of everything that is compared by what it holds

    def __repr__(self) -> str:
        return f"Part({self.things!r}, version={self.version})"


class Memory:
    """An account's things by kind and number of their part. It never changes; `with_part` makes another one."""

    __slots__ = ("parts",)

    def __init__(self, parts: dict[str, dict[int, Part[Any]]] | None = None) -> None:
        self.parts = parts or {}

    def part(self, kind: Kind[T], number: int) -> tuple[T, ...]:
        """The things of one part."""
        part = self.parts.get(kind.name, {}).get(number)
        return part.things if part is not None else ()

    def all(self, kind: Kind[T]) -> Iterator[T]:
        """Every thing of a kind, in order of part."""
        for _, part in sorted(self.parts.get(kind.name, {}).items()):
            yield from part.things

    def with_part(
        self, kind: Kind[T], number: int, things: tuple[T, ...], *, version: int, marks: tuple[int, ...] = ()
    ) -> "Memory":
        """This memory with other things in one part; none, and the part is gone."""
        of_kind = dict(self.parts.get(kind.name, ()))
        if things:
            of_kind[number] = Part(things, version=version, count=len(things), marks=marks)
        else:
            of_kind.pop(number, None)
        parts = {**self.parts, kind.name: of_kind}
        if not of_kind:
            del parts[kind.name]
        return Memory(parts)

    def read(self) -> None:
        """Read every part now."""
        for parts in self.parts.values():
            for part in parts.values():
                assert part.things

    def apart(self) -> Iterator[tuple[str, int, Part[Any]]]:
        """The parts that stand for themselves, those of kinds with many things, in order."""
        for name, parts in sorted(self.parts.items()):
            if sum(part.count for part in parts.values()) > KEPT_TOGETHER_MAX:
                for number, part in sorted(parts.items()):
                    yield name, number, part

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Memory) and self.parts == other.parts

    __hash__ = None  # type: ignore[assignment]  # as of everything that is compared by what it holds

    def __repr__(self) -> str:
        return f"Memory({self.parts!r})"
