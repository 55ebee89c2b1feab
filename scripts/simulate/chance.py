"""Chance: draws that are the same on every machine and every Python.

Only `random.Random.random()` is promised to give the same numbers for ever, and only +, −, ×, ÷ and comparisons of
floats are the same on every machine (`math.exp` is not); nothing else is used here, so no `gauss` and no `choices`.
"""

import random
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import Generic, TypeVar

T = TypeVar("T")


class Weighted(Generic[T]):
    """Things to pick from, each with its weight."""

    __slots__ = ("_bounds", "_items", "_total")

    def __init__(self, weights: Sequence[tuple[T, float]]) -> None:
        self._items = [item for item, _ in weights]
        self._bounds = list(accumulate(weight for _, weight in weights))
        self._total = self._bounds[-1]

    def at(self, share: float) -> T:
        """The item at a share in `[0, 1)` of the whole weight."""
        return self._items[min(bisect_right(self._bounds, share * self._total), len(self._items) - 1)]


class Quantiles:
    """A distribution told by its quantiles: straight lines between the points (share, value), from 0 to 1."""

    __slots__ = ("_pieces", "_shares")

    def __init__(self, *points: tuple[float, float]) -> None:
        if points[0][0] != 0 or points[-1][0] != 1 or list(points) != sorted(points):
            raise ValueError("quantiles go up from share 0 to share 1")
        self._shares = [share for share, _ in points]
        self._pieces = [
            (share, value, (next_value - value) / (next_share - share) if next_share > share else 0.0)
            for (share, value), (next_share, next_value) in pairwise(points)
        ]

    def at(self, share: float) -> float:
        """The value below which this share in `[0, 1)` lies."""
        start, value, slope = self._pieces[bisect_right(self._shares, share) - 1]
        return value + (share - start) * slope


class Chance:
    """One sequence of draws, named by what it is for: the same name gives the same draws."""

    __slots__ = ("share",)

    def __init__(self, *name: object) -> None:
        self.share = random.Random("/".join(map(str, name))).random
        """A number in `[0, 1)`: every other draw is made of these."""

    def happens(self, probability: float) -> bool:
        """Whether something of this probability happens now."""
        return self.share() < probability

    def below(self, end: int) -> int:
        """A whole number in `[0, end)`."""
        return int(self.share() * end)

    def between(self, first: int, last: int) -> int:
        """A whole number from first to last, both included."""
        return first + int(self.share() * (last + 1 - first))

    def rounded(self, value: float) -> int:
        """One of the two whole numbers around a value ≥ 0, the value on average."""
        return int(value + self.share())

    def one_of(self, items: Sequence[T]) -> T:
        """One of several things, all alike."""
        return items[int(self.share() * len(items))]

    def pick(self, weighted: Weighted[T]) -> T:
        """One of several things by weight."""
        return weighted.at(self.share())

    def draw(self, quantiles: Quantiles) -> float:
        """A value of a distribution."""
        return quantiles.at(self.share())
