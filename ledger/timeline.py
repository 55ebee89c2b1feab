"""Timeline: every catalogue a ledger was given, each holding from its position on (R-3.6)."""

from bisect import bisect_right
from collections.abc import Sequence

from ledger.catalogue import BadCatalogue, Catalogue, parse
from ledger.log.store import Adopted, Reading


class CatalogueTimeline:
    """Every catalogue of a ledger, each holding from its position on (R-3.6). Raises BadCatalogue for a damaged one."""

    def __init__(self, adopted: Sequence[Adopted]) -> None:
        self._positions = [row.position for row in adopted]
        self._texts = [row.toml for row in adopted]
        self._parsed: dict[int, Catalogue] = {}

    def at(self, position: int) -> Catalogue:
        """The catalogue under which the event of a position was booked."""
        return self._get(self._index(position))

    def since(self, position: int) -> int:
        """The position from which that catalogue holds."""
        return self._positions[self._index(position)]

    def newest(self) -> Catalogue:
        """The catalogue under which the next event will be booked."""
        return self._get(len(self._texts) - 1)

    def zones(self) -> list[str]:
        """Every zone in which an account can have been opened, in order."""
        catalogues = map(self._get, range(len(self._texts)))
        return sorted({region.zone for catalogue in catalogues for region in catalogue.regions.values()})

    def _index(self, position: int) -> int:
        return max(bisect_right(self._positions, position) - 1, 0)

    def _get(self, index: int) -> Catalogue:
        if not self._texts:
            raise BadCatalogue(["every catalogue of the ledger is gone"])
        if index not in self._parsed:
            self._parsed[index] = parse(self._texts[index])
        return self._parsed[index]


def timeline_of(log: Reading) -> CatalogueTimeline:
    """The catalogues of a reading."""
    return CatalogueTimeline(log.adopted())
