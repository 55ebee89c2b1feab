"""Whether the server is alive and ready, and its figures."""

from ledger.snapshot import Snapshot
from scripts.web.answer import Answer, json_answer
from scripts.web.asked import Asked
from scripts.web.metrics import MEDIA_TYPE


async def live(asked: Asked) -> Answer:
    """The process answers."""
    return json_answer({"ok": True})


async def ready(asked: Asked) -> Answer:
    """The ledger can be read, and how far it goes."""

    def answer(snapshot: Snapshot) -> Answer:
        return json_answer({"ok": True, "positions": [shard.last_position() for shard in snapshot.log.shards]})

    return await asked.service.read(answer)


async def metrics(asked: Asked) -> Answer:
    """The figures, as Prometheus reads them."""
    return Answer(body=asked.service.metrics.text(), media_type=MEDIA_TYPE)
