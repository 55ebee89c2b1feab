"""A crowd at one ledger: writers that feed the same, nights beside them, and a reader at the tail, each a process."""

import hashlib
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from random import Random
from typing import Any

import msgspec

from ledger import inputs
from ledger.events import Event
from ledger.log.engines import store_ref
from ledger.log.errors import ServerAway
from ledger.log.keyring import KeysPlace
from ledger.log.store import Reading, Stored, StoreRef
from ledger.service import Ledger

BATCH_MAX = 120
AGAIN_SECONDS = 0.1


def ref_of(url: str, folder: Path) -> StoreRef:
    return store_ref(url, keys=KeysPlace(folder / "keys"), caches=folder)


def write(ref: StoreRef, feed: Path, seed: int) -> None:
    """Feed a file, in batches of any size; what others have booked is a duplicate."""
    chance, lines = Random(seed), feed.read_text().splitlines()
    with patiently(lambda: Ledger(ref, now=now, access="book")) as ledger:
        done = 0
        while done < len(lines):
            batch = lines[done : done + chance.randint(1, BATCH_MAX)]
            outcomes = patiently(lambda batch=batch: ledger.apply([inputs.parse(line) for line in batch]))
            assert {outcome.result for outcome in outcomes} <= {"applied", "refused", "duplicate"}, outcomes
            done += len(batch)


def nights(ref: StoreRef, until: int, end: Path) -> None:
    """Advance whoever is due, a few at a time, until somebody says that it is enough."""
    with patiently(lambda: Ledger(ref, now=now, access="book")) as ledger:
        while not end.exists():
            patiently(lambda: ledger.advance_due(until, accounts_max=3))
            time.sleep(0.01)


def follow(ref: StoreRef, seen: Path, end: Path) -> None:
    """Read what is new again and again, as every follower does, and write down what came in which order."""
    position = 0
    with seen.open("w", encoding="utf-8") as file:
        while True:
            is_over = end.exists()
            position = patiently(lambda position=position: _read_on(ref, position, file))
            if is_over:
                return


def _read_on(ref: StoreRef, position: int, file: Any) -> int:
    with closing(ref.open()) as store, store.reading() as log:
        last = log.last_position()
        for row in log.rows_between(position, last):
            file.write(f"{digest_of(Stored(*row))}\n")
        return last


def digest_of(row: Stored) -> str:
    return f"{row.position} {hashlib.sha256(repr(row).encode()).hexdigest()}"


def patiently(work: Any) -> Any:
    """What some work gives, tried again while the server is away; whatever else goes wrong, fails the test."""
    while True:
        try:
            return work()
        except ServerAway:
            time.sleep(AGAIN_SECONDS)


def told(log: Reading) -> dict[str, list[Event]]:
    """The events of every contract, opened, but for when they were recorded, and what is keyed by its own key."""
    found = {}
    for account, rows in groupby(log.all_events(), attrgetter("account")):
        found[str(log.contracts.named(account))] = [_unkeyed(log.opened(row)) for row in rows]
    return found


def _unkeyed(event: Event) -> Event:
    claim = {"claim": None} if hasattr(event, "claim") else {}
    return msgspec.structs.replace(event, recorded_at=0, **claim)


def now() -> int:
    return time.time_ns() // 1_000


def main(arguments: Iterator[str]) -> None:
    what, url, folder = next(arguments), next(arguments), Path(next(arguments))
    ref = ref_of(url, folder)
    match what:
        case "write":
            write(ref, Path(next(arguments)), int(next(arguments)))
        case "nights":
            nights(ref, int(next(arguments)), Path(next(arguments)))
        case "follow":
            follow(ref, Path(next(arguments)), Path(next(arguments)))


if __name__ == "__main__":
    main(iter(sys.argv[1:]))
