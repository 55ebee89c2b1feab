"""A night that would never be over: an error in a rule ends the run with a line that names the account (R-4.8)."""

from pathlib import Path

import pytest

from ledger import shard
from ledger.rules import schedule
from ledger.rules.schedule import Booked
from tests.scenarios.given import with_plan
from tests.support import Story, at

DUE = r"account [a-z2-7]{16} is due at 2023-02-15T03:00:00\+03:00, but nothing is booked then"


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return with_plan(tmp_path, "2023-01-15 12:00", 1000_00)


def test_a_due_instant_at_which_no_rule_books_anything(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the nightly job, and before an input; the ledger is as it was."""
    before = story.log()
    with monkeypatch.context() as broken:
        broken.setattr(schedule, "charge_tariff", lambda account, moment, catalogue: [])
        with pytest.raises(AssertionError, match=DUE):
            story.night("2023-02-15 03:00")
        with pytest.raises(AssertionError, match=DUE):
            story.top_up("2023-02-16 10:00", 1)
        assert story.night("2023-02-15 02:59:59") == 0
    assert story.log() == before
    assert story.night("2023-02-15 03:00") == 1


def test_an_account_that_stays_due_though_it_was_advanced(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shard, "advance", lambda account, until, catalogue, recorded_at: Booked(account))
    with pytest.raises(AssertionError, match=DUE):
        story.night("2023-02-15 03:00")


def test_a_head_whose_instant_only_has_to_move_is_mended(story: Story) -> None:
    """A head may say that an account is due too early, as after a new catalogue: nothing is booked, the run ends."""
    with story.ledger.shards[0].store.writing() as tx:
        head = tx.head(story.contract.id)
        assert head is not None
        tx.put_heads([head._replace(next_at=at("2023-02-01 00:00"))])
    assert story.night("2023-02-14 00:00") == 0
    assert story.verify().problems == []
