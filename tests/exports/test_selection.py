"""Books of some accounts and dates check by themselves: they begin with what was there, and end with what is left."""

import csv
import io
import re
from collections import Counter
from contextlib import closing
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from ledger.log.engines import open_store, store_ref
from ledger.service import Ledger
from projections import totals
from projections.exports.selection import EVERYTHING, MERGED_MAX, Selection
from projections.follow import caught_up
from scripts.app.export import export
from tests.exports.support import Months, Totals
from tests.exports.test_bookkeeping import CHECKS, Check, add, run
from tests.support import Clock
from tests.tools import tool

JANUARY_10, JANUARY_20 = date(2026, 1, 10), date(2026, 1, 20)
DATES = [(JANUARY_10, JANUARY_20), (JANUARY_10, None), (None, JANUARY_10), (date(2026, 1, 1), date(2026, 1, 31))]


def ids(path: Path) -> list[str]:
    with closing(open_store(path)) as store, store.reading() as log:
        return log.accounts()


def selected(months: Months, folder: Path, form: str, selection: Selection) -> tuple[Path, int]:
    """The export of a selection, and how many events it says it has."""
    path = folder / f"some.{form}"
    with closing(open_store(months.ledger)) as store, store.reading() as log, path.open("wb") as file:
        return path, export(log, form, file, selection)


@pytest.mark.parametrize(("check", "form"), CHECKS, ids=["hledger", "ledger", "beancount", "beancount 2"])
@pytest.mark.parametrize(("since", "until"), DATES)
@pytest.mark.parametrize("some", [None, 3])
def test_books_of_some_check_by_their_own_sums(
    few: Months, tmp_path: Path, check: Check, form: str, since: date | None, until: date | None, some: int | None
) -> None:
    contracts = None if some is None else frozenset(ids(few.ledger)[:some])
    path, events = selected(few, tmp_path, form, Selection(contracts, since, until))
    done = check(path)
    assert (done.returncode, done.stderr) == (0, "")
    assert events > 0


@pytest.mark.parametrize(("check", "form"), CHECKS[:1], ids=["hledger"])
def test_a_changed_opening_is_found(few: Months, tmp_path: Path, check: Check, form: str) -> None:
    """What is brought forward is held against what the ledger says of the wallet behind each event."""
    path, _ = selected(few, tmp_path, form, Selection(None, JANUARY_10, JANUARY_20))
    text = path.read_text()
    changed, count = re.subn(
        r"(\* OpeningBalance .*\n(?:    .*\n)*?    \S+:wallet  )(\d+)(\.\d\d RUB = \S+ RUB\n    Opening  )-\2(\.)",
        lambda found: f"{found[1]}{int(found[2]) + 1}{found[3]}-{int(found[2]) + 1}{found[4]}",
        text,
        count=1,
    )
    assert count == 1
    path.write_text(changed)
    assert check(path).returncode != 0


@pytest.mark.parametrize(("since", "until"), DATES)
def test_the_books_of_dates_have_the_totals_of_the_dates(
    few: Months, tmp_path: Path, since: date | None, until: date | None
) -> None:
    """Counter-accounts what moved, subscribers what is left, and on the other side what was brought forward."""
    path, _ = selected(few, tmp_path, "hledger", Selection(None, since, until))
    printed = run(tool("hledger"), "-f", path, "bal", "--flat", "-N", "-E", "--layout=bare", "-O", "csv").stdout
    found: Totals = Counter()
    for row in csv.DictReader(io.StringIO(printed)):
        add(found, row["account"].split(":"), row["commodity"], Decimal(row["balance"]))
    with (
        Ledger(store_ref(few.ledger), now=Clock(0), access="read") as opened,
        opened.snapshot() as snapshot,
        caught_up(snapshot.log) as db,
    ):
        rows = totals.rows(db, since=since or date(2000, 1, 1), until=until or date(2099, 12, 31))
    for row in rows:
        is_held = row["account_name"] == "wallet" or row["account_name"].split("/")[0].split(":")[0] in (
            "base", "carried", "daily", "option",
        )  # fmt: skip
        expected = row["closing"] if is_held else row["moved"]
        assert found.get((row["account_name"], row["unit"]), 0) == expected, row
    brought = -sum(row["opening"] for row in rows if row["account_name"] == "wallet")
    assert found.get(("opening", "kop"), 0) == brought


def test_one_account_is_a_part_of_the_whole(few: Months, tmp_path: Path) -> None:
    """The transactions of the accounts one by one are those of the whole file."""
    path, _ = selected(few, tmp_path, "hledger", EVERYTHING)
    whole = Counter(transactions(path))
    parts: Counter[str] = Counter()
    for id in ids(few.ledger):
        alone, events = selected(few, tmp_path, "hledger", Selection(frozenset([id])))
        parts += Counter(transactions(alone))
        with closing(open_store(few.ledger)) as store, store.reading() as log:
            assert events == log.count_of([id])
    assert parts == whole


def transactions(path: Path) -> list[str]:
    text = re.sub(r"^account .*\n", "", path.read_text(), flags=re.MULTILINE)
    return [each for each in re.split(r"^(?=20)", text, flags=re.MULTILINE) if each.startswith("20")]


def test_few_read_one_by_one_are_as_many_picked_out_of_the_log(
    few: Months, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    some = Selection(frozenset(ids(few.ledger)[:3]), JANUARY_10, JANUARY_20)
    path, events = selected(few, tmp_path, "hledger", some)
    merged = path.read_bytes()
    monkeypatch.setattr("projections.exports.selection.MERGED_MAX", 2)
    assert selected(few, tmp_path, "hledger", some)[1] == events
    assert MERGED_MAX > 2
    assert path.read_bytes() == merged


def test_parquet_has_the_events_of_some_accounts_and_dates(few: Months, tmp_path: Path) -> None:
    some = frozenset(ids(few.ledger)[:3])
    path, events = selected(few, tmp_path, "parquet", Selection(some, JANUARY_10, JANUARY_20))
    rows = pq.read_table(path).to_pylist()
    assert len(rows) == events > 0
    whole = pq.read_table(selected(few, tmp_path, "parquet", EVERYTHING)[0]).to_pylist()
    edge = [each["booked_at"].isoformat() for each in rows]
    assert min(edge) >= "2026-01-09T12:00"
    assert max(edge) < "2026-01-20T23:00"
    middle = [
        each for each in whole if each["contract"] in some and "2026-01-11" <= f"{each['booked_at']}" < "2026-01-19"
    ]
    assert [each for each in rows if "2026-01-11" <= f"{each['booked_at']}" < "2026-01-19"] == middle != []
