"""Heads: each account's folded state beside its events, snapshot and agenda at once (R-2.7, R-4.8).

They are MessagePack without names: every booking reads and writes one, and with names it would be three times as long.
The parts of a long memory are rows of their own, read when they are asked for and written when they have changed.
"""

from collections.abc import Iterator
from functools import partial
from typing import Any, Final

import msgspec

from ledger.account import KINDS, Account
from ledger.log.store import PartRow
from ledger.memory import Memory, Part, Reader

STATE_SCHEMA: Final = 6
"""Raised whenever `Account` changes its form: heads of another form are rebuilt from the log."""


def encode(account: Account) -> bytes:
    """The account's state as stored in its head; of the parts that are rows of their own only what they are."""
    return _encoder.encode(account)


def beginning(zone: str) -> bytes:
    """How every head begins whose account is in a zone; so stores find those that are due there."""
    return FORM + _encoder.encode(zone)


def shown(state: object) -> object:
    """What is stored of an account, for people: as JSON, with names if it is a head, or whatever it is."""
    if not isinstance(state, bytes):
        return state
    account = decode(state, no_parts)
    try:
        return msgspec.json.encode(_named(account or msgspec.msgpack.decode(state))).decode()
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, TypeError):
        return state.decode(errors="backslashreplace")


def decode(state: bytes, read: Reader) -> Account | None:
    """The account of a head; None for a damaged one, or one of another form: a field too few, too many, or unlike.

    `read` finds the things of a part that is a row of its own, when they are asked for.
    """
    try:
        account = _decoder.decode(state)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, TypeError):
        return None
    for name, parts in account.memory.parts.items():
        for number, part in parts.items():
            if part.stored:
                part.read_by(partial(read, name, number, part.version))
    return account


def parts_of(account: Account) -> Iterator[PartRow]:
    """The rows of an account's memory that are not stored yet."""
    for name, number, part in account.memory.apart():
        if not part.stored:
            yield PartRow(account.account, name, number, part.version, _encoder.encode(part.things))


def decode_part(kind: str, state: bytes) -> tuple[Any, ...] | None:
    """The things of a part's row; None for a damaged one."""
    try:
        return _things[kind].decode(state)
    except (msgspec.DecodeError, UnicodeDecodeError, TypeError):
        return None


def _named(thing: object) -> object:
    """A thing with the names of its fields, which are not stored."""
    match thing:
        case Memory():
            return _named(_plain(thing))
        case msgspec.Struct():
            return {name: _named(getattr(thing, name)) for name in thing.__struct_fields__}
        case list() | tuple():
            return [_named(each) for each in thing]
        case _:
            return thing


def _plain(memory: object) -> list[tuple[str, int, int, int, tuple[int, ...], tuple[Any, ...] | None]]:
    assert isinstance(memory, Memory)
    if not memory.parts:
        return []
    apart = {(name, number) for name, number, _ in memory.apart()}
    return [
        (name, number, part.version, part.count, part.marks, None if (name, number) in apart else part.things)
        for name, parts in sorted(memory.parts.items())
        for number, part in sorted(parts.items())
    ]


_TUPLES: Final[dict[str, Any]] = {name: tuple.__class_getitem__((kind.thing, ...)) for name, kind in KINDS.items()}
"""What several things of each kind are."""
_INTEGERS: Final = {int}


def _memory(_: type, plain: Any) -> Memory:
    """The memory of the rows that `_plain` made. Raises TypeError or ValueError for others."""
    parts: dict[str, dict[int, Part[Any]]] = {}
    for kind, number, version, count, marks, plain_things in plain:
        if not _INTEGERS.issuperset(map(type, (number, version, count, *marks))) or kind not in _TUPLES:
            raise ValueError("not a part of a memory")
        things = None if plain_things is None else msgspec.convert(plain_things, type=_TUPLES[kind])
        if things is not None and len(things) != count:
            raise ValueError("a part with another number of things")
        read = _not_yet if things is None else None
        part = Part(things, version=version, count=count, marks=tuple(marks), read=read)
        parts.setdefault(kind, {})[number] = part
    return Memory(parts)


def no_parts(kind: str, number: int, version: int) -> tuple[Any, ...]:
    """For those who only look at an account's own fields."""
    raise AssertionError(f"part {number} of {kind} at version {version} is not to be read")


def _not_yet() -> tuple[Any, ...]:
    raise AssertionError("a part is read before it is known from where")


_encoder: Final = msgspec.msgpack.Encoder(enc_hook=_plain)
FORM: Final = msgspec.msgpack.encode([0] * len(msgspec.structs.fields(Account))).rstrip(b"\0")
"""How every head begins: a list of so many fields."""
_decoder: Final = msgspec.msgpack.Decoder(Account, dec_hook=_memory)
_things: Final[dict[str, msgspec.msgpack.Decoder[tuple[Any, ...]]]] = {
    name: msgspec.msgpack.Decoder(things) for name, things in _TUPLES.items()
}
