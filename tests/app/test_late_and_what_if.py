"""What-if and late as another door would ask them: changes of plain values, adjustments tried and then booked."""

from datetime import date
from pathlib import Path

import pytest

from projections.counterfactual.late import LookedFor
from projections.counterfactual.what_if import what_if
from projections.engines.pool import HERE
from scripts.app.errors import InvalidRequest
from scripts.app.late import Mending, book_adjustments, late_charges, try_adjustments
from scripts.app.what_if import change_of
from tests.counterfactual.test_late import behind_the_window
from tests.scenarios.given import example_1
from tests.support import at


def test_a_plan_that_the_catalogue_has_is_set_and_another_is_a_code(tmp_path: Path) -> None:
    """T3 costs 50.00 less than T4."""
    story = example_1(tmp_path)
    with story.ledger.snapshot() as snapshot:
        report = what_if(snapshot.log, snapshot.log.accounts(), change_of(snapshot, "Europe/Moscow", plan="t3"))
        assert report.wallet_difference == 50_00
        with pytest.raises(InvalidRequest) as told:
            change_of(snapshot, "Europe/Moscow", plan="t9")
    assert (told.value.code, told.value.facts) == ("NO_PLAN_TO_SET", {"plan": "t9"})


def test_dates_are_those_of_the_zone_that_is_asked_about(tmp_path: Path) -> None:
    story = example_1(tmp_path)
    with story.ledger.snapshot() as snapshot:
        change = change_of(snapshot, "Europe/Moscow", since=date(2023, 1, 16), move={2: date(2023, 1, 16)})
    assert (change.since, change.since_local) == (None, date(2023, 1, 16))
    assert change.move == {2: at("2023-01-17 00:00") - 1}


def test_adjustments_of_late_records_come_to_what_their_trial_said(tmp_path: Path) -> None:
    """A call behind the late window cost 6.00; in time, its package would have covered it."""
    story = behind_the_window(tmp_path)
    before = len(story.log())
    with story.ledger.snapshot() as snapshot:
        found = late_charges(snapshot, None, LookedFor(), engine=HERE)
        catalogue = snapshot.catalogues.newest()
        tried = try_adjustments(snapshot, found, catalogue, Mending("clerk-7"), now=at("2023-02-20 10:00"))
    assert len(story.log()) == before
    assert tried == {"applied": 1}
    assert book_adjustments(story.ledger, found, Mending("clerk-7")) == tried
    with story.ledger.snapshot() as snapshot:
        assert list(late_charges(snapshot, None, LookedFor(), engine=HERE)) == []
