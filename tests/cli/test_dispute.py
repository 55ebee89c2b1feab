"""`obnovi dispute`: a claim from its registration to its answer, and clear answers where there is none to give."""

import hashlib
import json
import re
from pathlib import Path

import pytest
from freezegun import freeze_time

from projections.words.phrasebook import Phrasebook
from tests.cli.support import ACCOUNT, Done, Run, line, month, on_a_terminal, write

money = Phrasebook("en").money
NAMED = {"dispute", "account", "holder", "event", "opened", "answer_due", "premium", "overdue", "state"}
DESK = ("--by", "support-3", "--at", "2023-03-01T12:00:00+03:00", "--yes")
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

    def in_english(*args: object) -> Done:
        """What these tests read of a booking is English; `test_languages` reads the other."""
        books = args[:2] in (("dispute", "open"), ("dispute", "resolve")) and not {"--json", "--help"} & set(args)
        return obnovi(*args, *(["--lang", "en"] if books else []))

    return in_english


def test_a_claim_is_registered_listed_shown_tried_and_answered(desk: Run) -> None:
    """R-11.2, R-11.3: 30 days to answer; upheld, 400.00 come back, and the statement has both lines."""
    opened = desk("dispute", "open", ACCOUNT, 5, "--text", "не заказывал", *DESK)
    assert (opened.code, opened.err) == (0, "")
    assert "claim-5-1" in opened.out
    (row,) = desk("dispute", "list", "--today", "2023-03-31", "--json").json()
    assert {name: row[name] for name in NAMED} == {
        "dispute": "claim-5-1",
        "account": ACCOUNT,
        "holder": 1,
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
    assert [each["event"]["type"] for each in made["since"]] == ["DisputeOpened"]
    told = desk("dispute", "show", "claim-5-1").out
    assert "Списание ежемесячной платы по Тарифному плану, период действия с 01.02.2023 по 28.02.2023" in told
    assert "заявить до 01.08.2023, ответить до 31.03.2023" in told

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
        (("open", ACCOUNT, 99, "--text", "", *DESK), 1, f"account {ACCOUNT} has no event 99; its newest is 6"),
        (
            ("open", ACCOUNT, 5, "--text", "", "--at", "2023-08-02T00:00:00+03:00"),
            1,
            "event 5 could be disputed until 2023-08-01, six months after it; nothing was written",
        ),
        (
            ("open", ACCOUNT, 5, "--text", "", "--at", "2090-08-02T00:00:00+03:00"),
            2,
            "--at lies more than a day in the future",
        ),
        (("open", ACCOUNT, 5, "--text", "a" * 1001, *DESK), 2, "text: at most 1000 characters"),
        (("open", ACCOUNT, 5, "--text", "", "--id", "", *DESK), 2, "id: at least 1 character"),
        (("show", "5\x1b[2J"), 1, r"no claim '5\x1b[2J'"),
        (("show", "none", "--account", ACCOUNT), 1, f"no claim 'none' of account {ACCOUNT}"),
        (("open", ACCOUNT, 6, "--text", "a refusal can be disputed", *DESK), 0, ""),
        (("open", ACCOUNT, 5, "--text", "until the last day", "--at", "2023-08-01T23:59:59+03:00", "--yes"), 0, ""),
        (("open", "79000000000", 5, "--text", "", *DESK), 1, "no account 79000000000"),
        (("open", ACCOUNT, 0, "--text", "", *DESK), 2, "VERSION"),
        (("show", "none"), 1, "no claim 'none'"),
        (("resolve", "none", "--outcome", "upheld", *ANSWER), 1, "no claim 'none'"),
        (("resolve", "none", "--outcome", "upheld", "--amount", "4e2", *ANSWER), 2, "--amount"),
        (("resolve", "none", "--outcome", "perhaps", *ANSWER), 2, "perhaps"),
    ],
)
def test_answers_are_clear(desk: Run, arguments: tuple[object, ...], code: int, said: str) -> None:
    done = desk("dispute", *arguments)
    assert (done.code, done.err.count("\n")) == (code, 1 if code else 0)
    assert said in done.err


@pytest.mark.parametrize(
    "options",
    [("--outcome", "upheld"), ("--outcome", "rejected"), ("--outcome", "upheld", "--amount", "1.00")],
)
def test_a_second_answer_is_refused(desk: Run, options: tuple[str, ...]) -> None:
    """R-11.3; and the refusal is kept, with who asked."""
    desk("dispute", "open", ACCOUNT, 5, "--text", "", *DESK)
    desk("dispute", "resolve", "claim-5-1", "--outcome", "rejected", *ANSWER)
    done = desk("dispute", "resolve", "claim-5-1", *options, *ANSWER)
    kept = json.loads(desk("events", ACCOUNT, "--json").out.splitlines()[-1])
    assert (kept["type"], kept["reason"], kept["input"]["by"]) == ("InputRefused", "ALREADY_RESOLVED", "support-7")
    said = "claim 'claim-5-1' has been answered; `obnovi dispute show` tells how"
    assert (done.code, done.err) == (
        1,
        f"obnovi: ALREADY_RESOLVED: {said}; the refusal is kept as event {kept['version']}\n",
    )


def test_an_amount_that_is_too_large_leaves_the_claim_open(desk: Run) -> None:
    desk("dispute", "open", ACCOUNT, 5, "--text", "", *DESK)
    done = desk("dispute", "resolve", "claim-5-1", "--outcome", "upheld", "--amount", "400.01", *ANSWER)
    assert done.code == 1
    said = "of event 5 only 400.00 ₽ can still be given back, not 400.01 ₽, and the claim stays open"
    assert f"AMOUNT_TOO_LARGE: {said}" in done.err
    assert [each["state"] for each in desk("dispute", "list", "--json").json()] == ["open"]
    assert desk("dispute", "resolve", "claim-5-1", "--outcome", "upheld", "--amount", "400.00", *ANSWER).code == 0


@pytest.mark.parametrize("amount", ["100.50", "100,50"])
def test_money_is_taken_with_a_point_or_as_it_is_printed(desk: Run, amount: str) -> None:
    desk("dispute", "open", ACCOUNT, 5, "--text", "", *DESK)
    done = desk("dispute", "resolve", "claim-5-1", "--outcome", "upheld", "--amount", amount, *ANSWER, "--dry-run")
    assert "100.50 ₽ of event 5" in done.out


def test_a_thousand_with_a_comma_is_no_money(desk: Run) -> None:
    desk("dispute", "open", ACCOUNT, 5, "--text", "", *DESK)
    done = desk("dispute", "resolve", "claim-5-1", "--outcome", "upheld", "--amount", "1,000", *ANSWER)
    assert (done.code, "is no sum of rubles, like 400" in done.err) == (2, True)


def test_a_second_claim_about_an_event_tells_of_the_first_while_it_is_open(desk: Run) -> None:
    """Registered all the same: what the subscriber said twice was said twice."""
    first = desk("dispute", "open", ACCOUNT, 5, "--text", "", *DESK)
    assert "before" not in first.out
    second = desk("dispute", "open", ACCOUNT, 5, "--text", "", *DESK)
    assert "About event 5 there was one before, still open: claim-5-1.\n" in second.out
    for claim in ("claim-5-1", "claim-5-2"):
        assert desk("dispute", "resolve", claim, "--outcome", "rejected", *ANSWER).code == 0
    assert "still open" not in desk("dispute", "open", ACCOUNT, 5, "--text", "", *DESK).out


def test_a_claim_about_what_was_given_back_already_returns_nothing_more(desk: Run, tmp_path: Path) -> None:
    """R-11.3: upheld without an amount, with nothing left."""
    back = line("reverse", "back", "2023-02-20T12:00:00+03:00", event=5, text="ошибка", by="support-1")
    assert desk("feed", write(tmp_path / "more", back)).code == 0
    opened = desk("dispute", "open", ACCOUNT, 5, "--text", "", *DESK).out
    assert opened.endswith("due by 31.03.2023. 400.00 ₽ of event 5 have been given back already.\n")
    told = desk("dispute", "resolve", "claim-5-1", "--outcome", "upheld", *ANSWER, "--dry-run").out
    assert "would be upheld: of event 5 nothing is left to give back. Nothing was written." in told
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


def test_a_refused_registration_takes_no_id_from_the_next(desk: Run) -> None:
    """R-12.2: a refused input has used its id; the next claim gets another one."""
    assert desk("night", "--until", "2023-08-01T03:00:00+03:00", "--yes").code == 0
    late = ("--text", "", "--at", "2023-08-02T00:00:00+03:00")
    assert desk("dispute", "open", ACCOUNT, 5, *late).code == 1
    assert desk("dispute", "open", ACCOUNT, 5, *late).code == 1
    events = [json.loads(each) for each in desk("events", ACCOUNT, "--json").out.splitlines()]
    assert [each["input"]["id"] for each in events[-2:]] == ["claim-5-1", "claim-5-2"]


def test_a_fresh_id_is_no_other_claims_id(desk: Run, tmp_path: Path) -> None:
    """R-11.3: answers find a claim by its id, whatever source it came from."""
    posted = line("open_dispute", "claim-5-1", "2023-02-20T12:00:00+03:00", event=4, text="", source="post")
    assert desk("feed", write(tmp_path / "more", posted)).code == 0
    desk("dispute", "open", ACCOUNT, 5, "--text", "", *DESK)
    assert {row["dispute"] for row in desk("dispute", "list", "--json").json()} == {"claim-5-1", "claim-5-2"}


def test_the_same_again_changes_nothing_and_another_with_its_id_is_turned_away(desk: Run) -> None:
    """R-7.3, R-12.2: with an id and a time a script may repeat itself."""
    claim = ("dispute", "open", ACCOUNT, 5, "--id", "letter 7/б", *DESK)
    assert desk(*claim, "--text", "не заказывал").code == 0
    before = desk("events", ACCOUNT, "--json").out
    again = desk(*claim, "--text", "не заказывал")
    assert (again.code, again.err) == (0, "")
    assert desk(*claim, "--text", "не заказывал", "--json").json() == []
    other = desk(*claim, "--text", "заказывал")
    assert (other.code, "came before with another content" in other.err) == (1, True)
    assert desk("events", ACCOUNT, "--json").out == before
    assert desk("dispute", "show", "letter 7/б", "--json").json()["dispute"]["event"] == 5


def test_a_trial_of_a_refused_answer_writes_nothing(desk: Run) -> None:
    desk("dispute", "open", ACCOUNT, 5, "--text", "", *DESK)
    before = desk("events", ACCOUNT, "--json").out
    tried = desk("dispute", "resolve", "claim-5-1", "--outcome", "upheld", "--amount", "400.01", *ANSWER, "--dry-run")
    assert (tried.code, tried.err.endswith("and the claim stays open; nothing was written\n")) == (1, True)
    assert desk("events", ACCOUNT, "--json").out == before


def test_an_upheld_claim_about_a_refusal_gives_nothing_back(desk: Run) -> None:
    """R-11.2, R-11.3: a refusal can be disputed; there is no money in it."""
    desk("dispute", "open", ACCOUNT, 6, "--text", "ничего не произошло", *DESK)
    told = desk("dispute", "resolve", "claim-6-1", "--outcome", "upheld", *ANSWER).out
    assert "Claim claim-6-1 is upheld: of event 6 nothing is left to give back." in told


def test_a_claim_of_an_account_far_away_is_overdue_by_its_own_date(desk: Run, tmp_path: Path) -> None:
    """R-2.1, R-11.2: due on 31 March; at 21:00 in Moscow the first of April has begun in Kamchatka."""
    far = "79160000003"
    opening = line("open", "open", "2023-01-01T00:00:00+03:00", far, region="kamchatka")
    assert desk("feed", write(tmp_path / "more", opening)).code == 0
    for account in (ACCOUNT, far):
        desk("dispute", "open", account, 1, "--text", "", "--at", "2023-03-01T12:00:00+03:00")

    def queue(when: str) -> dict[str, tuple[bool, int]]:
        with freeze_time(when):
            rows = desk("dispute", "list", "--json").json()
        return {row["account"]: (row["overdue"], row["age_days"]) for row in rows}

    assert queue("2023-03-31T14:59:59+03:00") == {ACCOUNT: (False, 30), far: (False, 30)}
    assert queue("2023-03-31T15:00:00+03:00") == {ACCOUNT: (False, 30), far: (True, 31)}
    assert queue("2023-04-01T00:00:00+03:00") == {ACCOUNT: (True, 31), far: (True, 31)}


def test_the_queue_counts_its_claims_by_age(desk: Run) -> None:
    for day in ("01", "24", "25", "31"):
        desk("dispute", "open", ACCOUNT, 1, "--text", "", "--at", f"2023-03-{day}T12:00:00+03:00")
    for today, told in (
        ("2023-03-31", "Открыто 4 (0–7 дней: 3, 8–14 дней: 0, 15–30 дней: 1), просрочено: 0"),
        ("2023-04-01", "Открыто 4 (0–7 дней: 2, 8–14 дней: 1, 15–30 дней: 0), просрочено: 1"),
    ):
        assert desk("dispute", "list", "--today", today).out.splitlines()[-1] == told
    assert "ПРОСРОЧЕНА" in desk("dispute", "list", "--today", "2023-04-01").out


def test_a_dossier_is_written_to_a_file_in_each_form(desk: Run, tmp_path: Path) -> None:
    desk("dispute", "open", ACCOUNT, 5, "--text", "не заказывал", *DESK)
    begins = {"txt": "Претензия".encode(), "json": b'{"dispute":', "html": b"<!DOCTYPE html>", "pdf": b"%PDF"}
    for form, begin in begins.items():
        done = desk("dispute", "show", "claim-5-1", "--format", form, "-o", f"claim.{form}")
        assert (done.code, done.out, done.err) == (0, "", "")
        assert (tmp_path / f"claim.{form}").read_bytes().startswith(begin)
    kept = (tmp_path / "obnovi.db").read_bytes()
    assert desk("dispute", "show", "claim-5-1", "-o", "obnovi.db").code == 2
    assert (tmp_path / "obnovi.db").read_bytes() == kept


def test_the_sum_of_a_dossier_s_json_file_is_the_id_that_its_other_forms_print(desk: Run, tmp_path: Path) -> None:
    desk("dispute", "open", ACCOUNT, 5, "--text", "", *DESK)
    shown = ("dispute", "show", "claim-5-1", "--today", "2023-03-01")
    desk(*shown, "-o", "claim.json")
    id = hashlib.sha256((tmp_path / "claim.json").read_bytes()).hexdigest()
    assert f"Документ {id}" in desk(*shown).out
    assert desk(*shown, "--json").out.encode() == (tmp_path / "claim.json").read_bytes()


def test_a_trial_shows_the_lines_that_a_statement_would_print(desk: Run) -> None:
    """R-13.3: the reversal with the text of what it corrects, its amount and the wallet behind it."""
    desk("dispute", "open", ACCOUNT, 5, "--text", "", *DESK)
    told = desk("dispute", "resolve", "claim-5-1", "--outcome", "upheld", *ANSWER, "--dry-run").out
    told = " ".join(re.sub("[│┃]", " ", told).split())
    assert "ChargeReversed Reversal: 01.02.2023 Monthly fee of the plan" in told
    assert "400.00 ₽ 600.00 ₽" in told
    assert "Claim claim-5-1 would be upheld: 400.00 ₽ of event 5 are given back. Nothing was written." in told


def test_the_help_of_each_step_has_an_example(desk: Run) -> None:
    for command in ("open", "list", "show", "resolve"):
        assert "Example" in desk("dispute", command, "--help").out


def test_options_of_every_command_may_stand_between_the_group_and_its_command(desk: Run) -> None:
    """They hold for the command, and win over those before the group."""
    assert desk("dispute", "open", ACCOUNT, 5, "--text", "не заказывал", *DESK).code == 0
    listed = desk("dispute", "list", "--today", "2023-03-31", "--json")
    assert listed.json()
    assert desk("dispute", "--json", "list", "--today", "2023-03-31").out == listed.out
    elsewhere = desk("--ledger", "obnovi.db", "dispute", "--ledger", "nowhere.db", "list")
    assert (elsewhere.code, elsewhere.out) == (2, "")
    assert "nowhere.db" in elsewhere.err


def test_a_dossier_s_file_must_end_in_a_form_it_has(desk: Run, tmp_path: Path) -> None:
    done = desk("dispute", "show", "claim-4-1", "-o", "claim.docx")
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert ".docx is none of the formats json, txt, html, pdf" in done.err
    assert not (tmp_path / "claim.docx").exists()


# Money that an answer takes


CALLED_BACK = (2, "--text", "платил больше", "--id", "paid", "--at", "2023-02-03T12:00:00+03:00")
UPHELD = ("--outcome", "upheld", "--text", "ошибка", "--by", "support-7", "--at", "2023-02-04T12:00:00+03:00")


def told(out: str) -> str:
    return re.sub("[│┃ \n]+", " ", out)


def test_upholding_a_claim_on_a_top_up_says_whose_money_is_taken(desk: Run) -> None:
    """R-11.1, R-11.3, R-8.5: 1000.00 go back to where they came from, and the number is blocked."""
    assert desk("dispute", "open", ACCOUNT, *CALLED_BACK).code == 0
    before = desk("events", ACCOUNT, "--json").out
    tried = told(desk("dispute", "resolve", "paid", *UPHELD, "--dry-run").out)
    taken, wallet = money(1000_00), f"allet {money(200_00)} → {money(-800_00)}"
    block = f"the number is blocked, available {money(-800_00)}"
    said = f"{taken} of event 2 are taken from the subscriber."
    assert f"Claim paid would be upheld: {said} Nothing was written." in tried
    assert f"W{wallet}; {block}." in tried
    assert "given back" not in tried
    for options in ((), ("--json",)):
        done = desk("dispute", "resolve", "paid", *UPHELD, *options)
        assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
        assert f"this answer takes {taken} from the subscriber (w{wallet}; {block}); add --yes" in done.err
    assert desk("events", ACCOUNT, "--json").out == before
    done = desk("dispute", "resolve", "paid", *UPHELD, "--yes")
    assert (done.code, done.err) == (0, "")
    assert f"Claim paid is upheld: {said}" in told(done.out)


@pytest.mark.parametrize(("answer", "code"), [("y", 0), ("n", 1), ("", 1)])
def test_on_a_terminal_it_is_asked_whether_money_may_be_taken(
    desk: Run, tmp_path: Path, answer: str, code: int
) -> None:
    assert desk("dispute", "open", ACCOUNT, *CALLED_BACK).code == 0
    before = desk("events", ACCOUNT, "--json").out
    done = on_a_terminal("dispute", "resolve", "paid", *UPHELD, cwd=tmp_path, says=f"{answer}\n")
    assert (done.code, "from the subscriber" in done.out, "Go on? [y/N]" in done.out) == (code, True, True)
    assert (desk("events", ACCOUNT, "--json").out == before) is bool(code)


@pytest.mark.parametrize(
    ("event", "options", "said"),
    [
        (5, ("--outcome", "upheld"), f"{money(400_00)} of event 5 are given back."),
        (7, ("--outcome", "upheld", "--amount", "10.00"), f"{money(10_00)} of event 7 are taken from the subscriber."),
        (8, ("--outcome", "upheld"), f"{money(3_00)} of event 8 are given back."),
        (7, ("--outcome", "rejected"), "nothing is given back."),
    ],
)
def test_every_answer_says_in_which_direction_money_moves(
    desk: Run, tmp_path: Path, event: int, options: tuple[str, ...], said: str
) -> None:
    """A correction that gave is taken back, one that took is given back; nothing is asked where nothing is taken."""
    more = [
        line("adjust", "plus", "2023-02-03T10:00:00+03:00", amount=50_00, cites=[6], text="", by="a"),
        line("adjust", "minus", "2023-02-03T11:00:00+03:00", amount=-3_00, cites=[6], text="", by="a"),
    ]
    assert desk("feed", write(tmp_path / "more", *more)).code == 0
    assert desk("dispute", "open", ACCOUNT, event, "--text", "", "--id", "it", *CALLED_BACK[-2:]).code == 0
    done = desk("dispute", "resolve", "it", *options, *UPHELD[2:], "--yes")
    assert (done.code, done.err) == (0, "")
    assert said in told(done.out)


# What was given back before


def test_an_answer_says_what_was_given_back_before_and_by_what(desk: Run, tmp_path: Path) -> None:
    """R-11.1, edition 2: a reversal and an adjustment that cites the event; then what is left, and that nothing is."""
    more = [
        line("reverse", "part", "2023-02-03T10:00:00+03:00", event=5, amount=100_00, text="", by="a"),
        line("adjust", "rest", "2023-02-03T11:00:00+03:00", amount=250_00, cites=[5, 6], text="", by="a"),
    ]
    assert desk("feed", write(tmp_path / "more", *more)).code == 0
    opened = desk("dispute", "open", ACCOUNT, 5, "--text", "", "--id", "it", *CALLED_BACK[-2:])
    assert f"{money(350_00)} of event 5 have been given back already." in opened.out
    so_far = (
        f"Of event 5 {money(350_00)} were given back before ({money(100_00)}: reversal, event 7 of 03.02.2023; "
        f"{money(250_00)}: adjustment, event 8 of 03.02.2023), "
    )
    for options in (("--dry-run",), ()):
        done = told(desk("dispute", "resolve", "it", *UPHELD, *options).out)
        assert f"{money(50_00)} of event 5 are given back." in done
        assert f"{so_far}{money(50_00)} are left." in done
    assert desk("dispute", "open", ACCOUNT, 5, "--text", "", "--id", "again", *CALLED_BACK[-2:]).code == 0
    done = told(desk("dispute", "resolve", "again", *UPHELD).out)
    assert "of event 5 nothing is left to give back." in done
    assert f"Of event 5 {money(400_00)} were given back before" in done
    assert "nothing is left." in done
    assert (
        desk("statement", ACCOUNT, "--from", "2023-02-01", "--to", "2023-02-28", "--json").json()["closing"] == 600_00
    )


# Long behind the newest input


def test_a_claim_long_behind_the_newest_input_tells_what_it_books_first(desk: Run) -> None:
    """Contract §1: it goes on where there is no terminal, and warns; with --yes it does not."""
    late = ("dispute", "open", ACCOUNT, 5, "--text", "", "--at", "2023-03-01T12:00:00+03:00")
    before = desk("events", ACCOUNT, "--json").out
    tried = desk(*late, "--dry-run")
    assert (tried.code, tried.err) == (0, "")
    assert "Claim claim-5-1 would be registered; the answer is due by 31.03.2023.\nNothing was written.\n" in tried.out
    assert "Blocked" in tried.out
    assert [each["type"] for each in desk(*late, "--dry-run", "--json").json()] == ["Blocked", "DisputeOpened"]
    assert desk("events", ACCOUNT, "--json").out == before
    done = desk(*late)
    said = "27 days lie between the newest input (2023-02-02) and this time; "
    assert (done.code, done.err) == (
        0,
        f"obnovi: {said}on account {ACCOUNT} it books 1 block; --yes says that it is meant\n",
    )
    assert desk(*late, "--id", "more").err == ""  # nothing is scheduled any more


def test_a_claim_that_would_only_be_refused_advances_nothing(desk: Run) -> None:
    """R-2.7, R-11.2: the night of 1 March would come first, for a claim about an event that is not there."""
    before = desk("events", ACCOUNT, "--json").out
    for options in ((), ("--json",), ("--dry-run",)):
        done = desk("dispute", "open", ACCOUNT, 99, "--text", "", *DESK, *options)
        assert (done.code, done.err.endswith("its newest is 6; nothing was written\n")) == (1, True)
    assert desk("dispute", "open", ACCOUNT, 99, "--text", "", *DESK, "--json").out == "[]\n"
    assert desk("events", ACCOUNT, "--json").out == before
