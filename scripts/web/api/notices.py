"""Notices: what subscribers are to be told, in order, for whoever tells them; the same `after` gets the same again."""

from ledger.snapshot import Snapshot
from projections import canonical_notices
from scripts.app.notices import LIMIT, LIMIT_MAX, follow, notices_after
from scripts.web.answer import Answer
from scripts.web.asked import Asked
from scripts.web.paging import limit_of, next_page
from scripts.web.problems import Problem


async def notices(asked: Asked) -> Answer:
    """The next notices behind one, once all that happened was followed."""
    limit = limit_of(asked, LIMIT_MAX, otherwise=LIMIT)
    outbox = asked.service.outbox
    if outbox is None:
        raise Problem(503, "STORE", "this server has no outbox", headers={"Retry-After": "60"})

    def answer(snapshot: Snapshot) -> Answer:
        now = asked.service.now()
        follow(snapshot.log, outbox, now)
        found = notices_after(snapshot.log, outbox, asked.get("after") or None, limit=limit, now=now)
        more = next_page(asked, found[-1].after) if len(found) == limit else {}
        return Answer(body=canonical_notices.notices(found) + b"\n", headers=more)

    return await asked.service.read(answer, slow=True)
