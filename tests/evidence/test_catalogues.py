"""A checkpoint signs the catalogues too: one that was changed behind the program's back is found and named."""

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from ledger.catalogue import parse
from ledger.log.engines import open_store, store_ref
from ledger.service import Ledger
from projections.engines.pool import HERE
from projections.evidence import catalogues, checkpoint
from projections.evidence.check import SINCE
from projections.evidence.follow import NotTheLog
from projections.evidence.keys import Keys
from projections.evidence.note import base64
from projections.evidence.sign import commit
from projections.evidence.tiles import place
from projections.verify.verify import verify_store
from tests.evidence.support import behind_its_back, copied, problems, sign
from tests.support import CATALOGUE_TEXT, Story


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three catalogues, each with some events under it, and a checkpoint over each of the three stretches."""
    path = tmp_path_factory.mktemp("signed")
    story = Story(path).open("2023-01-15 11:00")
    story.top_up("2023-01-15 11:30", 1000_00)
    sign(story.path)
    for number, day in enumerate((16, 17), start=1):
        story.ledger.close()
        with Ledger(
            store_ref(story.path), now=story.clock, catalogue=f"{CATALOGUE_TEXT}\n[regions.town{number}]\n{TOWN}"
        ) as ledger:
            story.ledger = ledger
            story.top_up(f"2023-01-{day} 11:30", 1_00)
            sign(story.path)
    return story.path


TOWN = 'name = "Town"\nzone = "Europe/Moscow"\n'


def with_another_text(db: sqlite3.Connection, number: int = 2) -> None:
    """The digest is made to fit, so that the catalogue agrees with itself."""
    (text,) = db.execute("SELECT toml FROM catalogues WHERE number = ?", (number,)).fetchone()
    other = text + "# changed\n"
    db.execute("UPDATE catalogues SET toml = ?, digest = ? WHERE number = ?", (other, parse(other).digest, number))


def sql(statement: str) -> Callable[[sqlite3.Connection], object]:
    return lambda db: db.execute(statement)


def copied_row(position: str, number: int) -> Callable[[sqlite3.Connection], object]:
    columns = f"9, {position}, digest, toml, tzdata FROM catalogues WHERE number = {number}"
    return sql(f"INSERT INTO catalogues (number, position, digest, toml, tzdata) SELECT {columns}")


Tampering = tuple[Callable[[sqlite3.Connection], object], list[str | None], list[str | None]]
TAMPERINGS: dict[str, Tampering] = {
    "its text changed with the digest made to fit": (with_another_text, ["position 3"], ["position 3"]),
    "the newest one's text": (lambda db: with_another_text(db, 3), ["position 4"], ["position 4"]),
    "its position": (sql("UPDATE catalogues SET position = 2 WHERE number = 2"), ["position 3"], ["position 2"]),
    "its zone data": (sql("UPDATE catalogues SET tzdata = '2020.1' WHERE number = 2"), ["position 3"], ["position 3"]),
    "one removed": (sql("DELETE FROM catalogues WHERE number = 2"), ["position 3"], [None]),
    "all removed": (sql("DELETE FROM catalogues WHERE number < 3"), ["position 1", "position 3"], [None, None]),
    "one moved behind all": (sql("UPDATE catalogues SET position = 90 WHERE number = 3"), ["position 4"], [None]),
    "one inserted": (copied_row("4", 1), [None], ["position 4"]),
    "one twice": (copied_row("position", 3), [None], ["position 4"]),
    "two swapped": (
        sql("UPDATE catalogues SET number = CASE number WHEN 2 THEN -2 ELSE -3 END WHERE number > 1"),
        ["position 1"], ["position 4"],
    ),
    "bytes for its text": (
        sql("UPDATE catalogues SET toml = CAST(toml AS BLOB) WHERE number = 2"),
        ["position 3"], ["position 3"],
    ),
}  # fmt: skip


def told(value: object, start: str | None) -> bool:
    return value is None if start is None else str(value).startswith(start)


@pytest.mark.parametrize("name", TAMPERINGS)
def test_a_catalogue_that_is_not_the_signed_one_is_named(signed: Path, tmp_path: Path, name: str) -> None:
    """By the evidence beside the ledger; without it, among those between two checkpoints; and nothing is signed on."""
    path = copied(signed, tmp_path)
    how, expected, found = TAMPERINGS[name]
    with behind_its_back(path) as db:
        how(db)
    named = problems(path)
    assert {each.problem for each in named} == {f"catalogue {SINCE}"}
    assert len(named) == len(expected)
    for each, was, now in zip(named, expected, found, strict=True):
        assert told(each.expected, was), named
        assert told(each.found, now), named
    with pytest.raises(NotTheLog, match="the catalogues up to event 4 are not those of the newest checkpoint"):
        sign(path)
    place(store_ref(path)).unlink()
    (found_without,) = problems(path)
    assert found_without.problem.startswith("catalogues "), found_without
    assert SINCE in found_without.problem


def test_what_only_a_checkpoint_sees_passes_the_rules(signed: Path, tmp_path: Path) -> None:
    """The catalogue agrees with itself and every booking with it."""
    path = copied(signed, tmp_path)
    with behind_its_back(path) as db:
        with_another_text(db)
    assert verify_store(store_ref(path), engine=HERE).problems == []
    assert problems(path)


def test_a_catalogue_adopted_behind_the_checkpoint_is_none_of_its(signed: Path, tmp_path: Path) -> None:
    path = copied(signed, tmp_path)
    with Ledger(store_ref(path), now=lambda: 0, catalogue=CATALOGUE_TEXT):
        pass
    assert problems(path) == []
    assert sign(path) == 4


def old_program(path: Path) -> None:
    """The checkpoints and the evidence as a program makes them that signs no catalogues."""
    keys = Keys(path.parent / "keys")
    for size in keys.sizes():
        made = keys.checkpoint(size)
        plain = checkpoint.signed(size, made.root, made.origin, keys.signing)
        assert plain.note.startswith(f"{made.origin}\n{size}\n{base64(made.root)}\n\n")
        (path.parent / "keys/checkpoints" / f"{size:012d}").write_text(plain.note, encoding="utf-8")
    with sqlite3.connect(place(store_ref(path))) as db:
        db.execute("DROP TABLE catalogues")
    db.close()


def test_checkpoints_of_an_older_program_stay_valid_and_the_next_one_signs_the_catalogues(tmp_path: Path) -> None:
    story = Story(tmp_path).open("2023-01-15 11:00")
    sign(story.path)
    old_program(story.path)
    assert problems(story.path) == []
    assert sign(story.path) == 1  # nothing came since: the old one stays
    keys = Keys(tmp_path / "keys")
    assert keys.checkpoint(1).catalogues is None
    story.top_up("2023-01-15 11:30", 1000_00)
    sign(story.path)
    newest = keys.newest()
    assert newest is not None
    assert newest.catalogues is not None
    assert newest.catalogues.number == 1
    assert newest.note.splitlines()[3] == newest.catalogues.line()
    with behind_its_back(story.path) as db:
        with_another_text(db, 1)
    (found,) = problems(story.path)
    assert found.problem == f"catalogue {SINCE}"


def test_evidence_of_an_older_program_tells_between_checkpoints(signed: Path, tmp_path: Path) -> None:
    path = copied(signed, tmp_path)
    with sqlite3.connect(place(store_ref(path))) as db:
        db.execute("DROP TABLE catalogues")
    db.close()
    with behind_its_back(path) as db:
        with_another_text(db)
    (found,) = problems(path)
    assert found.problem == f"catalogues 2 to 2 {SINCE} over 3 events"


def test_kept_hashes_that_were_changed_too_accuse_nobody_else(signed: Path, tmp_path: Path) -> None:
    """What lies beside the ledger is believed only as far as it leads to what was signed."""
    path = copied(signed, tmp_path)
    with sqlite3.connect(place(store_ref(path))) as db:
        db.execute("UPDATE catalogues SET hash = zeroblob(32), told = 'x' WHERE number = 1")
    db.close()
    assert problems(path) == []
    with behind_its_back(path) as db:
        with_another_text(db)
    (found,) = problems(path)
    assert found.problem == f"catalogues 2 to 2 {SINCE} over 3 events"
    shutil.copy(signed, path)
    sign(path)  # the evidence is mended by the way
    with behind_its_back(path) as db:
        with_another_text(db)
    assert problems(path)[0].problem == f"catalogue {SINCE}"


@pytest.mark.parametrize(
    "line", ["catalogues 1", "catalogues 01 {root}", "catalogues -1 {root}", "catalogs 1 {root}", "catalogues 1 AA=="]
)
def test_another_line_is_none_of_catalogues(line: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        catalogues.parsed(line.replace("{root}", base64(bytes(32))))


def test_the_catalogues_are_read_back_from_their_line(signed: Path) -> None:
    keys, store = Keys(signed.parent / "keys"), open_store(signed)
    with store.reading() as log:
        for size, number in ((2, 1), (3, 2), (4, 3)):
            made = catalogues.signed_of(catalogues.under(log, size))
            assert made.number == number
            assert catalogues.parsed(made.line()) == made == keys.checkpoint(size).catalogues
        assert commit(log, keys).size == 4
    store.close()
