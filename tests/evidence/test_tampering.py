"""What is changed behind the program's back is found and named, with the evidence beside the ledger or without it."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from ledger.log.engines import open_store, store_ref
from projections.evidence.check import SINCE
from projections.evidence.follow import NotTheLog
from projections.evidence.keys import Keys, create
from projections.evidence.sign import commit
from projections.evidence.tiles import Name, place
from tests.evidence import tampering
from tests.evidence.support import behind_its_back, copied, feed, problems, sign
from tests.evidence.tampering import Tampering
from tests.length import examples


def changed(path: Path, how: Tampering, seed: int) -> set[Name]:
    with behind_its_back(path) as db:
        return how(db, Random(seed))


def named(path: Path, untouched: Path) -> list[Name]:
    """The events that are named, by the ids of their contracts, which the untouched ledger tells."""
    store = open_store(untouched)
    with store.reading() as log:
        ids = {(each.number, each.holder): each.id for each in log.contracts.all()}
    store.close()
    return [
        Name(each.contract or ids.get((each.account, each.holder or 0), each.account), each.version)
        for each in problems(path)
        if each.account and each.version
    ]


def test_a_log_that_nobody_touched_is_as_the_checkpoint_says(operator: Path) -> None:
    assert problems(operator) == []


@pytest.mark.parametrize("how", tampering.ALL, ids=lambda how: how.__name__)
def test_a_change_is_found_and_the_event_named(operator: Path, tmp_path: Path, how: Tampering) -> None:
    path = copied(operator, tmp_path)
    for seed in range(examples(5)):
        shutil.copy(operator, path)
        events = changed(path, how, seed)
        assert events <= set(named(path, operator)), f"seed {seed}"


ONE = "79000000000"


@pytest.mark.parametrize(
    ("how", "told"),
    [
        (tampering.flip_a_bit, {f"edited {SINCE}"}),
        (tampering.delete_one, {f"deleted {SINCE}"}),
        (tampering.delete_one_and_close_the_gap, {"last position against the newest checkpoint", f"deleted {SINCE}"}),
        (tampering.insert_one, {f"inserted {SINCE}"}),
        (tampering.swap_two, {f"moved in the log {SINCE}"}),
        (tampering.swap_what_two_say, {f"edited {SINCE}"}),
        (tampering.give_to_another_account, {f"deleted {SINCE}", f"inserted {SINCE}"}),
    ],
    ids=lambda how: getattr(how, "__name__", ""),
)
def test_what_happened_is_told_and_nothing_else_is_accused(
    operator: Path, tmp_path: Path, how: Tampering, told: set[str]
) -> None:
    path = copied(operator, tmp_path)
    events = changed(path, how, seed=3)
    assert {each.problem for each in problems(path)} == told
    assert set(named(path, operator)) == events


@pytest.mark.parametrize("seed", range(2))
def test_of_all_that_changed_places_the_one_that_was_moved_is_named_first(
    operator: Path, tmp_path: Path, seed: int
) -> None:
    """And so it is among the findings that are told, however many others made room for it."""
    path = copied(operator, tmp_path)
    (event,) = changed(path, tampering.move_far, seed)
    found = problems(path)
    assert named(path, operator)[0] == event
    assert {each.problem for each in found} <= {f"moved in the log {SINCE}", f"more events differ {SINCE}"}


@pytest.mark.parametrize("how", tampering.ALL, ids=lambda how: how.__name__)
def test_without_the_tiles_a_change_is_found_between_two_checkpoints(
    operator: Path, tmp_path: Path, how: Tampering
) -> None:
    path = copied(operator, tmp_path)
    changed(path, how, seed=1)
    place(store_ref(path)).unlink()
    (found,) = problems(path)
    assert found.problem.startswith(("root of the checkpoint", "events that the checkpoint covers"))


def test_tiles_made_anew_from_a_changed_log_hide_nothing(operator: Path, tmp_path: Path) -> None:
    path = copied(operator, tmp_path)
    changed(path, tampering.edit_an_amount, seed=1)
    place(store_ref(path)).unlink()
    with pytest.raises(NotTheLog, match="not those of the newest checkpoint"):
        sign(path)
    assert len(problems(path)) == 1


def test_broken_tiles_accuse_nobody_and_are_made_anew(operator: Path, tmp_path: Path) -> None:
    path = copied(operator, tmp_path)
    whole = place(store_ref(path)).read_bytes()
    for at in range(100, len(whole), 997):
        place(store_ref(path)).write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        assert problems(path) == []
    for broken in (b"", b"no database", whole[: len(whole) // 2]):
        place(store_ref(path)).write_bytes(broken)
        assert problems(path) == []
        size = sign(path)
        assert size == Keys(path.parent / "keys").sizes()[-1]
        assert problems(path) == []


def test_tiles_that_nobody_signed_yet_are_not_signed_unseen(operator: Path, tmp_path: Path) -> None:
    """The tiles followed, then a bit of them turned, before the first checkpoint."""
    path = copied(operator, tmp_path)
    for checkpoint in (path.parent / "keys/checkpoints").iterdir():
        checkpoint.unlink()
    with closing(sqlite3.connect(place(store_ref(path)))) as db, db:
        where = "level = 0 AND number = (SELECT MAX(number) FROM tiles WHERE level = 0)"
        (hashes,) = db.execute(f"SELECT hashes FROM tiles WHERE {where}").fetchone()
        db.execute(f"UPDATE tiles SET hashes = ? WHERE {where}", (bytes([hashes[0] ^ 1]) + hashes[1:],))
    sign(path)
    assert problems(path) == []


def test_pages_of_tiles_that_are_broken_are_not_taken_for_the_ledger_s(operator: Path, tmp_path: Path) -> None:
    path = copied(operator, tmp_path)
    whole = place(store_ref(path)).read_bytes()
    page = int.from_bytes(whole[16:18])
    signed = Keys(path.parent / "keys").sizes()[-1]
    for number in range(1, len(whole) // page):
        place(store_ref(path)).write_bytes(whole[: number * page] + b"\xff" * page + whole[(number + 1) * page :])
        assert problems(path) == []
        assert sign(path) == signed


def test_an_older_copy_is_refused_against_a_newer_checkpoint(operator: Path, tmp_path: Path) -> None:
    path = tmp_path / "obnovi.db"
    feed(path, subscribers=3)
    shutil.copy(path, tmp_path / "older.db")
    feed(path)
    newest = sign(path)
    shutil.move(tmp_path / "older.db", path)
    assert problems(path)[0].problem == "last position against the newest checkpoint"
    with pytest.raises(NotTheLog, match=f"before the newest checkpoint, which covers {newest}"):
        sign(path)
    feed(path, seed=8, days=30)  # it grows beyond the checkpoint with other events
    with pytest.raises(NotTheLog):
        sign(path)
    assert problems(path)


def test_what_is_lost_behind_the_newest_checkpoint_is_not_refused(tmp_path: Path) -> None:
    """A copy from after the checkpoint is brought back; the tiles had followed further."""
    path = tmp_path / "obnovi.db"
    feed(path, subscribers=3)
    sign(path)
    shutil.copy(path, tmp_path / "copy.db")
    feed(path)
    (tmp_path / "away").mkdir()
    other = create(tmp_path / "away" / "keys")
    store = open_store(path)
    with store.reading() as log:
        commit(log, other)  # the tiles follow, under another's key
    store.close()
    shutil.move(tmp_path / "copy.db", path)
    feed(path, seed=8)
    assert problems(path) == []
    sign(path)
    assert problems(path) == []
