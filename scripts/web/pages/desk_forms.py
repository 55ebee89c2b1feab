"""The forms of the desk: what each says, the input that it makes, and what that would come to."""

from collections.abc import Mapping
from typing import Any, Final, Literal, TypeAlias, cast, get_args

import msgspec

from ledger.account import Account
from ledger.entries import wallet_movement
from ledger.events import Event, InputRefused, type_name
from ledger.evolve import evolve
from ledger.periods import DAY, Instant
from ledger.units import Kopecks
from projections.words import given_back
from projections.words.causes import about, kind_of
from projections.words.reasons import REASONS
from scripts.app.claims import Clerk, Trial, try_input
from scripts.app.corrections import moved_by
from scripts.web.pages.desk import Case
from scripts.web.pages.page import first_upper
from scripts.web.pages.sums import kopecks_of
from scripts.web.problems import Problem
from scripts.web.route import Param

What: TypeAlias = Literal["reverse", "adjust", "rerate", "open_dispute", "resolve_dispute", "refund", "close"]
WHATS: Final[tuple[What, ...]] = get_args(What)
FIELDS: Final = (
    Param(name="what", required=True, values=WHATS, does="What is to be booked."),
    Param(name="id", required=True, does="The input's id."),
    Param(name="event", kind="integer", does="The version of the event that it is about."),
    Param(name="dispute", does="The claim that it answers."),
    Param(name="outcome", values=("upheld", "rejected"), does="The answer."),
    Param(name="amount", does="How much, in rubles; empty for all that is left."),
    Param(name="channel", does="By which way money is paid out."),
    Param(name="text", required=True, lines=True, does="The reason, or what is answered."),
    Param(
        name="step",
        values=("try", "book", "propose"),
        does="Whether it is tried, confirmed or proposed; by default tried.",
    ),
    Param(name="at", does="When it was tried."),
    Param(name="seen", kind="integer", does="The newest version when it was tried."),
)
TEXT_LENGTH_MAX: Final = 1_000
TRIED_FOR: Final = DAY
"""So long what was shown may be confirmed."""
HEADINGS: Final[Mapping[What, str]] = {
    "reverse": "Корректировка",
    "adjust": "Перерасчёт",
    "rerate": "Тарификация записи",
    "open_dispute": "Претензия",
    "resolve_dispute": "Ответ на претензию",
    "refund": "Возврат средств",
    "close": "Закрытие договора",
}
FOR_GOOD: Final[Mapping[What, str]] = {
    "close": "Закрытие не отменяется: этот договор больше не откроется, номер смогут выдать другому абоненту.",
    "refund": "Деньги будут выданы: проведённый возврат исправляют только новым событием.",
    "resolve_dispute": "Ответ не отменяется: на претензию отвечают один раз, ответ уходит абоненту.",
}
"""What cannot be taken back."""


class Form(msgspec.Struct, kw_only=True):
    """What a form of the desk says. `text` is the reason; where the ledger has no place for it, it is the ground."""

    what: What
    id: str
    text: str
    event: int | None = None
    dispute: str | None = None
    outcome: str | None = None
    amount: Kopecks | None = None
    channel: str | None = None

    @property
    def own(self) -> dict[str, Any]:
        """The fields that the input has beside those that all have. Raises Problem for one that is missing."""
        own: dict[str, Any] = {"type": self.what, "id": self.id}
        match self.what:
            case "reverse" | "open_dispute":
                own |= {"event": self._required("event"), "text": self.text}
            case "adjust":
                own |= {"amount": self._required("amount"), "cites": [self._required("event")], "text": self.text}
            case "rerate":
                own |= {"event": self._required("event")}
            case "resolve_dispute":
                own |= {"dispute": self._required("dispute"), "outcome": self._required("outcome"), "text": self.text}
            case "refund":
                own |= {"amount": self._required("amount"), "channel": self.channel or "cash"}
            case "close":
                pass
        if self.amount is not None and (self.what == "reverse" or self.outcome == "upheld"):
            own["amount"] = self.amount
        return own

    def _required(self, name: str) -> Any:
        value = getattr(self, name)
        if value is None:
            said = {"amount": "Напишите сумму.", "outcome": "Выберите ответ."}
            raise Problem(422, "PARAMETER_MISSING", said.get(name, f"Не сказано: {name}."))
        return value


def trial_of(case: Case, form: Form, at: Instant, *, by: str | None = None) -> Trial:
    """What a form would come to, booked by who asks or by other names. Raises Problem, Declined, InvalidRequest."""
    if not case.books:
        raise Problem(403, "NOT_ALLOWED", "По этому договору отсюда ничего не проводится.")
    clerk = Clerk(by or case.asked.visitor.name, at, case.now)
    return try_input(case.snapshot, case.contract, form.event or 0, form.own, clerk, case.holder)


def trial_facts(case: Case, form: Form, trial: Trial) -> dict[str, Any]:
    """What a page tells of a trial."""
    events = trial.outcome.events
    refused = next((event for event in events if isinstance(event, InputRefused)), None)
    phrases = case.phrases
    so_far = None if trial.about is None else given_back.so_far(phrases, trial.so_far, trial.about)
    return {
        "tried": True,
        "rows": event_rows(case, events),
        "refused": None if refused is None else phrases.say(REASONS[refused.reason]),
        "ahead": len(trial.ahead),
        "consequence": given_back.consequence(phrases, trial.account, events),
        "so_far": None if so_far is None else first_upper(so_far),
        "others": trial.others if form.what == "open_dispute" else [],
        "for_good": FOR_GOOD.get(form.what),
        "before": trial.account.wallet,
        "after": _wallet_behind(trial.account, events),
        "moved": moved_by(events),
        "seen": case.account.version,
    }


def form_of(given: Mapping[str, Any]) -> Form:
    """What a form says, its texts trimmed. Raises Problem."""
    text = given["text"].replace("\r\n", "\n").strip()
    if not text or len(text) > TEXT_LENGTH_MAX:
        raise Problem(422, "BAD_PARAMETER", f"Причину пишут словами, до {TEXT_LENGTH_MAX} знаков.")
    what = cast("What", given["what"])
    amount = (given.get("amount") or "").strip()
    return Form(
        what=what,
        id=given["id"],
        text=text,
        event=given.get("event"),
        dispute=given.get("dispute"),
        outcome=given.get("outcome"),
        amount=kopecks_of(amount, signed=what == "adjust") if amount else None,
        channel=given.get("channel"),
    )


def back_of(case: Case, form: Form) -> str:
    """The page that a form came from."""
    if form.dispute is not None:
        return case.claim_link(form.dispute)
    return case.link() if form.event is None else case.link(f"/events/{form.event}")


def event_rows(case: Case, events: tuple[Event, ...]) -> list[dict[str, Any]]:
    """Events that are booked, or would be, as a table has them."""
    phrases = case.phrases
    return [
        {
            "version": event.version,
            "time": case.time(event.booked_at),
            "title": first_upper(kind_of(phrases, type_name(event))),
            "about": about(phrases, event),
            "scheduled": event.input is None,
            "moved": wallet_movement(event.entries),
            "after": event.wallet_after,
        }
        for event in events
    ]


def _wallet_behind(account: Account, events: tuple[Event, ...]) -> Kopecks:
    for event in events:
        account = evolve(account, event)
    return account.wallet
