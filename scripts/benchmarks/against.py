"""Against: the same work by this build and by another one in turns, and how many times faster this one is."""

import os
import statistics
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from scripts.benchmarks.builds import Build, python_build
from scripts.benchmarks.compared import MB, Compared, Result, Sizes, Turn, peak_bytes, seconds_of
from scripts.benchmarks.kept import Kept
from scripts.benchmarks.process import Ran
from scripts.cli import terminal


def compare(row: Compared, this: Build, other: Build, kept: Kept, sizes: Sizes, pairs: int) -> Result:
    """A row measured: this build and the other one in turns, so many times. Raises Missing."""
    turns: dict[str, Turn] = {
        "other": row.rival(kept, this, sizes) if row.rival is not None else row.begin(kept, other, sizes),
        "this": row.begin(kept, this, sizes),
    }
    if row.beside is not None:
        turns["beside"] = row.beside.begin(kept, this, sizes)
    taken: dict[str, list[Ran]] = {"this": [], "other": [], "beside": []}
    for _ in range(pairs):
        for who, turn in turns.items():
            os.sync()  # what was written before is nobody's work
            done = turn()
            taken[who].append(done)
            sys.stderr.write(f"  {who}: {done.seconds:.4g} s, {done.cpu_seconds:.4g} s of cores\n")
    kept.sweep()
    return Result(row, row.size(sizes), ours=taken["this"], theirs=taken["other"], beside=taken["beside"])


def numbers(results: Sequence[Result], other: Build) -> dict[str, Any]:
    """The table as JSON: seconds, bytes, and ratios of time, the other's in this one's."""
    return {"caption": caption(other), "rows": [_numbers(result) for result in results]}


def table(results: Sequence[Result], other: Build) -> None:
    """The table on stdout."""
    terminal.table(
        caption(other),
        ("Row", "Size", "This", other.name, "Times", "Spread", "Of cores", "Peak", other.name, "Share", "Goal", ""),
        [_cells(result) for result in results],
        right=(2, 3, 4, 5, 6, 7, 8),
    )


def caption(other: Build) -> str:
    """What ran where."""
    sealing = "not sealed" if os.environ.get("OBNOVI_SEAL") == "off" else "sealed where the build seals them"
    return f"Beside {other.name} in turns; {python_build()}, {os.cpu_count()} cores; ledgers are {sealing}"


def _numbers(result: Result) -> dict[str, Any]:
    row = result.row
    return {
        "row": row.name,
        "size": result.size.words,
        "things": result.size.things,
        "unit": row.unit,
        "times": result.times,
        "ratios": result.ratios,
        "cpu_ratios": result.cpu_ratios,
        "this": [_took(each) for each in result.ours],
        "other": [_took(each) for each in result.theirs],
        "beside": None
        if row.beside is None
        else {"name": row.beside.name, "share": result.share, "cpu_share": result.cpu_share},
        "goal": {name: value for name, value in asdict(row.goal).items() if value is not None},
        "met": result.met,
    }


def _took(ran: Ran) -> dict[str, float]:
    return {"seconds": ran.seconds, "cpu_seconds": ran.cpu_seconds, "peak_bytes": ran.peak_bytes}


def _cells(result: Result) -> tuple[str, ...]:
    row, met = result.row, result.met
    return (
        row.name,
        result.size.words,
        _figure(result, result.ours),
        _figure(result, result.theirs),
        f"{result.times:.2f}×",
        f"{min(result.ratios):.2f} – {max(result.ratios):.2f}",
        f"{statistics.median(result.cpu_ratios):.2f}×",
        f"{peak_bytes(result.ours) / MB:,.0f} MB",
        f"{peak_bytes(result.theirs) / MB:,.0f} MB",
        "" if row.beside is None else f"{result.share:.2f} (of cores {result.cpu_share:.2f})",
        _goal(row),
        "" if met is None else "met" if met else "missed",
    )


def _figure(result: Result, taken: Sequence[Ran]) -> str:
    seconds, unit = seconds_of(taken), result.row.unit
    match unit:
        case "ms":
            return f"{1000 * seconds:,.2f} ms"
        case "s":
            return f"{seconds:,.2f} s"
        case _:
            return f"{result.size.things / seconds:,.0f} {unit}"


def _goal(row: Compared) -> str:
    goal = row.goal
    wanted = (
        (goal.times, f"≥ {goal.times or 0:g}×"),
        (goal.peak_bytes, f"≤ {(goal.peak_bytes or 0) / MB:,.0f} MB"),
        (goal.rate, f"≥ {goal.rate or 0:,.0f} {row.unit}"),
        (goal.share, f"≥ {goal.share or 0:g} of {row.beside.name if row.beside else ''}"),
        (goal.times_lighter, f"≤ 1/{goal.times_lighter or 0:g} of its memory"),
    )
    return ", ".join(text for value, text in wanted if value is not None)
