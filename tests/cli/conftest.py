import sys
from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex

import pytest

from scripts.cli.main import main
from tests.cli.servers import PASSWORD, ask
from tests.cli.support import Done, Run, month, write
from tests.support import HERE


@pytest.fixture
def obnovi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """`obnovi` in this process and in an empty folder, with the tests' catalogue."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("OBNOVI_LEDGER", raising=False)
    monkeypatch.setenv("OBNOVI_CATALOGUE", str(HERE / "catalogue.toml"))
    monkeypatch.setenv("OBNOVI_CACHE", str(tmp_path / "cache"))

    def run(*args: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["obnovi", *map(str, args)])
        capfd.readouterr()
        with pytest.raises(SystemExit) as exit_:
            main()
        out, err = capfd.readouterr()
        return Done(int(exit_.value.code or 0), out, err)

    return run


@pytest.fixture
def role(postgres_server: str) -> Iterator[str]:
    """A role that may log in, and nothing else; it goes after the database of the test."""
    name = f"obnovi_test_{token_hex(6)}"
    ask(postgres_server, f"CREATE ROLE {name} LOGIN PASSWORD '{PASSWORD}'")
    yield name
    ask(postgres_server, f"DROP ROLE {name}")


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    return write(tmp_path / "feed.jsonl", *month())
