"""Evidence: a ledger held against what a witness kept, and the proof of one event."""

from pathlib import Path
from typing import NamedTuple

from ledger.contracts import Contract
from ledger.progress import Progress, unwatched
from ledger.snapshot import Snapshot
from projections.evidence import catalogues, proof
from projections.evidence.checkpoint import Checkpoint
from projections.evidence.follow import root_at
from projections.evidence.keys import Keys
from projections.evidence.note import base64
from projections.evidence.proof import NothingToDisclose
from projections.evidence.sign import commit
from scripts.app.errors import Declined


class Comparison(NamedTuple):
    """How many events a ledger has, and why it does not continue what a witness kept, if it does not."""

    size: int
    problem: Declined | None


class ProvedEvent(NamedTuple):
    """The file that proves an event, and the newest checkpoint."""

    content: bytes
    newest: Checkpoint


def compare(snapshot: Snapshot, keys: Keys, witness: Checkpoint, progress: Progress = unwatched) -> Comparison:
    """A ledger held against a checkpoint that somebody kept. Raises NotTheLog, BadNote."""
    size, root = root_at(snapshot.log, keys.newest(), witness, progress)
    under = catalogues.signed_of(catalogues.under(snapshot.log, witness.size))
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
    version: int,
    folder: Path,
    progress: Progress = unwatched,
    *,
    disclose: bool = False,
) -> ProvedEvent:
    """The proof of an event, by the keys in a folder; one that no checkpoint covers yet gets one first.

    With `disclose` it has the key of this event, so that its personal data can be read too.
    Raises Declined, NotTheLog, NoKeys, BadNote, BadProof.
    """
    row = snapshot.log.stored(contract.id, version)
    if row is None:
        raise Declined("NO_VERSION", account=contract, version=version)
    keys = Keys(folder)
    newest = keys.newest()
    if newest is None or newest.size < row.position:
        newest = commit(snapshot.log, keys, progress)
    try:
        return ProvedEvent(proof.make_proof_beside(snapshot.log, row, keys, disclose=disclose), newest)
    except NothingToDisclose as error:
        raise Declined("NOTHING_TO_DISCLOSE", account=contract, version=version, reason=error) from None
