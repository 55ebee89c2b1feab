import sys
from pathlib import Path

import pytest

from scripts.cli.main import main
from tests.cli.support import Done, Run
from tests.support import HERE


@pytest.fixture
def obnovi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """`obnovi` in this process and in an empty folder, with the tests' catalogue."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("OBNOVI_LEDGER", raising=False)
    monkeypatch.setenv("OBNOVI_CATALOGUE", str(HERE / "catalogue.toml"))

    def run(*args: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["obnovi", *map(str, args)])
        capfd.readouterr()
        with pytest.raises(SystemExit) as exit_:
            main()
        out, err = capfd.readouterr()
        return Done(int(exit_.value.code or 0), out, err)

    return run
