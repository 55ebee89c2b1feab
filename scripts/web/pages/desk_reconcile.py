"""Reconciliation at the desk: a bank's list compared with a channel, and, as a second step, what is missing booked."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import islice
from typing import Any, Final

from ledger.periods import Instant
from ledger.progress import Progress
from ledger.service import Ledger
from ledger.snapshot import Snapshot
from projections.registry.matching import Here, Pair
from projections.registry.rows import Listed, Sum
from projections.registry.standing import Missing
from projections.tables.problems import BadTable
from projections.words import registry as words
from projections.words.language import Text
from projections.words.phrasebook import Phrasebook
from scripts.app import reconcile as app
from scripts.app.reconcile import DEFAULT_SOURCE, DEFAULT_ZONE, Reconciled
from scripts.app.reconcile import Asked as Comparison
from scripts.web.answer import Answer
from scripts.web.asked import Asked
from scripts.web.pages.desk import desk_page
from scripts.web.pages.desk_jobs import begun, job_of
from scripts.web.pages.desk_tables import Cell, Of, Table, Told
from scripts.web.pages.page import to_the_minute
from scripts.web.problems import Problem
from scripts.web.route import Param

FILE_BYTES_MAX: Final = 5 * 1024 * 1024
KIND: Final = "reconcile"
ROWS_SHOWN: Final = 100
BOOKED_AT_ONCE: Final = 500
CHANNEL: Final = (Param(name="channel", required=True, does="The channel of its payments."),)
BOOK: Final = (Param(name="step", required=True, values=("book",), does="That what is missing is meant."),)
_CHANNEL_LENGTH_MAX: Final = 32
_PHRASES: Final = Phrasebook("ru", zone=DEFAULT_ZONE)


async def reconcile(asked: Asked) -> Answer:
    """The form for a bank's list."""
    return await desk_page(asked, "desk/reconcile.html", lambda _: {"megabytes": FILE_BYTES_MAX // 2**20})


async def start(asked: Asked) -> Answer:
    """Compare a list with the ledger, beside the answers."""
    form, file = await asked.upload(CHANNEL, "file")
    channel = form["channel"].strip()
    if not 1 <= len(channel) <= _CHANNEL_LENGTH_MAX:
        raise Problem(422, "BAD_PARAMETER", f"Канал — от 1 до {_CHANNEL_LENGTH_MAX} знаков.")
    if not file or len(file) > FILE_BYTES_MAX:
        raise Problem(413, "TOO_LARGE", f"Файл пуст или больше {FILE_BYTES_MAX // 2**20} МБ.")
    work = partial(_compare, file, channel, asked.service.now())
    return await begun(asked, KIND, f"Сверка канала {channel}", work, kept=(channel, file))


async def book(asked: Asked) -> Answer:
    """Book what a list has and the ledger lacks, as a job behind the comparison that showed it."""
    await asked.form(BOOK)
    compared = job_of(asked)
    told = compared.result
    if compared.kind != KIND or not isinstance(told, Told) or not told.book:
        raise Problem(409, "NOTHING_TO_BOOK", "Проводить здесь нечего.")
    channel, file = compared.kept
    service = asked.service

    def work(ledger: Ledger, progress: Progress) -> Told:
        with ledger.snapshot() as snapshot, _compared(snapshot, file, channel, progress) as found:
            payments = (each.listed for each in found.to_book())
            lines = [(each.line, app.input_line(each, channel, DEFAULT_SOURCE, DEFAULT_ZONE)) for each in payments]
        applied = refused = rejected = 0
        for start in range(0, len(lines), BOOKED_AT_ONCE):
            progress(start)
            some = lines[start : start + BOOKED_AT_ONCE]
            done = service.write_from_job(partial(app.book, lines=some, now=service.now))
            applied += done.counts.applied
            refused += done.counts.refused
            rejected += len(done.rejected)
        return Told([_PHRASES.say(words.BOOKED, applied=applied, refused=refused, rejected=rejected) + "."])

    return await begun(asked, "reconcile-book", f"Проведение платежей канала {channel}", work, books=True)


def _compare(file: bytes, channel: str, now: Instant, ledger: Ledger, progress: Progress) -> Told:
    with ledger.snapshot() as snapshot, _compared(snapshot, file, channel, progress) as found:
        return _told(found, now)


@contextmanager
def _compared(snapshot: Snapshot, file: bytes, channel: str, progress: Progress) -> Iterator[Reconciled]:
    """A list compared with the ledger. Raises Problem where it is no list."""
    try:
        with app.reconciled(snapshot, io.BytesIO(file), Comparison(channel), progress=progress) as found:
            yield found
    except BadTable as error:
        where = "" if error.line is None else f" Строка {error.line}."
        raise Problem(422, "BAD_TABLE", f"Файл не читается как список платежей.{where}") from None


def _told(found: Reconciled, now: Instant) -> Told:
    """What was found, in sentences and tables."""
    sentences = [f"{_PHRASES.say(words.MATCHED, count=found.found.matched)}."]
    if found.other_channels:
        sentences.append(f"По этому каналу здесь никогда не платили; есть {', '.join(found.other_channels)}.")
    total = found.total_line
    if total is not None and found.total_agrees is not None:
        said = [] if total.count is None else [str(total.count)]
        said += [] if total.amount is None else [_PHRASES.money(total.amount)]
        text = words.TOTAL_AGREES if found.total_agrees else words.TOTAL_DIFFERS
        sentences.append(_PHRASES.say(text, line=total.line, said=", ".join(said)))
    sides = [_side(words.IN_FILE, found.listed), _side(words.IN_LEDGER, found.booked)]
    tables = [Table("", _PHRASES.head(words.SIDES_HEAD), sides, right=(1, 2, 3, 4))]
    counts = found.found.counts()
    rows: dict[str, Iterator[tuple[Cell, ...]]] = {
        "missing_here": map(_missing_here, found.missing_here()),
        "missing_there": map(_missing_there, found.found.missing_there()),
        "other_sum": (_other(pair, words.BOOKED_SUM) for pair in found.found.other_sum()),
        "other_number": (_other(pair, words.BOOKED_NUMBER) for pair in found.found.other_number()),
        "twice": (_other(pair, words.BOOKED_AGAIN) for pair in found.found.twice()),
    }
    tables += [
        Table(_PHRASES.say(words.KINDS[kind]), _PHRASES.head(words.HEAD), list(islice(cells, ROWS_SHOWN)), (4,), number)
        for kind, cells in rows.items()
        if (number := counts[kind])
    ]
    can_be_booked = sum(not app.will_be_rejected(each, now) for each in found.to_book())
    return Told(sentences, tables, good=not any(counts.values()), book=can_be_booked)


def _side(name: Text, each: Sum) -> tuple[str, ...]:
    sums = (each.payments, each.refunds, each.payments + each.refunds)
    return (_PHRASES.say(name), str(each.count), *map(_PHRASES.money, sums))


def _listed(each: Listed, note: str) -> tuple[Cell, ...]:
    """A row of the file; its number is somebody's, so the last digits alone are kept of it."""
    account = f"…{each.account[-4:]}"
    return str(each.line), each.id, account, to_the_minute(_PHRASES, each.at), _PHRASES.money(each.amount), note


def _here(each: Here, note: str) -> tuple[Cell, ...]:
    at = to_the_minute(Phrasebook("ru", zone=each.zone), each.at)
    where = Of(each.contract.id, each.version)
    return "", each.id, Of(each.contract.id), at, _PHRASES.money(each.amount), note or where


def _missing_here(each: Missing) -> tuple[Cell, ...]:
    facts: dict[str, Any] = {}
    if each.booked is not None:
        facts = {"version": each.booked.event.version}
    elif each.likely is not None:
        facts = {"version": each.likely.version, "id": each.likely.id}
    return _listed(each.listed, "" if each.why is None else _PHRASES.say(words.WHY[each.why], **facts))


def _missing_there(pair: Pair) -> tuple[Cell, ...]:
    assert pair.here is not None, "it is the ledger's"
    line = pair.listed
    return _here(pair.here, "" if line is None else _PHRASES.say(words.LIKELY_LINE, line=line.line, id=line.id))


def _other(pair: Pair, said: Text) -> tuple[Cell, ...]:
    """A row of either side, with what stands against it on the other."""
    here = pair.here
    if pair.listed is None:
        assert here is not None, "one of them is there"
        return _here(here, _PHRASES.say(words.BOOKED_AGAIN, version=here.version))
    if here is None:
        return _listed(pair.listed, "")
    facts = {"amount": _PHRASES.money(here.amount), "version": here.version, "account": f"…{here.contract.number[-4:]}"}
    return _listed(pair.listed, _PHRASES.say(said, **facts))
