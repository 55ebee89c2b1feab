"""Catalogues: shown, compared, and gone on with by a new version of a plan (R-3.6)."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from itertools import islice
from typing import Any, Final, NamedTuple

import msgspec

from ledger.accounts import stored_accounts
from ledger.catalogue import BadCatalogue, Catalogue, OptionVersion, PlanVersion, oversights, parse
from ledger.catalogue.differences import changed_fields
from ledger.catalogue.model import PackageTable, Prices, Size
from ledger.catalogue.problems import did_you_mean
from ledger.catalogue.written import with_version
from ledger.snapshot import Snapshot
from ledger.units import Kopecks, Service
from scripts.app.errors import InvalidRequest

READ_AT_ONCE: Final = 500
ZONE_MAX: Final = 32
"""Characters of a record's zone (contract §2)."""
_PRICED: Final[dict[Service, str]] = {"voice": "voice_minute", "sms": "sms", "data": "data_mb"}


class NewVersion(NamedTuple):
    """The text of a catalogue with a new version of a plan, and the version.

    `later` are the dates of those behind it, which hold from then on without what is new; `oversights` are what is
    hardly meant in it, and was not there before.
    """

    text: str
    version: PlanVersion
    later: list[date]
    oversights: list[str]


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """What is otherwise in a new version of a plan; None is as before.

    Money is in kopecks, `voice_minutes`, `sms` and `data_mb` are what a month grants; `prices` are by zone and service.
    """

    name: str | None = None
    monthly_fee: Kopecks | None = None
    daily_fee: Kopecks | None = None
    voice_minutes: Size | None = None
    sms: Size | None = None
    data_mb: Size | None = None
    sold_until: date | None = None
    prices: Mapping[str, Mapping[Service, Kopecks]] = {}


def shown(catalogue: Catalogue, *, plan: str | None = None, at: date | None = None) -> dict[str, Any]:
    """A catalogue as JSON, in the form of its TOML with money in kopecks, and its digest.

    Of a plan alone, and of the versions in force on a date alone. Raises InvalidRequest for a plan that it has not.
    """
    if plan is not None:
        require_plan(catalogue, plan)
    document = catalogue.document.model_dump(mode="json")
    for table, versions in (("plans", catalogue.plans), ("options", catalogue.options)):
        names = [plan] if table == "plans" and plan is not None else list(versions)
        chosen: list[PlanVersion | OptionVersion] = [each for name in names for each in versions[name]]
        if at is not None:
            chosen = [
                each for each in chosen if each is catalogue.plan(each.id, at) or each is catalogue.option(each.id, at)
            ]
        document[table] = [each.model_dump(mode="json") for each in chosen]
    return {"digest": catalogue.digest} | document


def require_plan(catalogue: Catalogue, plan: str) -> list[PlanVersion]:
    """Every version of a plan in order of date. Raises InvalidRequest for one that the catalogue does not have."""
    if plan not in catalogue.plans:
        raise InvalidRequest("NO_SUCH_PLAN", plan=plan)
    return catalogue.plans[plan]


def new_version(text: str, plan: str, since: date, changes: Changes) -> NewVersion:
    """A catalogue that goes on with a version of a plan from a date on, made of the one that holds then.

    Raises InvalidRequest for a plan that there is not, for a date before its first version or that of one, and where
    nothing would be otherwise or nobody could use what came out.
    """
    catalogue = parse(text)
    versions = require_plan(catalogue, plan)
    for zone in changes.prices:
        if not 1 <= len(zone) <= ZONE_MAX:
            raise InvalidRequest("NO_ZONE", zone=zone, most=ZONE_MAX)
    before = [version for version in versions if version.effective_from <= since]
    if not before:
        raise InvalidRequest("NO_VERSION_YET", plan=plan, day=since, first=versions[0].effective_from)
    if before[-1].effective_from == since:
        raise InvalidRequest("VERSION_IS_THERE", plan=plan, day=since)
    made = _changed(before[-1], {"effective_from": since, **_updated(before[-1], changes)})
    if next(changed_fields(before[-1], made), None) is None:
        raise InvalidRequest("NOTHING_CHANGES", plan=plan)
    written = with_version(text, made)
    try:
        meant = oversights(parse(written))
    except BadCatalogue as error:
        raise InvalidRequest("NO_CATALOGUE", reason=error.problems[0]) from None
    later = [version.effective_from for version in versions if version.effective_from > since]
    known = set(oversights(catalogue))
    new = [each for each in meant if each not in known]
    told = {zone for zone in changes.prices if any(f"prices.{zone}: " in each for each in new)}
    return NewVersion(written, made, later, [*_misspelt(catalogue, changes.prices.keys() - told), *new])


def contracts_by_plan(snapshot: Snapshot) -> Counter[str]:
    """How many contracts that are not closed have each plan now, from their heads."""
    counted: Counter[str] = Counter()
    ids = iter(snapshot.log.accounts_with_head())
    while some := list(islice(ids, READ_AT_ONCE)):
        for found in stored_accounts(snapshot.log, some).values():
            if found.account.plan is not None and found.account.closed_at is None:
                counted[found.account.plan] += 1
    return counted


def _changed(version: PlanVersion, updated: Mapping[str, Any]) -> PlanVersion:
    """A version with other fields, not checked."""
    fields = {name: getattr(version, name) for name in PlanVersion.model_fields} | dict(updated)
    return PlanVersion.model_construct(version.model_fields_set | set(updated), **fields)


def _misspelt(catalogue: Catalogue, zones: Collection[str]) -> Iterator[str]:
    """Zones that no plan has, and that are spelt nearly as one that some plan has."""
    known = {zone for versions in catalogue.plans.values() for version in versions for zone in version.prices}
    for zone in zones:
        if zone not in known and (meant := did_you_mean(zone, known)):
            yield f"zone {zone!r} is new{meant}"


def _updated(version: PlanVersion, changes: Changes) -> dict[str, Any]:
    """The fields of a version that changes make otherwise."""
    given = {name: getattr(changes, name) for name in ("name", "monthly_fee", "daily_fee", "sold_until")}
    updated = {name: value for name, value in given.items() if value is not None}
    sizes = {name: size for name in PackageTable.model_fields if (size := getattr(changes, name)) is not None}
    if sizes:
        updated["packages"] = version.packages.model_copy(update=sizes)
    if changes.prices:
        updated["prices"] = version.prices | dict(_prices(version, changes))
    return updated


def _prices(version: PlanVersion, changes: Changes) -> Iterator[tuple[str, Prices]]:
    for zone, given in changes.prices.items():
        update = {_PRICED[service]: price for service, price in given.items()}
        yield zone, version.prices.get(zone, Prices()).model_copy(update=update)
