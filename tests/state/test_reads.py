"""The journal of reads: chained, on the disk before anybody is told, and nothing of it can be changed unseen."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from scripts.state import reads
from scripts.state.database import StateDatabase
from scripts.state.errors import StateUnusable
from scripts.state.place import StatePlace
from scripts.state.reads import Read, ReadJournal
from tests.support import at

NOW = at("2026-03-16 12:00")
ONE = "abcdefghijklmnop"


def read(what: str = "balance", who: str = "marina") -> Read:
    return Read(who, "clerk", ONE, what)


def written(place: StatePlace, state: StateDatabase, *whats: str) -> None:
    with ReadJournal(place, state) as journal:
        for what in whats:
            journal.write([read(what)], now=NOW)


def whats(place: StatePlace, state: StateDatabase) -> list[str]:
    return [line.what for line in reads.lines(place, state)]


def journal_of(place: StatePlace) -> Path:
    return place.file(".reads.jsonl")


def test_a_line_says_who_read_whose_data_and_follows_the_one_before(place: StatePlace, state: StateDatabase) -> None:
    with ReadJournal(place, state) as journal:
        journal.write([Read("marina", "clerk", ONE, "GET /v1/x", {"as_of": "2026-01-01"}, "claim 7")], now=NOW)
        journal.write([Read("olga", "auditor", None, "GET /v1/totals")], now=NOW + 1)
    first, second = map(msgspec.json.decode, journal_of(place).read_bytes().splitlines())
    assert first == {
        "number": 1, "time": "2026-03-16T09:00:00+00:00", "who": "marina", "role": "clerk", "whose": ONE,
        "what": "GET /v1/x", "previous": "0" * 64, "parameters": {"as_of": "2026-01-01"}, "ground": "claim 7",
    }  # fmt: skip
    assert (second["number"], second["whose"], len(second["previous"])) == (2, None, 64)
    assert reads.check(place, state) == (2, None)


def test_threads_share_one_chain_and_the_waiting_for_the_disk(
    place: StatePlace, state: StateDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[int] = []
    durable = os.fsync
    monkeypatch.setattr(os, "fsync", lambda file: waited.append(file) or durable(file))  # type: ignore[func-returns-value]
    with ReadJournal(place, state) as journal, ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda number: journal.write([read(str(number))] * 2, now=NOW), range(200)))
    assert sorted(whats(place, state), key=int) == sorted([str(number) for number in range(200)] * 2, key=int)
    assert reads.check(place, state) == (400, None)
    assert len(waited) < 200


def test_several_processes_share_one_chain(place: StatePlace, state: StateDatabase) -> None:
    command = [sys.executable, "-m", "tests.state.reading", str(place.folder)]
    running = [subprocess.Popen([*command, who, "40"], stdout=subprocess.DEVNULL) for who in ("marina", "olga")]
    with ReadJournal(place, state) as journal:
        for number in range(40):
            journal.write([read(str(number))], now=NOW)
        assert [each.wait() for each in running] == [0, 0]
        journal.write([read("last")], now=NOW)
    assert reads.check(place, state) == (121, None)
    assert whats(place, state)[-1] == "last"


def test_what_was_answered_is_there_after_a_kill(place: StatePlace, state: StateDatabase) -> None:
    command = [sys.executable, "-m", "tests.state.reading", str(place.folder), "marina", "1000000"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as running:
        assert running.stdout is not None
        answered = [next(running.stdout) for _ in range(50)]
        running.kill()
        answered += running.stdout.readlines()
    found = whats(place, state)
    assert [str(int(each)) for each in answered if each.endswith(b"\n")] == found[: len(answered)]
    written(place, state, "next")
    assert whats(place, state) == [*found, "next"]


@pytest.mark.parametrize("left", [b"{", b'{"number":3,"time":"2026-', b"\0" * 5000])
def test_a_line_that_a_kill_left_unfinished_is_gone_with_the_next(
    place: StatePlace, state: StateDatabase, left: bytes
) -> None:
    written(place, state, "a", "b")
    with journal_of(place).open("ab") as file:
        file.write(left)
    assert whats(place, state) == ["a", "b"]
    written(place, state, "c")
    assert reads.check(place, state) == (3, None)


def test_lines_that_were_on_the_disk_before_the_database_knew_stay(place: StatePlace, state: StateDatabase) -> None:
    """As after a kill between the two, or where the machine lost its power."""
    written(place, state, "a", "b", "c")
    with state.writing() as db:
        lines = journal_of(place).read_bytes().splitlines(keepends=True)
        newest = (1, len(lines[0]), bytes.fromhex(msgspec.json.decode(lines[1])["previous"]))
        db.execute("UPDATE reads_head SET number = ?, size = ?, digest = ?", newest)
    written(place, state, "d")
    assert (whats(place, state), reads.check(place, state)) == (["a", "b", "c", "d"], (4, None))


def without(place: int) -> Callable[[list[bytes]], list[bytes]]:
    return lambda lines: lines[:place] + lines[place + 1 :]


def rewritten(lines: list[bytes]) -> list[bytes]:
    """All of it made anew by somebody who knows how, with another name in the first line."""
    made: list[bytes] = []
    for content in lines:
        line: dict[str, Any] = msgspec.json.decode(content)
        line["previous"] = hashlib.sha256(made[-1]).hexdigest() if made else "0" * 64
        line["who"] = "nobody" if not made else line["who"]
        made.append(msgspec.json.encode(line) + b"\n")
    return made


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (lambda lines: [lines[0].replace(b"marina", b"marika"), *lines[1:]], 2),
        (lambda lines: [*lines[:2], lines[2].replace(b"marina", b"marika")], 3),
        (lambda lines: [lines[0][:-1] + b" \n", *lines[1:]], 2),
        (lambda lines: [lines[1], lines[0], lines[2]], 1),
        (lambda lines: [lines[0], b"words\n", *lines[1:]], 2),
        (lambda lines: [*lines[:2], b"\n", *lines[2:]], 3),
        (without(0), 1),
        (without(1), 2),
        (without(2), 3),
        (lambda _: [], 1),
        (lambda lines: [*lines[:2], lines[2][:-1]], 3),
        (rewritten, 3),
    ],
)
def test_what_was_changed_or_cut_off_is_found_and_nobody_is_told_anything_more(
    place: StatePlace, state: StateDatabase, change: Callable[[list[bytes]], list[bytes]], line: int
) -> None:
    written(place, state, "a", "b", "c")
    path = journal_of(place)
    path.write_bytes(b"".join(change(path.read_bytes().splitlines(keepends=True))))
    found = reads.check(place, state)
    assert f"line {line}:" in str(found.problem)
    assert found.reads == line - 1


@pytest.mark.parametrize("kept", [0, 1, 2])
def test_nobody_writes_behind_a_journal_that_was_cut_off(place: StatePlace, state: StateDatabase, kept: int) -> None:
    written(place, state, "a", "b", "c")
    path = journal_of(place)
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:kept]))
    with pytest.raises(StateUnusable, match="access-log --check"):
        written(place, state, "d")
    assert path.read_bytes().count(b"\n") == kept


def test_a_journal_that_goes_while_it_is_open_is_noticed(place: StatePlace, state: StateDatabase) -> None:
    with ReadJournal(place, state) as journal:
        journal.write([read()], now=NOW)
        journal_of(place).rename(place.file(".moved"))
        place.make(".reads.jsonl")
        with pytest.raises(StateUnusable, match="was replaced"):
            journal.write([read()], now=NOW)


def test_where_the_disk_does_not_take_it_nobody_is_told(
    place: StatePlace, state: StateDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a failed write left is no line, and the next one follows what was."""
    with closing(ReadJournal(place, state)) as journal:
        journal.write([read("a")], now=NOW)

        def full(file: int, content: bytes, at: int) -> int:
            return os.write(os.dup(file), b"") or 0

        with monkeypatch.context() as patched:
            patched.setattr(os, "pwrite", full)
            with pytest.raises(StateUnusable, match="cannot be written"):
                journal.write([read("b")], now=NOW)
        with pytest.raises(StateUnusable, match="no line of more than"):
            journal.write([read("x" * reads.LINE_BYTES_MAX)], now=NOW)
        journal.write([read("c")], now=NOW)
    assert (whats(place, state), reads.check(place, state)) == (["a", "c"], (2, None))
