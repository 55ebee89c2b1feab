"""The rules have editions: a booking is decided, and decided again, under the one of its place (R-3.7)."""

from pathlib import Path
from typing import Any

import pytest

from ledger.catalogue import BadCatalogue, parse
from ledger.events import Adjusted, ChargeReversed, DisputeResolved, InputRefused, RefreshRefused
from ledger.rules.corrections import money_left
from ledger.service import CatalogueRefused, Ledger, Outcome
from projections.counterfactual.change import Change
from projections.counterfactual.what_if import what_if
from projections.verify.verify import verify
from projections.words.phrasebook import RUSSIAN
from projections.words.replies import say
from tests.scenarios.given import last, only, with_plan
from tests.stores import ledger_ref
from tests.support import CATALOGUE_TEXT, Story, catalogues_of, replied, with_settings

EDITION_1 = with_settings("edition = 1")


def in_days(folder: Path, kopecks: int, text: str) -> Story:
    """T3 connected on 10.02.2023, one day paid on 10.03 with what is left of so many kopecks."""
    story = with_plan(folder, "2023-02-10 12:00", 350_00, plan="t3", text=text)
    story.top_up("2023-02-11 10:00", kopecks)
    story.night("2023-03-10 03:00")
    return story


def verified(story: Story) -> bool:
    with story.ledger.store.reading() as log:
        return verify(log).ok


def adopt(story: Story, text: str) -> None:
    story.ledger.close()
    story.ledger = Ledger(ledger_ref(story.path), now=story.clock, catalogue=text)


def test_a_catalogue_without_an_edition_is_edition_1_and_says_the_same_as_one_that_names_it() -> None:
    without = "\n".join(line for line in CATALOGUE_TEXT.splitlines() if not line.startswith("edition"))
    assert parse(without).edition == 1
    assert (
        parse(without).digest
        == parse(EDITION_1).digest
        == parse(with_settings("retention_days = 1095", without)).digest
    )
    assert parse(CATALOGUE_TEXT).digest != parse(without).digest


@pytest.mark.parametrize("value", ["0", "3", "true", '"2"', "2.0"])
def test_another_edition_is_a_problem_of_the_catalogue(value: str) -> None:
    with pytest.raises(BadCatalogue, match=r"settings\.edition"):
        parse(with_settings(f"edition = {value}"))


def test_a_ledger_does_not_go_back_to_an_older_edition(tmp_path: Path) -> None:
    story = with_plan(tmp_path, "2023-01-15 12:00", 400_00)
    before = story.log()
    with pytest.raises(
        CatalogueRefused, match="edition 1 of the rules, but this ledger is already decided under edition 2"
    ):
        adopt(story, EDITION_1)
    story.ledger = Ledger(ledger_ref(story.path), now=story.clock)
    assert story.log() == before
    assert catalogues_of(story.ledger).newest().edition == 2


def test_a_ledger_that_changed_its_edition_in_the_middle_is_decided_again_alike(tmp_path: Path) -> None:
    """R-3.7: facts of a refusal, and what is left of a charge, by the edition of their place."""
    story = in_days(tmp_path, 100_00, EDITION_1)
    old = only(story.dial("2023-03-10 10:00"), RefreshRefused)
    fee = old.version - 1
    story.events_of("adjust", "2023-03-10 11:00", amount=15_50, cites=[fee], text="")
    twice = only(story.events_of("reverse", "2023-03-10 12:00", event=fee, text=""), ChargeReversed)
    adopt(story, CATALOGUE_TEXT)
    new = only(story.dial("2023-03-10 13:00"), RefreshRefused)
    third = only(story.events_of("reverse", "2023-03-10 14:00", event=fee, text=""), InputRefused)
    assert "night_fee" not in old.facts
    assert (new.facts["night_fee"], new.facts["night_available"]) == (350_00, 115_50)
    assert (twice.amount, third.reason) == (15_50, "NOT_REVERSIBLE")
    assert verified(story)


@pytest.mark.parametrize(("text", "other"), [(EDITION_1, CATALOGUE_TEXT), (CATALOGUE_TEXT, EDITION_1)])
def test_what_if_keeps_to_the_edition_of_the_place(tmp_path: Path, text: str, other: str) -> None:
    """R-3.7: a catalogue that differs in its edition alone would have changed nothing."""
    story = in_days(tmp_path, 100_00, text)
    story.dial("2023-03-10 10:00")
    fee = story.account.version - 1
    story.events_of("adjust", "2023-03-10 11:00", amount=15_50, cites=[fee], text="")
    story.events_of("reverse", "2023-03-10 12:00", event=fee, text="")
    with story.ledger.store.reading() as log:
        assert what_if(log, log.accounts(), Change(catalogue=other), in_full=True).lines == []


@pytest.mark.parametrize("text", [EDITION_1, CATALOGUE_TEXT])
def test_a_discount_that_ends_before_the_night_does_not_count(tmp_path: Path, text: str) -> None:
    """R-5.3: 45000 − 35000 − 15.50; the fee of 12.03 is the whole one again."""
    story = with_plan(tmp_path, "2023-02-10 12:00", 450_00, plan="t3", text=text)
    story.events_of("grant_discount", "2023-03-11 11:00", percent=50, **{"from": "2023-03-11", "until": "2023-03-12"})
    outcome = story.feed("ussd", "2023-03-11 12:00", text="*929#")
    assert asked(outcome) == "281,00"
    story.top_up("2023-03-11 12:01", 281_00)
    assert story.night("2023-03-12 03:00") == 1
    assert story.balance.mode == "monthly"


@pytest.mark.parametrize("text", [EDITION_1, CATALOGUE_TEXT])
@pytest.mark.parametrize(
    ("promised", "taken", "told"),
    [
        (290_00, "2023-03-10 02:00", "341,50"),  # ends on 13.03 at 02:00
        (290_00, "2023-03-10 03:00", "341,50"),  # ends at the night itself, before the fee
        (290_00, "2023-03-10 03:01", "341,50"),  # lasts longer, but a top-up of 51.50 ... repays nothing yet
    ],
)
def test_a_promise_that_is_gone_by_the_night_does_not_count(
    tmp_path: Path, text: str, promised: int, taken: str, told: str
) -> None:
    story = with_plan(tmp_path, "2023-02-10 12:00", 405_00, plan="t3", text=text)
    story.events_of("take_promise", taken, amount=promised)
    outcome = story.feed("ussd", "2023-03-12 20:00", text="*929#")
    expected = "51,50" if taken.endswith("03:01") else told
    assert asked(outcome) == expected


@pytest.mark.parametrize("text", [EDITION_1, CATALOGUE_TEXT])
def test_a_promise_that_the_top_up_itself_repays_does_not_count(tmp_path: Path, text: str) -> None:
    """R-5.3, R-10.3: with 30.00 promised, 20.00 of the way are not 20.00 nearer to the month."""
    story = with_plan(tmp_path, "2023-02-10 12:00", 405_00, plan="t3", text=text)
    story.events_of("take_promise", "2023-03-12 10:00", amount=30_00)
    outcome = story.feed("ussd", "2023-03-12 20:00", text="*929#")
    assert asked(outcome) == "341,50"


def test_the_reply_to_a_refusal_is_told_from_its_facts(tmp_path: Path) -> None:
    story = in_days(tmp_path, 100_00, CATALOGUE_TEXT)
    event = last(story.dial("2023-03-10 10:00"), RefreshRefused)
    changed = event.facts | {"night_fee": 100_00, "night_available": 100_00}
    assert replied(RefreshRefused(**fields(event) | {"facts": changed}), story.zone).endswith(
        "Ночью спишется плата за месяц."
    )


# What is left of a charge


def test_what_adjustments_gave_for_a_charge_is_not_given_back_again(tmp_path: Path) -> None:
    """Edition 2: an upheld claim gives back nothing more; the clerk may give more on purpose, a reversal may not."""
    story = with_plan(tmp_path, "2023-01-15 12:00", 1000_00)
    fee = story.account.version
    only(story.events_of("adjust", "2023-01-16 10:00", amount=400_00, cites=[fee], text="возврат"), Adjusted)
    story.events_of("open_dispute", "2023-01-16 12:00", event=fee, text="")
    claim = f"open_dispute-{story.account.version - 1}"
    done = story.events_of("resolve_dispute", "2023-01-17 10:00", dispute=claim, outcome="upheld", text="")
    only(done, DisputeResolved)
    assert story.wallet == 1000_00
    only(story.events_of("adjust", "2023-01-18 10:00", amount=1, cites=[fee, fee], text=""), Adjusted)
    assert left(story, fee) == 0


def test_an_adjustment_counts_less_its_own_reversals_and_once_where_it_cites_twice(tmp_path: Path) -> None:
    story = with_plan(tmp_path, "2023-01-15 12:00", 1000_00)
    fee = story.account.version
    given = only(story.events_of("adjust", "2023-01-16 10:00", amount=300_00, cites=[fee, 2, fee], text=""), Adjusted)
    assert left(story, fee) == 100_00
    only(story.events_of("reverse", "2023-01-16 11:00", event=given.version, amount=50_00, text=""), ChargeReversed)
    assert left(story, fee) == 150_00
    only(story.events_of("adjust", "2023-01-16 12:00", amount=-400_00, cites=[fee], text=""), Adjusted)
    assert left(story, fee) == 400_00, "held at the event's money, not the sum"
    only(story.events_of("adjust", "2023-01-16 13:00", amount=300_00, cites=[fee], text=""), Adjusted)
    assert left(story, fee) == 250_00


def test_of_a_top_up_adjustments_that_take_away_count(tmp_path: Path) -> None:
    """R-11.1: where the event added to the wallet, the negated amounts."""
    story = with_plan(tmp_path, "2023-01-15 12:00", 1000_00)
    story.events_of("adjust", "2023-01-16 10:00", amount=-300_00, cites=[2], text="")
    assert left(story, 2) == 700_00
    story.events_of("adjust", "2023-01-16 11:00", amount=900_00, cites=[2], text="")
    assert left(story, 2) == 1000_00


def left(story: Story, version: int) -> int:
    with story.ledger.store.reading() as log:
        event = log.event(story.contract.id, version)
    assert event is not None
    return money_left(story.account, event, 2)


def asked(outcome: Outcome) -> str:
    assert outcome.reply is not None
    return say(RUSSIAN, outcome.reply).partition("на ")[2].partition("₽")[0].strip("\N{NO-BREAK SPACE} ")


def fields(event: RefreshRefused) -> dict[str, Any]:
    return {name: getattr(event, name) for name in event.__struct_fields__}
