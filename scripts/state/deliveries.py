"""Deliveries: what of the outbox a target was sent, and what waits to be sent again; it survives a kill at any moment.

A target has everything up to a place but for what is pending. Of a contract only the earliest that is pending may be
sent: the others wait behind it, and other contracts for neither.
"""

import fcntl
import hashlib
import os
from collections.abc import Mapping
from typing import Final, NamedTuple

from ledger.periods import Instant
from scripts.state.errors import StateUnusable
from scripts.state.outbox import Outbox, OutboxRow

_NAME_CHARACTERS: Final = 16


class Try(NamedTuple):
    """A delivery that is to be tried again: how often it was tried, since when, and when it is next."""

    attempts: int
    first_at: Instant
    next_at: Instant


class Wave(NamedTuple):
    """What may be sent side by side, no two of a contract, each with its tries so far; how far that goes.

    `behind` are new ones that wait for an earlier one of their contract.
    """

    rows: list[tuple[OutboxRow, Try | None]]
    behind: list[OutboxRow]
    seen: int


class Deliveries:
    """The deliveries to one target, which is called by a digest: its address may tell a secret.

    One process delivers to it at a time. Raises StateUnusable where another does.
    """

    def __init__(self, outbox: Outbox, address: str) -> None:
        self._outbox = outbox
        self.target = hashlib.sha256(address.encode()).hexdigest()[:_NAME_CHARACTERS]
        self._lock = os.open(outbox.place.make(f".push-{self.target}"), os.O_RDWR | os.O_CLOEXEC)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._lock)
            raise StateUnusable("another process pushes notices there already; end it first") from None

    def close(self) -> None:
        """Let others deliver to the target."""
        os.close(self._lock)

    def __enter__(self) -> "Deliveries":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def begin(self, after: int | None) -> None:
        """Send what stands behind a place, again if need be; None: a new target gets what comes from now on."""
        with self._outbox.db.writing() as db:
            if after is None:
                last = self._outbox.last()
                db.execute("INSERT INTO targets VALUES (?, ?) ON CONFLICT DO NOTHING", (self.target, last))
            else:
                db.execute("DELETE FROM pending WHERE target = ?", (self.target,))
                db.execute("INSERT OR REPLACE INTO targets VALUES (?, ?)", (self.target, after))

    def wave(self, now: Instant, most: int) -> Wave:
        """What may be sent now: what is due to be tried again, then what is new."""
        db = self._outbox.db
        again = db.all(
            "SELECT seq, attempts, first_at, next_at FROM pending p WHERE target = ? AND next_at <= ? AND seq = "
            "(SELECT MIN(seq) FROM pending q WHERE q.target = p.target AND q.contract = p.contract) "
            "ORDER BY seq LIMIT ?",
            self.target,
            now,
            most,
        )
        rows = [(row, Try(*tried)) for seq, *tried in again if (row := self._outbox.row(seq)) is not None]
        (seen,) = db.all("SELECT seen FROM targets WHERE target = ?", self.target)[0]
        new = self._outbox.rows(seen, most - len(again)) if len(again) < most else []
        waiting = {each for (each,) in db.all("SELECT DISTINCT contract FROM pending WHERE target = ?", self.target)}
        fresh: list[tuple[OutboxRow, Try | None]] = []
        behind = []
        for row in new:
            if row.notice.contract in waiting:
                behind.append(row)
            else:
                waiting.add(row.notice.contract)
                fresh.append((row, None))
        return Wave([*rows, *fresh], behind, new[-1].seq if new else seen)

    def record(self, wave: Wave, now: Instant, again: Mapping[int, Try]) -> None:
        """What became of a wave: what is to be tried `again`; everything else of it is done."""
        with self._outbox.db.writing() as db:
            done = [(self.target, row.seq) for row, tried in wave.rows if tried is not None and row.seq not in again]
            db.executemany("DELETE FROM pending WHERE target = ? AND seq = ?", done)
            contracts = {row.seq: row.notice.contract for row, _ in wave.rows}
            waiting = [(self.target, seq, contracts[seq], *tried) for seq, tried in again.items()]
            waiting += [(self.target, row.seq, row.notice.contract, 0, now, now) for row in wave.behind]
            db.executemany("INSERT OR REPLACE INTO pending VALUES (?,?,?,?,?,?)", waiting)
            db.execute("UPDATE targets SET seen = ? WHERE target = ?", (wave.seen, self.target))

    def waiting(self) -> int:
        """How many are to be tried again, or wait behind such a one."""
        return int(self._outbox.db.all("SELECT COUNT(*) FROM pending WHERE target = ?", self.target)[0][0])
