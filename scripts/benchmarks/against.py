"""Against: the same work by this build and by another one in turns, and how many times faster this one is."""

import os
import statistics
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from scripts.benchmarks.builds import Build, python_build
from scripts.benchmarks.kept import Kept
from scripts.benchmarks.process import Ran
from scripts.cli import terminal

Turn: TypeAlias = Callable[[], Ran]
"""The work once, checked; what it took."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is measured."""

    inputs: int


FULL: Final = Sizes(inputs=1_000_000)
QUICK: Final = Sizes(inputs=60_000)


@dataclass(frozen=True, slots=True)
class Goal:
    """How many times faster at least, and in how much memory."""

    times: float
    peak_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """A row: `begin` makes what the work needs, and answers with the work; `things` says of what there are how many."""

    name: str
    begin: Callable[[Kept, Build, Sizes], Turn]
    things: Callable[[Sizes], tuple[int, str]]
    goal: Goal | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What the turns of a row took, in pairs."""

    row: Compared
    count: int
    noun: str
    ours: Sequence[Ran]
    theirs: Sequence[Ran]

    @property
    def ratios(self) -> list[float]:
        """The other's time in this one's, pair by pair."""
        return [old.seconds / new.seconds for new, old in zip(self.ours, self.theirs, strict=True)]

    @property
    def cpu_ratios(self) -> list[float]:
        """The same of the time on cores, which other work on the machine moves less."""
        return [old.cpu_seconds / new.cpu_seconds for new, old in zip(self.ours, self.theirs, strict=True)]

    @property
    def times(self) -> float:
        """How many times faster: the median of the pairs."""
        return statistics.median(self.ratios)

    @property
    def met(self) -> bool | None:
        """Whether the goal is reached; None without one."""
        goal = self.row.goal
        if goal is None:
            return None
        peak = max(each.peak_bytes for each in self.ours)
        return self.times >= goal.times and (goal.peak_bytes is None or peak <= goal.peak_bytes)


def compare(row: Compared, this: Build, other: Build, kept: Kept, sizes: Sizes, pairs: int) -> Result:
    """A row measured: this build and the other one in turns, so many times."""
    count, noun = row.things(sizes)
    turns = [row.begin(kept, build, sizes) for build in (this, other)]
    taken: list[list[Ran]] = [[], []]
    for pair in range(pairs):
        for which in (0, 1) if pair % 2 else (1, 0):
            os.sync()
            done = turns[which]()
            taken[which].append(done)
            sys.stderr.write(
                f"  {(this, other)[which].name}: {done.seconds:.2f} s, {done.cpu_seconds:.2f} s of cores\n"
            )
    return Result(row, count, noun, *taken)


def numbers(results: Sequence[Result], other: Build) -> dict[str, Any]:
    """The table as JSON."""
    return {
        "machine": caption(other),
        "other": other.name,
        "rows": [
            {
                "row": result.row.name,
                "size": f"{result.count} {result.noun}",
                "times": result.times,
                "ratios": result.ratios,
                "cpu_ratios": result.cpu_ratios,
                **{
                    who: [
                        {"seconds": each.seconds, "cpu_seconds": each.cpu_seconds, "peak_bytes": each.peak_bytes}
                        for each in taken
                    ]
                    for who, taken in (("this", result.ours), ("other", result.theirs))
                },
                "goal": _goal(result.row.goal),
                "met": result.met,
            }
            for result in results
        ],
    }


def table(results: Sequence[Result], other: Build) -> None:
    """The table on stdout."""
    terminal.table(
        caption(other),
        ("Row", "Size", "This", other.name, "Times", "Spread", "of cores", "Peak", other.name, "Goal", ""),
        [_cells(result) for result in results],
        right=(2, 3, 4, 5, 6, 7, 8),
    )


def caption(other: Build) -> str:
    """What ran where."""
    sealing = "not sealed" if os.environ.get("OBNOVI_SEAL") == "off" else "as by default, sealed where it is"
    return f"against {other.name}; {python_build()}, {os.cpu_count()} cores; ledgers {sealing}"


def _cells(result: Result) -> tuple[str, ...]:
    met = result.met
    return (
        result.row.name,
        f"{result.count:,} {result.noun}",
        _figure(result, result.ours),
        _figure(result, result.theirs),
        f"{result.times:.2f}×",
        f"{min(result.ratios):.2f} – {max(result.ratios):.2f}",
        f"{statistics.median(result.cpu_ratios):.2f}×",
        _peak(result.ours),
        _peak(result.theirs),
        _goal(result.row.goal),
        "" if met is None else "met" if met else "missed",
    )


def _figure(result: Result, taken: Sequence[Ran]) -> str:
    return f"{result.count / statistics.median(each.seconds for each in taken):,.0f}/s"


def _peak(taken: Sequence[Ran]) -> str:
    return f"{max(each.peak_bytes for each in taken) / 2**20:,.0f} MB"


def _goal(goal: Goal | None) -> str:
    if goal is None:
        return ""
    memory = f", ≤ {goal.peak_bytes / 2**20:,.0f} MB" if goal.peak_bytes is not None else ""
    return f"≥ {goal.times:g}×{memory}"
