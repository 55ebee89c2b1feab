"""Benchmarks: two builds work in turns on the same inputs, and what they took is set side by side."""

import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from scripts.benchmarks import against, verify
from scripts.benchmarks.__main__ import main
from scripts.benchmarks.builds import ROOT, Build
from scripts.benchmarks.compared import MB, Beside, Compared, Result, Size, Sizes, Target, inputs
from scripts.benchmarks.kept import Kept
from scripts.benchmarks.process import Ran

TINY = Sizes(inputs=60, many_inputs=60, few_inputs=60, accounts=30)
THIS = Build("this", ROOT, Path(sys.executable))
OLD = [Ran(8.0, 16.0, 500 * MB, b""), Ran(9.0, 18.0, 500 * MB, b""), Ran(20.0, 20.0, 500 * MB, b"")]
NEW = [Ran(4.0, 8.0, 100 * MB, b""), Ran(3.0, 6.0, 90 * MB, b""), Ran(4.0, 4.0, 80 * MB, b"")]
PART = [Ran(2.0, 4.0, 0, b""), Ran(2.0, 4.0, 0, b""), Ran(2.0, 4.0, 0, b"")]


def test_a_build_is_compared_with_another_one_in_turns(tmp_path: Path) -> None:
    """Both are this one here, so one ledger is made."""
    result = against.compare(verify.COMPARED[0], THIS, THIS, Kept(tmp_path, simulator=THIS), TINY, pairs=1)
    (row,) = against.numbers([result], THIS)["rows"]
    assert (row["size"], row["things"], row["unit"]) == ("60 inputs", 60, "inputs/s")
    assert row["times"] == row["ratios"][0] == row["other"][0]["seconds"] / row["this"][0]["seconds"]
    assert 0 < row["beside"]["share"] < 1
    assert row["met"] is False


@pytest.mark.parametrize(
    ("goal", "met"),
    [
        (Target(), None),
        (Target(3), True),
        (Target(3.1), False),
        (Target(3, peak_bytes=100 * MB), True),
        (Target(3, peak_bytes=99 * MB), False),
        (Target(rate=25), True),
        (Target(rate=26), False),
        (Target(share=0.5), True),
        (Target(share=0.6), False),
        (Target(times_lighter=5), True),
        (Target(times_lighter=5.1), False),
    ],
)
def test_a_goal_is_met_where_all_that_it_names_is_reached(goal: Target, met: bool | None) -> None:
    row = Compared("row", "inputs/s", inputs, verify.begin, goal, Beside("a part", verify.begin_deciding))
    result = Result(row, Size(100, "100 inputs"), ours=NEW, theirs=OLD, beside=PART)
    assert (result.ratios, result.times, result.share, result.cpu_share) == ([2, 3, 5], 3, 0.5, 0.6666666666666666)
    assert result.met is met


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["--rows", "append", "--against", "HEAD"], "of this build alone: append"),
        (["--rows", "verify-cold"], "row 'verify-cold' is only compared with another build"),
        (["--rows", "verify", "--against", "no-such-revision"], "no-such-revision is no commit"),
    ],
)
def test_what_cannot_be_compared_is_said(arguments: list[str], error: str, tmp_path: Path) -> None:
    answer = CliRunner().invoke(main, [*arguments, "--folder", str(tmp_path)])
    assert answer.exit_code != 0
    assert error in answer.output
