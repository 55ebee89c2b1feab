"""Late records: the charges that they changed in money, and the adjustments that mend them."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from msgspec.structs import replace

from ledger.contracts import ERASED, NO_KEY, Contract
from ledger.events import Adjusted, InputRefused
from ledger.inputs import Adjust
from ledger.log.sealed_form import stand_in
from ledger.timeline import CatalogueTimeline
from projections.counterfactual.charge import Charge, adjustments
from projections.counterfactual.history import steps_of
from projections.counterfactual.late import charges as of_steps
from projections.counterfactual.late import late
from projections.words.adjustments import translate
from projections.words.phrasebook import Phrasebook
from tests.contracts import Table
from tests.scenarios.given import example_1
from tests.support import Story, at


def charges(story: Story, since: str | None = None) -> list[Charge]:
    with story.reading() as log:
        return late(log, log.accounts(), since=None if since is None else at(since))


def told(story: Story, since: str | None = None) -> list[tuple[int | None, int, int, int]]:
    return [(charge.event, charge.record, charge.was, charge.would_be) for charge in charges(story, since)]


def mending(story: Story) -> list[Adjust]:
    with story.reading() as log:
        return flat(adjustments(late(log, log.accounts()), "clerk-7", log.contracts))


def flat(made: Sequence[tuple[Contract, list[Adjust]]]) -> list[Adjust]:
    return [input for _, theirs in made for input in theirs]


def mending_alone(story: Story, charge: Charge) -> Adjust:
    with story.reading() as log:
        (made,) = flat(adjustments([charge], "clerk-7", log.contracts))
    return made


def book(story: Story) -> None:
    story.ledger.apply(mending(story))


def behind_the_window(folder: Path) -> Story:
    """Example 12, but later than 72 hours behind its month: three minutes for 6.00."""
    story = example_1(folder)
    story.sms("2023-02-16 10:00", to="1")
    story.call("2023-02-14 23:50", "2:20", received_at="2023-02-19 04:10")
    assert story.wallet == 194_00
    return story


def in_another_order(folder: Path) -> Story:
    """Two calls of 100 minutes fill the month, and of three the first one came last: its 200.00 were paid."""
    story = example_1(folder)
    story.call("2023-01-18 10:00", "100:00")
    story.call("2023-01-19 10:00", "100:00")
    story.call("2023-01-17 10:00", "100:00", received_at="2023-01-20 10:00")
    assert story.wallet == 400_00
    return story


def test_a_late_call_that_its_old_package_still_covers_changed_nothing(tmp_path: Path) -> None:
    """Example 12, R-6.5."""
    story = example_1(tmp_path)
    story.call("2023-02-10 10:00", "190:00")
    story.call("2023-02-14 23:50", "2:20", received_at="2023-02-15 04:10")
    assert told(story) == []


def test_a_call_behind_the_late_window_would_have_cost_nothing(tmp_path: Path) -> None:
    """R-6.5, R-11.5: listed, booked at the account's clock in its favour, and not listed again."""
    story = behind_the_window(tmp_path)
    assert told(story) == [(7, 7, -6_00, 0)]
    book(story)
    assert told(story) == []
    adjusted = story.log()[-1]
    assert isinstance(adjusted, Adjusted)
    assert (adjusted.amount, adjusted.cites, adjusted.booked_at) == (6_00, (7,), at("2023-02-19 04:10"))
    assert adjusted.personal.text == (
        "запись 7 от 19.02.2023 (услуга связи): было −6,00 ₽, вовремя 0,00 ₽, "
        "опоздавшая запись (звонки, 14.02.2023 23:50) поступила 19.02.2023 04:10"
    )
    assert adjusted.input is not None
    assert (adjusted.input.source, adjusted.input.id, adjusted.input.by) == ("late", "late-7-1", "clerk-7")
    assert story.wallet == 200_00
    assert story.verify().ok


def test_a_charge_that_another_record_changed_cites_both(tmp_path: Path) -> None:
    """In time, the third call would have cost money instead of the first."""
    story = in_another_order(tmp_path)
    assert told(story) == [(6, 7, 0, -200_00), (7, 7, -200_00, 0)]
    book(story)
    assert [event.cites for event in story.log() if isinstance(event, Adjusted)] == [(7,), (6, 7)]
    assert (told(story), story.wallet) == ([], 400_00)


def test_a_later_late_record_is_not_blamed(tmp_path: Path) -> None:
    """An incoming call, late behind a top-up, has nothing to do with it."""
    story = in_another_order(tmp_path)
    story.top_up("2023-01-22 10:00", 1)
    story.call("2023-01-21 10:00", "1:00", direction="in", received_at="2023-01-23 10:00")
    assert told(story) == [(6, 7, 0, -200_00), (7, 7, -200_00, 0)]


def test_what_was_mended_is_not_mended_twice_where_money_is_counted_later(tmp_path: Path) -> None:
    """R-4.3: with the adjustment 399.00 are there, in time there would be no more, and 400.00 are due."""
    story = behind_the_window(tmp_path)
    book(story)
    story.top_up("2023-02-20 10:00", 399_00 - story.wallet)
    story.night("2023-03-15 03:00")
    assert story.account.blocks == ("financial",)
    assert told(story) == []


def test_a_record_fed_without_a_time_of_arrival_behind_the_clock_is_late_too(tmp_path: Path) -> None:
    """R-2.6: it was booked at the clock."""
    story = example_1(tmp_path)
    story.call("2023-02-16 10:00", "200:00")
    story.top_up("2023-02-19 00:00", 1)
    story.call("2023-02-14 23:50", "2:20")
    assert told(story) == [(8, 8, -6_00, 0)]


def test_from_names_only_what_records_booked_since_then_changed(tmp_path: Path) -> None:
    story = behind_the_window(tmp_path)
    assert told(story, "2023-02-19 04:10") == [(7, 7, -6_00, 0)]
    assert told(story, "2023-02-19 04:10:01") == []
    book(story)
    assert told(story, "2023-02-19 04:10") == []


def test_a_charge_that_changed_again_is_mended_by_the_rest(tmp_path: Path) -> None:
    """Another late record fills the old month: in time, one of the three minutes is left for the first."""
    story = behind_the_window(tmp_path)
    book(story)
    story.call("2023-02-01 10:00", "198:00", received_at="2023-02-20 04:10")
    again = {charge.key: mending_alone(story, charge) for charge in charges(story)}
    assert {key: (each.id, each.amount) for key, each in again.items()} == {
        "late-7": ("late-7-2", -2_00),
        "late-9": ("late-9-1", 396_00),
    }
    book(story)
    assert (told(story), story.wallet) == ([], 198_00)


def test_a_minus_that_cannot_be_paid_is_refused_and_listed_again(tmp_path: Path) -> None:
    """R-11.5: nothing is left for the minus; the plus of the same record brings what pays it."""
    story = in_another_order(tmp_path)
    story.connect("2023-01-21 10:00", "t4")
    assert story.wallet == 0
    story.ledger.apply([mending_alone(story, charge) for charge in charges(story) if charge.would_be < charge.was])
    refused = story.log()[-1]
    assert isinstance(refused, InputRefused)
    assert (refused.input_type, refused.reason) == ("adjust", "INSUFFICIENT_FUNDS")
    assert [each.id for each in mending(story)] == ["late-7-1", "late-6-2"]
    book(story)
    assert (told(story), story.wallet) == ([], 0)


@pytest.mark.parametrize(
    ("by_hand", "left"),
    [(1, -6_00 + 1), (5_99, -1), (6_00, None), (6_01, None), (50_00, None), (-1_00, -6_00)],
)
def test_what_a_clerk_gave_back_already_is_not_given_twice(tmp_path: Path, by_hand: int, left: int | None) -> None:
    """R-11.5: an adjustment by hand that cites the charge counts, up to all of it; more was meant, and stays given."""
    story = behind_the_window(tmp_path)
    story.feed("adjust", "2023-02-20 10:00", amount=by_hand, cites=[7, 5], text="по звонку", by="clerk-1")
    assert told(story) == ([] if left is None else [(7, 7, left, 0)])
    before = story.wallet
    book(story)
    assert (told(story), story.wallet) == ([], before - (left or 0))


def test_an_adjustment_by_hand_that_was_reversed_mends_nothing(tmp_path: Path) -> None:
    story = behind_the_window(tmp_path)
    (given,) = story.events_of("adjust", "2023-02-20 10:00", amount=6_00, cites=[7], text="", by="clerk-1")
    story.feed("reverse", "2023-02-21 10:00", event=given.version, text="ошибка", by="clerk-1")
    assert told(story) == [(7, 7, -6_00, 0)]


def test_a_charge_that_was_adjusted_and_then_reversed_for_the_rest_is_whole(tmp_path: Path) -> None:
    """R-11.1, edition 2: 2.00 by an adjustment, 4.00 by the reversal; no adjustment brings a kopeck of it again."""
    story = behind_the_window(tmp_path)
    story.feed("adjust", "2023-02-20 10:00", amount=2_00, cites=[7], text="", by="clerk-1")
    story.feed("reverse", "2023-02-21 10:00", event=7, text="", by="clerk-1")
    assert story.wallet == 200_00
    assert sum(charge.would_be - charge.was for charge in charges(story)) == 0
    book(story)
    assert (told(story), story.wallet) == ([], 200_00)


def test_a_claim_upheld_after_the_adjustment_for_a_late_record_gives_nothing_more(tmp_path: Path) -> None:
    """R-11.1, edition 2: an adjustment of a late record counts as one by hand."""
    story = behind_the_window(tmp_path)
    book(story)
    story.feed("open_dispute", "2023-02-20 10:00", event=7, text="", id="claim")
    events = story.events_of(
        "resolve_dispute", "2023-02-21 10:00", dispute="claim", outcome="upheld", text="да", by="c"
    )
    assert [type(event).__name__ for event in events] == ["DisputeResolved"]
    assert (told(story), story.wallet) == ([], 200_00)


def test_adjustments_of_the_next_holder_have_ids_that_no_other_contract_of_the_number_has(tmp_path: Path) -> None:
    """R-15.7: an id is that of one input over all contracts of a number."""
    (charge,) = charges(behind_the_window(tmp_path))
    next_holder = replace(charge, contract=Contract(charge.contract.number, 2, "b7n4c2zr9d6f3h8j"))
    unbooked = replace(next_holder, event=None)
    both = Table([charge.contract, next_holder.contract])
    made = flat(adjustments([unbooked, next_holder, charge], "clerk-7", both))
    assert {each.id: each.holder for each in made} == {"late-7-1": 1, "late/2-7-1": None, "late/2-for-7-1": None}


def test_where_the_number_is_gone_nothing_can_be_booked(tmp_path: Path) -> None:
    """R-15.9: the charge is listed all the same."""
    (charge,) = charges(behind_the_window(tmp_path))
    gone = [replace(charge, contract=Contract(number, 1, "b7n4c2zr9d6f3h8j")) for number in (ERASED, NO_KEY)]
    assert [each.account for each in flat(adjustments([*gone, charge], "clerk-7", Table([charge.contract])))] == [
        charge.contract.number
    ]


@pytest.mark.parametrize("tell", [behind_the_window, in_another_order])
def test_what_is_mended_is_known_by_what_it_cites_where_no_id_can_be_read_any_more(
    tmp_path: Path, tell: Callable[[Path], Story]
) -> None:
    """R-15.9: nothing is listed twice behind an erasure."""
    story = tell(tmp_path)
    book(story)
    with story.reading() as log:
        (contract,) = log.contracts.of(story.account_id)
        steps = list(steps_of(log, log.events(contract.id)))
        catalogues = CatalogueTimeline(log.adopted())
    for step in steps:
        gone = stand_in(ERASED, str(step.events[0].version))
        step.events[:] = [replace(each, input=each.input and replace(each.input, id=gone)) for each in step.events]
    assert of_steps(contract, steps, catalogues) == []


# One adjustment for all charges of a contract


def two_behind_the_window(folder: Path) -> Story:
    """Two calls of the old month, three minutes for 6.00 each, behind its 72 hours."""
    story = behind_the_window(folder)
    story.call("2023-02-14 23:55", "3:00", received_at="2023-02-20 10:00")
    return story


def merged(story: Story, chosen: Sequence[int | None] | None = None) -> list[Adjust]:
    with story.reading() as log:
        found = [each for each in late(log, log.accounts()) if chosen is None or each.event in chosen]
        return flat(adjustments(found, "clerk-7", log.contracts, per_account=True))


def test_one_adjustment_mends_all_charges_of_a_contract_and_cites_each_with_its_record(tmp_path: Path) -> None:
    """R-11.5: the text names every line that is corrected and the late record that it is put down to."""
    story = two_behind_the_window(tmp_path)
    assert told(story) == [(7, 7, -6_00, 0), (8, 8, -6_00, 0)]
    (made,) = merged(story)
    assert (made.id, made.amount, made.cites) == ("late-all-1", 12_00, [7, 7, 8, 8])
    assert made.text.replace("\N{NO-BREAK SPACE}", " ") == (
        "запись 7 от 19.02.2023 (услуга связи): было −6,00 ₽, вовремя 0,00 ₽, "
        "опоздавшая запись (звонки, 14.02.2023 23:50) поступила 19.02.2023 04:10; "
        "запись 8 от 20.02.2023 (услуга связи): было −6,00 ₽, вовремя 0,00 ₽, "
        "опоздавшая запись (звонки, 14.02.2023 23:55) поступила 20.02.2023 10:00"
    )
    assert "event 8 of 20.02.2023 (usage): it was −6.00" in translate(Phrasebook("en"), made.text)
    story.ledger.apply([made])
    assert (told(story), merged(story), story.wallet) == ([], [], 200_00)
    assert story.verify().ok


def test_what_a_later_record_changes_of_a_merged_charge_is_put_down_to_that_charge(tmp_path: Path) -> None:
    """Of the old month 199 minutes are used before the second call: one is left for it, and two cost 4.00."""
    story = two_behind_the_window(tmp_path)
    story.ledger.apply(merged(story))
    story.call("2023-02-13 10:00", "196:00", received_at="2023-02-21 10:00")
    assert told(story) == [(8, 10, 0, -4_00), (10, 10, -392_00, 0)]
    (made,) = merged(story)
    assert (made.id, made.amount, made.cites) == ("late-all-2", 388_00, [10, 10, 8, 10])
    story.ledger.apply([made])
    assert told(story) == []


def test_chosen_charges_are_merged_and_the_others_stay_listed(tmp_path: Path) -> None:
    """One alone is mended as ever; a merged one after it, and one alone after that."""
    story = two_behind_the_window(tmp_path)
    story.call("2023-02-14 23:59", "2:00", received_at="2023-02-21 10:00")
    (alone,) = merged(story, [8])
    assert (alone.id, alone.cites) == ("late-8-1", [8])
    story.ledger.apply([alone])
    (both,) = merged(story)
    assert (both.id, both.amount, both.cites) == ("late-all-1", 10_00, [7, 7, 9, 9])
    story.ledger.apply([both])
    story.call("2023-02-11 12:00", "1:00", received_at="2023-02-22 10:00")
    assert [(each.id, each.amount) for each in mending(story)] == [("late-12-1", 2_00)]


def test_charges_that_come_to_nothing_together_need_no_adjustment(tmp_path: Path) -> None:
    story = in_another_order(tmp_path)
    assert (told(story), merged(story)) == ([(6, 7, 0, -200_00), (7, 7, -200_00, 0)], [])


def test_a_merged_minus_that_cannot_be_paid_is_refused_and_comes_again_under_another_id(tmp_path: Path) -> None:
    """R-11.5."""
    story = two_behind_the_window(tmp_path)
    story.ledger.apply(merged(story))
    story.call("2023-02-13 08:00", "200:00", received_at="2023-02-21 10:00")
    (minus,) = merged(story, [7, 8])
    assert (minus.amount, minus.id) == (-12_00, "late-all-2")
    assert story.wallet < 12_00
    story.ledger.apply([minus])
    assert isinstance(story.log()[-1], InputRefused)
    (again,) = merged(story, [7, 8])
    assert (again.amount, again.id) == (-12_00, "late-all-3")


def test_many_charges_are_told_as_far_as_the_text_reaches(tmp_path: Path) -> None:
    story = behind_the_window(tmp_path)
    for minute in range(10, 30):
        story.call(f"2023-02-13 12:{minute}", "1:00", received_at=f"2023-02-20 10:{minute}")
    (made,) = merged(story)
    assert len(made.cites) == 42
    assert 850 < len(made.text) <= 1_000
    assert made.text.endswith("; и ещё записей: 15")
    assert translate(Phrasebook("en"), made.text).endswith("; and 15 more events")
    story.ledger.apply([made])
    assert told(story) == []


def test_a_merged_adjustment_is_known_where_its_id_cannot_be_read_any_more(tmp_path: Path) -> None:
    """R-15.9."""
    story = two_behind_the_window(tmp_path)
    story.ledger.apply(merged(story))
    with story.reading() as log:
        (contract,) = log.contracts.of(story.account_id)
        steps = list(steps_of(log, log.events(contract.id)))
        catalogues = CatalogueTimeline(log.adopted())
    for step in steps:
        gone = stand_in(ERASED, str(step.events[0].version))
        step.events[:] = [replace(each, input=each.input and replace(each.input, id=gone)) for each in step.events]
    assert of_steps(contract, steps, catalogues) == []


def test_the_text_of_an_older_build_is_told_in_english_too(tmp_path: Path) -> None:
    older = "опоздавшая запись (звонки, 14.02.2023 23:50): было −6,00 ₽, вовремя 0,00 ₽"
    assert translate(Phrasebook("en"), older) == "late record (voice, 14.02.2023 23:50): it was −6.00 ₽, in time 0.00 ₽"
    assert translate(Phrasebook("en"), "по звонку; запись 7") == "по звонку; запись 7"


@pytest.mark.parametrize("cites", [[4], [7, 4], [7, 4, 7], [4, 4, 7, 4]])
def test_an_adjustment_of_this_source_that_cites_no_late_record_is_a_clerk_s(tmp_path: Path, cites: list[int]) -> None:
    """A feed may name any source; it counts as one by hand where it cites the charge."""
    story = behind_the_window(tmp_path)
    given = {"amount": 1_00, "cites": cites, "text": "", "source": "late", "id": "late-4-1", "by": "clerk-1"}
    story.feed("adjust", "2023-02-20 10:00", **given)
    assert told(story) == [(7, 7, -5_00 if 7 in cites else -6_00, 0)]
