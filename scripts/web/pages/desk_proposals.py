"""Proposals: what moves more than one person may, confirmed or declined by a second one."""

import hashlib
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from ledger.periods import Instant
from ledger.service import Ledger
from ledger.snapshot import Snapshot
from projections.words.phrasebook import Phrasebook
from scripts.app.claims import SOURCE, Trial, book_trial
from scripts.app.corrections import moved_by, names_of
from scripts.app.office import ZONE
from scripts.state.proposals import Proposal, Proposals, State
from scripts.web.answer import Answer
from scripts.web.api.inputs import came_before
from scripts.web.asked import Asked
from scripts.web.own import own_contract, require_own
from scripts.web.pages.desk import Case, desk_page, link, of_case
from scripts.web.pages.desk_forms import HEADINGS, Form, back_of, trial_facts, trial_of
from scripts.web.pages.page import redirect, to_the_minute
from scripts.web.problems import Problem
from scripts.web.route import Param

DECIDED_SHOWN: Final = 20
DECISION: Final = (
    Param(name="step", required=True, values=("confirm", "decline"), does="What becomes of it."),
    Param(name="seen", kind="integer", does="The newest version when it was shown."),
)


async def listed(asked: Asked) -> Answer:
    """What waits for a second person, and what was decided last; of who is limited to a contract, its own."""
    kept = kept_by(asked)
    waiting, decided = await asked.service.apart(lambda: (kept.waiting(), kept.decided(DECIDED_SHOWN)))

    def facts(snapshot: Snapshot) -> Mapping[str, Any]:
        own = own_contract(asked, snapshot)
        named = snapshot.contracts.named_all({each.contract for each in (*waiting, *decided)})

        def row(each: Proposal) -> dict[str, Any]:
            form = msgspec.json.decode(each.fields, type=Form)
            return {"proposal": each, "contract": named[each.contract], "heading": HEADINGS[form.what], "form": form}

        rows = {
            name: [row(each) for each in some if own is None or own.id == each.contract]
            for name, some in (("waiting", waiting), ("decided", decided))
        }
        whose = {each["contract"].id for each in (*rows["waiting"], *rows["decided"])}
        return {**rows, "whose": sorted(whose), "time": _time}

    return await desk_page(asked, "desk/proposals.html", facts)


async def proposal(asked: Asked) -> Answer:
    """One of them: what would be booked now, with the buttons for who may decide."""
    found = await asked.service.apart(lambda: _found(asked))
    return await asked.service.read(lambda snapshot: _page(asked, snapshot, found))


async def decide(asked: Asked) -> Answer:
    """Confirm or decline one that another person proposed; confirmed, it is booked as it was shown."""
    form = await asked.form(DECISION)
    kept = kept_by(asked)
    path = f"/desk/proposals/{asked.path['proposal']}"
    visitor = asked.visitor

    def work(ledger: Ledger) -> Answer:
        found = _found(asked)
        if found.state != "waits":
            return redirect(path)
        if not may_decide(asked, found):
            raise Problem(403, "SECOND_PERSON", "Подтверждает другой человек, не тот, кто предложил.")
        now = asked.service.now()
        with ledger.snapshot() as snapshot:
            case = _case(asked, snapshot, found)
            given = msgspec.json.decode(found.fields, type=Form)
            before = came_before(snapshot, case.contract, SOURCE, given.id)
            version = None if before is None else before.version
            if version is None and form["step"] == "confirm":
                trial = _trial(case, found, given, now)
                if form.get("seen") != case.account.version or trial.outcome.result == "refused":
                    return _shown(case, found, given, trial, changed=True)
        if version is None and form["step"] == "confirm":
            version = book_trial(ledger, trial).version
        state: State = "declined" if version is None else "confirmed"
        kept.decide(found.id, state, by=visitor.name, at=now, version=version)
        return redirect(path)

    return await asked.service.write(work)


def propose(case: Case, form: Form, trial: Trial) -> Answer:
    """Keep what somebody proposes, the same again once, and lead to it."""
    name = hashlib.sha256(f"{case.contract.id} {form.id}".encode()).hexdigest()[:20]
    fields = msgspec.json.encode(form).decode()
    moved = moved_by(trial.outcome.events)
    made = Proposal(name, case.contract.id, fields, moved, case.asked.visitor.name, case.now)
    kept = kept_by(case.asked).put(made)
    return redirect(link(case.asked, f"/desk/proposals/{kept.id}"))


def kept_by(asked: Asked) -> Proposals:
    """Where the server keeps them. Raises Problem where it keeps none."""
    kept = asked.service.proposals
    if kept is None:
        raise Problem(409, "SECOND_PERSON", "Этот сервер не хранит предложений: их некому подтвердить.")
    return kept


def may_decide(asked: Asked, proposal: Proposal) -> bool:
    """Whether who asks is a second person for a proposal."""
    visitor = asked.visitor
    return proposal.state == "waits" and visitor.role == "senior" and visitor.name != proposal.proposed_by


def _found(asked: Asked) -> Proposal:
    found = kept_by(asked).named(asked.path["proposal"])
    if found is None:
        raise Problem(404, "NO_PROPOSAL", "Такого предложения нет.")
    return found


def _case(asked: Asked, snapshot: Snapshot, proposal: Proposal) -> Case:
    contract = snapshot.contracts.with_id(proposal.contract)
    if contract is None:
        raise Problem(404, "NO_PROPOSAL", "Договора этого предложения здесь нет.")
    require_own(asked.visitor, snapshot, contract)
    return Case(asked, snapshot, contract)


def _trial(case: Case, proposal: Proposal, form: Form, now: Instant) -> Trial:
    return trial_of(case, form, now, by=names_of(proposal.proposed_by, case.asked.visitor.name))


def _page(asked: Asked, snapshot: Snapshot, proposal: Proposal) -> Answer:
    case = _case(asked, snapshot, proposal)
    form = msgspec.json.decode(proposal.fields, type=Form)
    trial = _trial(case, proposal, form, case.now) if proposal.state == "waits" and case.books else None
    return _shown(case, proposal, form, trial)


def _shown(case: Case, proposal: Proposal, form: Form, trial: Trial | None, *, changed: bool = False) -> Answer:
    return of_case(
        case,
        "desk/proposal.html",
        status=409 if changed else 200,
        heading=HEADINGS[form.what],
        form=form,
        proposal=proposal,
        changed=changed,
        may_decide=may_decide(case.asked, proposal),
        is_own=case.asked.visitor.name == proposal.proposed_by,
        office_time=_time,
        back=back_of(case, form),
        **({"tried": False} if trial is None else trial_facts(case, form, trial)),
    )


def _time(at: Instant) -> str:
    return to_the_minute(Phrasebook("ru", zone=ZONE), at)
