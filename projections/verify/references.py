"""References: the tables `sources` and `used_versions` list exactly what the events cite (R-3.6, R-12.2)."""

from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter
from typing import Any, Final, NamedTuple, TypeAlias, TypeVar

import msgspec

from ledger.events import EVENT_TYPES, Event
from ledger.log import codec
from ledger.log.errors import BadEvents
from ledger.log.store import Reading, Stored
from projections.verify.account import Problem

T = TypeVar("T")
Version: TypeAlias = tuple[str, str, str]
"""Kind, id, `effective_from`."""


class Place(NamedTuple):
    """Where something is cited first along the log."""

    position: int
    account: str
    version: int


class _Source(msgspec.Struct, gc=False):
    source: str


class _Cites(msgspec.Struct, gc=False):
    """The few fields of a stored event that name a row of another table; the rest is not read."""

    input: _Source | None = None
    plan: str | None = None
    plan_version: str | None = None
    option: str | None = None
    option_version: str | None = None


_decoder: Final = msgspec.json.Decoder(_Cites)
_versions_in: Final[dict[type, Callable[[Event], Any]]] = {
    kind: attrgetter(*(name for name in _Cites.__struct_fields__[1:] if name in kind.__struct_fields__), "__class__")
    for kind in EVENT_TYPES
}
"""What an event of each type cites beside its source, with the type: it may cite nothing."""


class References(msgspec.Struct):
    """What the events of some accounts cite, each with its first place."""

    sources: dict[str, Place] = msgspec.field(default_factory=dict)
    versions: dict[Version, Place] = msgspec.field(default_factory=dict)

    def add_all(self, rows: Sequence[Stored], events: Sequence[Event]) -> None:
        """Take events of an account, as read, in order of position: what they cite once more has its place already."""
        known = set()
        for row, event in zip(rows, events, strict=True):
            cites = (event.input and event.input.source, _versions_in[type(event)](event))
            if cites not in known:
                known.add(cites)
                self.add(row, event)

    def add(self, row: Stored, event: Event | None) -> None:
        """Take a stored event, given also as read where it was; one that cannot be read is somebody else's finding."""
        cites: Any = event
        try:
            if cites is None:
                cites = row.event() if row.topic in codec.UPCASTS else _decoder.decode(row.state)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, TypeError, BadEvents):
            return
        place = Place(row.position, row.account, row.version)
        if cites.input is not None:
            _note(self.sources, cites.input.source, place)
        for kind in ("plan", "option"):
            id, version = getattr(cites, kind, None), getattr(cites, f"{kind}_version", None)
            if id is not None and version is not None:
                _note(self.versions, (kind, id, version), place)

    def update(self, other: "References") -> None:
        """Take what the events of other accounts cite."""
        for source, place in other.sources.items():
            _note(self.sources, source, place)
        for version, place in other.versions.items():
            _note(self.versions, version, place)

    def problems(self, log: Reading, *, everybody: bool) -> Iterator[Problem]:
        """What the tables lack; and, where these are all accounts, what they list though no event cites it."""
        listed, used = set(log.sources()), log.used_versions()
        for source, place in self.sources.items():
            if source not in listed:
                yield Problem(place.account, place.version, "table sources", source, None)
        for version, place in self.versions.items():
            if version not in used:
                yield Problem(place.account, place.version, "table used_versions", _named(version), None)
        if everybody:
            for source in sorted(listed - self.sources.keys(), key=str):
                yield Problem(None, None, "table sources", None, source)
            for version in sorted(used - self.versions.keys(), key=str):
                yield Problem(None, None, "table used_versions", None, _named(version))


def _note(places: dict[T, Place], cited: T, place: Place) -> None:
    known = places.get(cited)
    if known is None or place.position < known.position:
        places[cited] = place


def _named(version: Version) -> str:
    kind, id, since = version
    return f"{kind} {id} of {since}"
