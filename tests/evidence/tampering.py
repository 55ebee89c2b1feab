"""Ways to change a ledger behind the program's back, each with the events by whose names it must be found."""

import json
import sqlite3
from collections.abc import Callable
from random import Random
from typing import Final, NamedTuple, TypeAlias

from projections.evidence.tiles import Name


class Event(NamedTuple):
    """A row of the log."""

    position: int
    account: str
    version: int
    topic: str
    state: bytes

    @property
    def name(self) -> Name:
        return Name(self.account, self.version)


Tampering: TypeAlias = Callable[[sqlite3.Connection, Random], set[Name]]
COLUMNS: Final = "position, originator_id, originator_version, topic, state"


def events(db: sqlite3.Connection) -> list[Event]:
    return [Event(*row) for row in db.execute(f"SELECT {COLUMNS} FROM stored_events ORDER BY position")]


def flip_a_bit(db: sqlite3.Connection, chance: Random) -> set[Name]:
    """One bit of one stored event."""
    event = chance.choice(events(db))
    state = bytearray(event.state)
    state[chance.randrange(len(state))] ^= 1 << chance.randrange(8)
    db.execute("UPDATE stored_events SET state = ? WHERE position = ?", (bytes(state), event.position))
    return {event.name}


def edit_an_amount(db: sqlite3.Connection, chance: Random) -> set[Name]:
    """Another amount, so that the event is still a sound one."""
    event = chance.choice([each for each in events(db) if b'"entries":' in each.state])
    said = json.loads(event.state)
    said["entries"][0]["amount"] += 1
    state = json.dumps(said, separators=(",", ":"), ensure_ascii=False).encode()
    db.execute("UPDATE stored_events SET state = ? WHERE position = ?", (state, event.position))
    return {event.name}


def change_the_topic(db: sqlite3.Connection, chance: Random) -> set[Name]:
    event = chance.choice(events(db))
    db.execute("UPDATE stored_events SET topic = topic || '0' WHERE position = ?", (event.position,))
    return {event.name}


def break_the_topic(db: sqlite3.Connection, chance: Random) -> set[Name]:
    """A bit of a text, so that it is no UTF-8 any more."""
    event = chance.choice(events(db))
    odd = bytes([event.topic.encode()[0] | 0x80]) + event.topic.encode()[1:]
    db.execute("UPDATE stored_events SET topic = CAST(? AS TEXT) WHERE position = ?", (odd, event.position))
    return {event.name}


def store_text_for_bytes(db: sqlite3.Connection, chance: Random) -> set[Name]:
    """The same to the letter, but of another kind."""
    event = chance.choice(events(db))
    db.execute("UPDATE stored_events SET state = CAST(state AS TEXT) WHERE position = ?", (event.position,))
    return {event.name}


def store_bytes_for_text(db: sqlite3.Connection, chance: Random) -> set[Name]:
    event = chance.choice(events(db))
    db.execute("UPDATE stored_events SET topic = CAST(topic AS BLOB) WHERE position = ?", (event.position,))
    return {event.name}


def give_no_number(db: sqlite3.Connection, chance: Random) -> set[Name]:
    """The version of an event is no number any more."""
    event = chance.choice(events(db))
    db.execute("UPDATE stored_events SET originator_version = 'x' WHERE position = ?", (event.position,))
    return {event.name}


def give_to_an_endless_account(db: sqlite3.Connection, chance: Random) -> set[Name]:
    event = chance.choice(events(db))
    account = "7" * 70_000
    db.execute("UPDATE stored_events SET originator_id = ? WHERE position = ?", (account, event.position))
    return {event.name, Name(account, event.version)}


def give_to_another_account(db: sqlite3.Connection, chance: Random) -> set[Name]:
    event = chance.choice(events(db))
    db.execute("UPDATE stored_events SET originator_id = '79999999999' WHERE position = ?", (event.position,))
    return {event.name, Name("79999999999", event.version)}


def delete_one(db: sqlite3.Connection, chance: Random) -> set[Name]:
    event = chance.choice(events(db))
    db.execute("DELETE FROM stored_events WHERE position = ?", (event.position,))
    return {event.name}


def delete_one_and_close_the_gap(db: sqlite3.Connection, chance: Random) -> set[Name]:
    """Later events move up, and the sequence of positions too."""
    event = chance.choice(events(db))
    db.execute("DELETE FROM stored_events WHERE position = ?", (event.position,))
    close_gaps(db)
    return {event.name}


def insert_one(db: sqlite3.Connection, chance: Random) -> set[Name]:
    """A copy of some event under a version of its own, in the middle of the log."""
    every = events(db)
    event, place = chance.choice(every), chance.choice(every).position
    made = event._replace(version=1_000_000, position=place)
    db.execute("UPDATE stored_events SET position = -position - 1 WHERE position >= ?", (place,))
    db.execute("UPDATE stored_events SET position = -position WHERE position < 0")
    db.execute(f"INSERT INTO stored_events ({COLUMNS}) VALUES (?,?,?,?,?)", made)
    return {made.name}


def swap_two(db: sqlite3.Connection, chance: Random) -> set[Name]:
    """Two events at each other's position."""
    one, other = chance.sample(events(db), 2)
    for position, new in ((one.position, -1), (other.position, one.position), (-1, other.position)):
        db.execute("UPDATE stored_events SET position = ? WHERE position = ?", (new, position))
    return {one.name, other.name}


def move_far(db: sqlite3.Connection, chance: Random) -> set[Name]:
    """The first event behind the last one; all others move up."""
    every = events(db)
    (moved, *others) = every if chance.random() < 0.5 else reversed(every)
    order = [*others, moved] if moved is every[0] else [moved, *reversed(others)]
    db.execute("UPDATE stored_events SET position = -position")
    for new, event in enumerate(order, start=1):
        db.execute("UPDATE stored_events SET position = ? WHERE position = ?", (new, -event.position))
    return {moved.name}


def swap_what_two_say(db: sqlite3.Connection, chance: Random) -> set[Name]:
    one, other = chance.sample(events(db), 2)
    for event, said in ((one, other), (other, one)):
        change = "UPDATE stored_events SET topic = ?, state = ? WHERE position = ?"
        db.execute(change, (said.topic, said.state, event.position))
    return {one.name, other.name}


def cut_off_the_end(db: sqlite3.Connection, chance: Random) -> set[Name]:
    """The last few events, with their keys, heads and the highest position."""
    gone = events(db)[-chance.randint(1, 20) :]
    db.execute("DELETE FROM stored_events WHERE position >= ?", (gone[0].position,))
    for event in gone:
        db.execute("DELETE FROM keys WHERE account = ? AND version >= ?", event.name)
        db.execute("DELETE FROM heads WHERE account = ?", (event.account,))
    close_gaps(db)
    return {event.name for event in gone}


def remove_a_balanced_pair(db: sqlite3.Connection, chance: Random) -> set[Name]:
    """Two neighbours of one account, and all behind them renumbered, in the log and in what the events say."""
    every = events(db)
    account = chance.choice([each.account for each in every if each.version == 3])
    own = [each for each in every if each.account == account]
    place = chance.randrange(len(own) - 1)
    db.execute("DELETE FROM stored_events WHERE position IN (?, ?)", (own[place].position, own[place + 1].position))
    for event in own[place + 2 :]:
        said = event.state.replace(b'"version":%d' % event.version, b'"version":%d' % (event.version - 2), 1)
        db.execute(
            "UPDATE stored_events SET originator_version = ?, state = ? WHERE position = ?",
            (event.version - 2, said, event.position),
        )
    close_gaps(db)
    return {own[place].name, own[place + 1].name}


def close_gaps(db: sqlite3.Connection) -> None:
    """Positions from 1 on without a gap, as if nothing had been there."""
    for new, (position,) in enumerate(
        db.execute("SELECT position FROM stored_events ORDER BY position").fetchall(), start=1
    ):
        if new != position:
            db.execute("UPDATE stored_events SET position = ? WHERE position = ?", (new, position))
    db.execute("UPDATE sqlite_sequence SET seq = (SELECT MAX(position) FROM stored_events)")


ALL: Final[tuple[Tampering, ...]] = (
    flip_a_bit,
    edit_an_amount,
    change_the_topic,
    break_the_topic,
    store_text_for_bytes,
    store_bytes_for_text,
    give_no_number,
    give_to_an_endless_account,
    give_to_another_account,
    delete_one,
    delete_one_and_close_the_gap,
    insert_one,
    swap_two,
    move_far,
    swap_what_two_say,
    cut_off_the_end,
    remove_a_balanced_pair,
)
