"""Start: `obnovi --help` as a process; beside a Python that does nothing."""

import sys
from pathlib import Path

from scripts.benchmarks import traffic
from scripts.benchmarks.row import Goal, Measured, Row, run


def measure(folder: Path, quick: bool) -> Measured:
    """Seconds from start to exit."""
    repeats = 7 if quick else 21
    asked = [run([traffic.OBNOVI, "--help"]) for _ in range(repeats)]
    nothing = [run([sys.executable, "-c", "pass"]) for _ in range(repeats)]
    return Measured(
        "a process",
        [elapsed for elapsed, _, _ in asked],
        [elapsed for elapsed, _, _ in nothing],
        max(peak for _, peak, _ in asked),
    )


ROW = Row("help", "s", "`python -c pass`", measure, goal=Goal(figure=0.5))
