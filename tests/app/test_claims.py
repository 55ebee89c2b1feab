"""Claims as another door would book and answer them: facts to tell before, codes where it goes no further (R-11)."""

from pathlib import Path

import pytest

from ledger.service import Ledger
from scripts.app.claims import Clerk, Trial, book_trial, dossier_of, find_claim, lines_of, try_answer, try_opening
from scripts.app.errors import AppError, Declined, InvalidRequest
from tests.scenarios.given import example_1
from tests.support import at

LATER = at("2023-01-16 12:00")


def trial_of(ledger: Ledger, account: str, version: int, *, clerk: Clerk | None = None, id: str | None = None) -> Trial:
    with ledger.snapshot() as snapshot:
        return try_opening(snapshot, account, version, "не заказывал", id, clerk or Clerk("support-3", LATER, LATER))


def test_a_claim_is_tried_booked_shown_and_answered_without_a_command_line(tmp_path: Path) -> None:
    """The fee of 400.00 is disputed and given back; a trial alone writes nothing."""
    story = example_1(tmp_path)
    fee = next(event.version for event in story.log() if type(event).__name__ == "MonthlyFeeCharged")
    before = len(story.log())
    trial = trial_of(story.ledger, story.account_id, fee)
    assert (trial.outcome.result, trial.input.id, trial.so_far.left) == ("applied", f"claim-{fee}-1", 400_00)
    assert (trial.ahead, trial.taken, trial.quiet) == ([], 0, None)
    assert len(story.log()) == before

    opened = book_trial(story.ledger, trial)
    assert [type(event).__name__ for event in opened.events] == ["DisputeOpened"]
    with story.ledger.snapshot() as snapshot:
        row = find_claim(snapshot, trial.input.id, None, today=LATER)
        assert (row.contract.number, row.event, row.state) == (story.account_id, fee, "open")
        made = dossier_of(snapshot, row, today=LATER)
        assert (made.dispute.dispute, made.zone) == (trial.input.id, "Europe/Moscow")
        answer = try_answer(snapshot, row, "upheld", None, "вернули", Clerk("support-3", LATER, LATER))
    done = book_trial(story.ledger, answer)
    with story.ledger.snapshot() as snapshot:
        lines = lines_of(snapshot, answer.account, done.events)
        assert find_claim(snapshot, trial.input.id, None, today=LATER).state == "upheld"
    assert [line.amount for version, line in lines.items() if version > before] == [400_00]


def test_a_claim_ahead_of_whose_time_the_schedule_has_bookings_says_how_long_it_was_quiet(tmp_path: Path) -> None:
    story = example_1(tmp_path)
    month_later = at("2023-02-16 12:00")
    trial = trial_of(story.ledger, story.account_id, 2, clerk=Clerk("support-3", month_later, month_later))
    assert trial.ahead
    assert trial.quiet is not None
    assert (trial.quiet.newest, trial.quiet.days) == (at("2023-01-15 12:00"), 32)


@pytest.mark.parametrize(
    ("version", "by", "minutes_ahead", "id", "code", "facts"),
    [
        (2, "support-3", 0, "row-1", "ID_TAKEN", {"id": "row-1", "source": "desk", "version": 5}),
        (2, "x" * 65, 0, None, "MALFORMED", {"reason"}),
        (2, "support-3", 24 * 60 + 1, None, "AT_IN_FUTURE", set()),
    ],
)
def test_what_cannot_be_claimed_is_a_code_with_its_facts(
    tmp_path: Path, version: int, by: str, minutes_ahead: int, id: str | None, code: str, facts: object
) -> None:
    story = example_1(tmp_path)
    book_trial(story.ledger, trial_of(story.ledger, story.account_id, 3, id="row-1"))
    when = LATER + minutes_ahead * 60_000_000
    with pytest.raises(AppError) as told:
        trial_of(story.ledger, story.account_id, version, clerk=Clerk(by, when, LATER), id=id)
    assert told.value.code == code
    assert (told.value.facts if isinstance(facts, dict) else set(told.value.facts)) == facts
    assert isinstance(told.value, Declined if code == "ID_TAKEN" else InvalidRequest)


def test_a_claim_that_nobody_made_is_a_code_with_its_id(tmp_path: Path) -> None:
    story = example_1(tmp_path)
    with story.ledger.snapshot() as snapshot, pytest.raises(Declined) as told:
        find_claim(snapshot, "claim-9", story.account_id, today=LATER)
    assert (told.value.code, told.value.facts) == (
        "NO_CLAIM_OF_ACCOUNT",
        {"id": "claim-9", "account": story.account_id},
    )
