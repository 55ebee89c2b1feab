"""`obnovi dispute`: a claim from its registration to its answer, and clear answers where there is none to give."""

import json
from pathlib import Path

import pytest

from tests.doors.support import ACCOUNT, Run, line, month, write

NAMED = {"dispute", "account", "event", "opened", "answer_due", "premium", "overdue", "state"}
DESK = ("--by", "support-3", "--at", "2023-03-01T12:00:00+03:00")
ANSWER = ("--text", "вернули", "--by", "support-7", "--at", "2023-03-02T12:00:00+03:00")


@pytest.fixture
def desk(obnovi: Run, tmp_path: Path) -> Run:
    """Worked example 14: t4 since 15 January, refreshed on 1 February 2023 (event 5); a refusal on 2 February (6)."""
    write(
        tmp_path / "feed",
        *month(),
        line("ussd", "r", "2023-02-01T10:00:00+03:00", text="*929#"),
        line("ussd", "again", "2023-02-02T10:00:00+03:00", text="*929#"),
    )
    assert obnovi("feed", "feed").code == 0
    return obnovi


def test_a_claim_is_registered_listed_shown_tried_and_answered(desk: Run) -> None:
    """R-11.2, R-11.3: 30 days to answer; upheld, 400.00 come back, and the statement has both lines."""
    opened = desk("dispute", "open", ACCOUNT, 5, "--text", "не заказывал", *DESK)
    assert (opened.code, opened.err) == (0, "")
    assert "claim-5-1" in opened.out
    (row,) = desk("dispute", "list", "--today", "2023-03-31", "--json").json()
    assert {name: row[name] for name in NAMED} == {
        "dispute": "claim-5-1",
        "account": ACCOUNT,
        "event": 5,
        "opened": "2023-03-01",
        "answer_due": "2023-03-31",
        "premium": False,
        "overdue": False,
        "state": "open",
    }
    assert desk("dispute", "list", "--today", "2023-04-01", "--json").json()[0]["overdue"] is True

    made = desk("dispute", "show", "claim-5-1", "--json").json()
    assert (made["text"], made["by"], made["last_day"]) == ("не заказывал", "support-3", "2023-08-01")
    assert (made["line"]["version"], made["line"]["amount"]) == (5, -400_00)
    assert made["row"]["peer"] == "*929#"
    assert [each["amount"] for each in made["earlier"]] == [-400_00]
    assert made["explanation"] == desk("explain", ACCOUNT, 5, "--json").json()
    assert [each["type"] for each in made["since"]] == ["DisputeOpened"]
    told = desk("dispute", "show", "claim-5-1").out
    assert "Списание ежемесячной платы по Тарифному плану, период действия с 01.02.2023 по 28.02.2023" in told
    assert "Оспорить можно было до 01.08.2023" in told

    before = desk("events", ACCOUNT, "--json").out
    tried = desk("dispute", "resolve", "claim-5-1", "--outcome", "upheld", *ANSWER, "--dry-run", "--json").json()
    assert desk("events", ACCOUNT, "--json").out == before
    booked = desk("dispute", "resolve", "claim-5-1", "--outcome", "upheld", *ANSWER, "--json").json()
    assert [{**each, "recorded_at": ""} for each in tried] == [{**each, "recorded_at": ""} for each in booked]
    assert [each["type"] for each in booked[-3:]] == ["DisputeResolved", "ChargeReversed", "Unblocked"]
    assert booked[-2]["input"]["by"] == "support-7"

    lines = desk("statement", ACCOUNT, "--from", "2023-02-01", "--to", "2023-03-31", "--json").json()["lines"]
    assert [(each["kind"], each["amount"]) for each in lines if abs(each["amount"]) == 400_00][:2] == [
        ("monthly_fee", -400_00),
        ("reversal", 400_00),
    ]
    assert desk("dispute", "list", "--json").json() == []
    assert [each["state"] for each in desk("dispute", "list", "--all", "--json").json()] == ["upheld"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("open", ACCOUNT, 99, "--text", "", *DESK), 1, "UNKNOWN_EVENT"),
        (("open", ACCOUNT, 5, "--text", "", "--at", "2023-08-02T00:00:00+03:00"), 1, "CLAIM_TOO_LATE"),
        (("open", ACCOUNT, 6, "--text", "a refusal can be disputed", *DESK), 0, ""),
        (("open", ACCOUNT, 5, "--text", "until the last day", "--at", "2023-08-01T23:59:59+03:00"), 0, ""),
        (("open", "79000000000", 5, "--text", "", *DESK), 1, "no account 79000000000"),
        (("open", ACCOUNT, 0, "--text", "", *DESK), 2, "VERSION"),
        (("show", "none"), 1, "no claim none"),
        (("resolve", "none", "--outcome", "upheld", *ANSWER), 1, "no claim none"),
        (("resolve", "none", "--outcome", "upheld", "--amount", "4e2", *ANSWER), 2, "--amount"),
        (("resolve", "none", "--outcome", "perhaps", *ANSWER), 2, "perhaps"),
    ],
)
def test_answers_are_clear(desk: Run, arguments: tuple[object, ...], code: int, said: str) -> None:
    done = desk("dispute", *arguments)
    assert (done.code, done.err.count("\n")) == (code, 1 if code else 0)
    assert said in done.err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--outcome", "upheld"), "ALREADY_RESOLVED"),
        (("--outcome", "rejected"), "ALREADY_RESOLVED"),
    ],
)
def test_a_second_answer_is_refused(desk: Run, options: tuple[str, ...], said: str) -> None:
    """R-11.3; and the refusal is kept, with who asked."""
    desk("dispute", "open", ACCOUNT, 5, "--text", "", *DESK)
    desk("dispute", "resolve", "claim-5-1", "--outcome", "rejected", *ANSWER)
    done = desk("dispute", "resolve", "claim-5-1", *options, *ANSWER)
    assert (done.code, done.err.count("\n")) == (1, 1)
    assert said in done.err
    kept = json.loads(desk("events", ACCOUNT, "--json").out.splitlines()[-1])
    assert (kept["type"], kept["reason"], kept["input"]["by"]) == ("InputRefused", said, "support-7")


def test_an_amount_that_is_too_large_leaves_the_claim_open(desk: Run) -> None:
    desk("dispute", "open", ACCOUNT, 5, "--text", "", *DESK)
    done = desk("dispute", "resolve", "claim-5-1", "--outcome", "upheld", "--amount", "400.01", *ANSWER)
    assert (done.code, "AMOUNT_TOO_LARGE" in done.err) == (1, True)
    assert [each["state"] for each in desk("dispute", "list", "--json").json()] == ["open"]
    assert desk("dispute", "resolve", "claim-5-1", "--outcome", "upheld", "--amount", "400.00", *ANSWER).code == 0


def test_a_claim_about_what_was_given_back_already_returns_nothing_more(desk: Run, tmp_path: Path) -> None:
    """R-11.3: upheld without an amount, with nothing left."""
    back = line("reverse", "back", "2023-02-20T12:00:00+03:00", event=5, text="ошибка", by="support-1")
    assert desk("feed", write(tmp_path / "more", back)).code == 0
    desk("dispute", "open", ACCOUNT, 5, "--text", "", *DESK)
    booked = desk("dispute", "resolve", "claim-5-1", "--outcome", "upheld", *ANSWER, "--json").json()
    assert [each["type"] for each in booked][-1] == "DisputeResolved"


def test_one_id_of_two_accounts_asks_whose(desk: Run, tmp_path: Path) -> None:
    other = "79160000002"
    assert desk("feed", write(tmp_path / "more", *month(other))).code == 0
    for account in (ACCOUNT, other):
        assert desk("dispute", "open", account, 4, "--text", "", "--id", "same", *DESK).code == 0
    done = desk("dispute", "show", "same")
    assert (done.code, "--account" in done.err) == (1, True)
    assert desk("dispute", "show", "same", "--account", other, "--json").json()["dispute"]["account"] == other
