"""Operator: the feed of a simulated operator, cut at a number of inputs."""

from datetime import date
from itertools import islice
from pathlib import Path
from typing import Final

from ledger.catalogue import parse, shipped_text
from scripts.simulate import Market, lines

DAYS: Final = 31
START: Final = date(2026, 1, 1)
SEED: Final = 929
INPUTS_PER_SUBSCRIBER: Final = 320
"""A little less than what a subscriber says in those days, so that the feed is long enough to be cut."""


def write(path: Path, inputs: int) -> int:
    """Write the feed as a file, line by line; answers with the number of its subscribers."""
    subscribers = -(-inputs // INPUTS_PER_SUBSCRIBER)
    feed = lines(Market(parse(shipped_text()), START), subscribers=subscribers, days=DAYS, seed=SEED, start=START)
    with path.open("wb") as file:
        file.writelines(line + b"\n" for line in islice(feed, inputs))
    return subscribers
