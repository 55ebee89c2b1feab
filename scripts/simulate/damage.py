"""Damage: lines that are no inputs, as bad cables and bad programs make them; the whole line follows the broken one.

A sender repeats what was not acknowledged, so a feed with damage books the same as the feed without it.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from scripts.simulate.chance import Chance


def damaged_now_and_then(lines: Iterator[bytes], share: float, seed: int) -> Iterator[bytes]:
    """The lines, and before some of them the same one damaged, so that `share` (below 1) of all are malformed."""
    chance = Chance(seed, "damage")
    for line in lines:
        while chance.happens(share):
            yield chance.one_of(KINDS)(line, chance)
        yield line


def _cut_off(line: bytes, chance: Chance) -> bytes:
    return line[: chance.between(1, len(line) - 1)]


def _noise(line: bytes, chance: Chance) -> bytes:
    place = chance.between(1, len(line) - 1)
    return line[:place] + b"\xff\xfe" + line[place:]


def _two_in_one(line: bytes, chance: Chance) -> bytes:
    return line + line


def _unknown_type(line: bytes, chance: Chance) -> bytes:
    return line.replace(b'"type":"', b'"type":"x-', 1)


def _unknown_field(line: bytes, chance: Chance) -> bytes:
    return line[:-1] + b',"cell":250012}'


def _key_twice(line: bytes, chance: Chance) -> bytes:
    return line[:-1] + b',"id":"again"}'


def _null(line: bytes, chance: Chance) -> bytes:
    return line[:-1] + b',"by":null}'


def _short_account(line: bytes, chance: Chance) -> bytes:
    return line.replace(b'"account":"79', b'"account":"9', 1)


def _no_time(line: bytes, chance: Chance) -> bytes:
    return line.replace(b'"at":"', b'"at":"about ', 1)


def _no_object(line: bytes, chance: Chance) -> bytes:
    return b"[" + line + b"]"


KINDS: Final[Sequence[Callable[[bytes, Chance], bytes]]] = (
    _cut_off, _noise, _two_in_one, _unknown_type, _unknown_field, _key_twice, _null, _short_account, _no_time,
    _no_object,
)  # fmt: skip
