"""What-if: one contract or many decided again with a change, and what would come out otherwise; nothing is written."""

from collections.abc import Sequence
from functools import partial
from operator import attrgetter

import msgspec

from ledger.catalogue import parse
from ledger.log.store import Reading
from ledger.progress import Progress
from ledger.timeline import CatalogueTimeline
from ledger.units import Kopecks
from projections.counterfactual import difference
from projections.counterfactual.change import Change
from projections.counterfactual.difference import Line
from projections.counterfactual.history import decide_with, steps_of
from projections.engines.engine import Engine
from projections.shares import WholeContracts, in_shares, whole


class Report(msgspec.Struct):
    """What would be otherwise (contract §7): `wallet_difference` is would-be less was, in kopecks, over all contracts.

    `lines` has every difference of one contract; of many, one line for each wallet that would differ. `accounts` and
    `changed` count contracts, the latter those with any difference, be it in packages alone.
    """

    accounts: int = 0
    changed: int = 0
    wallet_difference: Kopecks = 0
    lines: list[Line] = msgspec.field(default_factory=list)
    inputs: int = 0


def what_if(log: Reading, accounts: Sequence[str], change: Change, *, in_full: bool = False) -> Report:
    """Decide contracts, by their ids, again with a change. Raises CannotDecide.

    `in_full`: with every line of every contract.
    """
    return _what_if(log, whole(log, accounts), change, in_full=in_full)


def _what_if(log: Reading, contracts: WholeContracts, change: Change, *, in_full: bool = False) -> Report:
    catalogues = CatalogueTimeline(log.adopted())
    alternative = None if change.catalogue is None else parse(change.catalogue)
    report = Report()
    for id, rows in contracts:
        steps = list(steps_of(log, rows, sealed=True))
        found = decide_with(log.contracts.named(id), steps, change, catalogues, alternative)
        report.accounts += 1
        report.inputs += found.inputs
        moved = found.wallet_would_be - found.wallet_was
        report.wallet_difference += moved
        if in_full:
            lines = difference.lines(found)
            report.changed += bool(lines)
            report.lines += lines
        elif moved:
            report.changed += 1
            report.lines.append(difference.wallet(found))
        else:
            report.changed += difference.differs(found)
    return report


def what_if_of_many(
    log: Reading, accounts: Sequence[str] | None, change: Change, *, engine: Engine, progress: Progress
) -> Report:
    """The same over many contracts, all for None, on an engine: no rule crosses contracts."""
    total = Report()
    for part in in_shares(partial(_what_if, change=change), log, accounts, engine=engine, progress=progress):
        total.accounts += part.accounts
        total.changed += part.changed
        total.wallet_difference += part.wallet_difference
        total.inputs += part.inputs
        total.lines += part.lines
    total.lines.sort(key=attrgetter("contract"))
    return total
