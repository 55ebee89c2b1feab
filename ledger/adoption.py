"""Adoption: which catalogue holds from now on in a log, and what makes one impossible (R-3.6, R-3.7)."""

from collections.abc import Iterable
from functools import cache
from importlib import metadata
from typing import Final, NamedTuple

from ledger.accounts import rebuild_heads
from ledger.catalogue import Catalogue, parse, shipped_text
from ledger.catalogue.differences import as_written, changed_fields
from ledger.catalogue.model import UNUSED_FIELDS
from ledger.events import Event
from ledger.holders import new_name
from ledger.log import heads
from ledger.log.contracts import CLEAR, FORM_SETTING, LEDGER_SETTING, SEALED
from ledger.log.sharded.placing import SHARD_SETTING, SHARDS_SETTING
from ledger.log.store import Reading, Writing


class CatalogueRefused(Exception):
    """A catalogue that drops or alters what was already used (R-3.6), or goes back to an older edition (R-3.7)."""


class Place(NamedTuple):
    """Which of how many shards a log is, and what its ledger is called in the keyring, where that is known."""

    number: int = 0
    shards: int = 1
    ledger: str | None = None


ALONE: Final = Place()


def adopt(tx: Writing, catalogue: str | None, *, sealed: bool, place: Place = ALONE) -> None:
    """Let a catalogue hold from the next position on; without one the log's own, or the shipped one in a new log.

    A new log becomes `sealed`, or stays in the clear for ever, and keeps its place. Nothing happens where the same
    holds already, with the zone data of today. Raises CatalogueRefused.
    """
    adopted = tx.adopted()
    if not adopted:
        tx.set("heads_schema", str(heads.STATE_SCHEMA))
        tx.set(FORM_SETTING, SEALED if sealed else CLEAR)
        tx.set(LEDGER_SETTING, place.ledger or new_name())
        if place.shards > 1:
            tx.set(SHARD_SETTING, str(place.number))
            tx.set(SHARDS_SETTING, str(place.shards))
    text = catalogue or (adopted[-1].toml if adopted else shipped_text())
    given = parse(text)
    if adopted and (adopted[-1].digest, adopted[-1].tzdata) == (given.digest, zone_data()):
        return
    before = parse(adopted[-1].toml) if adopted else given
    if adopted:
        require_adoptable(tx, given)
    tx.adopt(given.digest, text, zone_data())
    if _agenda_of(before) != _agenda_of(given):
        rebuild_heads(tx, given)


def require_adoptable(tx: Reading, given: Catalogue) -> None:
    """Raise CatalogueRefused where a log can not have a catalogue (R-3.6, R-3.7)."""
    if adopted := tx.adopted():
        _refuse_older_edition(parse(adopted[-1].toml), given)
        _refuse_alteration(tx, given)


def versions_cited(events: Iterable[Event]) -> set[tuple[str, str, str]]:
    """Plan and option versions that events cite: kind, id, `effective_from` (R-3.6)."""
    versions: set[tuple[str, str, str]] = set()
    for event in events:
        for kind in ("plan", "option"):
            used, version = getattr(event, kind, None), getattr(event, f"{kind}_version", None)
            if used is not None and version is not None:
                versions.add((kind, used, version))
    return versions


def _agenda_of(catalogue: Catalogue) -> tuple[object, ...]:
    """What the next instants of accounts depend on: the hour of the night, and what options cost when (R-9.2)."""
    options = [version for version in catalogue.versions() if version[0] == "option"]
    return catalogue.settings.night_hour, options


def _refuse_older_edition(before: Catalogue, given: Catalogue) -> None:
    """Raise CatalogueRefused where the ledger is decided under a newer edition already (R-3.7)."""
    if given.edition < before.edition:
        raise CatalogueRefused(
            f"the catalogue has edition {given.edition} of the rules, but this ledger is already decided under edition "
            f"{before.edition}; put `edition = {before.edition}` into its [settings]"
        )


def _refuse_alteration(tx: Reading, given: Catalogue) -> None:
    """Raise CatalogueRefused where a version that some event cites is gone or differs (R-3.6)."""
    offered = {(kind, id, since): content for kind, id, since, content in given.versions()}
    kept = {
        (kind, id, since): content for row in tx.adopted() for kind, id, since, content in parse(row.toml).versions()
    }
    for version in sorted(tx.used_versions()):
        kind, id, since = version
        if version not in offered:
            raise CatalogueRefused(
                f"the catalogue drops {kind} {id} of {since}, which was already used; keep it and add a new version"
            )
        if offered[version] != kept.get(version):
            differs = _first_difference(tx, given, version)
            raise CatalogueRefused(
                f"the catalogue alters {kind} {id} of {since}, which was already used: {differs}; "
                "add a new version instead"
            )


def _first_difference(tx: Reading, given: Catalogue, version: tuple[str, str, str]) -> str:
    """The first field in which a version of a catalogue is not as it was used."""
    used = (found for row in reversed(tx.adopted()) if (found := parse(row.toml).version_of(*version)) is not None)
    changed = changed_fields(next(used, None), given.version_of(*version))
    for field, was, is_ in changed:
        if field not in UNUSED_FIELDS:
            return f"its {field} was {as_written(field, was)} and is {as_written(field, is_)}"
    return "its zones stand in another order"


@cache
def zone_data() -> str:
    """The zone data of this program, by version."""
    return metadata.version("tzdata")
