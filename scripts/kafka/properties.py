"""Properties of the client from a file: a name and a value on a line, as Kafka's own tools take them."""

from pathlib import Path

from scripts.errors import UsageError
from scripts.kafka.client import OWN
from scripts.wiring import read_text


def read_properties(path: Path) -> dict[str, str]:
    """What a file sets. Raises UsageError, which names no value."""
    found: dict[str, str] = {}
    for number, line in enumerate(read_text(path, "file of properties").splitlines(), start=1):
        text = line.strip()
        if not text or text.startswith(("#", "!")):
            continue
        name, equals, value = (part.strip() for part in text.partition("="))
        if not name or not equals:
            raise UsageError(f"{path}, line {number}: no property; one is name=value")
        if name in OWN:
            raise UsageError(f"{path}, line {number}: {name} is not for you to set: {OWN[name]}")
        found[name] = value
    return found
