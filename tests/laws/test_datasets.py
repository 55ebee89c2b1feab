"""Laws of datasets: sealed in one run or in many, read back as the log it is of, and decided again the same."""

from contextlib import closing
from itertools import chain
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from ledger import periods
from ledger.inputs import Input
from ledger.log.dataset.program import Program
from ledger.log.dataset.sealing import seal
from ledger.log.engines import dataset_ref
from ledger.log.store import Reading
from ledger.service import Ledger
from projections.engines.pool import HERE
from projections.follow import folded
from projections.totals import rows
from projections.verify.verify import verify
from tests.laws.feeds import Run, advance, cuts, end_of, feeds, folder, moderate, opened
from tests.log.elsewhere import state
from tests.support import unlike_without_change

PROGRAM = Program("1", "3.11", "2026.1")
BUCKETS = 3


def sealed(ledger: Ledger, dataset: Path) -> None:
    with ledger.store.reading() as log:
        seal(log, dataset, PROGRAM, buckets=BUCKETS)


def totals_of(log: Reading) -> object:
    with folded(log, engine=HERE) as (db, _):
        return rows(db, since=periods.parse_date("2000-01-01"), until=periods.parse_date("2099-12-31"), by="day")


@moderate(12)
@given(data=st.data(), feed=feeds())
def test_however_it_was_sealed_it_is_the_log(data: st.DataObject, feed: list[Input]) -> None:
    runs: list[Run] = data.draw(cuts(feed))
    with folder() as where:
        for run in runs:
            with opened(where) as ledger:
                ledger.apply(run.lines)
                for night in run.nights:
                    advance(ledger, night)
                sealed(ledger, where / "bit by bit")
        with opened(where) as ledger:
            advance(ledger, end_of(feed))
            sealed(ledger, where / "bit by bit")
            sealed(ledger, where / "at once")
            with ledger.store.reading() as log:
                expected = state(log), replace(verify(log), positions=(log.last_position(),)), totals_of(log)
            for name in ("bit by bit", "at once"):
                ref = dataset_ref(where / name, ledger.store.ref.keys_place)
                with closing(ref.open()) as store, store.reading() as log:
                    assert (state(log), verify(log), totals_of(log)) == expected
                    assert unlike_without_change(log) == []
                    whole = chain.from_iterable(log.whole_contracts(share) for share in log.shares(2))
                    assert sorted(row for _, rows in whole for row in rows) == sorted(log.events_between(0, 1 << 40))
