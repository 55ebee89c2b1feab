"""Jobs at the desk: those that somebody began, how far they are, and what they came to."""

import asyncio
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Any, Final

import msgspec

from ledger.log.store import Reading
from ledger.snapshot import Snapshot
from projections.words.phrasebook import Phrasebook
from scripts.app.office import ZONE
from scripts.web.answer import Answer
from scripts.web.asked import Asked
from scripts.web.jobs import Job, Work
from scripts.web.pages.desk import desk_page, link
from scripts.web.pages.desk_tables import Told, shown
from scripts.web.pages.page import redirect, to_the_minute
from scripts.web.problems import Problem
from scripts.web.route import Param

STREAM: Final = "text/event-stream"
LOOKED_EVERY_SECONDS: Final = 0.5
BEAT_SECONDS: Final = 15
STOP: Final = (Param(name="step", required=True, values=("stop",), does="What becomes of it."),)
STATES: Final = {
    "waits": "ждёт очереди",
    "runs": "идёт",
    "done": "готово",
    "failed": "не удалось",
    "stopped": "остановлено",
}


async def begun(
    asked: Asked,
    kind: str,
    title: str,
    work: Work,
    *,
    count: Callable[[Reading], int] | None = None,
    kept: Any = None,
    books: bool = False,
) -> Answer:
    """Begin a job, and lead to it; `count` says of how much it is, `books` that it books. Raises Problem."""
    of = None if count is None else await asked.service.read(lambda snapshot: count(snapshot.log))
    job = asked.service.jobs.start(kind, title, asked.visitor.name, work, kept=kept, books=books)
    job.of = of
    return redirect(link(asked, f"/desk/jobs/{job.id}"))


async def listed(asked: Asked) -> Answer:
    """The jobs of who asks."""
    jobs = asked.service.jobs.of(asked.visitor.name)
    return await desk_page(asked, "desk/jobs.html", lambda _: {"jobs": jobs, "states": STATES, "time": time})


async def job(asked: Asked) -> Answer:
    """One of them: how far it is, or what it came to."""
    found = job_of(asked)

    def facts(snapshot: Snapshot) -> dict[str, Any]:
        made = shown(asked, snapshot, found.result) if isinstance(found.result, Told) else {"told": None, "tables": []}
        return {**made, "job": found, "states": STATES, "time": time, "may_book": asked.visitor.role == "senior"}

    return await desk_page(asked, "desk/job.html", facts)


async def stop(asked: Asked) -> Answer:
    """Stop a job at its next step."""
    await asked.form(STOP)
    found = job_of(asked)
    found.stop()
    return redirect(link(asked, f"/desk/jobs/{found.id}"))


async def events(asked: Asked) -> Answer:
    """How far a job is, as it goes on, for a page that listens; each event tells all, so none is missed."""
    found = job_of(asked)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return Answer(stream=_stream(found), media_type=STREAM, headers=headers)


def job_of(asked: Asked) -> Job:
    """The job that the path names, if it is of who asks. Raises Problem."""
    found = asked.service.jobs.named(asked.path["job"], asked.visitor.name)
    if found is None:
        raise Problem(404, "NO_JOB", "Такого задания нет, или его результат больше не хранится.")
    return found


async def _stream(job: Job) -> AsyncIterator[bytes]:
    told, number, quiet = None, 0, 0.0
    while True:
        now = job.progressed
        if now != told:
            told, number, quiet = now, number + 1, 0.0
            data = msgspec.json.encode({"state": now.state, "said": STATES[now.state], "done": now.done, "of": now.of})
            yield b"id: %d\nevent: progress\ndata: %b\n\n" % (number, data)
        if job.is_over:
            return
        await asyncio.sleep(LOOKED_EVERY_SECONDS)
        quiet += LOOKED_EVERY_SECONDS
        if quiet >= BEAT_SECONDS:
            quiet = 0.0
            yield b": still here\n\n"


time: Final = partial(to_the_minute, Phrasebook("ru", zone=ZONE))
