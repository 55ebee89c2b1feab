"""Refused requests: what was missing, and behind which event the same one would have been accepted (R-5.3)."""

from pathlib import Path

import pytest

from ledger.units import rubles
from projections import refusals
from projections.audit.refused import Refused, needed, refused
from projections.follow import caught_up
from tests.support import Story, at, rfc


def told(story: Story) -> list[Refused]:
    with caught_up(story.ledger) as db:
        rows = refusals.rows(db)
    return list(refused(story.ledger, rows))


def test_money_that_is_missing_and_the_top_up_that_brings_it(tmp_path: Path) -> None:
    """Worked example 6: 399.99 is a kopeck short; a call does not help, the next top-up does."""
    story = Story(tmp_path).open("2023-01-15 11:00")
    story.top_up("2023-01-15 11:30", 799_99)
    story.connect("2023-01-15 12:00", "t4")
    (asked,) = story.dial("2023-01-20 10:00")
    story.call("2023-01-20 11:00", "1:00")
    (paid,) = story.top_up("2023-01-20 12:00", 1)
    (row,) = told(story)
    assert row == Refused(
        account=story.account_id,
        version=asked.version,
        input_type="ussd",
        reason="INSUFFICIENT_FUNDS",
        facts={"fee": 400_00, "available": 399_99, "mode": "monthly", "blocks": [], "plan": "t4"},
        booked_at=rfc(at("2023-01-20 10:00")),
        needed=f"пополнить на {rubles(1)}",
        missing=1,
        worked_from=paid.version,
        worked_at=rfc(at("2023-01-20 12:00")),
    )


def test_in_daily_mode_the_night_behind_the_top_up_is_needed(tmp_path: Path) -> None:
    """Worked example 7: the month returns on 11 March at night, and leaves enough for a refresh."""
    story = Story(tmp_path).open("2023-02-10 11:00")
    story.top_up("2023-02-10 11:30", 450_00)
    story.connect("2023-02-10 12:00", "t3")
    story.night("2023-03-10 03:00")
    story.top_up("2023-03-10 12:00", 1000_00)
    story.dial("2023-03-10 13:00")
    (before,) = told(story)
    assert (before.reason, before.needed, before.missing) == ("ALTERNATIVE_PERIOD", "дождаться ночного списания", None)
    assert (before.worked_from, before.worked_at) == (None, None)
    story.night("2023-03-11 03:00")
    (after,) = told(story)
    assert after.worked_at == rfc(at("2023-03-11 03:00"))


def test_a_refusal_of_another_kind_lacks_nothing_that_could_be_told(tmp_path: Path) -> None:
    """R-12.4, R-8.2: a wrong code, a second block; with their facts, and nothing about a refresh."""
    story = Story(tmp_path).open("2023-01-15 11:00")
    story.dial("2023-01-15 12:00", "*100#")
    story.events_of("unblock", "2023-01-15 13:00", kind="voluntary")
    rows = told(story)
    assert [(row.input_type, row.reason) for row in rows] == [
        ("ussd", "UNKNOWN_SERVICE_CODE"),
        ("unblock", "NOT_BLOCKED"),
    ]
    assert {(row.needed, row.missing, row.worked_from, row.worked_at) for row in rows} == {(None, None, None, None)}


@pytest.mark.parametrize(
    ("reason", "facts", "said"),
    [
        ("NOT_ELIGIBLE", {"fee": None}, "тариф с «Обнови пакет» и ежемесячной платой в домашнем регионе"),
        ("FEE_WAIVED", {"fee": 0}, "конец скидки 100 %"),
        ("BLOCKED", {"blocks": ["financial", "operator"]}, "снять блокировку (финансовая, оператора)"),
        ("ALTERNATIVE_PERIOD", {"available": 84_50}, f"пополнить на {rubles(315_50)} и дождаться ночи"),
        ("ALTERNATIVE_PERIOD", {"available": 400_00}, "дождаться ночного списания"),
        ("UNPAID_PERIOD", {"available": 0}, "дождаться ночного списания"),
        ("INSUFFICIENT_FUNDS", {"available": -1}, f"пополнить на {rubles(400_01)}"),
    ],
)
def test_what_each_reason_asks_for(reason: str, facts: dict[str, object], said: str) -> None:
    assert needed(reason, {"fee": 400_00, "available": 500_00, "blocks": []} | facts) == said


def test_the_command_lists_one_account_or_all(tmp_path: Path) -> None:
    """Contract §7."""
    story = Story(tmp_path).open("2023-01-15 11:00")
    story.dial("2023-01-15 12:00")
    (row,) = story.printed("refused")
    assert {name: row[name] for name in ("account", "version", "reason", "booked_at")} == {
        "account": story.account_id,
        "version": 2,
        "reason": "NOT_ELIGIBLE",
        "booked_at": "2023-01-15T12:00:00+03:00",
    }
    assert row["facts"] == {"fee": None, "available": 0, "mode": "none", "blocks": [], "plan": None}
    assert story.printed("refused", "--account", story.account_id) == [row]
