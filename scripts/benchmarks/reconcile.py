"""Reconcile: a bank's registry against as many payments as it has, on views that are up to date; beside reading it."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from ledger import periods
from ledger.periods import SECOND
from scripts.benchmarks import traffic
from scripts.benchmarks.row import Goal, Measured, Row, run, seconds

PAYMENTS: Final = 200_000
PAYMENTS_QUICK: Final = 20_000
OF_A_CONTRACT: Final = 4
BEGAN: Final = periods.parse_instant("2026-01-01T00:00:00+03:00")
ZONE: Final = "Europe/Moscow"
STEP: Final = 12 * SECOND
HEADER: Final = "ID платежа;Телефон;Дата и время;Сумма\r\n"


def _payments(count: int) -> Iterator[tuple[str, str, int, int]]:
    """Id, number, time and kopecks, in order of time; each number comes again when the others have been there."""
    contracts = count // OF_A_CONTRACT
    for number in range(count):
        account = f"79{160_000_000 + number * 7919 % contracts}"
        yield f"pay-{number:09d}", account, BEGAN + (number + 1) * STEP, 100_00 + number % 977 * 100


def _feed(count: int) -> Iterator[bytes]:
    encode = msgspec.json.encode
    opened = periods.local_text(BEGAN, ZONE)
    for number in range(count // OF_A_CONTRACT):
        account = f"79{160_000_000 + number}"
        yield encode({"type": "open", "id": "open", "account": account, "at": opened, "region": "moscow"}) + b"\n"
    for id, account, at, amount in _payments(count):
        said = {"id": id, "account": account, "at": periods.local_text(at, ZONE), "amount": amount}
        yield encode({"type": "top_up", **said, "channel": "bank"}) + b"\n"


def _registry(count: int) -> Iterator[str]:
    yield HEADER
    for id, account, at, amount in _payments(count):
        time = f"{periods.local(at, ZONE):%d.%m.%Y %H:%M:%S}"
        yield f"{id};+{account};{time};{amount // 100},{amount % 100:02d}\r\n"


def _measure(folder: Path, quick: bool) -> Measured:
    """Payments per second of the whole command, its start included; memory of that process."""
    count = PAYMENTS_QUICK if quick else PAYMENTS
    ledger, feed, registry = (folder / name for name in ("ledger.db", "feed.jsonl", "registry.csv"))
    with feed.open("wb") as lines:
        lines.writelines(_feed(count))
    with registry.open("w", encoding="windows-1251", newline="") as text:
        text.writelines(_registry(count))
    obnovi: list[str | Path] = [traffic.OBNOVI, "--ledger", ledger]
    run([*obnovi, "feed", feed, "--not-after", "none", "--json"])
    command = [*obnovi, "reconcile", registry, "--channel", "bank", "--json"]
    run(command)  # views catch up
    figures, limits, peaks = [], [], []
    for _ in range(3):
        elapsed, peak, printed = run(command)
        assert msgspec.json.decode(printed)["matched"] == count
        figures.append(count / elapsed)
        peaks.append(peak)
        limits.append(count / seconds(lambda: _read(registry)))
    return Measured(f"{count:,} payments", figures, limits, max(peaks))


def _read(registry: Path) -> int:
    with registry.open(encoding="windows-1251", newline="") as text:
        return sum(1 for _ in csv.reader(text, delimiter=";"))


ROW = Row(
    "reconcile",
    "payments/s",
    "reading the rows of the file",
    _measure,
    goal=Goal(figure=100_000, peak_bytes=500 * 1024 * 1024),
)
