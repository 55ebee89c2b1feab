"""Every command of README.md is run, and prints what README.md says."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BLOCKS = re.findall(r"```console\n(.*?)\n```", (ROOT / "README.md").read_text(encoding="utf-8"), flags=re.DOTALL)


def steps() -> list[tuple[str, str]]:
    """The commands with what stands below each of them."""
    return [
        (command, printed.strip("\n"))
        for block in BLOCKS
        for command, printed in re.findall(r"^\$ (.*)\n?((?:(?!\$ ).*\n?)*)", block, flags=re.MULTILINE)
    ]


def test_the_readme_shows_what_happens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OBNOVI_LEDGER", raising=False)
    monkeypatch.delenv("OBNOVI_CATALOGUE", raising=False)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    assert len(steps()) >= 6
    for command, printed in steps():
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=tmp_path,
            env=os.environ | {"PATH": path},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert "\n".join(line.rstrip() for line in done.stdout.strip("\n").split("\n")) == printed, command
