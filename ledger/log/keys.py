"""Keys: an input is known by number, source and id for ever, and compared by a digest of its content (R-12.2).

The digests of a sealed contract are keyed with its key, so that nobody finds an input by trying what it may have said.
"""

import hashlib
from collections.abc import Callable
from dataclasses import MISSING, fields
from functools import cache
from operator import attrgetter
from typing import Any, Final, NamedTuple

import msgspec

from ledger.inputs import Input
from ledger.sealing import DIGEST_BYTES, ContractKey

_encoder: Final = msgspec.json.Encoder()


def key_of(source: str, input_id: str, key: ContractKey | None = None) -> bytes:
    """The digest of source and id; within a contract it names one input. Of a sealed one its key is needed."""
    return _digest(f"{source}\0{input_id}".encode(), key)


def content_of(input: Input, key: ContractKey | None = None) -> bytes:
    """The digest of what an input says, whatever its spelling and whenever it reached us.

    A field that a later version adds with a default changes no old digest.
    """
    return _digest(_encoder.encode(_said(input)), key)


class _Form(NamedTuple):
    """How to say everything that inputs of a type say: their values, those with a default, and a struct of both."""

    values: Callable[[Input], tuple[Any, ...]]
    defaults: list[tuple[int, object]]
    struct: type[msgspec.Struct]


@cache
def _form(kind: type) -> _Form:
    """All fields in order of name but `received_at`."""
    said = sorted((each for each in fields(kind) if each.name != "received_at"), key=lambda each: each.name)
    named = [(each.name, Any, msgspec.UNSET if each.default is MISSING else each.default) for each in said]
    return _Form(
        values=attrgetter(*(each.name for each in said)),
        defaults=[(place, each.default) for place, each in enumerate(said) if each.default is not MISSING],
        struct=msgspec.defstruct(
            kind.__name__, named, omit_defaults=True, rename=lambda name: name.rstrip("_"), frozen=True, gc=False
        ),
    )


def _said(input: Input) -> msgspec.Struct:
    """Everything an input says, of which those fields are encoded that are not at their default."""
    kind: type = type(input)
    form = _form(kind)
    said = list(form.values(input))
    for place, default in form.defaults:  # what only equals the default would be encoded
        if said[place] == default:
            said[place] = default
    return form.struct(*said)


def _digest(text: bytes, key: ContractKey | None) -> bytes:
    return hashlib.blake2b(text, digest_size=DIGEST_BYTES).digest() if key is None else key.digest(text)
