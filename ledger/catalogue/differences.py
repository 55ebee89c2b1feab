"""Differences: what two catalogues say otherwise, version by version, each from its date on."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from ledger.catalogue.model import Catalogue, OptionVersion, PlanVersion
from ledger.units import as_rubles

Kind: TypeAlias = Literal["plan", "option", "region", "setting", "vat"]
Version: TypeAlias = PlanVersion | OptionVersion
EFFECTIVE_FROM: Final = "effective_from"
_MONEY: Final = ("monthly_fee", "daily_fee", "fee", "promise.max", "promise.fee")


class Difference(NamedTuple):
    """One field that differs. `version` is the date from which it does, None where that is no matter of dates.

    `was` and `is_` are JSON, money in kopecks; None where there is nothing.
    """

    kind: Kind
    id: str
    version: str | None
    field: str
    was: Any
    is_: Any


class Changed(NamedTuple):
    """One field of something that differs, as in a `Difference`."""

    field: str
    was: Any
    is_: Any


def differences(was: Catalogue, is_: Catalogue) -> Iterator[Difference]:
    """What differs: plans, options by id and date; regions, settings, rates of VAT.

    Of a plan or option, what holds from each date on which a version of it begins in either catalogue is compared. A
    version that only one has differs in `effective_from` too.
    """
    for id in sorted({*was.plans, *is_.plans}):
        yield from _of_versions("plan", id, was.plans.get(id, []), is_.plans.get(id, []))
    for id in sorted({*was.options, *is_.options}):
        yield from _of_versions("option", id, was.options.get(id, []), is_.options.get(id, []))
    regions = ({id: region.model_dump() for id, region in each.regions.items()} for each in (was, is_))
    yield from _of_tables("region", *regions)
    yield from _of_tables("setting", *({"": each.settings.model_dump(mode="json")} for each in (was, is_)))
    for day, (rate_was, rate_is) in sorted(_side_by_side(was.document.vat, is_.document.vat).items()):
        if rate_was != rate_is:
            yield Difference("vat", "vat", day, "rate", rate_was, rate_is)


def changed_fields(was: Version | None, is_: Version | None) -> Iterator[Changed]:
    """The fields of two versions that differ, in the order of the catalogue's form."""
    sides = (_fields(was), _fields(is_))
    for field, (before, behind) in _side_by_side(*sides).items():
        if before != behind:
            yield Changed(field, before, behind)


def as_written(field: str, value: Any) -> str:
    """A value as a catalogue has it: money in rubles, other things as JSON has them."""
    if value is None:
        return "absent"
    return as_rubles(value) if is_money(field) else str(value)


def is_money(field: str) -> bool:
    """Whether a field holds kopecks."""
    return field in _MONEY or field.startswith("prices.")


def _of_versions(kind: Kind, id: str, was: Sequence[Version], is_: Sequence[Version]) -> Iterator[Difference]:
    dates = sorted({version.effective_from for version in (*was, *is_)})
    for day in dates:
        before, behind = (_version_at(versions, day) for versions in (was, is_))
        begins = [day if any(each.effective_from == day for each in versions) else None for versions in (was, is_)]
        if begins[0] != begins[1]:
            begun = [each and each.isoformat() for each in begins]
            yield Difference(kind, id, day.isoformat(), EFFECTIVE_FROM, *begun)
        for field, old, new in changed_fields(before, behind):
            yield Difference(kind, id, day.isoformat(), field, old, new)


def _version_at(versions: Sequence[Version], day: date) -> Version | None:
    return next((each for each in reversed(versions) if each.effective_from <= day), None)


def _of_tables(kind: Kind, was: Mapping[str, Any], is_: Mapping[str, Any]) -> Iterator[Difference]:
    for id in sorted({*was, *is_}):
        sides = (dict(flat(each.get(id))) for each in (was, is_))
        for field, (before, behind) in _side_by_side(*sides).items():
            if before != behind:
                yield Difference(kind, id or field.partition(".")[0], None, field, before, behind)


def _fields(version: Version | None) -> dict[str, Any]:
    if version is None:
        return {}
    return dict(flat(version.model_dump(mode="json", exclude={"id", EFFECTIVE_FROM})))


def flat(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """The fields of nested tables by their names with dots; what is absent is left out."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from flat(each, f"{name}.{key}" if name else key)
    elif value is not None:
        yield name, value


def _side_by_side(was: Mapping[str, Any], is_: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    return {name: (was.get(name), is_.get(name)) for name in (*was, *(each for each in is_ if each not in was))}
