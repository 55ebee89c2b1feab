"""Growth: what one more correction, claim or refresh costs on an account that has ten thousand of them already."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Final

from ledger import inputs, periods
from ledger.inputs import Input
from ledger.log.engines import store_ref
from ledger.periods import Instant
from ledger.service import Ledger
from scripts.benchmarks.row import Goal, Measured, Row, own_peak_bytes, seconds
from scripts.wiring import now

ACCOUNT: Final = "79160000001"
BEGINS: Final[Instant] = periods.parse_instant("2026-02-02T12:00:00+03:00")
FEW: Final = 100
MANY: Final = 10_000
ALONE: Final = 50

_PLAN: Final = """
[[plans]]
id = "plan"
name = "Plan"
effective_from = {since}
sold_from = 2026-01-01
regions = ["*"]
premium = false
refreshable = true
auto_carry = false
monthly_fee = "1.00"
packages = {{ voice_minutes = 200, sms = 200, data_mb = 4096 }}
packages_cover = ["home"]
[plans.prices.home]
sms = "2.00"
"""
CATALOGUE: Final = (
    '[settings]\nedition = 2\n[vat]\n"2004-01-01" = 22\n[regions.moscow]\nname = "Москва"\nzone = "Europe/Moscow"\n'
    + _PLAN.format(since="2026-01-01")
)
MENDED: Final = CATALOGUE + _PLAN.format(since="2026-02-02") + '[plans.prices.abroad]\nsms = "3.00"\n'
"""A zone has a price from the day of the records on."""


class _Teller:
    """Inputs of one account, a second apart."""

    def __init__(self) -> None:
        self.count = 0

    def says(self, type: str, **fields: object) -> Input:
        self.count += 1
        at = periods.local_text(BEGINS + self.count * periods.SECOND, "Europe/Moscow")
        return inputs.check({"type": type, "id": str(self.count), "account": ACCOUNT, "at": at} | fields)

    def used(self, zone: str) -> Input:
        return self.says("usage", service="sms", direction="out", quantity=300, zone=zone, peer="7495")


Said = Callable[[_Teller, int], Input]
"""One more of a kind, about an event of this version where it is about one."""


def measure(folder: Path, quick: bool, *, said: Said, zone: str | None) -> Measured:
    """Milliseconds an input in a transaction of its own, behind many of its kind; beside few."""
    many = MANY // 10 if quick else MANY
    limits = _alone(folder / "few", FEW, said, zone)
    return Measured(f"behind {many:,} of them", _alone(folder / "many", many, said, zone), limits, own_peak_bytes())


def measure_batch(folder: Path, quick: bool, *, said: Said, zone: str | None) -> Measured:
    """Milliseconds an input where many of its kind are booked in one transaction; beside few."""
    many = MANY // 10 if quick else MANY
    limits = [_together(folder / f"few-{turn}", FEW, said, zone) for turn in range(3)]
    return Measured(f"{many:,} of them", [_together(folder / "many", many, said, zone)], limits, own_peak_bytes())


def _alone(folder: Path, size: int, said: Said, zone: str | None) -> list[float]:
    ledger, more = _begun(folder, size + ALONE, said, zone)
    with ledger:
        for _ in range(size // FEW):
            ledger.apply(list(islice(more, FEW)))
        return [1000 * seconds(partial(_book, ledger, [input])) for input in islice(more, ALONE)]


def _together(folder: Path, size: int, said: Said, zone: str | None) -> float:
    ledger, more = _begun(folder, size, said, zone)
    with ledger:
        return 1000 * seconds(partial(_book, ledger, list(islice(more, size)))) / size


def _book(ledger: Ledger, some: list[Input]) -> None:
    assert {outcome.result for outcome in ledger.apply(some)} == {"applied"}


def _begun(folder: Path, size: int, said: Said, zone: str | None) -> tuple[Ledger, Iterator[Input]]:
    """A ledger with an account that has so many records, and the inputs about them, each in turn."""
    teller = _Teller()
    folder.mkdir()
    begun = [
        teller.says("open", region="moscow"),
        teller.says("top_up", amount=10**11),
        teller.says("connect_plan", plan="plan"),
    ]
    used = [teller.used(zone) for _ in range(size)] if zone is not None else []
    with Ledger(store_ref(folder / "ledger.db"), now=now, catalogue=CATALOGUE) as ledger:
        ledger.apply(begun + used)
    return Ledger(store_ref(folder / "ledger.db"), now=now, catalogue=MENDED), _more(teller, said)


def _more(teller: _Teller, said: Said) -> Iterator[Input]:
    version = 5  # behind the opening, the money, the plan and its fee
    while True:
        yield said(teller, version)
        version += 1


_ALL: Final[dict[str, tuple[Said, str | None]]] = {
    "reversals": (lambda teller, version: teller.says("reverse", event=version, text=""), "home"),
    "adjustments": (lambda teller, version: teller.says("adjust", amount=1, cites=[version], text=""), "home"),
    "claims": (lambda teller, version: teller.says("open_dispute", event=version, text=""), "home"),
    "rerates": (lambda teller, version: teller.says("rerate", event=version), "abroad"),
    "refreshes": (lambda teller, _: teller.says("refresh"), None),
}
"""Each kind with the zone of the records that it is about."""
ROWS: Final = (
    *(
        Row(name, "ms", f"behind {FEW} of them", partial(measure, said=said, zone=zone), goal=Goal(of_raw=0.5))
        for name, (said, zone) in _ALL.items()
    ),
    *(
        Row(
            f"{name}-batch", "ms", f"{FEW} of them", partial(measure_batch, said=said, zone=zone), goal=Goal(of_raw=0.5)
        )
        for name, (said, zone) in _ALL.items()
    ),
)
