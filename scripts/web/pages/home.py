"""The cabinet's first page, and «Обновить пакеты» with what will happen before one presses it."""

import secrets
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

from ledger import periods
from ledger.account import Account
from ledger.events import Blocked, DailyFeeCharged, MonthlyFeeCharged
from ledger.periods import Instant
from projections import balances
from projections.next_charges import NextCharges, next_charges
from projections.packages import BucketRow
from projections.refresh_preview import RefreshPreview
from projections.words import next_charges as charge_words
from projections.words.phrasebook import Phrasebook
from projections.words.replies import say
from scripts.app.claims import open_claims
from scripts.app.refreshing import preview
from scripts.web.answer import Answer
from scripts.web.api.refreshing import refresh_now
from scripts.web.asked import Asked
from scripts.web.pages.cabinet import Seen, amounts, done, own_contract, shown
from scripts.web.pages.page import first_upper, redirect, to_the_minute
from scripts.web.route import Param

BLOCKED: Final = {
    "financial": "Номер заблокирован: не хватает денег. Пополните счёт, чтобы снять блокировку.",
    "voluntary": "Номер заблокирован по вашей просьбе.",
    "operator": "Номер заблокирован оператором.",
}
REFRESH: Final = (
    Param(name="id", required=True, does="The request's id."),
    Param(name="fee", kind="kopecks", required=True, does="The fee that was shown."),
)


async def home(asked: Asked) -> Answer:
    """What the subscriber has, and what comes next; others are sent to their own page."""
    if asked.visitor.role != "subscriber":
        return redirect("/desk")
    return await shown(asked, "cabinet/home.html", _facts)


async def refresh(asked: Asked) -> Answer:
    """What a refresh would do, and the button for it."""
    return await shown(asked, "cabinet/refresh.html", lambda seen: _refresh(seen) | {"id": secrets.token_hex(8)})


async def do_refresh(asked: Asked) -> Answer:
    """The refresh that was shown; where it would be another one by now, that is shown first."""
    form = await asked.form(REFRESH)
    made = await asked.service.read(lambda snapshot: _preview(Seen(asked, snapshot)))
    if made is not None and made.accepted and made.fee != form["fee"]:
        return redirect("/refresh")
    _, result = await refresh_now(asked, form["id"], partial(own_contract, asked))
    return await done(asked, result, "Пакеты обновлены", "Пакеты обновлены.")


def _facts(seen: Seen) -> Mapping[str, Any]:
    phrases, account, snapshot = seen.phrases, seen.account, seen.snapshot
    made = balances.balance(account, at=max(seen.now, account.clock))
    catalogue = snapshot.catalogues.newest()
    waits = next_charges(account, catalogue)
    today = periods.local_date(seen.now, account.zone)
    version = None if account.plan is None else catalogue.plan(account.plan, today)
    return {
        "balance": made,
        "now": seen.now,
        "plan": None if version is None else version.name,
        "blocks": [BLOCKED[kind] for kind in made.blocks],
        "charge": charge_words.next_charge(phrases, waits),
        "soon": [charge_words.booked(phrases, each) for each in waits.first if not each.is_charge],
        **cover(waits),
        "packages": package_rows(phrases, made.buckets),
        "unlimited": unlimited_buckets(phrases, account, seen.now),
        "open_claims": open_claims(snapshot, account),
        **_refresh(seen),
    }


def package_rows(phrases: Phrasebook, rows: Sequence[BucketRow]) -> list[dict[str, Any]]:
    """Packages with what is left of them, as a page shows them."""
    return [
        {
            "service": first_upper(phrases.service(row.service)),
            "bucket": phrases.bucket(row.bucket),
            "left": phrases.packaged(row.service, row.left),
            "granted": phrases.packaged(row.service, row.granted),
            "share": 100 * row.left // row.granted if row.granted else 0,
            "until": to_the_minute(phrases, row.end),
        }
        for row in rows
    ]


def unlimited_buckets(phrases: Phrasebook, account: Account, at: Instant) -> list[dict[str, str]]:
    """What an account has without limit at a time."""
    return [
        {
            "service": first_upper(phrases.service(bucket.service)),
            "bucket": phrases.bucket(bucket.name),
            "until": to_the_minute(phrases, bucket.end),
        }
        for bucket in account.buckets
        if bucket.unlimited and bucket.end > at
    ]


def cover(waits: NextCharges) -> dict[str, Any]:
    """Whether the money at hand reaches the month's fee, and how much is missing."""
    tariff = waits.tariff
    if tariff is None:
        return {"covered": True, "short": 0, "by_day": False}
    fee = tariff.facts.get("fee") or 0
    match tariff.event:
        case MonthlyFeeCharged():
            return {"covered": True, "short": 0, "by_day": False}
        case DailyFeeCharged() | Blocked():
            short = max(fee - int(tariff.facts.get("available") or 0), 0)
            return {"covered": False, "short": short, "by_day": isinstance(tariff.event, DailyFeeCharged)}
        case _:
            return {"covered": True, "short": 0, "by_day": False}


def _preview(seen: Seen) -> RefreshPreview | None:
    if seen.account.closed_at is not None:
        return None
    return preview(seen.snapshot, seen.contract, now=seen.now)


def _refresh(seen: Seen) -> dict[str, Any]:
    made = _preview(seen)
    reply = "" if made is None else say(seen.phrases, made.reply)
    return {"refresh": made, "reply": reply, "amounts": lambda some: amounts(seen.phrases, some)}
