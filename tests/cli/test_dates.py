"""A date alone, where a time is asked, is as long as that day is where the account is (contract §1)."""

import json
import re
import sqlite3
from pathlib import Path

import pytest

from tests.cli.support import ACCOUNT, Done, Run, line, month, top_up, write

EAST = "79160000002"
"""In Yekaterinburg, two hours ahead of Moscow."""


def in_the_east(lines: list[str]) -> list[str]:
    """The same account, opened in the Urals."""
    told = [json.loads(each) for each in lines]
    return [json.dumps(each | ({"region": "yekaterinburg"} if each["type"] == "open" else {})) for each in told]


@pytest.fixture
def ledger(obnovi: Run, tmp_path: Path) -> Run:
    """Two accounts, and on each a top-up just before and just behind midnight in Moscow and in the Urals."""
    lines = [*month(), *in_the_east(month(EAST))]
    for account in (ACCOUNT, EAST):
        for number, second in enumerate(("21:59:59", "22:00:00", "23:59:59", "23:59:59.999999")):
            lines.append(top_up(f"p{number}", 1, account, at=f"2023-01-20T{second}+03:00"))
        lines.append(top_up("last", 1, account, at="2023-01-21T00:00:00+03:00"))
    write(tmp_path / "feed", *lines)
    assert obnovi("feed", "feed").code == 0
    return obnovi


def without_recording(done: Done) -> tuple[int, str, str]:
    """An answer without the time at which this program wrote something down."""
    return done.code, re.sub(r'"recorded_at":"[^"]*"', "", done.out), done.err


@pytest.mark.parametrize(("account", "wallet"), [(ACCOUNT, 600_04), (EAST, 600_01)])
def test_the_end_of_the_day_is_the_account_s(ledger: Run, account: str, wallet: int) -> None:
    assert ledger("balance", account, "--as-of", "2023-01-20", "--json").json()["wallet"] == wallet
    end = "2023-01-20T23:59:59.999999" + ("+03:00" if account == ACCOUNT else "+05:00")
    for option in ("--as-of", "--known-at"):
        dated, told = (ledger("balance", account, option, asked) for asked in ("2023-01-20", end))
        assert dated == told
    asked = ("statement", account, "--from", "2023-01-01", "--to", "2023-01-31", "--json", "--known-at")
    assert ledger(*asked, "2099-12-31").code == 0
    assert ledger(*asked, "2023-01-20").out == ledger(*asked, end).out


@pytest.mark.parametrize("date", ["2023-02-15", "2023-02-14", "2023-02-13"])
def test_a_night_until_a_date_is_until_its_end_in_every_zone(ledger: Run, tmp_path: Path, date: str) -> None:
    """The night of 15 February comes in both zones by the end of that day, and in neither before it."""
    booked = ledger("night", "--until", date, "--json").json()
    assert (booked["accounts"], booked["monthly_fees"]) == ((2, 2) if date == "2023-02-15" else (0, 0))
    assert ledger("night", "--until", date, "--json").json()["events"] == 0
    assert ledger("verify").code == 0


def test_a_night_until_a_date_ends_where_each_account_is(ledger: Run, tmp_path: Path) -> None:
    """Promises end at 23:00 in Moscow: on that day there, and on the next day in the Urals."""
    taken = "2023-01-21T23:00:00+03:00"
    lines = [line("take_promise", "p", taken, account, amount=100_00) for account in (ACCOUNT, EAST)]
    write(tmp_path / "promises", *lines)
    assert ledger("feed", "promises", "--json").json()["applied"] == 2
    tried = ledger("night", "--until", "2023-01-24", "--dry-run", "--json").json()
    assert ledger("night", "--until", "2023-01-24", "--json").json() == tried
    assert tried["accounts"] == 1
    assert "PromiseClosed" in ledger("events", ACCOUNT).out
    assert "PromiseClosed" not in ledger("events", EAST).out
    assert ledger("night", "--until", "2023-01-25", "--json").json()["accounts"] == 1


@pytest.mark.parametrize("state", ["x", "{}"])
def test_an_account_whose_head_tells_no_zone_is_not_left_out(ledger: Run, tmp_path: Path, state: str) -> None:
    with sqlite3.connect(tmp_path / "obnovi.db") as db:
        db.execute("UPDATE heads SET state = CAST(? AS BLOB)", (state,))
    assert ledger("night", "--until", "2023-02-15", "--json").json()["monthly_fees"] == 2
    assert ledger("verify").code == 0


@pytest.mark.parametrize(("at", "taken"), [("21:59:59.999999", 2), ("22:00:00", 1), ("23:59:59.999999", 1), ("24", 0)])
def test_nothing_is_fed_that_came_after_the_day_where_the_account_is(
    obnovi: Run, tmp_path: Path, at: str, taken: int
) -> None:
    """Of accounts that are there already, and of those that the same lines open."""
    when = "2023-01-21T00:00:00+03:00" if at == "24" else f"2023-01-20T{at}+03:00"
    write(tmp_path / "open", *month(), *in_the_east(month(EAST)))
    write(tmp_path / "more", *(top_up("more", 1, account, at=when) for account in (ACCOUNT, EAST)))
    (tmp_path / "all").write_bytes((tmp_path / "open").read_bytes() + (tmp_path / "more").read_bytes())
    obnovi("feed", "open")
    for ledger, feed in (("obnovi.db", "more"), ("new.db", "all")):
        done = obnovi("--ledger", ledger, "feed", feed, "--not-after", "2023-01-20", "--json").json()
        assert (done["applied"] - (6 if feed == "all" else 0), done["rejected"]) == (taken, 2 - taken)


def test_a_night_does_not_go_beyond_the_day_that_is_allowed(ledger: Run) -> None:
    """In no zone of the catalogue; in Kamchatka the day is over at 15:00 of Moscow."""
    assert ledger("night", "--until", "2023-01-21", "--not-after", "2023-01-20").code == 2
    for until in ("2023-01-20", "2023-01-20T14:59:59+03:00"):
        assert ledger("night", "--until", until, "--not-after", "2023-01-20").code == 0
    assert ledger("night", "--until", "2023-01-20T15:00:00+03:00", "--not-after", "2023-01-20").code == 2


@pytest.mark.parametrize("account", [ACCOUNT, EAST])
def test_a_claim_of_a_date_is_registered_at_its_end(ledger: Run, account: str) -> None:
    opened = ledger("dispute", "open", account, "2", "--text", "?", "--at", "2023-01-25", "--json").json()
    assert opened[-1]["booked_at"] == "2023-01-25T23:59:59.999999" + ("+03:00" if account == ACCOUNT else "+05:00")
    asked = ("--outcome", "rejected", "--text", "!", "--by", "x", "--at", "2023-01-26", "--json")
    answered = ledger("dispute", "resolve", "claim-2-1", *asked).json()
    assert answered[-1]["booked_at"].startswith("2023-01-26T23:59:59.999999")


@pytest.mark.parametrize("command", [("what-if", "--all"), ("late",)])
def test_a_lower_bound_is_the_beginning_of_the_day(ledger: Run, tmp_path: Path, command: tuple[str, ...]) -> None:
    """A call that came late, at the midnight of each account: on that day for both, before it for nobody."""
    late = []
    for account, offset in ((ACCOUNT, "+03:00"), (EAST, "+05:00")):
        times = {"at": f"2023-01-22T10:00:00{offset}", "received_at": f"2023-01-24T00:00:00{offset}"}
        for id, received in (("call", times["received_at"]), ("drop", f"2023-01-24T00:00:01{offset}")):
            said = times | {"received_at": received}
            late.append(line("usage", id, account=account, service="voice", direction="out", quantity=600_000, **said))
    write(tmp_path / "late", *late)
    ledger("feed", "late")
    changed = ("--set", "plan=t3") if command[0] == "what-if" else ()
    dated = ledger(*command, *changed, "--from", "2023-01-24", "--json").json()
    for account, offset in ((ACCOUNT, "+03:00"), (EAST, "+05:00")):
        told = ledger(*command, *changed, "--from", f"2023-01-24T00:00:00{offset}", "--json").json()
        assert [each for each in dated["lines"] if each["account"] == account] == [
            each for each in told["lines"] if each["account"] == account
        ]


@pytest.mark.parametrize("account", [ACCOUNT, EAST])
def test_an_input_is_moved_to_the_end_of_a_day(ledger: Run, account: str) -> None:
    end = "2023-01-25T23:59:59.999999" + ("+03:00" if account == ACCOUNT else "+05:00")
    moved = [ledger("what-if", account, "--move", f"2={when}", "--json") for when in ("2023-01-25", end)]
    assert moved[0].code == 0
    assert moved[0] == moved[1]
    assert moved[0].json()["lines"] != []


@pytest.mark.parametrize(("account", "offset"), [(ACCOUNT, "+03:00"), (EAST, "+05:00")])
@pytest.mark.parametrize(
    "written", ["2023-01-20T22:00", "2023-01-20 22:00", "2023-01-20t22:00:00", "2023-01-20 22:00:00.0"]
)
def test_a_time_without_an_offset_is_what_the_clocks_show_there(
    ledger: Run, account: str, offset: str, written: str
) -> None:
    """Wherever a time is asked: the answer is that of the same time with the offset of the account."""
    told = f"2023-01-20T22:00:00{offset}"
    month_asked = ("--month", "2023-01", "--json")
    for command in (
        ("balance", account, "--as-of"),
        ("balance", account, "--as-of", "2099-01-01", "--known-at"),
        ("statement", account, *month_asked, "--known-at"),
        ("accounts", account, "--json", "--opened-until"),
        ("late", "--json", "--from"),
        ("dispute", "open", account, "2", "--text", "?", "--dry-run", "--json", "--at"),
    ):
        answers = [ledger(*command, when) for when in (written, told)]
        assert without_recording(answers[0]) == without_recording(answers[1])
    moved = [ledger("what-if", account, "--move", f"2={when}", "--json") for when in (written, told)]
    assert moved[0] == moved[1]
    assert moved[0].json()["lines"] != []


def test_a_local_time_is_that_of_each_account(ledger: Run, tmp_path: Path) -> None:
    """The night of 15 February at three o'clock, which comes in the Urals two hours before Moscow."""
    assert ledger("night", "--until", "2023-02-15T02:59:59.999999", "--json").json()["accounts"] == 0
    assert ledger("night", "--until", "2023-02-15T03:00", "--json").json()["monthly_fees"] == 2
    changed = ("what-if", "--all", "--set", "plan=t3", "--json", "--from")
    assert ledger(*changed, "2023-01-15T12:00").json()["changed"] == 2  # connected at 12:00 and at 14:00 there
    assert ledger(*changed, "2023-01-15T12:00:01").json()["changed"] == 1
    write(tmp_path / "more", *(top_up("m", 1, account, at="2023-02-20T10:00:00+03:00") for account in (ACCOUNT, EAST)))
    done = ledger("feed", "more", "--not-after", "2023-02-20T11:59", "--json").json()
    assert (done["applied"], done["rejected"]) == (1, 1)


@pytest.mark.parametrize("command", [("statement", ACCOUNT, "--json"), ("totals", "--json")])
def test_a_month_is_its_first_day_to_its_last(ledger: Run, command: tuple[str, ...]) -> None:
    asked = ledger(*command, "--month", "2023-02")
    assert asked.code == 0
    assert asked == ledger(*command, "--from", "2023-02-01", "--to", "2023-02-28")


@pytest.mark.parametrize(
    ("range_", "said"),
    [
        ((), "name the range: --month YYYY-MM, or both --from DATE and --to DATE"),
        (("--from", "2023-01-01"), "both --from DATE and --to DATE"),
        (("--to", "2023-01-01"), "both --from DATE and --to DATE"),
        (("--month", "2023-01", "--from", "2023-01-01"), "leave --from and --to out, or --month"),
        (("--month", "2023-01", "--to", "2023-01-01"), "leave --from and --to out, or --month"),
        (("--month", "2023-13"), "'2023-13': not a month YYYY-MM"),
        (("--month", "2023-1"), "'2023-1': not a month YYYY-MM"),
        (("--month", "january"), "'january': not a month YYYY-MM"),
        (("--from", "2023-02-01", "--to", "2023-01-31"), "--from 2023-02-01 lies after --to 2023-01-31"),
        (("--from", "2023-02-01T00:00", "--to", "2023-02-28"), "2023-02-01T00:00"),
    ],
)
@pytest.mark.parametrize("command", [("statement", ACCOUNT), ("totals",)])
def test_a_range_is_named_in_one_of_two_ways(
    ledger: Run, command: tuple[str, ...], range_: tuple[str, ...], said: str
) -> None:
    done = ledger(*command, *range_)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert said in done.err


@pytest.mark.parametrize("time", ["2023-02-15T03:00", "2023-02-15 03:00:00+03:00", "2023-02-15"])
def test_an_input_says_its_time_in_full(ledger: Run, tmp_path: Path, time: str) -> None:
    write(tmp_path / "feed", top_up("x", at=time))
    assert ledger("feed", "feed", "--json").json()["rejected"] == 1


@pytest.mark.parametrize("date", ["2023-02-30", "2023-2-1", "23-02-01", "2023-02-01T", "1999-12-31", "2023-02-01T24:00",
    "2023-02-01T03", "2023-02-01T03:00:60", "2023-02-01T03:00.5", "2023-02-01T03:00:00.1234567", "03:00",
])  # fmt: skip
def test_what_is_neither_a_time_nor_a_date_is_misuse(ledger: Run, date: str) -> None:
    done = ledger("balance", ACCOUNT, "--as-of", date)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)


@pytest.mark.parametrize(
    ("printed", "written"),
    [
        (("balance", ACCOUNT, "--as-of", "20.01.2023"), ("balance", ACCOUNT, "--as-of", "2023-01-20")),
        (
            ("events", ACCOUNT, "--from", "20.01.2023 21:59", "--to", "20.01.2023 23:59:59"),
            ("events", ACCOUNT, "--from", "2023-01-20T21:59", "--to", "2023-01-20T23:59:59"),
        ),
        (
            ("explain", ACCOUNT, "--at", "20.01.2023 22:00:00+03:00", "--amount", "0,01 ₽"),
            ("explain", ACCOUNT, "--at", "2023-01-20T22:00:00+03:00", "--amount", "0.01"),
        ),
        (
            ("summary", ACCOUNT, "--from", "01.01.2023", "--to", "31.01.2023"),
            ("summary", ACCOUNT, "--month", "2023-01"),
        ),
    ],
)
def test_a_time_is_taken_as_documents_print_it(ledger: Run, printed: tuple[str, ...], written: tuple[str, ...]) -> None:
    assert ledger(*printed).code == 0
    assert without_recording(ledger(*printed, "--json")) == without_recording(ledger(*written, "--json"))


def test_an_hour_may_have_one_digit_as_in_a_pdf_and_a_sum_a_blank_of_thousands(obnovi: Run, tmp_path: Path) -> None:
    lines = [
        top_up("much", 140_000, at="2023-01-20T09:05:07+03:00"),
        top_up("less", 1_400, at="2023-01-20T09:05:08+03:00"),
    ]
    write(tmp_path / "feed", line("open", "open", "2023-01-01T00:00:00+03:00", region="moscow"), *lines)
    assert obnovi("feed", "feed").code == 0
    for at in ("20.01.2023 9:05", "2023-01-20"):
        for amount in ("1\N{NO-BREAK SPACE}400,00\N{NO-BREAK SPACE}₽", "1 400,00 ₽", "−1 400,00 ₽", "1400"):
            asked = obnovi("explain", ACCOUNT, "--at", at, "--amount", amount, "--json")
            assert asked.json()["event"]["amount"] == 140_000


@pytest.mark.parametrize(
    "time", ["31.02.2023", "1.2.2023", "03.02.23", "20.01.2023 9", "20.01.2023T", "20.13.2023 10:00"]
)
def test_what_only_looks_printed_is_no_time(ledger: Run, time: str) -> None:
    done = ledger("balance", ACCOUNT, "--as-of", time)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)


@pytest.mark.parametrize("amount", ["1 40", "14 00,00", "1  400", " 400", "₽", "1,400.00", "400 ₽ ₽"])
def test_what_only_looks_printed_is_no_sum(ledger: Run, amount: str) -> None:
    done = ledger("explain", ACCOUNT, "--at", "2023-01-20", "--amount", amount)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
