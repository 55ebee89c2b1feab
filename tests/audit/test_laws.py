"""Laws of the audit: whatever a ledger booked, nothing of it violates a check."""

from hypothesis import given
from hypothesis import strategies as st

from ledger.inputs import Input
from tests.audit.support import audited, sealed, violations
from tests.laws.feeds import Lives, advance, end_of, feeds, folder, lives, moderate, opened


@moderate(8)
@given(feed=feeds())
def test_what_was_booked_violates_nothing(feed: list[Input]) -> None:
    """Every type of event of edition 2, late records, five zones, unlimited packages, nights that carry."""
    with folder() as where, opened(where) as ledger:
        ledger.apply(feed)
        advance(ledger, end_of(feed))
        assert violations(audited(sealed(ledger, where / "dataset"))) == {}


@moderate(4)
@given(told=lives(), data=st.data())
def test_nor_do_contracts_that_follow_each_other(told: Lives, data: st.DataObject) -> None:
    """R-15: closed contracts, refunds, records that come late for a holder of before; sealed bit by bit."""
    with folder() as where:
        cut = data.draw(st.integers(1, len(told.lines)))
        for part in (told.lines[:cut], told.lines[cut:]):
            with opened(where) as ledger:
                ledger.apply(part)
                dataset = sealed(ledger, where / "dataset", buckets=2)
        assert violations(audited(dataset)) == {}
