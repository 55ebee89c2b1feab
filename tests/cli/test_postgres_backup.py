"""A ledger in PostgreSQL is copied and brought back by PostgreSQL's own tools, and evidence tells what was lost."""

import os
import re
import subprocess
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from scripts.embedded_postgres import installed
from tests.cli.servers import ask, rows_of_schema
from tests.cli.support import ACCOUNT, Done, Run, month, top_up, write
from tests.postgres import require_binaries

TOTALS = ("totals", "--from", "2023-01-01", "--to", "2023-12-31", "--json")


def run_what_it_says(refused: Done, file: Path, url: str) -> None:
    """Run the tool that a command names, as whoever reads the line would."""
    (said,) = re.findall("`(pg_[^`]+)`", refused.err)
    binaries = installed()
    assert binaries is not None
    environment = os.environ | {
        "PATH": f"{binaries / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "PGPASSWORD": unquote(urlsplit(url).password or ""),
    }
    subprocess.run(["sh", "-c", said.replace("FILE", str(file))], env=environment, check=True)


@pytest.fixture
def dumped(obnovi: Run, tmp_path: Path, postgres_database: str) -> str:
    """A ledger of a month with a copy, and after that twenty payments, a checkpoint, totals and a statement."""
    require_binaries()
    url = postgres_database
    assert obnovi("ledger", "create", url).code == 0
    assert obnovi("--ledger", url, "feed", write(tmp_path / "one.jsonl", *month())).code == 0
    assert obnovi("--ledger", url, "keys", "create").code == 0
    (tmp_path / "early.txt").write_text(obnovi("--ledger", url, "checkpoint").out, encoding="utf-8")
    (tmp_path / "totals.json").write_text(obnovi("--ledger", url, *TOTALS).out, encoding="utf-8")
    run_what_it_says(obnovi("--ledger", url, "backup", "copy"), tmp_path / "copy", url)
    later = write(tmp_path / "two.jsonl", *(top_up(f"later-{number}") for number in range(20)))
    assert obnovi("--ledger", url, "feed", later).code == 0
    (tmp_path / "late.txt").write_text(obnovi("--ledger", url, "checkpoint").out, encoding="utf-8")
    assert obnovi("--ledger", url, *TOTALS).code == 0
    return url


def bring_back(obnovi: Run, tmp_path: Path, url: str) -> None:
    ask(url, "DROP SCHEMA obnovi CASCADE")
    run_what_it_says(obnovi("--ledger", url, "restore", "copy"), tmp_path / "copy", url)


def test_a_copy_that_is_brought_back_is_the_same_ledger(obnovi: Run, tmp_path: Path, dumped: str) -> None:
    run_what_it_says(obnovi("--ledger", dumped, "backup", "copy"), tmp_path / "copy", dumped)
    before = rows_of_schema(dumped)
    bring_back(obnovi, tmp_path, dumped)
    assert rows_of_schema(dumped) == before
    for command in (("verify",), ("checkpoint", "--compare", "late.txt"), ("ledger", "upgrade", dumped)):
        assert obnovi("--ledger", dumped, *command).code == 0, command
    more = write(tmp_path / "more.jsonl", top_up("more"))
    assert obnovi("--ledger", dumped, "feed", more, "--json").json()["applied"] == 1


def test_evidence_tells_that_an_older_copy_was_brought_back(obnovi: Run, tmp_path: Path, dumped: str) -> None:
    bring_back(obnovi, tmp_path, dumped)
    assert obnovi("--ledger", dumped, "checkpoint", "--compare", "late.txt").code == 1
    assert obnovi("--ledger", dumped, "verify").code == 1
    assert obnovi("--ledger", dumped, *TOTALS).out == (tmp_path / "totals.json").read_text("utf-8")
    assert obnovi("--ledger", dumped, "balance", ACCOUNT, "--json").json()["wallet"] == 600_00


def test_what_is_fed_after_an_older_copy_is_in_the_views(obnovi: Run, tmp_path: Path, dumped: str) -> None:
    """Caches that saw other events at these positions are not believed."""
    bring_back(obnovi, tmp_path, dumped)
    other = write(tmp_path / "other.jsonl", *(top_up(f"other-{number}", 7) for number in range(30)))
    assert obnovi("--ledger", dumped, "feed", other).code == 0
    assert obnovi("--ledger", dumped, *TOTALS).code == 0
    assert obnovi("--ledger", dumped, "replay", "--json").json()["differences"] == 0
    assert obnovi("--ledger", dumped, "checkpoint", "--compare", "late.txt").code == 1
