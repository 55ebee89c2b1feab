"""Parts of what is brought: amounts, whom it is about, what it is known by; a body is read as strictly as others."""

from decimal import Decimal
from typing import Any, TypeVar

import msgspec

from ledger import json_line, periods
from ledger.periods import Instant
from projections.numbers import digits_of
from scripts.web.asked import Asked, header_text
from scripts.web.body import Word, malformed, object_of
from scripts.web.problems import Problem
from scripts.web.tmf.amounts import RUB

T = TypeVar("T", bound=msgspec.Struct)


class Part(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """An object of TM Forum: it may name its kind; what is not known here is refused, for it would do nothing."""

    type_: str | None = msgspec.field(default=None, name="@type")
    base_type: str | None = msgspec.field(default=None, name="@baseType")
    schema_location: str | None = msgspec.field(default=None, name="@schemaLocation")


class Quantity(Part, kw_only=True):
    """Money in rubles, as a number or as text."""

    amount: Decimal
    units: str = RUB


class EntityRef(Part, kw_only=True):
    """Something by its id: whom it is about by a number or the id of a contract, an event by its id here."""

    id: Word
    href: str | None = None
    name: Word | None = None
    role: Word | None = None
    referred_type: str | None = msgspec.field(default=None, name="@referredType")


class ChannelRef(Part, kw_only=True):
    """By which channel money came."""

    name: Word
    id: Word | None = None
    href: str | None = None
    referred_type: str | None = msgspec.field(default=None, name="@referredType")


class About(Part, kw_only=True):
    """What a body says of whom it is about: one account, by any of the names that it has."""

    related_party: list[EntityRef] | None = None
    logical_resource: list[EntityRef] | None = None
    party_account: EntityRef | None = None


async def read(asked: Asked, kind: type[T]) -> T:
    """The body of a request; numbers with a point are read as they are written. Raises Problem."""
    content, given = await object_of(asked)
    _require_plain(given)
    try:
        return msgspec.json.decode(content, type=kind)
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        raise malformed(str(error)) from None


def _require_plain(value: Any) -> None:
    """Refuse null, and text that no store takes, wherever it stands. Raises Problem."""
    waiting = [value]
    while waiting:
        match waiting.pop():
            case None:
                raise malformed("null is not absence: leave the field out")
            case str() as text:
                if "\0" in text or any("\ud800" <= each <= "\udfff" for each in text):
                    raise malformed(f"{json_line.quoted(text)}: a NUL character or a lone surrogate")
            case dict() as fields:
                waiting += [*fields, *fields.values()]
            case list() as items:
                waiting += items
            case _:
                pass


def account_of(given: About) -> str:
    """The one account that a body is about. Raises Problem where it names none, or several."""
    named = {account_named(each) for each in [*(given.related_party or ()), *(given.logical_resource or ())]}
    if given.party_account is not None:
        named.add(account_named(given.party_account))
    if len(named) != 1:
        raise malformed("name one account: its number as the id of relatedParty, logicalResource or partyAccount")
    return named.pop()


def account_named(given: EntityRef) -> str:
    """The number, or the id of a contract, that a reference means."""
    return digits_of(given.id.strip())


def id_of(asked: Asked, said: str | None) -> str:
    """What the client calls the request, for asking it again: the body's `id`, or a header. Raises Problem."""
    header = header_text(asked.request, "transactionid")
    if said is not None and header is not None and said != header:
        raise malformed("id and the header transactionId differ; say one of them")
    found = said if said is not None else header
    if found is None or not 1 <= len(found) <= 64:
        raise malformed("id: say in the body, or as the header transactionId, by what the request is known (1-64)")
    return found


def instant_of(name: str, text: str) -> Instant:
    """A time with its offset. Raises Problem."""
    try:
        return periods.parse_instant(text)
    except ValueError as error:
        raise Problem(422, "MALFORMED", f"{name}: {error}") from None
