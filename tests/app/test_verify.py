"""Verify, explain and statements as another door would ask for them."""

from fractions import Fraction
from pathlib import Path

import pytest

from ledger.periods import parse_date
from projections import canonical
from projections.engines.pool import HERE
from scripts.app.errors import Declined, InvalidRequest, require_range
from scripts.app.explain import explain
from scripts.app.refusals import refused_requests
from scripts.app.statements import Layout, checked_layout, document
from scripts.app.verify import accounts_to_verify, verify
from scripts.app.views import replay
from tests.scenarios.given import example_1
from tests.support import ACCOUNT, at

SINCE, UNTIL = parse_date("2023-01-01"), parse_date("2023-01-31")


def test_all_accounts_or_a_share_or_those_named_are_decided_again(tmp_path: Path) -> None:
    story = example_1(tmp_path)
    with story.reading() as log:
        assert accounts_to_verify(log) is None
        assert accounts_to_verify(log, share=Fraction(1, 2)) == [story.contract.id]
        assert accounts_to_verify(log, named=[ACCOUNT, ACCOUNT]) == [story.contract.id]
        with pytest.raises(Declined) as told:
            accounts_to_verify(log, named=["79160000000"])
    assert (told.value.code, told.value.facts) == ("NOTHING_OF_ACCOUNT", {"account": "79160000000"})
    seen: list[int] = []
    report, unviewable = verify(story.ledger, None, engine=HERE, progress=seen.append)
    assert (report.ok, report.events, unviewable, seen[-1]) == (True, 4, None, 4)
    assert replay(story.ledger, engine=HERE).differences == 0


def test_an_event_that_is_not_there_is_a_code_with_the_newest_there_is(tmp_path: Path) -> None:
    story = example_1(tmp_path)
    with story.ledger.snapshot() as snapshot:
        assert explain(snapshot, story.contract, 4).zone == "Europe/Moscow"
        with pytest.raises(Declined) as told:
            explain(snapshot, story.contract, 5)
    assert (told.value.code, told.value.facts) == ("NO_SUCH_EVENT", {"account": ACCOUNT, "version": 5, "newest": 4})


def test_what_was_refused_comes_with_where_its_account_is(tmp_path: Path) -> None:
    story = example_1(tmp_path)
    story.unblock("2023-01-16 10:00")
    with story.ledger.snapshot() as snapshot:
        found = refused_requests(snapshot, story.contract, now=at("2023-02-01 00:00"), lang="en")
    assert [(row.version, row.reason, row.zone) for row in found.rows] == [(5, "NOT_BLOCKED", "Europe/Moscow")]
    assert found.zone == "Europe/Moscow"


def test_a_statement_is_the_bytes_of_its_file_and_knows_only_what_was_recorded_by_then(tmp_path: Path) -> None:
    story = example_1(tmp_path)
    with story.ledger.snapshot() as snapshot:
        whole = document(snapshot, story.contract, Layout("json"), since=SINCE, until=UNTIL)
        early = at("2023-12-31 00:00")
        nothing = document(snapshot, story.contract, Layout("json"), since=SINCE, until=UNTIL, known_at=early)
    assert whole == canonical.statement(story.statement("2023-01-01", "2023-01-31"))
    assert b'"lines":[]' in nothing  # the story is recorded a day later


def test_a_layout_has_only_the_options_of_its_format() -> None:
    with pytest.raises(InvalidRequest, match="TABLE_OF_NO_CSV"):
        checked_layout("txt", table="usage", lang=None)
    with pytest.raises(InvalidRequest, match="FORMAT_WITHOUT_LANGUAGE"):
        checked_layout("xml", table=None, lang="en")
    with pytest.raises(InvalidRequest, match="DATES_REVERSED"):
        require_range(UNTIL, SINCE)
