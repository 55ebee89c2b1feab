"""Language: a text for people is a pair, Russian and English; a document or an answer is told in one of the two."""

import re
from functools import cache
from typing import Final, Literal, TypeAlias

import msgspec

Language: TypeAlias = Literal["ru", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("ru", "en")


class Text(msgspec.Struct, frozen=True):
    """The same sentence in both languages; what stands in braces is filled in by name."""

    ru: str
    en: str

    def filled_in(self, said: str) -> dict[str, str] | None:
        """What was filled in where the Russian sentence was said; None where another one was."""
        found = _pattern(self.ru).fullmatch(said)
        return None if found is None else found.groupdict()


@cache
def _pattern(sentence: str) -> re.Pattern[str]:
    """What a sentence looks like, whatever is filled in."""
    parts = re.split(r"{(\w+)}", sentence)
    made = (f"(?P<{part}>.*?)" if number % 2 else re.escape(part) for number, part in enumerate(parts))
    return re.compile("".join(made), re.DOTALL)
