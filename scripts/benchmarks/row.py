"""Rows: what is measured, in which unit, beside which raw limit, against which goal."""

import resource
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from scripts.benchmarks.process import ran


class Missing(Exception):
    """What a row measures is not on this machine."""


class Measured(msgspec.Struct, frozen=True):
    """Repeats of a figure and of its raw limit, in the row's unit, and the most memory it took."""

    size: str
    figures: list[float]
    raw: list[float]
    peak_bytes: int

    @property
    def figure(self) -> float:
        """The median of the repeats."""
        return statistics.median(self.figures)

    @property
    def raw_figure(self) -> float:
        """The median of the raw limit's repeats."""
        return statistics.median(self.raw)


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure to reach, memory to stay in, and the least share of the raw limit's speed."""

    figure: float | None = None
    peak_bytes: int | None = None
    of_raw: float | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One row: `measure` works in an empty folder and, if quick, on a smaller size."""

    name: str
    unit: str
    raw_limit: str
    measure: Callable[[Path, bool], Measured]
    goal: Goal | None = None

    @property
    def is_rate(self) -> bool:
        """Whether more is better."""
        return self.unit.endswith("/s")

    def times_raw(self, measured: Measured) -> float:
        """How many times the raw limit's time it takes."""
        ratio = measured.raw_figure / measured.figure
        return ratio if self.is_rate else 1 / ratio

    def met(self, measured: Measured) -> bool | None:
        """Whether the goal is reached; None without one."""
        goal = self.goal
        if goal is None:
            return None
        return all(
            (
                goal.figure is None
                or (measured.figure >= goal.figure if self.is_rate else measured.figure <= goal.figure),
                goal.peak_bytes is None or measured.peak_bytes <= goal.peak_bytes,
                goal.of_raw is None or 1 / self.times_raw(measured) >= goal.of_raw,
            )
        )


def seconds(work: Callable[[], object]) -> float:
    """How long a piece of work takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def own_peak_bytes() -> int:
    """The most memory that this process has taken so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def run(command: Sequence[str | Path]) -> tuple[float, int, bytes]:
    """A command as a process of its own: seconds, peak memory in bytes, and what it printed. It must succeed."""
    done = ran(command)
    return done.seconds, done.peak_bytes, done.printed
