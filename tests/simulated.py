"""A simulated operator's feed with everything in it that a month has, and few of the calls that are all alike."""

import json
from datetime import date

from ledger.catalogue import parse, shipped_text
from scripts.simulate import Market, lines

START = date(2026, 1, 1)
ONE_OF = 8
"""So many usage records come on time for each that is kept."""
CITING = ("reverse", "adjust", "rerate", "open_dispute")


def quiet(*, subscribers: int, days: int, seed: int) -> list[str]:
    """The lines of a feed, without most usage of subscribers of whom no clerk cites an event; what is late stays."""
    market = Market(parse(shipped_text()), START)
    made = [line.decode() for line in lines(market, subscribers=subscribers, days=days, seed=seed, start=START)]
    raws = [json.loads(line) for line in made]
    cited = {raw["account"] for raw in raws if raw["type"] in CITING}
    kept: list[str] = []
    alike = 0
    for line, raw in zip(made, raws, strict=True):
        if raw["type"] == "usage" and raw["account"] not in cited and not _late(raw):
            alike += 1
            if alike % ONE_OF:
                continue
        kept.append(f"{line}\n")
    return kept


def _late(raw: dict[str, str]) -> bool:
    """Whether a record came on another day than it is of."""
    return raw.get("received_at", raw["at"])[:10] != raw["at"][:10]
