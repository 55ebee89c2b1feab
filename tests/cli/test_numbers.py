"""Numbers as people write them, wherever a command asks for one."""

from pathlib import Path

import pytest

from projections.numbers import digits_of
from tests.cli.support import ACCOUNT, Done, Run, line, month, write

JANUARY = ("--from", "2023-01-01", "--to", "2023-01-31")
WRITTEN = (
    "+7 916 123-45-67",
    "+7 (916) 123-45-67",
    "8 916 123 45 67",
    "8(916)123-45-67",
    "89161234567",
    "9161234567",
    "+79161234567",
    "7.916.123.45.67",
    "+7\u00a0916\u00a0123\u201145\u201167",
    "\u202a+7 916 123-45-67\u202c",
)
ANSWER = ("dispute", "resolve", "claim", "--outcome", "rejected", "--text", "x", "--by", "x")
ASKED = (
    ("balance", "NUMBER"),
    ("events", "NUMBER"),
    ("statement", "NUMBER", *JANUARY),
    ("explain", "NUMBER", "2"),
    ("refused", "--account", "NUMBER"),
    ("what-if", "NUMBER"),
    ("verify", "--account", "NUMBER"),
    ("dispute", "show", "claim", "--account", "NUMBER"),
    ("prove", "NUMBER", "1", "-o", "made.proof"),
    (*ANSWER, "--account", "NUMBER", "--at", "2023-01-16T13:00:00+03:00", "--dry-run"),
    ("dispute", "open", "NUMBER", "3", "--text", "x", "--id", "same", "--at", "2023-01-15T13:00:00+03:00"),
    ("statements", "--month", "2023-01", "--format", "csv", "-o", "out", "--accounts", "list"),
)


@pytest.fixture
def ledger(obnovi: Run, tmp_path: Path) -> Run:
    write(tmp_path / "feed", *month(), line("open_dispute", "claim", event=2, text="?"))
    assert obnovi("feed", "feed").code == 0
    assert obnovi("keys", "create").code == 0
    return obnovi


@pytest.mark.parametrize("asked", ASKED, ids=lambda asked: f"{asked[0]} {asked[1]}")
def test_a_number_is_taken_as_people_write_it(ledger: Run, tmp_path: Path, asked: tuple[str, ...]) -> None:
    def done(number: str) -> Done:
        write(tmp_path / "list", number)
        return ledger(*(number if each == "NUMBER" else each for each in asked))

    done(ACCOUNT)
    before = done(ACCOUNT)
    assert before.code == 0
    for number in WRITTEN:
        assert done(number) == before, number


def test_a_list_names_an_account_once_however_it_writes_it(ledger: Run, tmp_path: Path) -> None:
    write(tmp_path / "list", *WRITTEN)
    asked = ("statements", "--month", "2023-01", "--format", "csv", "-o", "out", "--accounts", "list", "--json")
    assert ledger(*asked).json()["written"] == 1


@pytest.mark.parametrize(
    "text", ["8916", "+8 916 123 45 67", "+1 916 123 45 67", "791612345678", "74951234567", "Анна", "", "7916123456x"]
)
def test_what_is_no_number_is_left_as_it_is(text: str) -> None:
    assert digits_of(text) == text
