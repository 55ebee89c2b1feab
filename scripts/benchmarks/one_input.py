"""One input alone: booked and durable, through the service; beside one insert and commit of its rows."""

from itertools import islice
from pathlib import Path

from ledger import inputs
from ledger.log.engines import store_ref
from ledger.service import Ledger
from scripts.benchmarks import raw, traffic
from scripts.benchmarks.row import Goal, Measured, Row, own_peak_bytes, seconds
from scripts.wiring import now


def measure(folder: Path, quick: bool) -> Measured:
    """Milliseconds an input, each in a transaction of its own, in a ledger of many accounts."""
    accounts, repeats = (500, 100) if quick else (5_000, 500)
    before = traffic.SETUP_INPUTS * accounts
    feed = traffic.lines(before + accounts + repeats, accounts)
    path = folder / "ledger.db"
    with Ledger(store_ref(path), now=now) as ledger:
        ledger.apply([inputs.parse(line) for line in islice(feed, before + accounts)])
        figures = [seconds(lambda line=line: ledger.apply([inputs.parse(line)])) * 1000 for line in feed]  # type: ignore[misc]
        with ledger.store.reading() as log:
            events = log.count()
    single = islice(raw.batches(path, events), events - repeats, events)
    limits = [taken * 1000 for taken in raw.seconds_to_write(path, folder / "raw.db", single)]
    return Measured(f"{repeats:,} inputs, {accounts:,} accounts", figures, limits, own_peak_bytes())


ROW = Row("one input", "ms", "one insert and commit", measure, goal=Goal(figure=15))
