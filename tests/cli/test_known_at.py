"""Time travel on both axes: `--as-of` by booked time, `--known-at` by recorded time (contract §7, R-2.5)."""

import json
from pathlib import Path
from typing import Any

import pytest
from freezegun import freeze_time

from tests.cli.support import ACCOUNT, Run, line, month, top_up, write

FIRST = "2023-01-20T12:00:00+03:00"
SECOND = "2023-02-05T12:00:00+03:00"
JANUARY = ("--from", "2023-01-01", "--to", "2023-01-31")
FEBRUARY = ("--from", "2023-02-01", "--to", "2023-02-28")


@pytest.fixture
def ledger(obnovi: Run, tmp_path: Path) -> Run:
    """Two evenings of feeding.

    The first brought plan t4 and a call in its package; the second a call abroad of the days before, which had reached
    us on the 19th, a top-up, a refresh, and what a clerk gave back of the call abroad.
    """
    write(
        tmp_path / "first",
        *month(),
        line("usage", "call", "2023-01-16T12:00:00+03:00", service="voice", direction="out", quantity=310),
    )
    abroad: dict[str, Any] = {"service": "voice", "direction": "out", "quantity": 60, "zone": "russia"}
    write(
        tmp_path / "second",
        line("usage", "late", "2023-01-17T12:00:00+03:00", received_at="2023-01-19T12:00:00+03:00", **abroad),
        top_up("more", 200_00, at="2023-02-01T10:00:00+03:00"),
        line("ussd", "r", "2023-02-02T10:00:00+03:00", text="*929#"),
        line("reverse", "back", "2023-02-03T10:00:00+03:00", event=6, text="", by="clerk-7"),
    )
    for name, wall in (("first", FIRST), ("second", SECOND)):
        with freeze_time(wall):
            assert obnovi("feed", name).code == 0
    return obnovi


def shown(run: Run, *command: str) -> dict[str, Any]:
    done = run(*command, "--json")
    assert (done.code, done.err) == (0, "")
    made: dict[str, Any] = json.loads(done.out)
    return made


LATEST = None


@pytest.mark.parametrize(
    ("as_of", "known_at", "wallet", "clock", "voice"),
    [
        (LATEST, LATEST, 400_00, "2023-02-03T10:00", 11_640 + 12_000),
        (LATEST, "2023-01-20T12:00:00+03:00", 600_00, "2023-01-16T12:00", 11_640),
        (LATEST, "2023-02-05T11:59:59.999999+03:00", 600_00, "2023-01-16T12:00", 11_640),
        (LATEST, "2023-02-05T12:00:00+03:00", 400_00, "2023-02-03T10:00", 11_640 + 12_000),
        ("2023-01-19T11:59:59+03:00", LATEST, 600_00, "2023-01-16T12:00", 11_640),
        ("2023-01-19T12:00:00+03:00", LATEST, 595_00, "2023-01-19T12:00", 11_640),
        ("2023-01-19T12:00:00+03:00", "2023-02-05T11:59:59+03:00", 600_00, "2023-01-16T12:00", 11_640),
        ("2023-01-19T12:00:00+03:00", "2023-02-05T12:00:00+03:00", 595_00, "2023-01-19T12:00", 11_640),
        ("2023-01-15T11:59:59+03:00", "2023-01-20T12:00:00+03:00", 1000_00, "2023-01-15T11:00", None),
        ("2023-02-15T03:00:00+03:00", "2023-01-20T12:00:00+03:00", 600_00, "2023-01-16T12:00", None),
        ("2023-02-15T03:00:00+03:00", "2023-02-05T12:00:00+03:00", 400_00, "2023-02-03T10:00", 11_640 + 12_000),
    ],
)
def test_a_balance_is_what_was_booked_by_the_one_time_and_known_at_the_other(
    ledger: Run, as_of: str | None, known_at: str | None, wallet: int, clock: str, voice: int | None
) -> None:
    """`booked_at ≤ as-of` and `recorded_at ≤ known-at`, both ends included; buckets by --as-of, else by the clock."""
    options = [*(["--as-of", as_of] if as_of else []), *(["--known-at", known_at] if known_at else [])]
    made = shown(ledger, "balance", ACCOUNT, *options)
    assert (made["wallet"], made["clock"][:16]) == (wallet, clock)
    left = [row["left"] for row in made["buckets"] if row["service"] == "voice"]
    assert (sum(left) if left else None) == voice


def test_a_balance_of_what_was_known_is_the_whole_object_it_was(ledger: Run) -> None:
    assert shown(ledger, "balance", ACCOUNT, "--known-at", FIRST) == {
        "account": ACCOUNT, "holder": 1,
        "region": "moscow", "clock": "2023-01-16T12:00:00+03:00", "plan": "t4", "mode": "monthly",
        "blocks": [], "wallet": 600_00, "available": 600_00, "credit_limit": 0, "anchor_day": 15,
        "period": {"start": "2023-01-15T12:00:00+03:00", "next_due": "2023-02-15T03:00:00+03:00"},
        "buckets": [
            {"bucket": "base", "service": service, "unit": unit, "left": left, "granted": granted,
             "start": "2023-01-15T12:00:00+03:00", "end": "2023-02-15T03:00:00+03:00"}
            for service, unit, left, granted in (
                ("voice", "s", 11_640, 12_000), ("sms", "sms", 200, 200), ("data", "kb", 4096 * 1024, 4096 * 1024)
            )
        ],
        "discount": None, "promise": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("dates", "known_at", "opening", "closing", "final", "kinds", "records"),
    [
        (JANUARY, LATEST, 0, 595_00, True, ["top_up", "monthly_fee", "usage"], ["call", "late"]),
        (JANUARY, SECOND, 0, 595_00, True, ["top_up", "monthly_fee", "usage"], ["call", "late"]),
        (JANUARY, FIRST, 0, 600_00, False, ["top_up", "monthly_fee"], ["call"]),
        (("--from", "2023-01-01", "--to", "2023-01-15"), FIRST, 0, 600_00, True, ["top_up", "monthly_fee"], []),
        (FEBRUARY, FIRST, 600_00, 600_00, False, [], []),
        (FEBRUARY, SECOND, 595_00, 400_00, False, ["top_up", "monthly_fee", "reversal"], ["*929#"]),
        (JANUARY, "2023-01-20T11:59:59+03:00", 0, 0, False, [], []),
        (("--from", "2022-12-01", "--to", "2022-12-31"), FIRST, 0, 0, True, [], []),
    ],
)
def test_a_statement_is_made_of_what_was_known(
    ledger: Run,
    dates: tuple[str, ...],
    known_at: str | None,
    opening: int,
    closing: int,
    final: bool,
    kinds: list[str],
    records: list[str],
) -> None:
    """R-13.5: final once something known was booked at or behind the range's end; empty where nothing was known."""
    made = shown(ledger, "statement", ACCOUNT, *dates, *(["--known-at", known_at] if known_at else []))
    assert (made["opening"], made["closing"], made["final"]) == (opening, closing, final)
    assert [row["kind"] for row in made["lines"]] == kinds
    known = {5: "call", 6: "late", 8: "*929#"}
    assert [known[row["version"]] for row in made["usage"]] == records


def test_a_reversal_known_then_quotes_the_line_it_corrects(ledger: Run) -> None:
    made = shown(ledger, "statement", ACCOUNT, *FEBRUARY, "--known-at", SECOND)
    assert made["lines"][2]["text"] == "Корректировка: 19.01.2023 Услуги связи сверх пакета"


def test_what_was_final_then_is_printed_in_the_same_bytes_today(ledger: Run) -> None:
    """R-13.5, in each format: nothing that became known later is booked into it."""
    dates = ("--from", "2023-01-01", "--to", "2023-01-15")
    for form in ("txt", "json", "csv", "xml", "html"):
        asked = ("statement", ACCOUNT, *dates, "--format", form)
        assert ledger(*asked, "--known-at", FIRST).out == ledger(*asked).out != ""


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--known-at", "2023-01-20T11:59:59+03:00"), "a later --known-at"),
        (("--known-at", "2023-01-20T11:59:59+03:00", "--as-of", FIRST), "a later --known-at"),
        (("--known-at", FIRST, "--as-of", "2022-12-31T23:59:59+03:00"), "a later --as-of"),
        (("--as-of", "2022-12-31T23:59:59+03:00"), "a later --as-of"),
    ],
)
def test_an_account_that_was_not_known_yet_has_no_balance(ledger: Run, options: tuple[str, ...], told: str) -> None:
    done = ledger("balance", ACCOUNT, *options)
    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
    assert told in done.err


@pytest.mark.parametrize("command", [("balance", "79999999999"), ("statement", "79999999999", *JANUARY)])
def test_an_account_that_nobody_opened_is_unknown_at_any_time(ledger: Run, command: tuple[str, ...]) -> None:
    done = ledger(*command, "--known-at", FIRST)
    assert (done.code, done.out, "no account 79999999999" in done.err) == (1, "", True)


@pytest.mark.parametrize("command", [("balance", ACCOUNT), ("statement", ACCOUNT, *JANUARY)])
def test_a_time_without_an_offset_is_that_of_the_account(ledger: Run, command: tuple[str, ...]) -> None:
    assert ledger(*command, "--known-at", "2023-01-20T12:00:00") == ledger(*command, "--known-at", FIRST)


def test_people_are_told_from_when_it_is_known_and_what_waited_then(ledger: Run) -> None:
    """The fee of 15 February waits in what was known on the 20th, if one looks from the 15th; not on the 20th."""
    told = ledger("balance", ACCOUNT, "--known-at", FIRST).out
    assert "последняя запись 16.01.2023 12:00:00, по данным на 20.01.2023 12:00:00, время Europe/Moscow\n" in told
    assert "спишется ночью" not in told
    told = ledger("balance", ACCOUNT, "--known-at", FIRST, "--as-of", "2023-02-15T03:00:00+03:00").out
    looked = "на 15.02.2023 03:00:00 (последняя запись 16.01.2023 12:00:00), по данным на 20.01.2023 12:00:00"
    assert f"{looked}, время Europe/Moscow\n" in told
    assert "плата за 15.02 спишется ночью" in told
