"""A month of a simulated operator in one file and in three shards, each sealed in two runs and in one."""

import pytest

from tests.cli.conftest import obnovi as obnovi  # noqa: PLC0414  # a fixture
from tests.dataset.support import QUESTIONS, Ledgers
from tests.sharded.support import SHARDS, listed
from tests.simulated import quiet


@pytest.fixture(scope="session", params=["ledger.db", "shards.toml"])
def sealed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Ledgers:
    """A ledger with three datasets: `once` and `twice` hold all of it, `half` what it had at its first answers."""
    folder = tmp_path_factory.mktemp("sealed")
    feed = quiet(subscribers=25, days=35, seed=5)
    (folder / "first.jsonl").write_text("".join(feed[: len(feed) // 2]), encoding="utf-8")
    (folder / "second.jsonl").write_text("".join(feed[len(feed) // 2 :]), encoding="utf-8")
    (folder / "shards.toml").write_text(listed(*range(SHARDS)), encoding="utf-8")
    ledgers = Ledgers(folder, request.param, {}, {})
    ledgers.done("feed first.jsonl --not-after none")
    ledgers.done("seal half")
    ledgers.done("seal twice")
    ledgers.answers_of_half.update({question: ledgers.done(question) for question in QUESTIONS})
    ledgers.done("feed second.jsonl --not-after none")
    ledgers.done("night --until 2026-02-12T03:00:00+03:00 --not-after none")
    ledgers.done("seal twice")
    ledgers.done("seal once")
    return ledgers
