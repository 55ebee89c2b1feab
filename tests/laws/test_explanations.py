"""Laws of explanations: every event of any story is explained, by the balances around it and a rule that is stated."""

import json
import re
from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger import inputs
from ledger.account import Account
from ledger.catalogue import parse, shipped_text
from ledger.entries import BASE, CARRIED, DAILY
from ledger.events import EVENT_TYPES, Event, InputRefused, RefreshRefused, UsageCharged, UsageUnrated
from ledger.evolve import evolve
from ledger.inputs import Input
from ledger.reasons import NightStep, Reason, RefusalReason, UnratedReason
from ledger.reconstruct_input import reconstruct_input
from ledger.rules.considered import REASONS as REASONS_OF_INPUTS
from ledger.service import Ledger
from projections import canonical_answers
from projections.balances import balance
from projections.explain.explain import Explanation, explain, explanations
from projections.explain.rules import REFUSED_BY, STEP_BY
from projections.formats.explanation import render
from projections.verify.redecide import same_booking
from projections.words.events import TITLES
from projections.words.explanation import FACTS, PHRASES
from projections.words.language import Text
from projections.words.names import PLACES
from projections.words.reasons import REASONS, STEPS, WHY, Why
from projections.words.rules import RULES
from scripts.simulate import Market, lines
from tests.laws.feeds import contracts_of, fed, feeds, log_of, moderate
from tests.laws.pair import FEED, MORE, PLANS, STARTS, Step, one, pair
from tests.length import examples
from tests.stores import ledger_ref
from tests.support import ACCOUNT, CATALOGUE_TEXT, Clock, at, catalogues_of, contract_of

README = (Path(__file__).parents[2] / "ledger" / "README.md").read_text(encoding="utf-8")
STATED = set(re.findall(r"^- \*\*(R-\d+\.\d+)\*\*", README, re.MULTILINE))
UNIT = {"voice": "s", "sms": "sms", "data": "kb"}


def explained(ledger: Ledger, account_id: str) -> list[Explanation]:
    """Every event of an account explained, each explanation held against the entries alone."""
    made: list[Explanation] = []
    state: Account | None = None
    states: list[Account] = []
    booking: Event | None = None
    sums: defaultdict[str, int] = defaultdict(int)
    number, _, holder = account_id.partition("/")
    stream = contract_of(ledger, number, int(holder) if holder else None).id
    with ledger.store.reading() as log:
        for event in log_of(ledger, account_id):
            found = explain(log, catalogues_of(ledger), stream, event.version)
            assert found.before == (balance(state) if state else None)
            names_every_bucket(found, event, states)
            state = evolve(state, event, stream)
            states.append(state)
            assert found.after == balance(state)
            for entry in event.entries:
                sums[entry.from_] -= entry.amount
                sums[entry.to] += entry.amount
            assert found.after.wallet == sums["wallet"]
            due_later = all(bucket.end > state.clock for bucket in state.buckets)  # else the night is still to come
            holds(found, event, sums, due_later=due_later)
            spoken(found)
            booking = booking if booking is not None and same_booking(booking, event) else event
            repeats(found, booking, number)
            reasons_in_order(found, event)
            made.append(found)
        every_other = {each.event.version for each in made[::2]}
        assert list(explanations(log, catalogues_of(ledger), stream, every_other)) == made[::2]
    return made


def holds(found: Explanation, event: Event, sums: dict[str, int], *, due_later: bool) -> None:
    assert (found.agrees, found.differences) == (True, [])
    assert found.rule == found.rules[0]
    assert set(found.rules) | {each.rule for each in found.alternatives} <= STATED
    assert [(part.from_, part.to, part.amount) for part in found.parts] == [
        (entry.from_, entry.to, entry.amount) for entry in event.entries
    ]
    held: defaultdict[str, int] = defaultdict(int)
    for row in found.after.buckets:
        held[f"{row.bucket}/{row.service}"] += row.left
    for name, amount in sums.items() if due_later else ():
        place, _, service = name.rpartition("/")
        if (place in (BASE, CARRIED, DAILY) or place.startswith("option:")) and service in UNIT:
            assert held[name] == amount


def names_every_bucket(found: Explanation, event: Event, states: list[Account]) -> None:
    """R-6.5: what the account had when a record occurred, or when it was booked, is taken from or passed over."""
    if not isinstance(event, UsageCharged | UsageUnrated) or not states:
        return
    at = event.used_at or event.occurred_at
    then = next((state for state in reversed(states) if state.clock <= at), None)
    had = [bucket for bucket in (then.buckets if then else ()) if bucket.start <= at < bucket.end]
    had += [*states[-1].buckets, *states[-1].leftovers]
    named: set[tuple[int | None, str | None]] = {(entry.grant, event.service) for entry in event.entries}
    named |= {(each.grant, each.service) for each in found.alternatives if each.what == "bucket"}
    spent = isinstance(event, UsageCharged) and event.unlimited
    assert [b for b in had if (b.grant, b.service) not in named and not (spent and b.unlimited)] == []
    for each in found.alternatives:
        if each.why == "late window closed":
            assert each.late_until is not None
            assert each.late_until <= event.booked_at


def spoken(found: Explanation) -> None:
    """People are told everything in both languages, and JSON has it all."""
    for lang, title in (("ru", f"Событие {found.event.version} "), ("en", f"Event {found.event.version} ")):
        text = render(found, lang)  # type: ignore[arg-type]
        assert text.startswith(title)
        assert "None" not in text
    assert set(found.facts) <= set(FACTS)
    printed = json.loads(msgspec.json.encode(canonical_answers.explanation(found)))
    assert {"event", "rule", "inputs", "facts", "alternatives", "before", "after", "plan"} <= set(printed)


def repeats(found: Explanation, booking: Event, account_id: str) -> None:
    """The input as told can be fed again: it is the one that came in (but for the text of an SMS)."""
    if booking.input is None:
        assert not any(said.id == "" for said in found.inputs)
        return
    printed = json.loads(msgspec.json.encode(canonical_answers.explanation(found)))["inputs"][0]
    said = {"text": ""} | printed if printed["type"] == "sms" else printed
    assert inputs.check(said) == reconstruct_input(account_id, booking)


def reasons_in_order(found: Explanation, event: Event) -> None:
    """A refusal tells every reason of its input: those before it did not hold, those behind were not reached."""
    if not isinstance(event, InputRefused | RefreshRefused):
        return
    before = [each.what for each in found.alternatives if each.why == "does not hold"]
    behind = [each.what for each in found.alternatives if each.why == "not reached"]
    reasons = list(REASONS_OF_INPUTS.get(event.input_type, ()))
    if event.input_type == "refresh":
        reasons.remove("UNKNOWN_SERVICE_CODE")
    if event.reason == "CLOSED":
        reasons.insert(0, "CLOSED")
    told = [*before, event.reason, *behind]
    assert told == (reasons[:1] if event.reason == "UNKNOWN_SERVICE_CODE" else reasons)


@moderate(8)
@given(feed=feeds())
def test_every_event_of_any_feed_is_explained(feed: list[Input]) -> None:
    """R-3.6, R-12.1."""
    with fed(feed) as ledger:
        for account in contracts_of(ledger):
            explained(ledger, account)


@given(
    fee=one("0.00", "5.00"),
    opened=st.sampled_from(STARTS),
    money=one(500_00, 10_000_00),
    plan=st.sampled_from(PLANS),
    feed=FEED,
)
@settings(max_examples=examples(12), deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_every_event_of_any_story_is_explained(
    fee: str, opened: str, money: int, plan: str, feed: list[tuple[Any, Any, Step]]
) -> None:
    """Options, promises, corrections, disputes and mended catalogues too (R-9 to R-11)."""
    text = CATALOGUE_TEXT + MORE.replace("PROMISE_FEE", fee)
    with pair(text=text, opened=opened, region="moscow", credit_limit=0) as told:
        told.feed(type="top_up", amount=money)
        told.feed(type="connect_plan", plan=plan)
        for gap, late, said in feed:
            told.take(gap, late, said)
        explained(told.ledger, ACCOUNT)


def test_every_event_of_simulated_subscribers_is_explained(tmp_path: Path) -> None:
    """The shipped catalogue, and nights between the inputs."""
    day = date(2026, 1, 1)
    fed_lines = lines(Market(parse(shipped_text()), day), subscribers=3, days=12, seed=1, start=day, malformed=0.0)
    with Ledger(
        ledger_ref(tmp_path / "ledger.db"), now=Clock(at("2026-03-01 00:00")), catalogue=shipped_text()
    ) as ledger:
        feed = [inputs.parse(line.decode()) for line in fed_lines]
        ledger.apply(feed)
        told = [each for account in contracts_of(ledger) for each in explained(ledger, account)]
    assert len({type(each.event) for each in told}) > 5


# What there is to say


def test_every_type_of_event_has_a_title() -> None:
    assert {title.split()[0] for title in TITLES} == {kind.__name__ for kind in EVENT_TYPES}


def test_every_rule_that_is_told_is_stated_in_the_readme() -> None:
    assert set(RULES) <= STATED
    assert {*REFUSED_BY.values(), *STEP_BY.values()} <= set(RULES)


def test_every_reason_of_the_readme_is_told() -> None:
    """Reasons of refusals and of unrated records; those of rejected lines are no events."""
    rejected = {"MALFORMED", "UNKNOWN_ACCOUNT", "ID_CONFLICT"}
    named = set(re.findall(r"`([A-Z]+(?:_[A-Z]+)*)`|\b(NO_PLAN|NO_PRICE)\b", README))
    stated = {name for pair in named for name in pair if name} - rejected
    assert stated - {"REFUSALS"} == set(REASONS)
    refusing = {reason for reasons in REASONS_OF_INPUTS.values() for reason in reasons}
    assert refusing | {"CLOSED"} == set(get_args(RefusalReason)), "a closed contract has one reason for all (R-15.4)"
    assert set(get_args(Reason)) == refusing | set(get_args(UnratedReason)) == set(REASONS)
    assert set(get_args(NightStep)) == set(STEPS)
    assert set(get_args(Why)) == set(WHY)
    assert set(REASONS_OF_INPUTS) == {*REFUSED_BY, "refresh"}


LABELS = {name: label for name, (_, label) in FACTS.items()}


@pytest.mark.parametrize("words", [RULES, REASONS, STEPS, TITLES, WHY, PLACES, PHRASES, LABELS])
def test_everything_is_said_in_both_languages(words: dict[str, Text]) -> None:
    for name, text in words.items():
        assert text.ru, name
        assert text.en, name
        assert not re.search("[а-яё]", text.en, re.IGNORECASE), name
