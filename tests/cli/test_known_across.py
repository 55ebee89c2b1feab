"""`--known-at` across accounts: the same answer as on the day when no more was recorded (R-2.5, contract §1)."""

from pathlib import Path

import pytest
from freezegun import freeze_time

from tests.cli.support import ACCOUNT, Done, Run, line, month, top_up, write
from tests.cli.test_dates import EAST, in_the_east

FIRST = "2023-02-20T23:30:00+03:00"
SECOND = "2023-02-27T12:00:00+03:00"
QUESTIONS = (
    ("totals", "--month", "2023-02", "--json"),
    ("totals", "--month", "2023-02", "--by", "day", "--json"),
    ("totals", "--month", "2023-02", "--by", "plan", "--json"),
    ("totals", "--month", "2023-02"),
    ("refused", "--json"),
    ("refused",),
    ("refused", "--account", ACCOUNT, "--json"),
    ("refused", "--account", EAST),
)


@pytest.fixture
def evenings(obnovi: Run, tmp_path: Path) -> tuple[Run, dict[tuple[str, ...], Done]]:
    """Two accounts, and what was answered on the first evening.

    That brought a month and a refresh without money on each; the second one records of January, money, and more
    refreshes, of which some work now.
    """
    write(
        tmp_path / "first",
        *month(),
        *in_the_east(month(EAST)),
        *(line("usage", "c", "2023-01-16T12:00:00+03:00", each, service="voice", direction="out", quantity=310,
               zone="russia") for each in (ACCOUNT, EAST)),
        *(line("refresh", f"r{n}", f"2023-02-1{n}T10:00:00+03:00", each) for each in (ACCOUNT, EAST) for n in (6, 7)),
    )  # fmt: skip
    late = {"received_at": "2023-02-20T23:00:00+03:00"}
    write(
        tmp_path / "second",
        line("usage", "l", "2023-02-17T12:00:00+03:00", service="sms", direction="out", quantity=1, **late),
        *(top_up("more", 900_00, each, at="2023-02-20T23:10:00+03:00") for each in (ACCOUNT, EAST)),
        line("refresh", "again", "2023-02-20T23:20:00+03:00"),
        *(line("refresh", "late", "2023-02-21T10:00:00+03:00", each) for each in (ACCOUNT, EAST)),
    )  # fmt: skip
    with freeze_time(FIRST):
        assert obnovi("feed", "first").code == 0
        answers: dict[tuple[str, ...], Done] = {question: obnovi(*question) for question in QUESTIONS}
    with freeze_time(SECOND):
        assert obnovi("feed", "second").code == 0
    return obnovi, answers


@pytest.mark.parametrize("question", QUESTIONS)
def test_an_answer_as_known_is_the_one_that_was_given(
    evenings: tuple[Run, dict[tuple[str, ...], Done]], question: tuple[str, ...]
) -> None:
    obnovi, answers = evenings
    assert answers[question].code == 0
    assert obnovi(*question, "--known-at", FIRST) == answers[question] != obnovi(*question)
    assert obnovi(*question, "--known-at", "2023-02-27T11:59:59.999999+03:00") == answers[question]
    with freeze_time(SECOND):
        assert obnovi(*question, "--known-at", SECOND) == obnovi(*question)


@pytest.mark.parametrize("question", QUESTIONS)
def test_before_anything_was_recorded_there_is_nothing(
    evenings: tuple[Run, dict[tuple[str, ...], Done]], question: tuple[str, ...]
) -> None:
    done = evenings[0](*question, "--known-at", "2023-01-01")
    assert (done.code, done.err) == (0, "")
    assert done.out == "[]\n" if "--json" in question else ACCOUNT not in done.out


def test_a_day_ends_where_each_account_is(evenings: tuple[Run, dict[tuple[str, ...], Done]]) -> None:
    """At 23:30 in Moscow it is the next day in the Urals: nothing of that account was known on the 20th."""
    obnovi, answers = evenings
    asked = ("totals", "--month", "2023-02", "--by", "region", "--json")
    whole = obnovi(*asked, "--known-at", FIRST).json()
    for on_the_day in ("2023-02-20", "2023-02-20T23:30", "2023-02-21 01:29"):
        known = obnovi(*asked, "--known-at", on_the_day).json()
        assert known == [row for row in whole if row["region"] == "moscow"] != whole
    assert obnovi(*asked, "--known-at", "2023-02-21T01:30").json() == whole
    refused = obnovi("refused", "--json", "--known-at", "2023-02-20").json()
    told = answers["refused", "--json"].json()
    assert refused == [row for row in told if row["account"] == ACCOUNT] != told


def test_sums_of_what_was_known_are_sums_of_its_events(evenings: tuple[Run, dict[tuple[str, ...], Done]]) -> None:
    obnovi, _ = evenings
    for known in ("2023-01-01", "2023-02-20", FIRST, SECOND):
        rows = obnovi("totals", "--month", "2023-02", "--known-at", known, "--json").json()
        for unit in {row["unit"] for row in rows}:
            for column in ("opening", "moved", "closing"):
                assert sum(row[column] for row in rows if row["unit"] == unit) == 0
