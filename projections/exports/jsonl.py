"""The log as JSON Lines: stored bytes verbatim, with everything from which `import-log` makes the same log."""

from base64 import b64encode
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import BinaryIO, Final

import msgspec

from ledger.log.contracts import CLEAR, FORM_SETTING, LEDGER_SETTING, SEALED
from ledger.log.errors import BadEvents
from ledger.log.store import Adopted, Reading, Stored, StoredKey
from ledger.progress import Progress
from projections.evidence.leaf import event_hash
from projections.evidence.tree import Growing
from projections.exports.lines import FORMAT, CatalogueLine, End, EventLine, Form, KeyLine, Log

EVENTS_AT_ONCE: Final = 4_096  # a power of two makes a perfect subtree
_encoder: Final = msgspec.json.Encoder()


def write(log: Reading, file: BinaryIO, progress: Progress) -> int:
    """Write the whole log; how many events it has. Raises BadEvents."""
    last = log.last_position()
    said = log.setting(FORM_SETTING)
    form: Form | None = SEALED if said == SEALED else CLEAR if said == CLEAR else None
    file.write(_encoder.encode_lines([Log(FORMAT, log.count(), form, log.setting(LEDGER_SETTING))]))
    catalogues = log.adopted()
    tree = Growing()
    for rows in _batches(log.events_between(0, last)):
        lines: list[CatalogueLine | EventLine] = []
        for row in rows:
            while catalogues and catalogues[0].position <= row.position:
                lines.append(_catalogue(catalogues.pop(0)))
            lines.append(_event(log, row))
        file.write(_encoder.encode_lines(lines))
        tree.add_hashes(b"".join([event_hash(*row[1:]) for row in rows]))
        progress(tree.size)
    file.write(_encoder.encode_lines([_catalogue(row) for row in catalogues]))
    keys = 0
    for stored in log.all_keys():
        file.write(_encoder.encode(_key(stored)) + b"\n")
        keys += 1
    file.write(_encoder.encode_lines([End(tree.size, keys, root_text(tree))]))
    return tree.size


def root_text(tree: Growing) -> str:
    """A tree's root as checkpoints write it."""
    return b64encode(tree.root()).decode()


def _batches(rows: Iterable[Stored]) -> Iterator[list[Stored]]:
    rest = iter(rows)
    while some := list(islice(rest, EVENTS_AT_ONCE)):
        yield some


def _catalogue(row: Adopted) -> CatalogueLine:
    return CatalogueLine(row.position, row.digest, row.tzdata, row.toml)


def _event(log: Reading, row: Stored) -> EventLine:
    try:
        return EventLine(row.position, row.account, row.version, row.topic, row.state.decode())
    except (AttributeError, UnicodeDecodeError) as error:  # damage may put any kind of value anywhere
        account = log.contracts.named(row.account)
        raise BadEvents(f"account {account}, version {row.version}: {error}", "run_verify") from None


def _key(row: StoredKey) -> KeyLine:
    return KeyLine(row.key.hex(), row.account, row.version, row.content.hex())
