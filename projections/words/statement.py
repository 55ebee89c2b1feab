"""Statement: the words that its printed forms say, in Russian and English."""

from typing import Final

import msgspec

from projections.words.language import Language


class Unrated(msgspec.Struct, frozen=True):
    """What is said of records that nobody could rate when they were booked (R-13.6)."""

    title: str
    start: str
    service: str
    quantity: str
    reason: str
    version: str

    def counted(self, records: int) -> str:
        """The title with the number of records."""
        return f"{self.title}: {records}"


UNRATED: Final[dict[Language, Unrated]] = {
    "ru": Unrated("Записи без цены", "Начало", "Услуга", "Объём", "Причина", "Версия"),
    "en": Unrated("Records without a price", "Start", "Service", "Quantity", "Reason", "Version"),
}
