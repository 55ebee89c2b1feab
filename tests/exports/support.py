"""What the tests of exports share: a simulated month, one account of odd names, and totals by names of entries."""

from datetime import date
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from ledger import inputs
from ledger.log.engines import open_store, store_ref
from ledger.service import Ledger
from projections import totals
from projections.follow import caught_up
from tests.simulated import quiet
from tests.support import CATALOGUE_TEXT, Clock, Story, at

Totals = dict[tuple[str, str], int]
"""By name in entries and unit: what all subscribers together have, and the counter-accounts."""

ODD = 'мой: "b/c"\\;  {x} [2026-01-01] %2F\n2026-01-01 * y'[:32]
"""A name that would break out of every form."""


class Months(NamedTuple):
    """A ledger and its exports by form."""

    ledger: Path
    exports: dict[str, Path]


def month(subscribers: int = 35) -> list[str]:
    """The lines of subscribers' January 2026."""
    return quiet(subscribers=subscribers, days=31, seed=7)


def simulated(folder: Path, *, subscribers: int = 35) -> Path:
    """The ledger of subscribers' January 2026, its nights included."""
    path = folder / "ledger.db"
    with Ledger(store_ref(path), now=Clock(at("2026-02-02 00:00"))) as ledger:
        ledger.apply([inputs.parse(line) for line in month(subscribers)])
        while ledger.advance_due(at("2026-02-02 00:00"), accounts_max=100) is not None:
            pass
    return path


def odd(folder: Path) -> Story:
    """An account whose channel, option, input, source, clerk and texts all have odd names."""
    text = CATALOGUE_TEXT + (
        f"[[options]]\nid = {_toml(ODD)}\nname = {_toml(ODD)}\neffective_from = 2020-01-01\n"
        'fee = "1.00"\npackages = { data_mb = 1 }\n'
    )
    story = Story(folder, text=text).open("2023-01-01 12:00")
    story.feed("top_up", "2023-01-02 12:00", amount=1000_00, channel=ODD, id=ODD, source=ODD[:32], by=ODD)
    story.feed("top_up", "2023-01-02 12:30", amount=1_00, channel="SBP")
    story.feed("top_up", "2023-01-02 12:30", amount=1_00, channel="sbp")
    story.connect("2023-01-03 12:00", "t4")
    story.feed("connect_option", "2023-01-03 13:00", option=ODD)
    story.call("2023-01-04 12:00", "5:10", peer=ODD, zone="home")
    story.usage("2023-01-04 13:00", "data", 3 * 1024 * 1024, peer=ODD)
    story.feed("adjust", "2023-01-05 12:00", amount=-5, cites=[2], text=ODD, by=ODD)
    return story


def _toml(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def exported(ledger: Path, folder: Path, form: str) -> Path:
    """The export of a ledger in a form."""
    path = folder / f"export.{form}"
    store = open_store(ledger)
    with store.reading() as log, path.open("wb") as file:
        assert import_module(f"projections.exports.{form}").write(log, file, lambda _: None) == log.count()
    store.close()
    return path


def totals_of(ledger: Path) -> Totals:
    """The trial balance over all time, as `obnovi totals` has it."""
    with (
        Ledger(store_ref(ledger), now=Clock(0), access="read") as opened,
        opened.snapshot() as snapshot,
        caught_up(snapshot.log) as db,
    ):
        rows = totals.rows(db, since=date(2000, 1, 1), until=date(2099, 12, 31))
    return {(row["account_name"], row["unit"]): row["closing"] for row in rows if row["closing"]}
