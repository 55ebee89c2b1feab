"""Documents held against the ledger: is this statement ours, and is it as it was given out (R-13.5)?"""

from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias, get_args

import msgspec

from ledger import periods
from ledger.account import Account
from ledger.contracts import ERASED, NO_KEY, Contract, chosen
from ledger.events import Event
from ledger.log.store import Reading
from ledger.progress import Progress, unwatched
from ledger.snapshot import Snapshot
from projections.canonical import statement_id
from projections.engines.engine import Telling
from projections.engines.pool import in_processes
from projections.formats.csv import Table
from projections.formats.recognise import Recognised, recognised
from projections.former import erasure_of, former_id, former_named, months_of
from projections.ledger_line import Broken
from projections.shares import cut
from projections.statement import Dates, Statement, statement, statements
from projections.words.language import LANGUAGES
from scripts.app.accounts import require_account
from scripts.app.errors import Declined
from scripts.app.statements import Layout, checked_footer, keys_for, statement_of

Why: TypeAlias = Literal[
    "NOT_A_STATEMENT", "NO_SUCH_CONTRACT", "NO_KEY", "OTHER_CONTENT", "OTHER_BYTES", "NOT_FOUND"
]  # fmt: skip
"""Why a document is not ours as it is: it is no statement; there is no such contract, or its key is not at hand; the
ledger says something else; the content is ours, but not the bytes; none of the statements that were tried is it."""
EVENTS_MAX: Final = 2_000_000
"""A statement that was not final is looked for among the earlier states of its contract, while that takes no more."""
DAYS_MAX: Final = 1_000
"""Of a contract that lasted longer only whole months are tried."""
FEW: Final = 10
"""Of so many contracts whichever dates are tried, of more their months."""
CONTRACTS_AT_ONCE: Final = 100


class Difference(msgspec.Struct, frozen=True):
    """The first field in which JSON differs: its path, what the ledger says, and what the document does."""

    field: str
    expected: object
    found: object


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a document is ours and unchanged; if not, `why`.

    `document` is its id. `as_of` is the version of the last event of a statement that was not final when it was made;
    `erased` says that only its id is known, since its personal data were destroyed (R-15.9).
    """

    ok: bool
    document: str | None = None
    contract: Contract | None = None
    dates: Dates | None = None
    final: bool | None = None
    form: str | None = None
    as_of: int | None = None
    erased: bool = False
    why: Why | None = None
    difference: Difference | None = None


class Where(msgspec.Struct, frozen=True):
    """Where to look for a document that does not say what it is: a contract or all, some dates or whichever."""

    contract: Contract | None = None
    dates: Dates | None = None


def verify_file(snapshot: Snapshot, content: bytes, keys: Path, where: Where) -> Verdict:
    """A file held against the ledger; the foot of most formats tells a checkpoint in the folder of `keys`.

    A csv says nothing about itself: it takes a contract and dates. Raises Declined, NoKeys.
    """
    told = recognised(content)
    if told is None:
        return _table(snapshot, content, where)
    verdict = _held(snapshot, content, keys, told)
    if verdict.ok or told.form != "json":
        return verdict
    return _former(snapshot, told.id) or verdict


def _held(snapshot: Snapshot, content: bytes, keys: Path, told: Recognised) -> Verdict:
    dates = Dates(told.since, told.until)
    about = partial(Verdict, document=told.id, form=told.form, dates=dates)
    contract = chosen(snapshot.contracts, told.account, told.holder)
    if contract is None or dates.since > dates.until:
        return about(ok=False, why="NO_SUCH_CONTRACT" if contract is None else "NOT_A_STATEMENT")
    if contract.number == NO_KEY:
        return about(ok=False, contract=contract, why="NO_KEY")
    account, now = statement_of(snapshot, contract, since=told.since, until=told.until)
    for made, as_of in _states(snapshot, account, now, told):
        if statement_id(made) == told.id:
            as_printed = told.form == "json" or content in _printed(snapshot, account, made, told, keys)
            why: Why | None = None if as_printed else "OTHER_BYTES"
            return about(ok=as_printed, contract=contract, final=made.final, as_of=as_of, why=why)
    difference = _difference(Layout("json").render(now), content) if told.form == "json" else None
    return about(ok=False, contract=contract, why="OTHER_CONTENT", difference=difference)


def verify_id(snapshot: Snapshot, id: str, where: Where, *, workers: int, progress: Progress = unwatched) -> Verdict:
    """A statement looked for by its id: among the months of contracts, or the dates that are given.

    Of a few contracts whichever dates are tried then. `progress` is told in contracts. Raises Declined.
    """
    named = [where.contract] if where.contract is not None else snapshot.contracts.all()
    ids = [each.id for each in named if each.number != NO_KEY]
    parts = cut(ids, -(-len(ids) // CONTRACTS_AT_ONCE) or 1)
    jobs = [Telling(partial(_search, part, id, where.dates, len(ids) <= FEW)) for part in parts]
    with closing(
        in_processes(jobs, snapshot.log, workers=workers, until=snapshot.log.mark(), progress=progress)
    ) as each:
        found = next((verdict for verdict in each if verdict is not None), None)
    return Verdict(ok=False, document=id, why="NOT_FOUND") if found is None else found


def _search(
    ids: Sequence[str], id: str, dates: Dates | None, few: bool, log: Reading, progress: Progress
) -> Verdict | None:
    """The statement of an id among those of some contracts."""
    snapshot = Snapshot(log)
    for done, contract in enumerate(map(log.contracts.named, ids), 1):
        account = snapshot.account(contract.id)
        if account is not None:
            found = _former_of(snapshot, contract, account, id) or _among(snapshot, contract, account, id, dates, few)
            if found is not None:
                return found
        progress(done)
    return None


def _among(
    snapshot: Snapshot, contract: Contract, account: Account, id: str, dates: Dates | None, few: bool
) -> Verdict | None:
    """The statement of an id among those that are tried."""
    for asked in [[dates]] if dates is not None else _tried(account, few=few):
        for made in _statements(snapshot, contract, account, asked):
            if statement_id(made) == id:
                found = Dates(made.since, made.until)
                return Verdict(ok=True, document=id, contract=contract, dates=found, final=made.final)
    return None


def _tried(account: Account, *, few: bool) -> Iterator[list[Dates]]:
    """Ranges of dates that are tried together: the months, and of few contracts all there are."""
    yield months_of(account)
    if not few:
        return
    first, last = (periods.local_date(each, account.zone) for each in (account.opened_at, account.clock))
    days = [first + timedelta(days=number) for number in range(min((last - first).days + 1, DAYS_MAX))]
    for number, since in enumerate(days):
        yield [Dates(since, until) for until in days[number:]]


def _statements(snapshot: Snapshot, contract: Contract, account: Account, asked: list[Dates]) -> list[Statement]:
    erased = erasure_of(snapshot.log, account)
    named = [
        Dates(each.since, each.until, former_id(erased, since=each.since, until=each.until)) for each in asked
    ]  # fmt: skip
    try:
        with closing(snapshot.events(contract.id)) as events:
            return statements(contract, account, events, snapshot.catalogues, named)
    except Broken as error:
        raise Declined("UNSOUND_STATEMENT", account=str(contract), reason=error) from None


def _states(
    snapshot: Snapshot, account: Account, now: Statement, told: Recognised
) -> Iterator[tuple[Statement, int | None]]:
    """The statement as it is now, and as it was told before it was final, with the version it was told up to."""
    yield now, None
    if told.final:
        return
    begin, end = (periods.day_start(day, account.zone) for day in (now.since, now.until + timedelta(days=1)))
    events = [each for each in snapshot.events(account.account) if each[1].booked_at < end]
    before = sum(event.booked_at < begin for _, event in events)
    first = max(told.shown or before, 1)
    if (len(events) - first) * len(events) > EVENTS_MAX and told.shown is None:
        return
    for known in range(first, len(events) + 1):
        made = _earlier(snapshot, account, now, events[:known])
        if told.shown is not None and _shown(made) > max(told.shown, before):
            return
        yield made, known


def _earlier(snapshot: Snapshot, account: Account, now: Statement, events: list[tuple[int, Event]]) -> Statement:
    return statement(
        now.contract, account, events, snapshot.catalogues, since=now.since, until=now.until, former_id=now.former_id,
        summarised=True,
    )  # fmt: skip


def _shown(made: Statement) -> int:
    return max([*(line.version for line in made.lines[-1:]), *(row.version for row in made.usage[-1:])], default=0)


def _printed(snapshot: Snapshot, account: Account, made: Statement, told: Recognised, keys: Path) -> Iterator[bytes]:
    """The bytes of a statement in a format: before any checkpoint covered it, and with the first that did."""
    layout = Layout(told.form, lang=told.lang)
    yield layout.render(made)
    kept = keys_for(layout, keys)
    foot = None if kept is None else checked_footer(snapshot, account, kept, made.until)
    if foot is not None:
        yield layout.render(made, foot)


def _table(snapshot: Snapshot, content: bytes, where: Where) -> Verdict:
    """A csv, which has to be told what it is."""
    if where.contract is None or where.dates is None:
        return Verdict(ok=False, why="NOT_A_STATEMENT")
    dates = where.dates
    _, made = statement_of(snapshot, where.contract, since=dates.since, until=dates.until)
    layouts = [Layout("csv", table, lang) for table in get_args(Table) for lang in LANGUAGES]
    is_ours = any(layout.render(made) == content for layout in layouts)
    return Verdict(
        ok=is_ours,
        document=statement_id(made) if is_ours else None,
        contract=where.contract,
        dates=dates,
        final=made.final if is_ours else None,
        form="csv",
        why=None if is_ours else "OTHER_CONTENT",
    )


def _former(snapshot: Snapshot, id: str) -> Verdict | None:
    """What an erased contract says that it was called, if it is one of those."""
    for contract in snapshot.contracts.all():
        if contract.number == ERASED:
            found = _former_of(snapshot, contract, require_account(snapshot, contract.id), id)
            if found is not None:
                return found
    return None


def _former_of(snapshot: Snapshot, contract: Contract, account: Account, id: str) -> Verdict | None:
    dates = former_named(erasure_of(snapshot.log, account), id)
    if dates is None:
        return None
    return Verdict(ok=True, document=id, contract=contract, dates=dates, final=True, erased=True)


def _difference(ours: bytes, theirs: bytes) -> Difference | None:
    return next(_differences("", msgspec.json.decode(ours), msgspec.json.decode(theirs)), None)


def _differences(path: str, expected: Any, found: Any) -> Iterator[Difference]:
    """Where two JSON values differ, in their order; a list that is longer differs in its first row more."""
    if isinstance(expected, dict) and isinstance(found, dict):
        for name in {**expected, **found}:
            yield from _differences(f"{path}.{name}".lstrip("."), expected.get(name), found.get(name))
    elif isinstance(expected, list) and isinstance(found, list):
        for number in range(max(len(expected), len(found))):
            pair = (rows[number] if number < len(rows) else None for rows in (expected, found))
            yield from _differences(f"{path}[{number}]", *pair)
    elif expected != found or type(expected) is not type(found):
        yield Difference(path, expected, found)
