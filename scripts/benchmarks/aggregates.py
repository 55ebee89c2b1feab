"""Aggregates: the library's own decorated aggregate with a wallet and a package, the least there can be."""

from pathlib import Path
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event

from scripts.benchmarks import history
from scripts.benchmarks.row import Measured, Row, own_peak_bytes, seconds


class Subscriber(Aggregate):
    """Two sums; nothing is decided and there is no rule."""

    @event("Opened")
    def __init__(self, number: str) -> None:
        self.number = number
        self.wallet = 0
        self.left = 0

    @event("ToppedUp")
    def top_up(self, amount: int, channel: str) -> None:
        """Money comes."""
        self.wallet += amount

    @event("Used")
    def use(self, seconds_used: int, amount: int, peer: str, zone: str) -> None:
        """A record takes from both."""
        self.left -= seconds_used
        self.wallet -= amount


def measure(folder: Path, quick: bool) -> Measured:
    """Events per second of one aggregate read back; beside our fold of an account with as many events."""
    size, repeats = (2_000, 5) if quick else (10_000, 9)
    app = Application[UUID](
        env={"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(folder / "library.db")}
    )
    made = Subscriber("79160000000")
    made.top_up(100_000, "card")
    for number in range(size - 2):
        made.use(number % 400, 0, "79161234567", "home")
    app.save(made)
    figures = [size / seconds(lambda: app.repository.get(made.id)) for _ in range(repeats)]
    app.close()
    with history.ledger_of(folder, size) as ledger:
        count = len(history.stored(ledger))
        ours = [count / seconds(lambda: history.fold(history.stored(ledger))) for _ in range(repeats)]
    return Measured(f"one aggregate of {size:,} events", figures, ours, own_peak_bytes())


ROW = Row("library's fold", "events/s", "our fold", measure)
