"""Summary: one contract of very many events, all of them in the range that is summed up."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec

from ledger.log.engines import store_ref
from ledger.service import Ledger
from scripts.benchmarks.builds import this_build
from scripts.benchmarks.process import Ran
from scripts.benchmarks.row import Goal, Measured, Row, seconds
from scripts.wiring import now

RECORDS: Final = 300_000
MB: Final = 2**20
_ACCOUNT: Final = "79000000001"
_BEGAN: Final = datetime.fromisoformat("2025-01-01T12:00:00+03:00")


def measure(folder: Path, quick: bool) -> Measured:
    """Events per second of the whole command, whose memory is that of the store's cache of pages."""
    records, build = RECORDS // 10 if quick else RECORDS, this_build()
    ledger, feed = folder / "ledger.db", folder / "feed.jsonl"
    with feed.open("wb") as file:
        file.writelines(_lines(records))
    build.obnovi("--ledger", ledger, "feed", feed, "--json")
    asked = ("summary", _ACCOUNT, "--from", "2025-01-01", "--to", "2025-12-31", "--json")
    taken: list[Ran] = []
    limits: list[float] = []
    with Ledger(store_ref(ledger), now=now, access="read") as opened, opened.store.reading() as log:
        (id,), events = log.accounts(), log.count()
        for _ in range(1 if quick else 3):
            taken.append(build.obnovi("--ledger", ledger, *asked))
            rows = msgspec.json.decode(taken[-1].printed)
            assert sum(row["count"] for row in rows if row["kind"] == "usage") == records
            limits.append(events / seconds(lambda: sum(stored.event().version > 0 for stored in log.events(id))))
    figures = [events / done.seconds for done in taken]
    return Measured(f"{events:,} events", figures, limits, max(done.peak_bytes for done in taken))


def _lines(records: int) -> Iterator[bytes]:
    """A contract that calls and writes every minute of its year, from packages and for money."""

    def said(type: str, id: object, minutes: int, **fields: object) -> bytes:
        common = {"type": type, "id": f"{id}", "account": _ACCOUNT}
        return msgspec.json.encode(common | {"at": _BEGAN + timedelta(minutes=minutes)} | fields) + b"\n"

    yield said("open", "open", 0, region="moscow")
    yield said("top_up", "money", 0, amount=10**10)
    yield said("connect_plan", "plan", 0, plan="smart")
    for number in range(1, records + 1):
        used = {"service": "sms", "quantity": 1} if number % 2 else {"service": "voice", "quantity": 30}
        yield said("usage", number, number, direction="out", peer="74950001234", **used)


ROW = Row("summary", "events/s", "decoding them", measure, goal=Goal(peak_bytes=250 * MB))
