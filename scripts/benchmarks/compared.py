"""Compared: what is measured of two builds in turns, against which goal."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeAlias

from scripts.benchmarks.builds import Build
from scripts.benchmarks.kept import Kept
from scripts.benchmarks.process import Ran

MB: Final = 2**20


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is measured: inputs of most rows, of those that want many, and of those that take long for each.

    `accounts` are those of a night, `statements` those printed one by one.
    """

    inputs: int
    many_inputs: int
    few_inputs: int
    accounts: int
    statements: int = 500


FULL: Final = Sizes(inputs=1_000_000, many_inputs=10_000_000, few_inputs=1_000_000, accounts=1_000_000)
QUICK: Final = Sizes(inputs=60_000, many_inputs=200_000, few_inputs=9_600, accounts=30_000)

Turn: TypeAlias = Callable[[], Ran]
"""The work once, its answer checked; what it took."""
Begin: TypeAlias = Callable[[Kept, Build, Sizes], Turn]
"""Makes what the work needs, which is not measured, and answers with the work. Raises Missing."""


class Size(NamedTuple):
    """How many things the work is about, and what there is to say of them."""

    things: int
    words: str


class Beside(NamedTuple):
    """A part of the work, or the same under easier conditions, by this build alone in the same turns."""

    name: str
    begin: Begin


@dataclass(frozen=True, slots=True)
class Target:
    """How many times faster at least; in how much memory, at which rate, at which share of the rate of what is beside.

    `times_lighter`: how many times less memory than the other.
    """

    times: float | None = None
    peak_bytes: int | None = None
    rate: float | None = None
    share: float | None = None
    times_lighter: float | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """A row. With `rival` this build is compared with another program instead, whatever the other build is."""

    name: str
    unit: str
    size: Callable[[Sizes], Size]
    begin: Begin
    goal: Target = Target()
    beside: Beside | None = None
    rival: Begin | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What the turns of a row took: this build's, the other's, and those of what is beside."""

    row: Compared
    size: Size
    ours: Sequence[Ran]
    theirs: Sequence[Ran]
    beside: Sequence[Ran]

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
    def share(self) -> float | None:
        """This build's rate in that of what is beside, the median of the turns; None where nothing is."""
        if not self.beside:
            return None
        return statistics.median(alone.seconds / new.seconds for alone, new in zip(self.beside, self.ours, strict=True))

    @property
    def cpu_share(self) -> float | None:
        """The same of the time on cores."""
        if not self.beside:
            return None
        return statistics.median(
            alone.cpu_seconds / new.cpu_seconds for alone, new in zip(self.beside, self.ours, strict=True)
        )

    @property
    def met(self) -> bool | None:
        """Whether everything that the goal names is reached; None where it names nothing."""
        goal, share = self.row.goal, self.share
        if goal == Target():
            return None
        peak = peak_bytes(self.ours)
        return all(
            (
                goal.times is None or self.times >= goal.times,
                goal.peak_bytes is None or peak <= goal.peak_bytes,
                goal.rate is None or self.size.things / seconds_of(self.ours) >= goal.rate,
                goal.share is None or (share is not None and share >= goal.share),
                goal.times_lighter is None or peak_bytes(self.theirs) >= goal.times_lighter * peak,
            )
        )


def inputs(sizes: Sizes) -> Size:
    """The size of most rows."""
    return Size(sizes.inputs, f"{sizes.inputs:,} inputs")


def seconds_of(taken: Sequence[Ran]) -> float:
    """The median of some turns."""
    return statistics.median(each.seconds for each in taken)


def peak_bytes(taken: Sequence[Ran]) -> int:
    """The most memory of some turns."""
    return max(each.peak_bytes for each in taken)
