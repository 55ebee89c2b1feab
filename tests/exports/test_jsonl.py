"""An exported log becomes the same ledger again, or none."""

import json
import shutil
import sqlite3
from base64 import b64encode
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ledger import inputs
from ledger.log.engines import open_store, store_ref
from ledger.log_import import NotEmpty
from ledger.service import Ledger
from projections.evidence import tree
from projections.evidence.leaf import leaf
from projections.exports.import_log import Imported, NotALog, import_log
from projections.verify.verify import verify
from tests.exports.support import Months, exported, month, odd
from tests.support import CATALOGUE_TEXT, Clock, Story, at

TABLES = ("stored_events", "keys", "heads", "sources", "catalogues", "used_versions", "settings")

Lines = list[dict[str, Any]]


def imported(file: Path, ledger: Path, *, keys: Path | None = None) -> Imported:
    """A file taken over, and the keys of its contracts put beside it where they are not there."""
    if keys is not None:
        shutil.copytree(keys, ledger.parent / "keys", dirs_exist_ok=True)
    with file.open("rb") as lines:
        return import_log(store_ref(ledger), lines)


def rows(ledger: Path) -> dict[str, list[Any]]:
    with closing(sqlite3.connect(ledger)) as db:
        return {name: sorted(db.execute(f"SELECT * FROM {name}")) for name in TABLES}


def test_the_same_ledger_comes_out_row_by_row(months: Months, tmp_path: Path) -> None:
    """Events with their positions, keys, catalogues; and heads, sources and versions cited, which follow from them."""
    again = tmp_path / "again.db"
    done = imported(months.exports["jsonl"], again, keys=months.ledger.parent / "keys")
    assert rows(again) == rows(months.ledger)
    with closing(open_store(again)) as store, store.reading() as log:
        assert verify(log).problems == []
        leaves = b"".join(
            tree.leaf_hash(leaf(row.account, row.version, row.topic, row.state))
            for row in log.events_between(0, log.last_position())
        )
        whole = tree.Growing()
        whole.add_hashes(leaves)
        assert done == Imported(log.count(), b64encode(whole.root()).decode())
    assert exported(again, tmp_path, "jsonl").read_bytes() == months.exports["jsonl"].read_bytes()


def test_the_feed_it_came_from_is_all_duplicates(months: Months, tmp_path: Path) -> None:
    """R-12.2: also of an SMS, whose text is in its digest only."""
    again = tmp_path / "again.db"
    imported(months.exports["jsonl"], again, keys=months.ledger.parent / "keys")
    feed = month()
    with Ledger(store_ref(again), now=Clock(at("2026-02-02 00:00"))) as ledger:
        outcomes = ledger.apply([inputs.parse(line) for line in feed])
    assert {outcome.result for outcome in outcomes} == {"duplicate"}
    assert any(json.loads(line)["type"] == "sms" for line in feed)


def test_odd_texts_and_later_catalogues_come_through(tmp_path: Path) -> None:
    story = odd(tmp_path)
    story.ledger.close()
    with (
        Ledger(store_ref(story.path), now=story.clock, catalogue=story.text + "\n# again\n"),
        closing(open_store(story.path)) as store,
        store.reading() as log,
    ):
        assert [row.position for row in log.adopted()] == [1]
    changed = story.text + '[regions.tula]\nname = "Тула"\nzone = "Europe/Moscow"\n'
    with Ledger(store_ref(story.path), now=story.clock, catalogue=changed) as ledger:
        story.ledger = ledger
        story.top_up("2023-01-06 12:00", 1_00)
    with Ledger(store_ref(story.path), now=story.clock, catalogue=story.text):
        pass
    again = tmp_path / "again.db"
    imported(exported(story.path, tmp_path, "jsonl"), again)
    assert [row[1] for row in rows(again)["catalogues"]] == [1, 11, 12]
    assert rows(again) == rows(story.path)


def test_an_empty_log_is_imported_as_one(tmp_path: Path) -> None:
    with Ledger(store_ref(tmp_path / "empty.db"), now=Clock(0), catalogue=CATALOGUE_TEXT):
        pass
    again = tmp_path / "again.db"
    assert imported(exported(tmp_path / "empty.db", tmp_path, "jsonl"), again).events == 0
    assert rows(again) == rows(tmp_path / "empty.db")


def test_an_empty_ledger_that_is_there_may_be_imported_into(months: Months, tmp_path: Path) -> None:
    """The catalogue it was made with holds no longer: those of the log hold from the first event on."""
    again = tmp_path / "again.db"
    with Ledger(store_ref(again), now=Clock(0), catalogue=CATALOGUE_TEXT):
        pass
    imported(months.exports["jsonl"], again, keys=months.ledger.parent / "keys")
    with closing(open_store(again)) as store, store.reading() as log:
        assert verify(log).problems == []


@pytest.mark.parametrize("sealed", [True, False])
def test_what_a_ledger_says_about_its_contracts_comes_along(tmp_path: Path, *, sealed: bool) -> None:
    """R-15.1, R-15.9: whether they are sealed, for those that are opened later; an older log says nothing about it."""
    (tmp_path / "from").mkdir()
    story = Story(tmp_path / "from", sealed=sealed).open("2023-01-15 11:00")
    file, again = exported(story.path, tmp_path, "jsonl"), tmp_path / "again.db"
    with Ledger(store_ref(again), now=Clock(0), sealed=not sealed):
        pass
    imported(file, again, keys=story.path.parent / "keys")
    assert rows(again)["settings"] == rows(story.path)["settings"]

    first, *rest = file.read_text().splitlines()
    older = {name: value for name, value in json.loads(first).items() if name not in ("contracts", "ledger")}
    file.write_text("\n".join([json.dumps(older), *rest]) + "\n")
    for begun in (tmp_path / "new.db", tmp_path / "begun.db"):
        if begun.name == "begun.db":
            Ledger(store_ref(begun), now=Clock(0)).close()
        imported(file, begun)
        assert [name for name, _ in rows(begun)["settings"]] == ["heads_schema"]


def test_a_ledger_with_events_is_left_alone(tmp_path: Path) -> None:
    story = odd(tmp_path)
    before = rows(story.path)
    with pytest.raises(NotEmpty, match="has 10 events"):
        imported(exported(story.path, tmp_path, "jsonl"), story.path)
    assert rows(story.path) == before


def without(number: int) -> Callable[[Lines], Lines]:
    return lambda told: told[:number] + told[number + 1 :]


def but(number: int, **fields: Any) -> Callable[[Lines], Lines]:
    return lambda told: [*told[:number], told[number] | fields, *told[number + 1 :]]


def bytes_of(number: int, old: str, new: str) -> Callable[[Lines], Lines]:
    def change(told: Lines) -> Lines:
        assert old in told[number]["state"]
        return but(number, state=told[number]["state"].replace(old, new))(told)

    return change


# Lines by index: 0 the first, 1 the catalogue, 2 to 11 ten events, 12 to 20 nine keys, 21 the end.
@pytest.mark.parametrize(
    ("change", "told"),
    [
        (without(0), "line 1: the first line"),
        (lambda told: [], "line 1: no line of an exported log"),
        (but(0, format=3), "line 1: format 3"),
        (but(0, events=9), "line 22: 10 events of root"),
        (but(0, contracts="open"), "line 1: no line of an exported log"),
        (without(1), "line 2: an event before any catalogue"),
        (but(1, digest="00"), "line 2: digest 00 where"),
        (but(1, toml="x"), "line 2: a catalogue that cannot be read"),
        (but(1, position=2), "line 2: position 2 where 1 belongs"),
        (without(3), "line 4: position 3 where 2 belongs"),
        (lambda told: [*told[:3], told[4], told[3], *told[5:]], "line 4: position 3 where 2 belongs"),
        (but(3, version=3), "line 4: version 3 where 2 belongs"),
        (but(3, account="79000000000"), "line 4: version 2 where 1 belongs"),
        (but(3, topic="Unheard/1"), "line 4: account CONTRACT, version 2: Unheard/1"),
        (bytes_of(3, '"version":2', '"version":3'), "line 4: version in the event 3 where 2 belongs"),
        (bytes_of(3, '"amount":100000', '"amount":100001'), "line 22: 10 events of root"),
        (but(3, extra=1), "line 4: no line of an exported log"),
        (but(3, line="what"), "line 4: no line of an exported log"),
        (without(12), "line 21: 10 events of root"),
        (but(12, version=11), "line 13: the key of version 11 of account"),
        (but(12, content="00"), "line 13: bytes of a digest 1 where 16 belongs"),
        (but(12, key="x"), "line 13: a digest that is not in hexadecimal"),
        (lambda told: [*told[:12], told[13], told[12], *told[14:]], "line 14: a key out of order"),
        (but(21, root="x"), "line 22: 10 events of root"),
        (without(21), "line 21: the file is cut off here: 10 of 10 events"),
        (lambda told: [*told, told[0]], "line 23: a line behind the last one"),
        (lambda told: [*told[:5], told[0], *told[5:]], "line 6: a first line within the file"),
    ],
)
def test_what_is_not_the_exported_log_is_named_by_its_line(
    tmp_path: Path, change: Callable[[Lines], Lines], told: str
) -> None:
    story = odd(tmp_path)
    file = exported(story.path, tmp_path, "jsonl")
    changed = change([json.loads(line) for line in file.read_text().splitlines()])
    file.write_text("".join(json.dumps(line) + "\n" for line in changed))
    again = tmp_path / "again.db"
    with pytest.raises(NotALog) as refused:
        imported(file, again)
    assert str(refused.value).startswith(told.replace("CONTRACT", story.contract.id))
    assert str(refused.value).endswith("; nothing was imported")
    if again.exists():
        assert [name for name, found in rows(again).items() if found] == []


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.9999])
def test_a_file_that_is_cut_off_is_refused(months: Months, tmp_path: Path, share: float) -> None:
    whole = months.exports["jsonl"].read_bytes()
    cut = tmp_path / "cut"
    cut.write_bytes(whole[: int(len(whole) * share)])
    number = cut.read_bytes().count(b"\n") + 1
    with pytest.raises(NotALog, match=rf"^line {number}: .*cut off here; nothing was imported$"):
        imported(cut, tmp_path / "again.db")


def test_events_that_cannot_follow_each_other_are_refused(tmp_path: Path) -> None:
    """Even where file and root agree: what it says is no history."""
    story = odd(tmp_path)
    contract = story.contract.id
    story.ledger.close()
    with closing(sqlite3.connect(story.path)) as db:
        db.execute("DROP TRIGGER stored_events_refuse_update")
        second: bytes = db.execute("SELECT state FROM stored_events WHERE position = 2").fetchone()[0]
        state = second.replace(b'"version":2', b'"version":1')
        db.execute("UPDATE stored_events SET topic = 'ToppedUp/2', state = ? WHERE position = 1", (state,))
        db.commit()
    file = exported(story.path, tmp_path, "jsonl")
    with pytest.raises(NotALog, match=f"account {contract} does not begin"):
        imported(file, tmp_path / "again.db")
    assert rows(tmp_path / "again.db")["stored_events"] == []
