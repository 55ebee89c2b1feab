"""The night, asked for: what every account's schedule has up to an instant, booked in slices (R-2.7, R-4)."""

from collections import Counter
from datetime import date
from functools import partial
from typing import Final

import msgspec

from ledger.periods import Moment
from ledger.preview import preview_night
from ledger.service import Ledger
from ledger.snapshot import Snapshot
from scripts.app.night import Run, advanced, due_by, runs_of
from scripts.web.answer import Answer, json_answer
from scripts.web.asked import Asked, moment_of
from scripts.web.body import read

ACCOUNTS_AT_ONCE: Final = 500
"""Between slices others get their turn: one takes some hundred milliseconds."""


class NightRequest(msgspec.Struct, forbid_unknown_fields=True):
    """Up to when, by default now; and after which time that is somebody's mistake."""

    until: str | None = None
    not_after: str | None = None


async def night(asked: Asked) -> Answer:
    """Advance every account; the same again charges nobody twice, and goes on where it was interrupted."""
    given = await read(asked, NightRequest) if asked.has_body() else NightRequest()
    until = _moment(asked, "until", given.until)
    not_after = _moment(asked, "not_after", given.not_after)
    now = asked.service.now()
    runs = await asked.service.read(lambda snapshot: runs_of(snapshot, until, not_after, now=now))
    if asked.get("dry_run", False):
        upto = until if isinstance(until, date) else runs[0].until
        return json_answer(advanced(await asked.service.read(lambda snapshot: _tried(snapshot, upto), slow=True)))
    total: Counter[str] = Counter()
    for run in runs:
        work = partial(_slice, run)
        while (counted := await asked.service.write(work, goes_on=True)) is not None:
            total += counted
    return json_answer(advanced(total))


def _slice(run: Run, ledger: Ledger) -> Counter[str] | None:
    return ledger.advance_due(run.until, accounts_max=ACCOUNTS_AT_ONCE, zone=run.zone)


def _tried(snapshot: Snapshot, until: Moment) -> Counter[str]:
    return preview_night(snapshot.log, due_by(snapshot.log, until), snapshot.catalogues.newest(), until)


def _moment(asked: Asked, name: str, said: str | None) -> Moment | None:
    """A time of the query or of the body. Raises Problem."""
    found: Moment | None = asked.get(name)
    return found if said is None else moment_of(name, said)
