"""Canonical notices: their JSON (contract §12)."""

from collections.abc import Iterable
from typing import Any

import msgspec

from ledger.periods import local_text
from projections.contract_fields import contract_fields
from projections.notices.notice import INSTANTS
from projections.notices.told import ToldNotice


def notices(made: Iterable[ToldNotice]) -> bytes:
    """Some notices as one JSON list."""
    return msgspec.json.encode([fields(each) for each in made])


def notice(made: ToldNotice) -> bytes:
    """One of them, as it is pushed: the bytes that it has in the list."""
    return msgspec.json.encode(fields(made))


def fields(made: ToldNotice) -> dict[str, object]:
    """A notice as JSON: what every one has, then its own facts."""

    def told(name: str, value: Any) -> Any:
        return local_text(value, made.zone) if name in INSTANTS and isinstance(value, int) else value

    return {
        "id": made.id,
        **contract_fields(made.contract),
        "version": made.version,
        "kind": made.kind,
        "at": local_text(made.at, made.zone),
        "text": made.text,
        "after": made.after,
        **{name: told(name, value) for name, value in made.facts.items()},
    }
