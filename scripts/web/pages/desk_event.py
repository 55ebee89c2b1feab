"""An event at the desk: why it came out so, what would be without it, its claims, and what can be done about it."""

import secrets
from collections.abc import Mapping
from typing import Any, Final

from ledger.entries import wallet_movement
from ledger.events import ChargeReversed, Event, UsageUnrated
from ledger.hints import Hint
from ledger.periods import Moment
from projections.counterfactual.change import CannotDecide
from projections.counterfactual.what_if import what_if
from projections.formats.explanation import sections
from projections.words import what_if as words
from projections.words.causes import kind_of
from scripts.app.claims import unused_id
from scripts.app.errors import Declined
from scripts.app.explain import explain
from scripts.app.what_if import change_of
from scripts.web.answer import Answer
from scripts.web.api.accounts import version_of
from scripts.web.asked import Asked
from scripts.web.pages.desk import Case, case_page, moment_in
from scripts.web.route import Param

WHAT_IF: Final = (
    Param(name="drop", kind="flag", does="What if this input had never come."),
    Param(name="move", does="What if it had reached us at this time; empty for not."),
    Param(name="plan", does="What if each connection of a plan had named this one; empty for not."),
)
LINES_SHOWN: Final = 100
CANNOT: Final[Mapping[Hint | None, str]] = {
    "scheduled_event": "Это событие провело расписание: менять можно только то, что поступило извне.",
    "opening_event": "Этим событием открыт счёт: без него ничего не было бы.",
    "time_before_opening": "В это время счёт ещё не был открыт.",
}
"""Why a what-if has no answer."""


async def event(asked: Asked) -> Answer:
    """An event with its explanation, a what-if where one is asked, and the forms."""
    version = version_of(asked)
    change = asked.get("drop", False), moment_in(asked, "move"), (asked.get("plan") or "").strip() or None
    is_asked = any(change)

    def facts(case: Case) -> Mapping[str, Any]:
        made = explain(case.snapshot, case.contract, version, known_at=case.known_at)
        if version > case.account.version:
            raise Declined("NOT_KNOWN_EVENT", account=case.contract, version=version)
        parts = sections(made)
        moved = wallet_movement(made.event.entries)
        return {
            "heading": parts[0].title,
            "told": parts,
            "version": version,
            "is_input": made.event.input is not None and version > 1,
            "claims": [each for each in case.claims() if each.event == version],
            "what_if": _what_if(case, version, *change) if is_asked else None,
            "asked_drop": change[0],
            "asked_move": asked.get("move") or "",
            "asked_plan": change[2] or "",
            "plans": sorted(case.snapshot.catalogues.newest().plans),
            "moved": abs(moved),
            "gave": moved > 0,
            "reversible": _may_go_back(made.event),
            "unrated": isinstance(made.event, UsageUnrated),
            "id": f"desk-{secrets.token_hex(8)}",
            "claim_id": unused_id(case.snapshot, case.contract, f"claim-{version}"),
            "newest": case.account.version,
            "most": LINES_SHOWN,
        }

    return await case_page(asked, "desk/event.html", facts, slow=is_asked)


def _may_go_back(event: Event) -> bool:
    """Whether it moved anything that a reversal could give back; the rules say so for good when it is tried."""
    return bool(event.entries) and not isinstance(event, ChargeReversed)


def _what_if(case: Case, version: int, drop: bool, move: Moment | None, plan: str | None) -> Mapping[str, Any]:
    """What would be otherwise; in place of it, why that cannot be told."""
    phrases = case.phrases
    change = change_of(
        case.snapshot,
        case.account.zone,
        plan=plan,
        drop=frozenset({version} if drop and move is None else ()),
        move={} if move is None else {version: move},
    )
    try:
        report = what_if(case.snapshot.log, [case.contract.id], change, in_full=True)
    except CannotDecide as error:
        return {"cannot": CANNOT.get(error.hint, "Решить заново с таким изменением нельзя."), "lines": []}
    lines = [
        {
            "is_package": " > " in line.field,
            "time": case.time(line.booked_at),
            "what": kind_of(phrases, line.about),
            "field": words.field(phrases, line.field),
            "was": words.value(phrases, line, line.was),
            "would_be": words.value(phrases, line, line.would_be),
        }
        for line in report.lines
    ]
    return {
        "cannot": None,
        "difference": phrases.more_or_less(report.wallet_difference),
        "lines": lines,
        "money": [each for each in lines if not each["is_package"]],
        "packages": [each for each in lines if each["is_package"]],
    }
