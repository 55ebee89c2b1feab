"""Contracts in the clear: their numbers are rebuilt from the log where the table of numbers is lost (R-15.1)."""

import json
import shutil
from pathlib import Path

from tests.support import ACCOUNT, Story, run


def test_the_table_of_numbers_of_a_clear_ledger_is_made_again_from_its_log(tmp_path: Path) -> None:
    story = Story(tmp_path, sealed=False)
    story.open("2023-01-15 12:00").top_up("2023-01-15 12:01", 100_00)
    story.ledger.close()
    before = run(story.path, "accounts")
    shutil.rmtree(tmp_path / "keys")
    assert run(story.path, "accounts") == before
    shutil.rmtree(tmp_path / "keys")
    assert json.loads(run(story.path, "balance", ACCOUNT))["wallet"] == 100_00


def test_nothing_is_booked_twice_where_the_table_was_lost(tmp_path: Path) -> None:
    story = Story(tmp_path, sealed=False)
    story.open("2023-01-15 12:00").top_up("2023-01-15 12:01", 100_00)
    shutil.rmtree(tmp_path / "keys")
    again = story.feed("top_up", "2023-01-15 12:01", amount=100_00, id="top_up-2")
    assert (again.result, story.wallet) == ("duplicate", 100_00)
