"""A plan's version as a catalogue writes it: the TOML of a new one, behind everything that stands there already."""

import json
from collections.abc import Iterator

from ledger.catalogue.differences import as_written
from ledger.catalogue.model import PackageTable, PlanVersion


def with_version(text: str, version: PlanVersion) -> str:
    """The text of a catalogue with one more version at its end; what stood there stands there unchanged."""
    end = "" if text.endswith("\n") else "\n"
    return f"{text}{end}\n" + "".join(f"{line}\n" for line in _lines(version))


def _lines(version: PlanVersion) -> Iterator[str]:
    yield "[[plans]]"
    for name in type(version).model_fields:
        value = getattr(version, name)
        if name in version.model_fields_set and name != "prices" and value is not None:
            yield f"{name} = {_value(name, value)}"
    for zone, prices in version.prices.items():
        yield f"[plans.prices.{_key(zone)}]"
        for service, price in prices:
            if price is not None:
                yield f"{service} = {_text(as_written('prices.', price))}"


def _value(name: str, value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return _text(value)
        case list():
            return f"[{', '.join(map(_text, value))}]"
        case PackageTable():
            sizes = (
                (size, getattr(value, size)) for size in type(value).model_fields if size in value.model_fields_set
            )
            return f"{{ {', '.join(f'{size} = {_value(size, given)}' for size, given in sizes)} }}"
        case int() if (money := as_written(name, value)) != str(value):
            return _text(money)
        case _:
            return str(value)


def _key(name: str) -> str:
    is_bare = name.isascii() and name.replace("-", "").replace("_", "").isalnum()
    return name if is_bare else _text(name)


def _text(value: str) -> str:
    """A string of TOML: that of JSON, which leaves one control character as it is."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
