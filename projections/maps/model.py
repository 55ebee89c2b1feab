"""The form of a map: checked once when it is read; what is wrong with one is told with its line and key."""

import re
import tomllib
from importlib import resources
from typing import Annotated, Final, Literal, Self, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from ledger import periods
from projections.maps.problems import told

Column: TypeAlias = Annotated[int, Field(ge=1, le=10_000)] | Annotated[str, Field(min_length=1)]
"""A number from 1, or what the header says."""
Columns: TypeAlias = Column | Annotated[list[Column], Field(min_length=1)]
"""Of several the first that is not empty."""

FOLDER: Final = "projections.maps"
ENDING: Final = ".toml"


class BadMap(ValueError):
    """A map that cannot be used; `problems` has a line for each thing wrong, with its place."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def _pattern(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError("a pattern is a string")
    try:
        made = re.compile(value)
    except re.error as error:
        raise ValueError(f"no regular expression: {error}") from None
    if made.groups > 1:
        raise ValueError("a pattern has one group at most")
    return value


def _zone(value: object) -> object:
    if isinstance(value, str):
        periods.zone_named(value)
    return value


Pattern: TypeAlias = Annotated[str, BeforeValidator(_pattern)]
Zone: TypeAlias = Annotated[str, BeforeValidator(_zone)]


class _Model(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Text(_Model):
    """A cell as text: what a pattern finds in it, or what a table says of it.

    `values` wants the whole text, `prefixes` its longest beginning; `default` is for an empty cell, and for what
    neither has. `number`: it is a phone number, however it is written.
    """

    column: Columns
    pattern: Pattern | None = None
    values: dict[str, str] | None = None
    prefixes: dict[str, str] | None = None
    default: str | None = None
    number: bool = False

    @model_validator(mode="after")
    def _one_table(self) -> Self:
        if self.values is not None and self.prefixes is not None:
            raise ValueError("values and prefixes do not go together")
        return self


class Money(_Model):
    """A sum; `absolute`: a minus is no part of it."""

    column: Columns
    unit: Literal["rub", "kop"] = "rub"
    absolute: bool = False


class Quantity(_Model):
    """How much a record was, in seconds, pieces or bytes when it is read.

    `clock` is `1:02:03` or `62:03`. Without `round` a part of a second or byte cannot be read.
    """

    column: Columns
    unit: Literal["s", "ms", "min", "clock", "pieces", "b", "kb", "mb", "gb"]
    round: Literal["up", "nearest"] | None = None


class Time(_Model):
    """A time; several columns are read behind each other, as a date and a time.

    `format` is that of strptime, or `unix`, `unix_ms`, `excel`. Without an offset, its own or in `offset`, it is that
    of `zone`, by default the table's.
    """

    column: Column | Annotated[list[Column], Field(min_length=1)]
    format: str | None = None
    offset: Column | None = None
    zone: Zone | Text | None = None


class Id(_Model):
    """The id of an input: a cell, or a digest of columns, so that the same row has it in every file.

    Rows of the same digest are counted: the second one has another id than the first.
    """

    column: Columns | None = None
    digest: Annotated[list[Column], Field(min_length=1)] | None = None
    prefix: str = ""

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.column is None) == (self.digest is None):
            raise ValueError("an id is a column or a digest of columns")
        return self


class Condition(_Model):
    """What a cell has to say: one of some values, none of some, what a pattern finds, or whether there is anything."""

    column: Column
    values: list[str] | None = None
    not_values: list[str] | None = None
    pattern: Pattern | None = None
    empty: bool | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        said = (self.values, self.not_values, self.pattern, self.empty)
        if sum(each is not None for each in said) != 1:
            raise ValueError("a condition is values, not_values, pattern or empty")
        return self


class Skip(Condition):
    """Rows that are no records; they are counted under this name."""

    name: Annotated[str, Field(min_length=1)]


class Record(_Model):
    """How a row becomes an input. `when`: all of that has to hold; the first record that fits a row makes its input."""

    type: Literal["usage", "top_up", "refund"]
    id: Id
    account: Text
    at: Time
    received_at: Time | None = None
    source: str | Text | None = None
    when: list[Condition] = []
    service: str | Text | None = None
    direction: str | Text | None = None
    quantity: Quantity | Annotated[int, Field(ge=0)] | None = None
    zone: str | Text | None = None
    peer: str | Text | None = None
    amount: Money | None = None
    channel: str | Text | None = None

    @model_validator(mode="after")
    def _of_its_type(self) -> Self:
        wanted, optional = _FIELDS[self.type]
        if missing := [name for name in wanted if getattr(self, name) is None]:
            raise ValueError(f"a {self.type} needs {', '.join(missing)}")
        others = {name for fields in _FIELDS.values() for part in fields for name in part} - {*wanted, *optional}
        if surplus := sorted(name for name in others if getattr(self, name) is not None):
            raise ValueError(f"a {self.type} has no {', '.join(surplus)}")
        return self


_FIELDS: Final = {
    "usage": (("service", "direction", "quantity"), ("zone", "peer")),
    "top_up": (("amount",), ("channel",)),
    "refund": (("amount",), ("channel",)),
}
"""Of each type what it needs, and what it may have."""


class Table(_Model):
    """How the file is written; what is not said is found out. `zone`: whose clocks its times are."""

    zone: Zone
    header: bool = True
    delimiter: Literal[";", ",", "\t", "|"] | None = None
    encoding: str | None = None
    decimal: Literal["comma", "point"] | None = None


class Map(_Model):
    """A map: what it is of, with the page that describes the format, the form of the table, and its records."""

    description: str
    source: str = ""
    table: Table
    skip: list[Skip] = []
    records: Annotated[list[Record], Field(min_length=1)]


def parse(text: str) -> Map:
    """The map of a TOML text. Raises BadMap."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadMap([str(error)]) from None
    try:
        return Map.model_validate(raw)
    except ValidationError as error:
        raise BadMap(told(text, error)) from None


def shipped() -> dict[str, str]:
    """The texts of the maps that come with the program, by name."""
    files = (each for each in resources.files(FOLDER).iterdir() if each.name.endswith(ENDING))
    return {each.name.removesuffix(ENDING): each.read_text(encoding="utf-8") for each in sorted(files, key=str)}
