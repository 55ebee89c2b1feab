"""Backups as another door would make them: whole or not at all, and made a ledger of only where they agree."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ledger.log.engines import file_ref
from ledger.progress import Progress
from projections.evidence.keys import create
from projections.evidence.sign import commit
from scripts.app.backups import Disagreement, back_up, restore_to
from scripts.app.errors import Declined, InvalidRequest
from tests.scenarios.given import example_1
from tests.support import Story


@contextmanager
def unwatched(what: str, total: int) -> Iterator[Progress]:
    yield lambda done: None


def backed_up(story: Story, target: Path) -> int:
    return back_up(story.ledger, file_ref(story.path), target, None)


def test_a_ledger_is_copied_and_made_again_of_the_copy(tmp_path: Path) -> None:
    story = example_1(tmp_path)
    copy, again = tmp_path / "copy.db", tmp_path / "again.db"
    assert backed_up(story, copy) == len(story.log())
    seen: list[tuple[str, int]] = []

    @contextmanager
    def watch(what: str, total: int) -> Iterator[Progress]:
        seen.append((what, total))
        yield lambda done: None

    made = restore_to(file_ref(again), file_ref(copy), copy, tmp_path / "keys", workers=1, watch=watch)
    assert made == (len(story.log()), False)
    assert seen == [("events", len(story.log()))]
    assert again.exists()


def test_a_copy_older_than_the_newest_checkpoint_becomes_no_ledger(tmp_path: Path) -> None:
    story = example_1(tmp_path)
    copy, again = tmp_path / "copy.db", tmp_path / "again.db"
    events = backed_up(story, copy)
    story.top_up("2023-01-16 10:00", 1_00)
    keys = create(tmp_path / "keys")
    with story.ledger.snapshot() as snapshot:
        commit(snapshot.log, keys)
    with pytest.raises(Disagreement) as told:
        restore_to(file_ref(again), file_ref(copy), copy, keys.folder, workers=1, watch=unwatched)
    assert told.value.events == events
    assert told.value.problems
    assert not again.exists()


def test_a_ledger_is_never_written_over(tmp_path: Path) -> None:
    story = example_1(tmp_path)
    copy = tmp_path / "copy.db"
    backed_up(story, copy)
    with pytest.raises(Declined) as told:
        restore_to(file_ref(story.path), file_ref(copy), copy, tmp_path / "keys", workers=1, watch=unwatched)
    assert (told.value.code, told.value.facts) == ("LEDGER_IS_THERE", {"file": story.path})
    nowhere = tmp_path / "no" / "again.db"
    with pytest.raises(InvalidRequest) as lacking:
        restore_to(file_ref(nowhere), file_ref(copy), copy, tmp_path / "keys", workers=1, watch=unwatched)
    assert (lacking.value.code, lacking.value.facts) == ("NO_FOLDER_FOR_LEDGER", {"folder": nowhere.parent})
