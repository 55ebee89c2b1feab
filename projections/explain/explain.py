"""Explain: why an event came out as it did, told by the rules that decide it again (R-3.6, R-12.1)."""

from collections.abc import Collection, Iterator
from datetime import date
from functools import partial
from typing import Any

import msgspec
from msgspec.structs import replace

from ledger import inputs, periods
from ledger.account import Account, Bucket
from ledger.catalogue import Catalogue
from ledger.contracts import Contract
from ledger.entries import CARRIED
from ledger.events import (
    Blocked,
    ChargeReversed,
    DisputeResolved,
    Event,
    MonthlyFeeCharged,
    OptionExpired,
    OptionFeeCharged,
    OptionSuspended,
    PackagesRefreshed,
    PersonalErased,
    PromiseClosed,
    Unblocked,
    UsageCharged,
    UsageUnrated,
)
from ledger.evolve import evolve
from ledger.inputs import Input
from ledger.log.store import Reading
from ledger.periods import Instant
from ledger.reconstruct_input import claim_name_in, reconstruct_input
from ledger.rules import considered
from ledger.rules.check import Checks
from ledger.rules.corrections import EventLookup
from ledger.rules.moment import Moment
from ledger.rules.refresh import Reply
from ledger.rules.tariff import plan_version
from ledger.rules.usage import rating_plan
from ledger.timeline import CatalogueTimeline
from projections.balances import Balance, balance
from projections.explain.alternatives import WINDOW_CLOSED, Alternative, met, passed_over
from projections.explain.facts import facts_of
from projections.explain.movements import Movement, movements_of
from projections.explain.rules import rules_of
from projections.replies import reply_of
from projections.verify.redecide import UNDECIDABLE, Difference, decide_again, differences, same_booking
from projections.words.language import Text
from projections.words.rules import RULES


class NoSuchEvent(LookupError):
    """The account has no event of this version."""


class CatalogueInForce(msgspec.Struct, frozen=True):
    """The catalogue under which a booking was decided: the log position from which it holds, and its digest."""

    position: int
    digest: str


class PlanInForce(msgspec.Struct, frozen=True):
    """The plan by which an event was decided; `version` is its `effective_from`, `discount` in percent on that day."""

    id: str
    name: str
    version: date
    discount: int
    catalogue: CatalogueInForce


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """Why an event of a contract came out as it did (contract §1), on the clocks of `zone`.

    `facts` are what was compared, money in kopecks; `alternatives` what was passed over and why; `before` and `after`
    the balances around this one event. `rules` are all rules that shaped it, `rule` the one that decided it. `agrees`
    says whether deciding again gives the stored event; `differences` where not. `cites` are the events an input named,
    `option_names` those of the options whose buckets are told of.
    """

    contract: Contract
    zone: str
    event: Event
    reply: Reply | None
    rule: str
    rules: list[str]
    text: Text
    inputs: list[Input]
    cites: list[int]
    facts: dict[str, Any]
    parts: list[Movement]
    alternatives: list[Alternative]
    before: Balance | None
    after: Balance
    plan: PlanInForce | None
    catalogue: CatalogueInForce
    option_names: dict[str, str]
    agrees: bool
    differences: list[Difference]


class _Found(msgspec.Struct):
    """An event and its booking so far: `begun` is the account before the booking, `before` that before the event.

    `had` are all buckets up to then, each as it was left, with the end that it came to.
    """

    position: int
    begun: Account | None
    before: Account | None
    events: list[Event]
    carried_at: dict[tuple[int, str], Instant]
    had: dict[tuple[int, str], Bucket]

    @property
    def gone(self) -> list[Bucket]:
        """The buckets that the account had once and does not keep any longer just before the event."""
        kept = (*self.before.buckets, *self.before.leftovers) if self.before else ()
        still = {(bucket.grant, bucket.service) for bucket in kept}
        return [bucket for key, bucket in self.had.items() if key not in still]

    @property
    def event(self) -> Event:
        """The event itself."""
        return self.events[-1]

    @property
    def moment(self) -> Moment:
        """When its booking took effect."""
        first = self.events[0]
        return Moment(first.occurred_at, first.booked_at, first.recorded_at, first.input)


def explain(log: Reading, catalogues: CatalogueTimeline, account_id: str, version: int) -> Explanation:
    """The explanation of one event. Raises NoSuchEvent, and BrokenLog or BadEvents where the log cannot be followed."""
    for made in explanations(log, catalogues, account_id, {version}):
        return made
    raise NoSuchEvent(f"account {log.contracts.named(account_id)} has no event {version}")


def explanations(
    log: Reading, catalogues: CatalogueTimeline, account_id: str, versions: Collection[int]
) -> Iterator[Explanation]:
    """The explanations of several events of a contract in order of version, its events read once for all.

    Versions that it has not are left out. Raises BrokenLog or BadEvents where the log cannot be followed.
    """
    contract = log.contracts.named(account_id)
    for found in _followed(log, contract, last=max(versions, default=0)):
        if found.event.version in versions:
            yield _explained(log, catalogues, contract, found)


def _explained(log: Reading, catalogues: CatalogueTimeline, contract: Contract, found: _Found) -> Explanation:
    account_id, event, before = contract.id, found.event, found.before
    after = evolve(before, event, account_id)
    catalogue = catalogues.at(found.position)
    in_force = CatalogueInForce(catalogues.since(found.position), catalogue.digest)
    history = partial(_opened, log, account_id)
    rules = rules_of(event, before)
    input, unlike, facts, passed = _decided(found, contract, catalogue, history)
    cites = _cites(input, event)
    if any(each.why == WINDOW_CLOSED for each in passed) and "R-6.5" not in rules:
        rules = (*rules, "R-6.5")
    return Explanation(
        contract=contract,
        zone=after.zone,
        event=event,
        reply=None if before is None else reply_of(event, before, catalogues, found.position),
        rule=rules[0],
        rules=list(rules),
        text=RULES[rules[0]],
        inputs=[each for each in (input, *_inputs(contract, cites, history)) if each is not None],
        cites=cites,
        facts=facts,
        parts=movements_of(event, before, found.carried_at),
        alternatives=passed,
        before=balance(before) if before is not None else None,
        after=balance(after),
        plan=_plan(event, after, catalogue, in_force),
        catalogue=in_force,
        option_names=_option_names(event, [before, after], catalogue),
        agrees=not unlike,
        differences=unlike,
    )


def _opened(log: Reading, account_id: str, version: int) -> Event | None:
    stored = log.stored(account_id, version)
    return None if stored is None else log.opened(stored)


def _followed(log: Reading, contract: Contract, *, last: int) -> Iterator[_Found]:
    """The account folded up to each of its events until the last that is wanted; what was found goes on with it."""
    found: _Found | None = None
    state: Account | None = None
    carried_at: dict[tuple[int, str], Instant] = {}
    had: dict[tuple[int, str], Bucket] = {}
    for row in log.events(contract.id):
        if row.version > last:
            return
        event = log.opened(row)
        if found is None or not same_booking(found.event, event):
            found = _Found(row.position, state, state, [], carried_at, had)
        found.before = state
        found.events.append(event)
        yield found
        before, state = state, evolve(state, event, contract.id)
        had |= _ended(before, state)
        if isinstance(event, MonthlyFeeCharged | PackagesRefreshed):
            carried = (bucket for bucket in state.buckets if bucket.name == CARRIED)
            carried_at |= {(bucket.grant, bucket.service): event.booked_at for bucket in carried}


def _ended(before: Account | None, state: Account) -> dict[tuple[int, str], Bucket]:
    """The buckets that an event ended, or that a late record spent, as it left them; also those that were empty."""
    if before is None or (before.buckets is state.buckets and before.memory is state.memory):
        return {}
    kept = {(bucket.grant, bucket.service): bucket for bucket in (*state.buckets, *state.leftovers)}
    empty = [bucket for bucket in before.buckets if (bucket.grant, bucket.service) not in kept]
    ended = [replace(bucket, end=min(bucket.end, state.clock)) for bucket in empty]
    return {(bucket.grant, bucket.service): bucket for bucket in (*ended, *state.leftovers)}


def _decided(
    found: _Found, contract: Contract, catalogue: Catalogue, history: EventLookup
) -> tuple[Input | None, list[Difference], dict[str, Any], list[Alternative]]:
    """The event decided again: its input, where it differs, what was compared, and what was passed over.

    A log that no rules have written may not be decidable at all: that is a difference too.
    """
    event, before, first = found.event, found.before, found.events[0]
    input: Input | None = None
    unlike: list[Difference] = []
    try:
        input = reconstruct_input(contract.number, first) if first.input is not None else None
        booked, _ = decide_again(contract.id, found.begun, first, input, catalogue, history)
        unlike = list(differences([each for each in booked if each.version == event.version], [event]))
        checks = _checks(found, input, catalogue, history)
        facts = facts_of(event, before, checks, catalogue)
        return input, unlike, facts, passed_over(event, input, checks) + met(event, before, catalogue, found.gone)
    except UNDECIDABLE as error:
        told = str(error) or repr(error)
        lost = Difference(event.version, "decision", "a booking that can be decided again", told)
        return input, unlike or [lost], {}, []


def _checks(found: _Found, input: Input | None, catalogue: Catalogue, history: EventLookup) -> Checks:
    """What the event's rule tested: of an input before its booking, of a scheduled item just before it."""
    event, begun, before = found.event, found.begun, found.before
    if begun is None or before is None:
        return []
    match event:
        case (
            Blocked(cause="balance") | Unblocked(cause="balance") | PromiseClosed() | OptionExpired() | PersonalErased()
        ):
            return []
        case OptionFeeCharged() | OptionSuspended():
            return considered.option_fee(before, event.option, found.moment, catalogue)
        case _ if input is None:
            return considered.night_steps(before, found.moment, catalogue)
        case _:
            newest = begun.version
            return considered.against(
                begun,
                input,
                found.moment,
                catalogue,
                lambda version: history(version) if version <= newest else None,
                claim_name_in(found.events[0]),
            )


def _cites(input: Input | None, event: Event) -> list[int]:
    """The versions that an input is about."""
    match input:
        case inputs.Reverse() | inputs.Rerate() | inputs.OpenDispute():
            return [input.event]
        case inputs.Adjust():
            return list(input.cites)
        case inputs.ResolveDispute() if isinstance(event, DisputeResolved):
            return [event.opened, event.event]
        case inputs.ResolveDispute() if isinstance(event, ChargeReversed):
            return [event.event]
        case _:
            return []


def _inputs(contract: Contract, cites: list[int], history: EventLookup) -> Iterator[Input]:
    """The inputs behind cited events; what the schedule booked has none."""
    for version in cites:
        event = history(version)
        while event is not None and (earlier := history(event.version - 1)) and same_booking(earlier, event):
            event = earlier
        if event is not None and event.input is not None:
            yield reconstruct_input(contract.number, event)


def _plan(event: Event, after: Account, catalogue: Catalogue, in_force: CatalogueInForce) -> PlanInForce | None:
    """The plan that the event names; else, of a record, the one of its time; else the account's."""
    day = periods.local_date(event.booked_at, after.zone)
    discount = after.discount_on(day)
    id, version = getattr(event, "plan", None), getattr(event, "plan_version", None)
    if id is not None and version is not None:
        began = date.fromisoformat(version)
        named = catalogue.plan(id, began)
        name = getattr(event, "plan_name", named.name if named else id)
        return PlanInForce(id, name, began, discount, in_force)
    if isinstance(event, UsageCharged | UsageUnrated):
        rated_by = rating_plan(after, catalogue, event.used_at or event.occurred_at)
    else:
        rated_by = plan_version(after, catalogue, day)
    if rated_by is None:
        return None
    return PlanInForce(rated_by.id, rated_by.name, rated_by.effective_from, discount, in_force)


def _option_names(event: Event, accounts: list[Account | None], catalogue: Catalogue) -> dict[str, str]:
    """Options by id as they were connected; of one that is gone already, as the catalogue has it."""
    names: dict[str, str] = {}
    for account in accounts:
        if account is None:
            continue
        day = periods.local_date(event.booked_at, account.zone)
        for bucket in (*account.leftovers, *account.buckets):
            id = bucket.name.removeprefix("option:")
            if id != bucket.name and (option := catalogue.option(id, day)) is not None:
                names[id] = option.name
        names |= {held.id: held.name for held in account.options}
    return names
