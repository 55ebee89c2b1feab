"""Late: very many contracts looked through for charges of late records, a tenth of which have one."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from ledger.accounts import folded_accounts
from ledger.log.engines import store_ref
from ledger.service import Ledger
from scripts.benchmarks.builds import this_build
from scripts.benchmarks.process import Ran
from scripts.benchmarks.row import Goal, Measured, Row, seconds
from scripts.wiring import now

ACCOUNTS: Final = 100_000
ONE_IN: Final = 10
MB: Final = 2**20


def measure(folder: Path, quick: bool) -> Measured:
    """Contracts per second of the whole command."""
    accounts, build = ACCOUNTS // 10 if quick else ACCOUNTS, this_build()
    ledger, feed = folder / "ledger.db", folder / "feed.jsonl"
    with feed.open("wb") as file:
        file.writelines(line for number in range(accounts) for line in _lines(number))
    build.obnovi("--ledger", ledger, "feed", feed, "--json")
    taken: list[Ran] = []
    limits: list[float] = []
    with Ledger(store_ref(ledger), now=now, access="read") as opened, opened.store.reading() as log:
        for _ in range(1 if quick else 3):
            taken.append(build.obnovi("--ledger", ledger, "late", "--json"))
            assert msgspec.json.decode(taken[-1].printed)["changed"] == accounts // ONE_IN
            limits.append(accounts / seconds(lambda: sum(1 for _ in folded_accounts(log))))
    figures = [accounts / done.seconds for done in taken]
    size = f"{accounts:,} contracts, {accounts // ONE_IN:,} charges"
    return Measured(size, figures, limits, max(done.peak_bytes for done in taken))


def _lines(number: int) -> Iterator[bytes]:
    """A month on a plan, and a call of it that came behind the late window, where its packages are closed."""

    def said(type: str, at: str, **fields: object) -> bytes:
        id = f"{type}-{at}"
        common = {"type": type, "id": id, "account": f"79{number:09}", "at": f"2026-{at}+03:00"}
        return msgspec.json.encode(common | fields) + b"\n"

    call = {"service": "voice", "direction": "out", "quantity": 60, "zone": "home", "peer": "74950001234"}
    yield said("open", "01-01T10:00:00", region="moscow")
    yield said("top_up", "01-01T11:00:00", amount=1_000_00)
    yield said("connect_plan", "01-01T12:00:00", plan="smart")
    yield said("usage", "01-20T12:00:00", **call)
    if number % ONE_IN == 0:
        yield said("usage", "02-10T12:00:00", **call | {"quantity": 6_000 * 60})
        yield said("usage", "01-31T12:00:00", received_at="2026-02-20T12:00:00+03:00", **call)


ROW = Row("late", "contracts/s", "folding them", measure, goal=Goal(peak_bytes=300 * MB))
