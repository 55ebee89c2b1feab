"""Statement: the model of one account's month, printed as text; beside the fold of the same account."""

from datetime import date
from pathlib import Path

from projections.formats import text
from projections.statement import statement
from scripts.benchmarks import history
from scripts.benchmarks.row import Measured, Row, own_peak_bytes, seconds


def measure(folder: Path, quick: bool) -> Measured:
    """Milliseconds a statement, from an open ledger."""
    size, repeats = (500, 9) if quick else (2_000, 15)
    with history.ledger_of(folder, size) as ledger:

        def print_one() -> None:
            account = ledger.account(history.ACCOUNT)
            assert account is not None
            made = statement(
                account,
                ledger.events(history.ACCOUNT),
                ledger.catalogues(),
                since=date(2026, 1, 5),
                until=date(2026, 2, 4),
            )
            text.render(made)

        rows = history.stored(ledger)
        figures = [seconds(print_one) * 1000 for _ in range(repeats)]
        limits = [seconds(lambda: history.fold(rows)) * 1000 for _ in range(repeats)]
    return Measured(f"one account of {len(rows):,} events", figures, limits, own_peak_bytes())


ROW = Row("statement", "ms", "the account's fold", measure)
