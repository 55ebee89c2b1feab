"""A sealing gives the same bytes whoever works at its parts, and however many do."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from ledger.log.dataset import parts
from ledger.log.dataset.parts import Part, here
from ledger.log.dataset.program import Program
from ledger.log.dataset.sealing import seal
from ledger.progress import Progress
from tests.cli.support import Run, month, write
from tests.dataset.support import Ledgers, many_parts, reading
from tests.dataset.test_refused import behind_the_back
from tests.erasure.support import contents

PROGRAM = Program("1", "3.11", "2026a")


def files_within(folder: Path) -> dict[Path, bytes]:
    return {path: content for path, content in contents(folder).items() if path != Path("dataset.json")}


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_so_many_processes_seal_the_same(sealed: Ledgers, workers: int) -> None:
    name = f"by-{workers}"
    with many_parts(), patch.object(parts, "EVENTS_IN_A_PART", 500):
        sealed.done(f"seal {name} --workers {workers}")
    assert contents(sealed.folder / name) == contents(sealed.folder / "once")


@pytest.mark.parametrize("held", [1, 10_000, 10**9])
@pytest.mark.parametrize("at_once", [1, 7])
def test_the_order_of_parts_and_what_is_held_change_nothing(
    sealed: Ledgers, tmp_path: Path, held: int, at_once: int
) -> None:
    with (
        reading(sealed.ref("half")) as (log,),
        patch.object(parts, "HELD_BYTES_MAX", held),
        patch.object(parts, "EVENTS_AT_ONCE", at_once * 50),
        patch.object(parts, "EVENTS_IN_A_PART", 300),
    ):

        def backwards(some: Sequence[Part], progress: Progress) -> Iterable[Any]:
            return here(log)(list(reversed(some)), progress)

        seal(log, tmp_path / "backwards", PROGRAM, run=backwards)
        seal(log, tmp_path / "here", PROGRAM)
    assert contents(tmp_path / "backwards") == contents(tmp_path / "here")
    assert files_within(tmp_path / "here") == files_within(sealed.folder / "half")


def test_it_is_told_how_far_it_is(sealed: Ledgers, tmp_path: Path) -> None:
    """Reading is one half of the work, writing the other."""
    told: list[int] = []
    with reading(sealed.ref()) as (log,), patch.object(parts, "EVENTS_IN_A_PART", 300):
        count = seal(log, tmp_path / "dataset", PROGRAM, progress=told.append).events
    assert told == sorted(told)
    assert told[-1] == count
    assert any(0 < done < count // 2 for done in told)
    assert any(count // 2 < done < count for done in told)


@pytest.mark.parametrize("workers", [1, 2])
def test_damage_is_told_in_one_line_by_whoever_finds_it(obnovi: Run, workers: int) -> None:
    accounts = [f"7916123456{number}" for number in range(6)]
    write(Path("feed"), *(each for account in accounts for each in month(account)))
    assert obnovi("feed", "feed").code == 0
    for statement, told in (
        ("UPDATE stored_events SET state = x'7b7d' WHERE position = 6", "event 6: "),
        ("DELETE FROM stored_events WHERE position = 5", "there is no event at position 5"),
    ):
        behind_the_back(statement)
        with many_parts():
            done = obnovi("seal", "dataset", "--workers", workers)
        assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
        assert told in done.err
        assert not list(Path("dataset").glob("*"))
