"""Benchmarks: two builds work in turns on the same inputs, and what they took is set side by side."""

import sys
from pathlib import Path

from scripts.benchmarks import against, contest
from scripts.benchmarks.builds import ROOT, Build
from scripts.benchmarks.kept import Kept

TINY = against.Sizes(inputs=60)


def test_a_build_is_compared_with_another_one_in_turns(tmp_path: Path) -> None:
    build = Build("this", ROOT, Path(sys.executable))
    kept = Kept(tmp_path, simulator=build)
    result = against.compare(contest.ROWS["verify"], build, build, kept, TINY, pairs=1)
    (row,) = against.numbers([result], build)["rows"]
    assert row["size"] == "60 inputs"
    assert row["times"] == row["ratios"][0] == row["other"][0]["seconds"] / row["this"][0]["seconds"]
    assert row["met"] is (row["times"] >= 2.5)
