"""What the desk books: each form is tried first and shown, and booked when it is confirmed as it was shown."""

from collections.abc import Mapping
from typing import Any

from ledger import periods
from ledger.events import InputRefused
from ledger.periods import Instant
from ledger.service import Ledger
from ledger.snapshot import Snapshot
from projections.words.names import INPUTS
from projections.words.reasons import REASONS
from scripts.app.claims import Trial, book_trial
from scripts.app.corrections import moved_by
from scripts.web.answer import Answer
from scripts.web.asked import GROUND_LENGTH_MAX, Asked, moment_of
from scripts.web.pages.desk import Case, of_case
from scripts.web.pages.desk_forms import (
    FIELDS,
    HEADINGS,
    TRIED_FOR,
    Form,
    back_of,
    event_rows,
    form_of,
    trial_facts,
    trial_of,
)
from scripts.web.pages.desk_proposals import propose
from scripts.web.pages.sums import sum_text
from scripts.web.problems import Problem


async def book(asked: Asked) -> Answer:
    """Show what a form would come to, or book it where it is what was shown."""
    given = await asked.form(FIELDS)
    form = form_of(given)
    if not form.own.get("text"):
        asked.ground = " ".join(form.text.split())[:GROUND_LENGTH_MAX]
    step = given.get("step", "try")
    if step != "book":
        return await asked.service.read(lambda snapshot: _tried(asked, snapshot, form, step))
    at, seen = _tried_at(asked, given), given.get("seen")

    def work(ledger: Ledger) -> Answer:
        with ledger.snapshot() as snapshot:
            case = Case(asked, snapshot)
            trial = trial_of(case, form, at)
            if trial.outcome.result == "duplicate":
                return _done(case, form, trial, trial.outcome.version)
            if _is_over(case, trial):
                raise Problem(403, "SECOND_PERSON", "Столько проводят вдвоём: предложите это второму человеку.")
            if seen != case.account.version:
                return _shown(case, form, trial, changed=True)
            if trial.outcome.result == "refused":
                return _shown(case, form, trial)
        outcome = book_trial(ledger, trial)
        return _done(case, form, trial._replace(outcome=outcome), outcome.version)

    return await asked.service.write(work)


def _tried(asked: Asked, snapshot: Snapshot, form: Form, step: str) -> Answer:
    case = Case(asked, snapshot)
    trial = trial_of(case, form, case.now)
    if trial.outcome.result == "duplicate":
        return _done(case, form, trial, trial.outcome.version)
    if step == "propose" and _is_over(case, trial):
        return propose(case, form, trial)
    return _shown(case, form, trial)


def _is_over(case: Case, trial: Trial) -> bool:
    """Whether it moves more than one person may."""
    return moved_by(trial.outcome.events) > case.asked.service.limit


def _tried_at(asked: Asked, given: Mapping[str, Any]) -> Instant:
    """When what is confirmed was tried. Raises Problem where that is too long ago."""
    at = periods.last_instant(moment_of("at", given.get("at") or ""), "UTC")
    if not 0 <= asked.service.now() - at <= TRIED_FOR:
        raise Problem(409, "TOO_LATE", "Это показано слишком давно: откройте форму заново.")
    return at


def _shown(case: Case, form: Form, trial: Trial, *, changed: bool = False) -> Answer:
    """What would be booked, with the button for it; why not, where a rule is against it."""
    return of_case(
        case,
        "desk/trial.html",
        status=409 if changed else 200,
        heading=HEADINGS[form.what],
        form=form,
        amount="" if form.amount is None else sum_text(form.amount),
        over_limit=_is_over(case, trial),
        limit=case.asked.service.limit,
        changed=changed,
        tried_at=periods.local_text(case.now, "UTC"),
        back=back_of(case, form),
        **trial_facts(case, form, trial),
    )


def _done(case: Case, form: Form, trial: Trial, version: int | None) -> Answer:
    """What became of it."""
    events = trial.outcome.events
    refused = next((event for event in events if isinstance(event, InputRefused)), None)
    came_before = trial.outcome.result == "duplicate"
    return of_case(
        case,
        "desk/done.html",
        heading=HEADINGS[form.what],
        came_before=came_before,
        refused=None if refused is None else case.phrases.say(REASONS[refused.reason]),
        rows=event_rows(case, events),
        version=version,
        input=case.phrases.say(INPUTS[form.what]),
        back=back_of(case, form),
    )
