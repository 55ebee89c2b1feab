"""Distribution: how a change falls on many accounts; who would gain and who would lose, and how much."""

from collections.abc import Sequence
from typing import Final

import msgspec

from ledger.units import Kopecks
from projections.counterfactual.difference import Line

SHARES: Final = (0, 10, 25, 50, 75, 90, 100)
TOP: Final = 5
STEPS: Final = [10_00 * 10**zeros for zeros in range(13)]


class Bar(msgspec.Struct, frozen=True):
    """How many accounts would have from `at_least` to less than `below` kopecks more; the ends are open where None."""

    at_least: Kopecks | None
    below: Kopecks | None
    accounts: int


class Distribution(msgspec.Struct, frozen=True):
    """Wallet differences over accounts, in kopecks; + is the subscriber's gain.

    `quantiles`: of all accounts, so many percent have at most that (nearest rank). `bars` part the differences at round
    sums that grow on both sides of 0.
    """

    gained: int
    lost: int
    same: int
    sum_gained: Kopecks
    sum_lost: Kopecks
    quantiles: dict[str, Kopecks]
    bars: list[Bar]
    gained_most: list[Line]
    lost_most: list[Line]


def moved(line: Line) -> Kopecks:
    """What a wallet would have more, of its line."""
    was, would_be = line.kopecks()
    return would_be - was


def distribution(accounts: int, wallets: Sequence[Line]) -> Distribution:
    """Of so many accounts, and the lines of the wallets among them that would differ."""
    ordered = sorted(wallets, key=lambda line: (moved(line), line.contract))
    differences = [moved(line) for line in ordered]
    lost = sum(amount < 0 for amount in differences)
    whole = [*differences[:lost], *[0] * (accounts - len(differences)), *differences[lost:]]
    return Distribution(
        gained=len(differences) - lost,
        lost=lost,
        same=accounts - len(differences),
        sum_gained=sum(amount for amount in differences if amount > 0),
        sum_lost=sum(amount for amount in differences if amount < 0),
        quantiles={f"{share} %": _quantile(whole, share) for share in SHARES} if whole else {},
        bars=_bars(whole),
        gained_most=[line for line in ordered[::-1][:TOP] if moved(line) > 0],
        lost_most=[line for line in ordered[:TOP] if moved(line) < 0],
    )


def _quantile(ordered: Sequence[Kopecks], share: int) -> Kopecks:
    return ordered[max(-(-len(ordered) * share // 100), 1) - 1]


def _bars(whole: Sequence[Kopecks]) -> list[Bar]:
    """Bars from the least difference to the greatest; 0 has one to itself."""
    if not whole:
        return []
    edges = _edges(max(-whole[0], whole[-1]))
    counts: list[Bar] = []
    for low, high in zip([None, *edges], [*edges, None], strict=True):
        inside = sum((low is None or amount >= low) and (high is None or amount < high) for amount in whole)
        counts.append(Bar(low, high, inside))
    while counts and not counts[0].accounts:
        counts.pop(0)
    while counts and not counts[-1].accounts:
        counts.pop()
    return counts


def _edges(greatest: Kopecks) -> list[Kopecks]:
    """Where bars meet: 10, 100, 1000 … rubles up to the greatest, on both sides; and around 0."""
    steps = [step for step in STEPS if step <= greatest]
    return [*(1 - step for step in reversed(steps)), 0, 1, *steps]
