"""The log as JSON Lines: stored bytes verbatim, with everything from which `import-log` makes the same log."""

from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import BinaryIO, Final

import msgspec

from ledger.events import Event
from ledger.log import keys
from ledger.log.errors import BadEvents
from ledger.log.journal import Adopted, Reading, Stored
from projections.evidence.leaf import event_hash
from projections.evidence.tree import Growing
from projections.exports.lines import FORMAT, CatalogueLine, End, EventLine, Line, Log
from projections.exports.postings import Progress

EVENTS_AT_ONCE: Final = 5_000
_encoder: Final = msgspec.json.Encoder()


def write(log: Reading, file: BinaryIO, progress: Progress) -> int:
    """Write the whole log; how many events it has. Raises BadEvents."""
    last = log.last_position()
    _put(file, Log(FORMAT, log.count()))
    catalogues = log.adopted()
    tree = Growing()
    for rows in _batches(log.events_between(0, last)):
        contents = _contents(log, rows)
        for row in rows:
            while catalogues and catalogues[0].position <= row.position:
                _put(file, _catalogue(catalogues.pop(0)))
            _put(file, _event(row, contents.get((row.account, row.version))))
        tree.add_hashes(b"".join([event_hash(*row[1:]) for row in rows]))
        progress(tree.size)
    for adopted in catalogues:
        _put(file, _catalogue(adopted))
    _put(file, End(tree.size, root_text(tree)))
    return tree.size


def root_text(tree: Growing) -> str:
    """A tree's root as checkpoints write it."""
    return b64encode(tree.root()).decode()


def _contents(log: Reading, rows: Sequence[Stored]) -> dict[tuple[str, int], str]:
    """The digests of inputs by account and version of the first event they caused."""
    wanted = {(row.account, keys.key_of(*named)) for row in rows if (named := _input(row.event())) is not None}
    return {(account, found.version): found.content.hex() for (account, _), found in log.keys(list(wanted)).items()}


def _input(event: Event) -> tuple[str, str] | None:
    return (event.input.source, event.input.id) if event.input is not None else None


def _batches(rows: Iterable[Stored]) -> Iterator[list[Stored]]:
    rest = iter(rows)
    while some := list(islice(rest, EVENTS_AT_ONCE)):
        yield some


def _catalogue(row: Adopted) -> CatalogueLine:
    return CatalogueLine(row.position, row.digest, row.tzdata, row.toml)


def _event(row: Stored, content: str | None) -> EventLine:
    try:
        state = row.state.decode()
    except UnicodeDecodeError as error:
        raise BadEvents(f"account {row.account}, version {row.version}: {error}; run `obnovi verify`") from None
    return EventLine(row.position, row.account, row.version, row.topic, state, content)


def _put(file: BinaryIO, line: Line) -> None:
    file.write(_encoder.encode(line) + b"\n")
