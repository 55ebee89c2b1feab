"""Личный кабинет: whose contract it is, and how pages of it are made."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ledger.account import Account
from ledger.contracts import Contract
from ledger.periods import Instant
from ledger.snapshot import Snapshot
from projections.refresh_preview import Package
from projections.words.contracts import phone
from projections.words.phrasebook import Phrasebook
from projections.words.reasons import REASONS
from scripts.app.accounts import require_account
from scripts.app.feed import Asker
from scripts.app.intake import Result
from scripts.app.refreshing import line
from scripts.web.answer import Answer
from scripts.web.api.inputs import came_before, handed_over
from scripts.web.asked import Asked
from scripts.web.own import require_own
from scripts.web.pages.page import option_names, page, to_the_minute
from scripts.web.problems import Problem

SOURCE = "cabinet"
TYPES = frozenset({"refresh", "connect_option", "disconnect_option", "take_promise", "open_dispute"})
"""What a subscriber may ask for here."""


class Seen:
    """The contract of who looks, its account, and words on its clocks."""

    def __init__(self, asked: Asked, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.now: Instant = asked.service.now()
        self.contract = own_contract(asked, snapshot)
        self.account: Account = require_account(snapshot, self.contract.id)
        self.phrases = Phrasebook("ru", option_names(self.account), zone=self.account.zone)

    def time(self, at: Instant) -> str:
        """A time to the minute, as people read it."""
        return to_the_minute(self.phrases, at)


def own_contract(asked: Asked, snapshot: Snapshot) -> Contract:
    """The contract of who asks. Raises Problem."""
    visitor = asked.visitor
    contract = None if visitor.contract is None else snapshot.contracts.with_id(visitor.contract)
    require_own(visitor, snapshot, contract)
    if contract is None:
        raise Problem(403, "NOT_ALLOWED", "this is not your contract")
    return contract


async def shown(asked: Asked, template: str, facts: Callable[[Seen], Mapping[str, Any]], **more: Any) -> Answer:
    """A page of the cabinet, its facts from one state of the ledger."""

    def answer(snapshot: Snapshot) -> Answer:
        seen = Seen(asked, snapshot)
        common: dict[str, Any] = {
            "phone": phone(seen.contract.number),
            "p": seen.phrases,
            "time": seen.time,
            "here": asked.route.path,
        }
        return page(template, asked.visitor, whose=(seen.contract.id,), **(common | dict(facts(seen)) | more))

    return await asked.service.read(answer)


async def hand_over(asked: Asked, fields: dict[str, Any]) -> Result:
    """What became of a subscriber's input; a form that is sent twice is answered as the first time. Raises Problem."""

    def earlier(snapshot: Snapshot) -> tuple[Contract, Result | None]:
        contract = own_contract(asked, snapshot)
        return contract, came_before(snapshot, contract, SOURCE, fields["id"])

    contract, known = await asked.service.read(earlier)
    if known is not None:
        return known
    asker = Asker(by=asked.visitor.name, types=TYPES, says_by=False)
    return await handed_over(asked, line({"account": contract.number, "source": SOURCE, **fields}), asker)


async def done(asked: Asked, result: Result, heading: str, text: str) -> Answer:
    """The page behind a form: what became of it."""
    good = result.result in ("applied", "duplicate") and result.reason is None
    said = result.reply or text
    if result.reason is not None and result.reply is None:
        reason = Phrasebook("ru").say(REASONS[result.reason]) if result.reason in REASONS else result.reason
        said = f"Отказано: {reason}."
    return await shown(
        asked,
        "cabinet/done.html",
        lambda _: {
            "heading": heading if good else "Не получилось",
            "good": good,
            "text": said,
            "version": result.version,
        },
    )


def amounts(phrases: Phrasebook, packages: Sequence[Package]) -> str:
    """Packages in a line: «200 мин, 40 SMS»."""
    return ", ".join(
        f"{phrases.service(each.service)}: безлимит"
        if each.quantity is None
        else f"{phrases.service(each.service)} {phrases.packaged(each.service, each.quantity)}"
        for each in packages
    )
