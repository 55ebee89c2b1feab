"""Canonical evidence: the JSON of checkpoints (contract §7.1)."""

from collections.abc import Sequence

from projections.evidence.checkpoint import Checkpoint
from projections.evidence.note import base64


def checkpoint(made: Checkpoint) -> dict[str, object]:
    """A checkpoint without its note."""
    return {"origin": made.origin, "size": made.size, "root": base64(made.root)}


def checkpoints(made: Sequence[Checkpoint]) -> dict[str, object]:
    """The checkpoint of a log with its note, or those of all shards."""
    listed = [{**checkpoint(each), "note": each.note} for each in made]
    return listed[0] if len(listed) == 1 else {"shards": listed}
