"""Forms: `obnovi statements` writes everybody's month in one form on every core; beside the same as JSON."""

import resource
import statistics
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import NamedTuple

import msgspec

from ledger.catalogue import parse, shipped_text
from scripts.benchmarks import traffic
from scripts.benchmarks.builds import Build
from scripts.benchmarks.compared import Begin, Compared, Size, Sizes, Target, Turn
from scripts.benchmarks.kept import Kept
from scripts.benchmarks.process import Ran
from scripts.benchmarks.row import Goal, Measured, Row, run
from scripts.simulate import Market, lines

MONTH = date(2026, 1, 1)


class Form(NamedTuple):
    """A format, the days of use that give a statement about the rows of the goal, how many accounts, and the goals."""

    name: str
    days: int
    accounts: int
    goal: float
    times: float
    takes_long: bool = False


FORMS = (
    Form("csv", 9, 2_000, 2_000, times=2),
    Form("html", 9, 2_000, 2_000, times=2),
    Form("xlsx", 18, 400, 150, times=1.5, takes_long=True),
    Form("pdf", 18, 200, 25, times=1.5, takes_long=True),
)


def _begin(form: Form) -> Begin:
    def begin(kept: Kept, build: Build, sizes: Sizes) -> Turn:
        """The whole command, for everybody of the simulated month."""
        ledger = kept.ledger(build, _inputs(sizes, form))

        def turn() -> Ran:
            done = build.obnovi(
                "--ledger", ledger, *_statements(form.name), "-o", kept.scratch(build) / "made", "--json"
            )
            told = msgspec.json.decode(done.printed)
            assert told["written"], told
            assert not told["failed"], told
            return done

        return turn

    return begin


def _size(sizes: Sizes, form: Form) -> Size:
    inputs = _inputs(sizes, form)
    return Size(inputs, f"everybody's month of {inputs:,} inputs")


def _inputs(sizes: Sizes, form: Form) -> int:
    return sizes.few_inputs if form.takes_long else sizes.inputs


def _statements(form: str) -> Sequence[str]:
    return ("statements", "--month", f"{MONTH:%Y-%m}", "--format", form)


def _measure(form: Form) -> Callable[[Path, bool], Measured]:
    def measure(folder: Path, quick: bool) -> Measured:
        """Files per second of the whole command, fold and model included."""
        accounts, repeats = (form.accounts // 5, 1) if quick else (form.accounts, 3)
        ledger, feed = folder / "ledger.db", folder / "feed.jsonl"
        market = Market(parse(shipped_text()), MONTH)
        with feed.open("wb") as file:
            made = lines(market, subscribers=accounts, days=form.days, seed=929, start=MONTH)
            file.writelines(line + b"\n" for line in made)
        run([traffic.OBNOVI, "--ledger", ledger, "feed", feed, "--json"])
        figures = [_files_a_second(ledger, folder / f"{number}", form.name, accounts) for number in range(repeats)]
        limits = [_files_a_second(ledger, folder / f"j{number}", "json", accounts) for number in range(repeats)]
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
        return Measured(f"{accounts} accounts, {_rows(folder / 'j0'):.0f} rows each", figures, limits, peak)

    return measure


def _files_a_second(ledger: Path, folder: Path, form: str, accounts: int) -> float:
    elapsed, _, printed = run([traffic.OBNOVI, "--ledger", ledger, *_statements(form), "-o", folder, "--json"])
    assert msgspec.json.decode(printed)["written"] == accounts, printed
    return accounts / elapsed


def _rows(folder: Path) -> float:
    return statistics.mean(len(msgspec.json.decode(file.read_bytes())["usage"]) for file in folder.glob("7*.json"))


ROWS = tuple(
    Row(form.name, "files/s", "the same as JSON", _measure(form), goal=Goal(figure=form.goal)) for form in FORMS
)
COMPARED = tuple(
    Compared(form.name, "s", partial(_size, form=form), _begin(form), Target(form.times)) for form in FORMS
)
