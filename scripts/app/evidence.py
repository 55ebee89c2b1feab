"""Evidence: a ledger held against what a witness kept, and the proof of one event."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from ledger.contracts import Contract
from ledger.log.sharded.placing import parted
from ledger.log.store import Reading
from ledger.progress import Progress, unwatched
from ledger.snapshot import Snapshot
from projections.evidence import catalogues, checkpoint, note, proof
from projections.evidence.checkpoint import Checkpoint
from projections.evidence.follow import root_at
from projections.evidence.keys import Keys
from projections.evidence.note import BadNote, PublicKey, base64
from projections.evidence.proof import NothingToDisclose
from projections.evidence.sign import commit
from scripts.app.errors import Declined


class Comparison(NamedTuple):
    """How many events a ledger has, and why it does not continue what a witness kept, if it does not."""

    size: int
    problem: Declined | None


class ProvedEvents(NamedTuple):
    """The files that prove events, in the order asked for, the newest checkpoint, and the key that signed it."""

    contents: list[bytes]
    newest: Checkpoint
    key: PublicKey


def witnessed(text: str, keys: Keys, shards: int) -> list[Checkpoint]:
    """The checkpoints that somebody kept, one of each shard, in a text in any order. Raises BadNote."""
    if shards == 1:
        return [checkpoint.opened(text, keys.public)]
    notes = {each.partition("\n")[0]: each for each in note.each(text)}
    found = []
    for number in range(shards):
        key = keys.of_shard(number, shards).public
        if key.name not in notes:
            raise BadNote(f"no checkpoint of {key.name}, and a ledger of {shards} shards is compared with one of each")
        found.append(checkpoint.opened(notes[key.name], key))
    return found


def compare(snapshot: Snapshot, keys: Keys, witness: Checkpoint, progress: Progress = unwatched) -> Comparison:
    """A ledger held against a checkpoint that somebody kept. Raises NotTheLog, BadNote."""
    return _compare(snapshot.log, keys, witness, progress)


def compare_all(
    snapshot: Snapshot, keys: Keys, witnesses: Sequence[Checkpoint], progress: Progress = unwatched
) -> list[Comparison]:
    """The same of every shard, each with its checkpoint. Raises NotTheLog, BadNote."""
    shards = snapshot.log.shards
    return [
        _compare(shard, keys.of_shard(number, len(shards)), witness, progress)
        for (number, shard), witness in zip(enumerate(shards), witnesses, strict=True)
    ]


def _compare(log: Reading, keys: Keys, witness: Checkpoint, progress: Progress) -> Comparison:
    size, root = root_at(log, keys.newest(), witness, progress)
    under = catalogues.signed_of(catalogues.under(log, witness.size))
    problem = None
    if root is None:
        problem = Declined("SHORTER_THAN_WITNESS", seen=witness.size, size=size)
    elif root != witness.root:
        problem = Declined("FORK_OF_EVENTS", seen=witness.size, theirs=base64(witness.root), ours=base64(root))
    elif witness.catalogues is not None and witness.catalogues != under:
        theirs, ours = witness.catalogues.line(), under.line()
        problem = Declined("FORK_OF_CATALOGUES", seen=witness.size, theirs=theirs, ours=ours)
    return Comparison(size, problem)


def prove(
    snapshot: Snapshot,
    contract: Contract,
    versions: Sequence[int],
    folder: Path,
    progress: Progress = unwatched,
    *,
    disclose: bool = False,
) -> ProvedEvents:
    """Proofs of events of a contract, at least one, by the keys in a folder.

    Where no checkpoint covers all of them, one is made.

    With `disclose` they have the keys of these events, so that their personal data can be read too.
    Raises Declined, NotTheLog, NoKeys, BadNote, BadProof.
    """
    rows = []
    for version in versions:
        found = snapshot.log.stored(contract.id, version)
        if found is None:
            raise Declined("NO_VERSION", account=contract, version=version)
        number, position = parted(found.position)
        rows.append(found._replace(position=position))
    log = snapshot.log.shards[number]
    keys = Keys(folder).of_shard(number, len(snapshot.log.shards))
    newest = keys.newest()
    if newest is None or newest.size < max(row.position for row in rows):
        newest = commit(log, keys, progress)
    try:
        return ProvedEvents(proof.make_proofs_beside(log, rows, keys, disclose=disclose), newest, keys.public)
    except NothingToDisclose as error:
        raise Declined("NOTHING_TO_DISCLOSE", account=contract, version=versions[0], reason=error) from None
