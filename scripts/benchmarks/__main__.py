"""`scripts/bench`: the rows one after another, each in a process of its own, and one table of them."""

import os
import platform
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from subprocess import CalledProcessError
from typing import Any

import click
import msgspec

from scripts import collector
from scripts.benchmarks import (
    accounts,
    against,
    aggregates,
    append,
    audit,
    builds,
    columns,
    consume,
    datasets,
    engines,
    evidence,
    exports,
    feed,
    fold,
    forms,
    growth,
    late,
    night,
    one_input,
    peers,
    postgres,
    reconcile,
    replay,
    sealing,
    server,
    start,
    statement,
    summary,
    verify,
    what_if,
)
from scripts.benchmarks.compared import FULL, QUICK, Result
from scripts.benchmarks.kept import Kept
from scripts.benchmarks.row import Measured, Missing, Row, run
from scripts.cli import terminal
from scripts.cli.options import print_json, print_text

ROWS = {
    row.name: row
    for row in (
        feed.ROW,
        consume.ROW,
        append.ROW,
        one_input.ROW,
        fold.ROW,
        aggregates.ROW,
        replay.ROW,
        verify.ROW,
        audit.ROW,
        what_if.ROW,
        late.ROW,
        night.ROW,
        accounts.ROW,
        statement.ROW,
        summary.ROW,
        start.ROW,
        *evidence.ROWS,
        *sealing.ROWS,
        *exports.ROWS,
        columns.ROW,
        datasets.ROW,
        reconcile.ROW,
        *forms.ROWS,
        *growth.ROWS,
        *postgres.ROWS,
        *engines.ROWS,
        *server.ROWS,
        *peers.ROWS,
    )
}
COMPARED = {
    row.name: row
    for row in (
        *verify.COMPARED,
        *replay.COMPARED,
        *what_if.COMPARED,
        *feed.COMPARED,
        *night.COMPARED,
        *statement.COMPARED,
        *forms.COMPARED,
        *peers.COMPARED,
    )
}


class RowsType(click.ParamType[Sequence[str]]):
    """Names of rows, or what the names of several begin with, parted by commas."""

    name = "rows"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Sequence[str]:
        """The names, or click's usage error."""
        names: list[str] = []
        for name in map(str.strip, value.split(",")):
            known = dict.fromkeys([*ROWS, *COMPARED])
            group = [name] if name in known else [row for row in known if row.startswith(f"{name}-")]
            if not group:
                self.fail(f"no row {name!r}; there are {', '.join(known)}", param, ctx)
            names += group
        return names


@click.command()
@click.option("--rows", "names", type=RowsType(), help="Only these rows, parted by commas.")
@click.option("--against", "revision", metavar="REV", help="Compare with the build of another commit, in turns.")
@click.option("--pairs", type=click.IntRange(min=1), default=3, show_default=True, help="Turns of each build.")
@click.option("--quick", is_flag=True, help="Smaller sizes, some minutes in all.")
@click.option("--json", "as_json", is_flag=True, help="Print the numbers as JSON.")
@click.option("--folder", type=click.Path(path_type=Path), default="build", help="Where ledgers are made.  [build]")
@click.option("--measure", "alone", type=click.Choice(list(ROWS)), hidden=True, help="Measure one row in this process.")
def main(
    names: Sequence[str] | None,
    revision: str | None,
    pairs: int,
    quick: bool,
    as_json: bool,
    folder: Path,
    alone: str | None,
) -> None:
    """Measure the program beside raw limits of the same run, machine and disk.

    The folder should lie on the disk in question: on a disk in memory, durable writing costs nothing.
    """
    collector.tune_gc()
    folder.mkdir(parents=True, exist_ok=True)
    if alone is not None:
        with tempfile.TemporaryDirectory(dir=folder) as place:
            try:
                print_json(ROWS[alone].measure(Path(place), quick))
            except Missing as error:
                print_json({"missing": str(error)})
        return
    if revision is not None:
        _compare(names or list(COMPARED), revision, pairs=pairs, quick=quick, as_json=as_json, folder=folder)
        return
    measured: list[tuple[Row, Measured]] = []
    for name in names or ROWS:
        if name not in ROWS:
            raise click.UsageError(f"row {name!r} is only compared with another build: --against REV")
        sys.stderr.write(f"measuring: {name}\n")
        command = [sys.executable, "-m", "scripts.benchmarks", "--measure", name, "--folder", str(folder)]
        _, _, printed = run([*command, "--quick"] if quick else command)
        if missing := msgspec.json.decode(printed).get("missing"):
            sys.stderr.write(f"left out: {missing}\n")
            continue
        measured.append((ROWS[name], msgspec.json.decode(printed, type=Measured)))
    if as_json:
        print_json({"machine": _machine(), "quick": quick, "rows": [_numbers(row, made) for row, made in measured]})
        return
    terminal.table(
        _machine(),
        ("Row", "Size", "Figure", "Spread", "Raw limit", "", "Times raw", "Peak", "Goal", ""),
        [_cells(row, made) for row, made in measured],
        right=(2, 3, 4, 6, 7, 8),
    )
    missed = [row.name for row, made in measured if row.met(made) is False]
    print_text(f"Goals missed: {', '.join(missed)}\n" if missed else "Every goal met.\n")


def _compare(names: Sequence[str], revision: str, *, pairs: int, quick: bool, as_json: bool, folder: Path) -> None:
    if alone := [name for name in names if name not in COMPARED]:
        raise click.UsageError(f"of this build alone: {', '.join(alone)}; compared are {', '.join(COMPARED)}")
    try:
        this, other = builds.this_build(), builds.build_of(revision, folder)
    except builds.NoBuild as error:
        raise click.ClickException(str(error)) from error
    kept, sizes = Kept(folder / "kept", simulator=other), QUICK if quick else FULL
    results: list[Result] = []
    failed: list[str] = []
    for name in names:
        sys.stderr.write(f"measuring: {name}\n")
        try:
            results.append(against.compare(COMPARED[name], this, other, kept, sizes, pairs))
        except Missing as error:
            sys.stderr.write(f"left out: {error}\n")
        except (AssertionError, CalledProcessError) as error:  # the rows before it took long
            sys.stderr.write(f"failed: {error}\n")
            failed.append(name)
    if as_json:
        print_json(against.numbers(results, other))
    else:
        against.table(results, other)
    if failed:
        raise click.ClickException(f"failed: {', '.join(failed)}")


def _cells(row: Row, made: Measured) -> tuple[str, ...]:
    met = row.met(made)
    return (
        row.name,
        made.size,
        f"{_rounded(made.figure)} {row.unit}",
        f"{_rounded(min(made.figures))} – {_rounded(max(made.figures))}",
        _rounded(made.raw_figure),
        row.raw_limit,
        f"{row.times_raw(made):.1f}×",
        f"{made.peak_bytes / 2**20:,.0f} MB",
        _goal(row),
        "" if met is None else "met" if met else "missed",
    )


def _goal(row: Row) -> str:
    if row.goal is None:
        return ""
    goals = []
    if row.goal.figure is not None:
        goals.append(f"{'≥' if row.is_rate else '≤'} {_rounded(row.goal.figure)} {row.unit}")
    if row.goal.of_raw is not None:
        goals.append(f"≤ {1 / row.goal.of_raw:.3g}× raw")
    if row.goal.peak_bytes is not None:
        goals.append(f"≤ {row.goal.peak_bytes / 2**20:,.0f} MB")
    return ", ".join(goals)


def _numbers(row: Row, made: Measured) -> dict[str, object]:
    return {
        "row": row.name,
        "size": made.size,
        "unit": row.unit,
        "figure": made.figure,
        "figures": made.figures,
        "raw_limit": row.raw_limit,
        "raw": made.raw_figure,
        "times_raw": row.times_raw(made),
        "peak_bytes": made.peak_bytes,
        "goal": None if row.goal is None else _goal(row),
        "met": row.met(made),
    }


def _rounded(figure: float) -> str:
    return f"{figure:,.0f}" if figure >= 100 else f"{figure:.3g}"


def _machine() -> str:
    return f"{builds.python_build()}, {platform.machine()}, {os.cpu_count()} cores"


if __name__ == "__main__":
    main()
