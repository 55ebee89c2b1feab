"""`obnovi unrated` and `rerate`: what waits for a price, and what it comes to once there is one (R-6.8, R-11.6)."""

from pathlib import Path
from typing import Any

import pytest

from tests.cli.support import ACCOUNT, Run, line, month, on_a_terminal, write
from tests.cli.test_holders import end, life
from tests.support import CATALOGUE_TEXT
from tests.views.test_views import mended

OTHER = "79161234568"


def mars(id: str, at: str, seconds: int, account: str = ACCOUNT, zone: str = "mars") -> str:
    said = {"service": "voice", "direction": "out", "quantity": seconds, "zone": zone, "peer": "74950001234"}
    return line("usage", id, at, account, **said)


@pytest.fixture
def ledger(obnovi: Run, tmp_path: Path) -> Run:
    """Two accounts on t4; three calls to Mars and one to Venus, neither of which has a price."""
    calls = [
        mars("one", "2023-01-16T12:00:00+03:00", 61),
        mars("two", "2023-01-16T13:00:00+03:00", 30, OTHER),
        mars("venus", "2023-01-16T14:00:00+03:00", 30, OTHER, "venus"),
        mars("three", "2023-01-16T15:00:00+03:00", 30),
    ]
    assert obnovi("feed", write(tmp_path / "feed.jsonl", *month(), *month(OTHER), *calls)).code == 0
    (tmp_path / "mended.toml").write_text(mended(), encoding="utf-8")
    return obnovi


def waits(ledger: Run, *options: str) -> list[tuple[str, str]]:
    return [(row["account"], row["input"]["id"]) for row in ledger("unrated", *options, "--json").json()]


def test_unrated_shows_who_called_whom_how_long_and_which_input_it_was(ledger: Run) -> None:
    rows = ledger("unrated", "--json").json()
    assert rows[0] == {
        "account": ACCOUNT,
        "holder": 1,
        "version": 5,
        "reason": "NO_PRICE",
        "zone": "mars",
        "service": "voice",
        "occurred_at": "2023-01-16T12:00:00+03:00",
        "direction": "out",
        "quantity": 61,
        "peer": "74950001234",
        "input": {"source": "feed", "id": "one"},
        "plan": "t4",
    }
    assert [(row["account"], row["version"]) for row in rows] == [(ACCOUNT, 5), (ACCOUNT, 6), (OTHER, 5), (OTHER, 6)]
    told = ledger("unrated", "--lang", "ru").out
    assert all(word in told for word in ("74950001234", "1:01", "feed one", "t4", "Сколько", "Вход"))


@pytest.mark.parametrize(
    ("options", "found"),
    [
        (("--zone", "venus"), [(OTHER, "venus")]),
        (("--account", ACCOUNT), [(ACCOUNT, "one"), (ACCOUNT, "three")]),
        (("--account", OTHER, "--holder", "1", "--zone", "mars"), [(OTHER, "two")]),
        (("--reason", "NO_PLAN"), []),
        (("--plan", "t3"), []),
        (("--plan", "t4", "--zone", "venus"), [(OTHER, "venus")]),
    ],
)
def test_unrated_lists_those_that_are_meant(ledger: Run, options: tuple[str, ...], found: list[Any]) -> None:
    assert waits(ledger, *options) == found


def test_a_mended_catalogue_rates_all_that_it_has_a_price_for_and_says_so_before(ledger: Run) -> None:
    """9.00 a started minute on Mars: two minutes and one of the one account, one of the other."""
    rated = {"rated": 3, "unrated": 1, "amount": 36_00, "refused": 0}
    given = ("--catalogue", "mended.toml", "rerate", "--all")
    before = ledger("export", "--format", "jsonl", "-o", "before.jsonl", "--json").json()
    assert ledger(*given, "--dry-run", "--json").json() == rated
    assert ledger("export", "--format", "jsonl", "-o", "after.jsonl", "--json").json() == before
    assert ledger(*given, "--yes", "--by", "clerk-7", "--json").json() == rated
    assert waits(ledger) == [(OTHER, "venus")]
    last = ledger("events", ACCOUNT, "--json").out.splitlines()[-1]
    assert '"type":"UsageCharged"' in last
    assert '"by":"clerk-7"' in last
    assert ledger("balance", ACCOUNT, "--json").json()["wallet"] == 600_00 - 27_00
    assert ledger("verify", "--json").json()["ok"]


def test_rating_again_twice_charges_nothing_twice_and_books_nothing_for_what_has_no_price(ledger: Run) -> None:
    given = ("--catalogue", "mended.toml", "rerate", "--all", "--yes", "--json")
    ledger(*given)
    count = ledger("replay", "--json").json()["events"]
    assert ledger(*given).json() == {"rated": 0, "unrated": 1, "amount": 0, "refused": 0}
    assert ledger("replay", "--json").json()["events"] == count


def test_without_a_price_nothing_is_booked(ledger: Run) -> None:
    count = ledger("replay", "--json").json()["events"]
    assert ledger("rerate", "--all", "--json").json() == {"rated": 0, "unrated": 4, "amount": 0, "refused": 0}
    assert ledger("replay", "--json").json()["events"] == count


def test_a_later_catalogue_rates_what_an_earlier_attempt_left(ledger: Run, tmp_path: Path) -> None:
    """An attempt by hand found no price; the catalogue was mended behind it, and again for Venus."""
    by_hand = line("rerate", "by-hand", "2023-01-17T12:00:00+03:00", OTHER, event=6)
    assert ledger("feed", write(tmp_path / "more.jsonl", by_hand)).code == 0
    assert ledger("--catalogue", "mended.toml", "rerate", "--all", "--yes", "--json").json()["rated"] == 3
    venus = mended().replace("2016-01-01", "2017-01-01").split("[[plans]]")[-1]
    text = f'{mended()}\n[[plans]]{venus}[plans.prices.venus]\nvoice_minute = "5.00"\n'
    (tmp_path / "mended.toml").write_text(text, encoding="utf-8")
    again = ledger("--catalogue", "mended.toml", "rerate", "--all", "--yes", "--json")
    assert again.json() == {"rated": 1, "unrated": 0, "amount": 5_00, "refused": 0}
    assert waits(ledger) == []
    assert ledger("verify", "--json").json()["ok"]


def test_those_that_are_meant_are_rated(ledger: Run) -> None:
    given = ("--catalogue", "mended.toml", "rerate", "--all", "--yes", "--json")
    assert ledger(*given, "--zone", "venus").json() == {"rated": 0, "unrated": 1, "amount": 0, "refused": 0}
    assert ledger(*given, "--account", OTHER).json() == {"rated": 1, "unrated": 1, "amount": 9_00, "refused": 0}
    assert waits(ledger) == [(ACCOUNT, "one"), (ACCOUNT, "three"), (OTHER, "venus")]


def test_no_night_is_charged_by_it(ledger: Run) -> None:
    """The month ended on 15 February; a record of January is rated in July, when no night has been run."""
    ledger("--catalogue", "mended.toml", "rerate", "--all", "--yes")
    assert ledger("balance", ACCOUNT, "--json").json()["clock"] == "2023-01-16T15:00:00+03:00"


def test_it_is_told_in_one_line_and_asked_for(ledger: Run, tmp_path: Path) -> None:
    given = ("--catalogue", "mended.toml", "rerate", "--all")
    said = on_a_terminal(*given, cwd=tmp_path, says="n\n")
    assert said.code == 1
    assert "3 records would be charged 36.00 ₽ together. Go on?" in said.out.replace("\N{NO-BREAK SPACE}", " ")
    assert len(waits(ledger)) == 4
    tried = ledger(*given, "--dry-run", "--lang", "ru").out.replace("\N{NO-BREAK SPACE}", " ")
    assert tried == "Было бы тарифицировано: 3 записи, списано 36,00 ₽; осталось бы без цены: 1; ничего не записано\n"
    done = ledger(*given)
    assert done.out.replace("\N{NO-BREAK SPACE}", " ") == "3 records rated, 36.00 ₽ charged; 1 still without a price\n"
    assert "--yes says that it is meant" in done.err


def test_each_holder_of_a_number_is_charged_for_his_own(obnovi: Run, tmp_path: Path) -> None:
    """R-15.2, R-15.7: the input of the earlier contract names its holder, and the ids of both differ."""
    lines = [*life(1, "2023-01"), *end("2023-01"), *life(2, "2023-03")]
    assert obnovi("feed", write(tmp_path / "feed.jsonl", *lines), "--not-after", "none").code == 0
    (tmp_path / "mended.toml").write_text(mended(), encoding="utf-8")
    found = obnovi("unrated", "--json").json()
    assert [(each["holder"], each["zone"]) for each in found] == [(1, "mars"), (2, "mars")]
    done = obnovi("--catalogue", "mended.toml", "rerate", "--all", "--yes", "--json").json()
    assert (done["rated"], done["unrated"], done["refused"]) == (2, 0, 0)
    assert obnovi("unrated", "--json").json() == []
    assert obnovi("verify", "--json").json()["ok"]


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (("rerate",), 2, "rerate takes --all"),
        (("rerate", "--all", "--holder", "1"), 2, "--holder goes with one --account"),
        (("rerate", "--all", "--plan", "t9"), 2, "the catalogue has no plan t9"),
        (("rerate", "--all", "--reason", "BLUE"), 2, "NO_PRICE"),
        (("rerate", "--all", "--by", ""), 2, "--by takes 1 to 64 characters"),
        (("rerate", "--all", "--account", "79990000000"), 1, "no account 79990000000"),
        (("unrated", "--plan", "t9"), 2, "the catalogue has no plan t9"),
        (("--catalogue", "none.toml", "rerate", "--all"), 2, "there is no catalogue at none.toml"),
        (("--catalogue", "altered.toml", "rerate", "--all", "--dry-run"), 1, "t4"),
    ],
)
def test_rerate_says_in_one_line_what_is_wrong(
    ledger: Run, tmp_path: Path, args: tuple[str, ...], code: int, said: str
) -> None:
    altered = CATALOGUE_TEXT.replace('monthly_fee = "400.00"', 'monthly_fee = "401.00"')
    assert altered != CATALOGUE_TEXT
    (tmp_path / "altered.toml").write_text(altered, encoding="utf-8")
    done = ledger(*args)
    assert (done.code, done.out, done.err.count("\n")) == (code, "", 1)
    assert said in done.err
    assert len(waits(ledger)) == 4
