"""The cabinet's services: options and the promised payment."""

import secrets
from collections.abc import Mapping
from typing import Any, Final

from ledger import periods
from ledger.catalogue import OptionVersion
from ledger.rules.options import against_connecting
from projections.words.phrasebook import Phrasebook
from projections.words.reasons import REASONS
from scripts.web.answer import Answer
from scripts.web.asked import Asked
from scripts.web.pages.cabinet import Seen, done, hand_over, shown
from scripts.web.pages.page import first_upper
from scripts.web.pages.sums import kopecks_of
from scripts.web.route import Param

OPTION: Final = (
    Param(name="id", required=True, does="The request's id."),
    Param(name="option", required=True, does="Which option."),
    Param(name="what", required=True, values=("connect", "disconnect"), does="What becomes of it."),
)
PROMISE: Final = (
    Param(name="id", required=True, does="The request's id."),
    Param(name="rubles", required=True, does="How much, in rubles."),
)


async def services(asked: Asked) -> Answer:
    """Options that are there and that could be, with what they cost and why not; the promised payment."""
    return await shown(asked, "cabinet/services.html", _facts)


async def option(asked: Asked) -> Answer:
    """Connect or disconnect an option."""
    form = await asked.form(OPTION)
    connects = form["what"] == "connect"
    fields = {"type": f"{form['what']}_option", "id": form["id"], "at": _now(asked), "option": form["option"]}
    result = await hand_over(asked, fields)
    heading = "Опция подключена" if connects else "Опция отключена"
    return await done(asked, result, heading, f"{heading}.")


async def promise(asked: Asked) -> Answer:
    """Take a promised payment."""
    form = await asked.form(PROMISE)
    fields = {"type": "take_promise", "id": form["id"], "at": _now(asked), "amount": kopecks_of(form["rubles"])}
    result = await hand_over(asked, fields)
    return await done(asked, result, "Обещанный платёж взят", "Обещанный платёж действует.")


def _now(asked: Asked) -> str:
    return periods.local_text(asked.service.now(), "UTC")


def _facts(seen: Seen) -> Mapping[str, Any]:
    account, phrases = seen.account, seen.phrases
    catalogue = seen.snapshot.catalogues.newest()
    today = periods.local_date(seen.now, account.zone)
    versions = {each: catalogue.option(each, today) for each in catalogue.options}
    held = [
        {
            "id": each.id,
            "name": each.name,
            "fee": version.fee if (version := versions.get(each.id)) is not None else 0,
            "until": None if each.due is None else seen.time(each.due),
        }
        for each in account.options
    ]
    offered = [
        {"id": each.id, "name": each.name, "fee": each.fee, "about": _about(phrases, each), "refusal": refusal}
        for each in versions.values()
        if each is not None and account.option(each.id) is None
        for refusal in [_refusal(seen, each)]
    ]
    return {
        "held": held,
        "offered": offered,
        "promise": account.promise,
        "terms": catalogue.settings.promise,
        "id": secrets.token_hex(8),
    }


def _about(phrases: Phrasebook, option: OptionVersion) -> str:
    """What an option gives, and for how long."""
    given = [
        phrases.service(service) + " " + ("без лимита" if size == "unlimited" else phrases.packaged(service, size))
        for service, size in option.packages.amounts().items()
    ]
    lasts = "каждый месяц" if option.days is None else f"на {option.days} дн."
    return f"{', '.join(given)} {lasts}".strip()


def _refusal(seen: Seen, option: OptionVersion) -> str | None:
    """Why an option cannot be connected now, if it cannot."""
    for check in against_connecting(seen.account, option):
        if check.holds:
            said = seen.phrases.say(REASONS[check.reason])
            if check.reason == "INSUFFICIENT_FUNDS":
                said = seen.phrases.funds(option.fee, seen.account.available)
            return first_upper(said)
    return None
