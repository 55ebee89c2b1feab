"""Reports of the desk: records without a price, late charges, totals, and the log held against itself."""

from collections.abc import Mapping
from datetime import date
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, Final, cast, get_args

from ledger.periods import Moment
from ledger.progress import Progress
from ledger.reasons import UnratedReason
from ledger.service import Ledger
from ledger.snapshot import Snapshot
from projections.counterfactual.late import LookedFor
from projections.engines.pool import HERE
from projections.evidence.keys import Keys, NoKeys
from projections.totals import Grouping
from projections.unrated import UnratedRecord
from projections.verify import summary
from projections.words.answers import BY, TOTALS_HEAD
from projections.words.causes import kind_of
from projections.words.phrasebook import RUSSIAN, Phrasebook
from projections.words.reasons import REASONS
from projections.words.what_if import LATE_HEAD
from scripts.app.late import late_charges
from scripts.app.unrated import Waiting, unrated_records
from scripts.app.verify import compare_with_checkpoint
from scripts.app.verify import verify as verify_log
from scripts.app.views import totals_between
from scripts.web.answer import Answer
from scripts.web.asked import Asked
from scripts.web.own import own_contract
from scripts.web.pages.desk import desk_page, moment_said
from scripts.web.pages.desk_jobs import begun
from scripts.web.pages.desk_tables import Of, Table, Told, shown
from scripts.web.pages.page import first_upper, to_the_minute
from scripts.web.route import Param

ROWS_SHOWN: Final = 300
PROBLEMS_SHOWN: Final = 50
REASON: Final = Param(
    name="reason", values=("", *get_args(UnratedReason)), does="Only those unrated for this; empty for any."
)
LATE: Final = (Param(name="from", does="Only for records booked from this date on; empty for all."),)
TOTALS: Final = (
    Param(name="from", kind="day", required=True, does="First local date."),
    Param(name="to", kind="day", required=True, does="Last local date, included."),
    Param(name="by", does="A row for each day, plan or region; empty for none."),
    Param(name="known_at", does="Only what had been written down by this time; empty for all."),
)


async def unrated(asked: Asked) -> Answer:
    """The records that wait for a price, the first of them."""
    reason = asked.get("reason") or None

    def facts(snapshot: Snapshot) -> Mapping[str, Any]:
        own = own_contract(asked, snapshot)
        waiting = Waiting(reason=reason, contracts=None if own is None else [own])
        rows = list(islice(unrated_records(snapshot, waiting), ROWS_SHOWN + 1))
        table = Table(
            "",
            ("Номер", "Запись", "Когда", "Услуга", "Тариф", "Почему"),
            [_unrated(each) for each in rows[:ROWS_SHOWN]],
            number=len(rows),
        )
        reasons = [(name, first_upper(RUSSIAN.say(REASONS[name]))) for name in get_args(UnratedReason)]
        return {**shown(asked, snapshot, Told((), [table])), "reasons": reasons, "reason": reason}

    return await desk_page(asked, "desk/unrated.html", facts, slow=True)


async def late(asked: Asked) -> Answer:
    """The form behind which late charges are looked for."""
    return await desk_page(asked, "desk/late.html", lambda _: {})


async def start_late(asked: Asked) -> Answer:
    """Look for late charges, beside the answers."""
    form = await asked.form(LATE)
    since = moment_said("from", form.get("from"))

    work = partial(_late, since)
    return await begun(asked, "late", "Списания опоздавших записей", work, count=lambda log: len(log.accounts()))


async def totals(asked: Asked) -> Answer:
    """The form behind which totals are counted."""
    return await desk_page(
        asked, "desk/totals.html", lambda _: {"groups": [(n, RUSSIAN.say(t)) for n, t in BY.items()]}
    )


async def start_totals(asked: Asked) -> Answer:
    """Count totals, beside the answers."""
    form = await asked.form(TOTALS)
    since, until, by = form["from"], form["to"], cast("Grouping | None", form.get("by") or None)
    known_at = moment_said("known_at", form.get("known_at"))

    work = partial(_totals_between, since, until, by, known_at)
    title = f"Итоги {RUSSIAN.day(since)} – {RUSSIAN.day(until)}"
    return await begun(asked, "totals", title, work)


async def verify(asked: Asked) -> Answer:
    """The state of the checkpoints, and the button for a verification."""
    folder = asked.service.ref.keys_place.folder

    def facts(snapshot: Snapshot) -> Mapping[str, Any]:
        log = snapshot.log
        try:
            keys = Keys(folder)
            newest = [keys.of_shard(number, len(log.shards)).newest() for number in range(len(log.shards))]
        except NoKeys:
            newest = []
        rows = [
            (number, None if each is None else each.size, shard.last_position())
            for number, (each, shard) in enumerate(zip(newest, log.shards, strict=False))
        ]
        return {"checkpoints": rows, "events": log.count()}

    return await desk_page(asked, "desk/verify.html", facts, slow=True)


async def start_verify(asked: Asked) -> Answer:
    """Decide the whole log again, beside the answers."""
    await asked.form(())
    folder = asked.service.ref.keys_place.folder

    work = partial(_verified, folder)
    return await begun(asked, "verify", "Проверка журнала", work, count=lambda log: log.count())


def _late(since: Moment | None, ledger: Ledger, progress: Progress) -> Told:
    with ledger.snapshot() as snapshot:
        found = late_charges(snapshot, None, LookedFor(since=since), engine=HERE, progress=progress)
    rows = [
        (
            Of(each.contract.id),
            "—" if each.event is None else Of(each.contract.id, each.event),
            Of(each.contract.id, each.record),
            kind_of(RUSSIAN, each.about),
            RUSSIAN.money(each.was),
            RUSSIAN.money(each.would_be),
        )
        for each in islice(found, ROWS_SHOWN)
    ]
    charges, accounts = RUSSIAN.count(found.count, "charge"), RUSSIAN.count(found.changed, "account")
    said = f"{charges}, {accounts}: приди записи вовремя, на счетах вместе было бы "
    table = Table("Списания", RUSSIAN.head(LATE_HEAD), rows, right=(4, 5), number=found.count)
    return Told([f"{said}{RUSSIAN.more_or_less(found.difference)}."], [table])


def _totals_between(
    since: date, until: date, by: Grouping | None, known_at: Moment | None, ledger: Ledger, progress: Progress
) -> Told:
    with ledger.snapshot() as snapshot:
        rows = totals_between(
            snapshot, since=since, until=until, by=by, known_at=known_at, engine=HERE, progress=progress
        )
    head = ((BY[by],) if by else ()) + TOTALS_HEAD
    cells = [_totals_cells(row, by) for row in rows]
    table = Table("", RUSSIAN.head(head), cells[:ROWS_SHOWN], right=range(len(head))[-3:], number=len(cells))
    said = "" if known_at is None else ", как было известно тогда"
    return Told([f"Итоги с {RUSSIAN.day(since)} по {RUSSIAN.day(until)}{said}."], [table])


def _verified(folder: Path, ledger: Ledger, progress: Progress) -> Told:
    report, unviewable = verify_log(ledger, None, engine=HERE, progress=progress)
    sentences = []
    try:
        found = compare_with_checkpoint(ledger, Keys(folder), report, workers=1)
        sentences.append(f"Подписанной контрольной точкой покрыто событий: {found.covered}.")
    except NoKeys:
        sentences.append("Контрольных точек нет: отрезанный конец журнала изнутри не виден.")
    if unviewable is not None:
        sentences.append("Сводные таблицы сравнить не удалось.")
    verdict = "всё сходится" if report.ok else f"расхождений: {len(report.problems)}"
    said = f"Решено заново: {RUSSIAN.count(report.accounts, 'account')}, {RUSSIAN.count(report.events, 'event')}"
    rows = [(summary.describe(each),) for each in report.problems[:PROBLEMS_SHOWN]]
    tables = [Table("Расхождения", ("Что",), rows, number=len(report.problems))] if rows else []
    return Told([f"{said} — {verdict}.", *sentences], tables, good=report.ok)


def _unrated(each: UnratedRecord) -> tuple[str | Of, ...]:
    row = each.row
    phrases = Phrasebook("ru", zone=row.clocks)
    return (
        Of(row.contract.id),
        Of(row.contract.id, row.version),
        to_the_minute(phrases, row.occurred_at),
        f"{phrases.service(row.service)} {phrases.measured(row.service, each.quantity)}, {phrases.zone(row.zone)}",
        each.plan or "—",
        phrases.say(REASONS[row.reason]),
    )


def _totals_cells(row: Mapping[str, Any], by: Grouping | None) -> tuple[str, ...]:
    group = () if by is None else (_group(row[by]),)
    return *group, row["account_name"], *(RUSSIAN.exact(row["unit"], row[n]) for n in ("opening", "moved", "closing"))


def _group(value: Any) -> str:
    return RUSSIAN.day(date.fromisoformat(value)) if isinstance(value, str) and value[:2] == "20" else str(value or "—")
