"""The catalogue's form: checked once when it is read, then asked by date."""

import copy
import hashlib
import tomllib
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cached_property, lru_cache, partial
from importlib import resources
from typing import Annotated, Final, Literal, TypeAlias, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator, model_validator

from ledger import periods
from ledger.catalogue.problems import BadCatalogue, contradictions, describe_problem, in_lines
from ledger.periods import Instant
from ledger.units import KB_PER_MB, SECONDS_PER_MINUTE, Kopecks, PackageQuantity, PackageSize, Service, parse_rubles

Packages: TypeAlias = dict[Service, PackageSize]
"""Sizes by service; a package of 0 makes no bucket and is absent (R-6.3)."""

_FACTOR: Final[dict[Service, int]] = {"voice": SECONDS_PER_MINUTE, "sms": 1, "data": KB_PER_MB}


NEWEST_EDITION: Final = 2
"""The edition of the rules that this program knows last (R-3.7)."""
UNUSED_FIELDS: Final = ("figures",)
"""Fields of a version that no decision looks at: they may be altered (R-3.6)."""
_YOUNGER_SETTINGS: Final = ("edition", "retention_days")
"""Settings that catalogues of older programs do not have: at their default they are no part of the digest."""


def _money(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError('money is a string of rubles, like "350.00"')
    return parse_rubles(value)


Money: TypeAlias = Annotated[Kopecks, BeforeValidator(_money)]
Id: TypeAlias = Annotated[str, Field(min_length=1, max_length=64)]
Size: TypeAlias = Annotated[int, Field(ge=0, le=10**9)] | Literal["unlimited"]


class _Model(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class PackageTable(_Model):
    """Package sizes as people write them: minutes, pieces, megabytes."""

    voice_minutes: Size = 0
    sms: Size = 0
    data_mb: Size = 0

    def amounts(self) -> Packages:
        """The sizes in package units, without the packages of 0."""
        sizes: dict[Service, Size] = {"voice": self.voice_minutes, "sms": self.sms, "data": self.data_mb}
        return {
            service: size if size == "unlimited" else PackageQuantity(size * _FACTOR[service])
            for service, size in sizes.items()
            if size != 0
        }


class Prices(_Model):
    """Prices outside the packages in one zone, kopecks including VAT; absent means not offered there (R-6.8)."""

    voice_minute: Money | None = None
    sms: Money | None = None
    data_mb: Money | None = None

    def of(self, service: Service) -> Kopecks | None:
        """Per started minute, piece, or started megabyte."""
        match service:
            case "voice":
                return self.voice_minute
            case "sms":
                return self.sms
            case "data":
                return self.data_mb


class Promise(_Model):
    """The promised payment's terms (R-10.2)."""

    max: Money = 800_00
    days: Annotated[int, Field(ge=1, le=365)] = 3
    fee: Money = 0


class Settings(_Model):
    """What may be set: the edition of the rules (R-3.7), the hour of the night (R-2.2), the late window (R-6.5).

    `retention_days` is how long a closed contract's personal data is kept at least (R-15.9).
    """

    night_hour: Annotated[int, Field(ge=0, le=23)] = 3
    late_window_hours: Annotated[int, Field(ge=0, le=24 * 366)] = 72
    promise: Promise = Promise()
    edition: Annotated[int, Field(ge=1, le=NEWEST_EDITION)] = 1
    retention_days: Annotated[int, Field(ge=0, le=36_600)] = 1095


class Region(_Model):
    """A home region and its clock (R-2.1)."""

    name: str
    zone: str

    @field_validator("zone")
    @classmethod
    def _known(cls, zone: str) -> str:
        periods.zone_named(zone)
        return zone


class PlanVersion(_Model):
    """One plan as it stands from `effective_from` on, until its next version (R-3.6)."""

    id: Id
    name: Annotated[str, Field(min_length=1)]
    effective_from: date
    sold_from: date
    sold_until: date | None = None
    regions: list[str]
    premium: bool = False
    refreshable: bool = True
    auto_carry: bool = False
    figures: Literal["public", "illustrative"] | None = None
    monthly_fee: Money
    daily_fee: Money | None = None
    packages: PackageTable
    daily_packages: PackageTable | None = None
    packages_cover: list[str]
    voice_increment_seconds: Annotated[int, Field(ge=1, le=3600)] = 60
    free_call_seconds: Annotated[int, Field(ge=0, le=3600)] = 3
    prices: dict[str, Prices] = {}

    @model_validator(mode="after")
    def _sold(self) -> "PlanVersion":
        if self.sold_until is not None and self.sold_until < self.sold_from:
            raise ValueError("sold_until lies before sold_from")
        return self

    @cached_property
    def month(self) -> Packages:
        """What a paid month grants."""
        return self.packages.amounts()

    @cached_property
    def day(self) -> Packages:
        """What a paid day grants; empty without a daily allowance."""
        return self.daily_packages.amounts() if self.daily_packages else {}

    @cached_property
    def version(self) -> str:
        """The name of this version in events: its `effective_from`."""
        return self.effective_from.isoformat()

    def serves(self, region: str) -> bool:
        """Whether subscribers of a region may have it."""
        return "*" in self.regions or region in self.regions

    def sold_on(self, day: date) -> bool:
        """Whether it can be newly connected: `sold_from ≤ day < sold_until` (R-3.2)."""
        return self.sold_from <= day and (self.sold_until is None or day < self.sold_until)


class OptionVersion(_Model):
    """One option as it stands from `effective_from` on; one-time with `days`, else monthly (R-9)."""

    id: Id
    name: Annotated[str, Field(min_length=1)]
    effective_from: date
    fee: Money
    packages: PackageTable
    days: Annotated[int, Field(ge=1, le=3660)] | None = None

    @cached_property
    def month(self) -> Packages:
        """What a paid period grants."""
        return self.packages.amounts()

    @cached_property
    def version(self) -> str:
        """The name of this version in events: its `effective_from`."""
        return self.effective_from.isoformat()


V = TypeVar("V", PlanVersion, OptionVersion)


class Document(_Model):
    """A catalogue as it is written, checked."""

    vat: dict[str, Annotated[int, Field(ge=0, le=99)]]
    settings: Settings = Settings()
    regions: dict[Annotated[str, Field(min_length=1, max_length=64)], Region]
    plans: list[PlanVersion] = []
    options: list[OptionVersion] = []

    @field_validator("vat")
    @classmethod
    def _dated(cls, vat: dict[str, int]) -> dict[str, int]:
        for day in vat:
            periods.parse_date(day)
        if not vat:
            raise ValueError("at least one rate is needed")
        return vat


class Catalogue:
    """A checked catalogue. Two catalogues with the same `digest` decide alike, whatever their spelling."""

    def __init__(self, document: Document, text: str) -> None:
        self.text = text
        self.document = document
        self.settings = document.settings
        self.edition = self.settings.edition
        """The edition of the rules under which its bookings are decided (R-3.7)."""
        self.regions = document.regions
        self.digest = _digest_of(document)
        self._under: dict[int, Catalogue] = {self.settings.edition: self}
        self._vat = sorted((date.fromisoformat(day), rate) for day, rate in document.vat.items())
        self.plans = _by_id(document.plans)
        """Every version of each plan in order of date."""
        self.options = _by_id(document.options)
        """The same of options."""
        self._plans_at = {id: periods.ByLocalDate(partial(_effective, each)) for id, each in self.plans.items()}
        self.vat_rate_at = periods.ByLocalDate(self.vat_rate).at
        """Percent of VAT on the local date of an instant in a zone."""

    def under(self, edition: int) -> "Catalogue":
        """This catalogue deciding under another edition, for questions that must not change the rules (R-3.7)."""
        if edition not in self._under:
            other = copy.copy(self)
            other.edition = edition
            other.settings = self.settings.model_copy(update={"edition": edition})
            self._under[edition] = other
        return self._under[edition]

    def plan(self, plan_id: str, day: date) -> PlanVersion | None:
        """The version of a plan effective on a local date, if it has one by then."""
        return _effective(self.plans.get(plan_id, []), day)

    def plan_at(self, plan_id: str, instant: Instant, zone: str) -> PlanVersion | None:
        """The same on the local date of an instant in a zone."""
        versions = self._plans_at.get(plan_id)
        return versions.at(instant, zone) if versions is not None else None

    def option(self, option_id: str, day: date) -> OptionVersion | None:
        """The version of an option effective on a local date, if it has one by then."""
        return _effective(self.options.get(option_id, []), day)

    def option_versions(self, option_id: str) -> list[OptionVersion]:
        """Every version of an option in order of date."""
        return self.options.get(option_id, [])

    def vat_rate(self, day: date) -> int:
        """Percent of VAT on a local date (R-1.6); before the table's first date, its first rate."""
        return self._vat[max(bisect_right(self._vat, (day, 100)) - 1, 0)][1]

    def vat_rates(self) -> list[int]:
        """Every rate of the table, the oldest first."""
        return [rate for _, rate in self._vat]

    def versions(self) -> Iterator[tuple[str, str, str, str]]:
        """Every plan and option version: kind, id, `effective_from`, and its content as JSON to compare."""
        for kind, table in (("plan", self.plans), ("option", self.options)):
            for versions in table.values():
                for version in versions:
                    content = version.model_dump_json(exclude={*UNUSED_FIELDS})
                    yield kind, version.id, version.effective_from.isoformat(), content

    def version_of(self, kind: str, id: str, since: str) -> "PlanVersion | OptionVersion | None":
        """The version that `versions` names so."""
        named: Sequence[PlanVersion | OptionVersion] = (self.plans if kind == "plan" else self.options).get(id, [])
        return next((version for version in named if version.version == since), None)


def _digest_of(document: Document) -> str:
    """The digest of a catalogue's content, the same in every program that reads it."""
    defaults = {name: Settings.model_fields[name].default for name in _YOUNGER_SETTINGS}
    absent = {name for name, default in defaults.items() if getattr(document.settings, name) == default}
    return hashlib.sha256(document.model_dump_json(exclude={"settings": absent}).encode()).hexdigest()


def _by_id(versions: Sequence[V]) -> dict[str, list[V]]:
    table: dict[str, list[V]] = {}
    for version in sorted(versions, key=lambda v: v.effective_from):
        table.setdefault(version.id, []).append(version)
    return table


def _effective(versions: Sequence[V], day: date) -> V | None:
    found = None
    for version in versions:
        if version.effective_from > day:
            break
        found = version
    return found


@lru_cache(maxsize=16)  # opening a ledger reads its catalogue several times; none ever changes
def parse(text: str) -> Catalogue:
    """A catalogue from TOML text. Raises BadCatalogue with every problem found, each naming plan and field."""
    try:
        raw = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise BadCatalogue([f"not TOML: {error}"]) from None
    try:
        document = Document.model_validate(raw)
    except ValidationError as error:
        known = _field_names()
        found = [describe_problem(raw, details, known) for details in error.errors()]
        raise BadCatalogue(in_lines(text, [*found, *contradictions(raw)])) from None
    if found := list(contradictions(raw)):
        raise BadCatalogue(in_lines(text, found))
    return Catalogue(document, text)


def _field_names() -> set[str]:
    """Every field that some part of a catalogue has."""
    parts = (Document, Settings, Promise, Region, PlanVersion, OptionVersion, PackageTable, Prices)
    return {name for part in parts for name in part.model_fields}


def shipped_text() -> str:
    """The TOML of the catalogue that comes with the program."""
    return resources.files("ledger.catalogue").joinpath("catalogue.toml").read_text(encoding="utf-8")
