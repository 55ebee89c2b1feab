"""Language: a text for people is a pair, Russian and English; a document or an answer is told in one of the two."""

from typing import Final, Literal, TypeAlias

import msgspec

Language: TypeAlias = Literal["ru", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("ru", "en")


class Text(msgspec.Struct, frozen=True):
    """The same sentence in both languages; what stands in braces is filled in by name."""

    ru: str
    en: str

    def of(self, lang: Language) -> str:
        """The sentence in a language."""
        return self.ru if lang == "ru" else self.en


def sign(amount: int) -> str:
    """What stands before a number for people that is below 0."""
    return "\N{MINUS SIGN}" if amount < 0 else ""
