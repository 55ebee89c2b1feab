"""Evidence: checkpoints of the log, and the proof of one event, which take nobody's word."""

from ledger.snapshot import Snapshot
from projections import canonical_evidence
from projections.evidence.keys import Keys
from projections.evidence.sign import commit_all
from scripts.app.evidence import prove
from scripts.web.answer import Answer, json_answer
from scripts.web.api.accounts import version_of
from scripts.web.asked import Asked
from scripts.web.own import contract_asked


async def proof(asked: Asked) -> Answer:
    """The file that proves an event; where no checkpoint covers it yet, one is made, as the command does."""
    version = version_of(asked)
    folder = asked.service.ref.keys_place.folder

    def answer(snapshot: Snapshot) -> Answer:
        contract = contract_asked(asked, snapshot)
        (content,) = prove(snapshot, contract, [version], folder).contents
        return Answer(body=content, whose=(contract.id,))

    return await asked.service.read(answer, slow=True)


async def checkpoints(asked: Asked) -> Answer:
    """The newest checkpoint of the log, of each shard; the first one is made by whoever asks first."""
    folder = asked.service.ref.keys_place.folder

    def answer(snapshot: Snapshot) -> Answer:
        keys = Keys(folder)
        shards = len(snapshot.log.shards)
        newest = [keys.of_shard(number, shards).newest() for number in range(shards)]
        made = [each for each in newest if each is not None]
        if len(made) < shards:
            made = commit_all(snapshot.log, keys)
        return json_answer(canonical_evidence.checkpoints(made))

    return await asked.service.read(answer, slow=True)
