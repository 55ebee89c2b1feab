"""`--lang`: an answer is in one language from its title to its last line, and nothing in it is raw."""

import re
from pathlib import Path
from typing import Any, Final

import pypdfium2
import pytest

from projections.words.language import LANGUAGES
from projections.words.reasons import REASONS
from tests.cli.support import ACCOUNT, Done, Run, events, line, month, write
from tests.laws.pair import MORE
from tests.support import CATALOGUE_TEXT

OTHER: Final = "79161234568"
CALL_SECONDS: Final = 8047
BYTES: Final = 1_234_567_890
RAW: Final = ("8047", "8100", "1234567890", "1205634", "1206272", "100037", "40000", "60037", "2977")
"""Seconds, bytes, kilobytes and kopecks of the feed below, as JSON has them."""
FROM_OUTSIDE: Final = {
    *("Test", "Cheap", "and", "cheaper", "since", "March", "cash", "desk", "switch", "feed", "support", "moscow"),
    *(
        "little",
        "odd",
        "three",
        "days",
        "sum",
        "of",
        "seconds",
        "not",
        "ordered",
        "given",
        "back",
        "paid",
        "pay",
        "plan",
    ),
    *("claim", "waiting", "nowhere", "late", "far"),
}
"""Names and texts of the feed and its catalogue."""
PLACES: Final = {
    *("wallet", "revenue", "usage", "monthly_fee", "daily_fee", "option_fee", "promise_fee", "adjustment", "base"),
    *("carried", "consumed", "expired", "granted", "option", "voice", "sms", "data"),
}
"""Account names of entries, which are codes in any language."""


def says(type: str, id: str, at: str, **fields: Any) -> str:
    return line(type, id, f"2023-{at}:00+03:00", **fields)


@pytest.fixture
def ledger(obnovi: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Two accounts, one of them with everything that an account can have or be refused; all names are Latin."""
    named = re.sub(r'name = "[^"]*[А-я][^"]*"', 'name = "Test"', CATALOGUE_TEXT)
    (tmp_path / "tariffs.toml").write_text(named + MORE.replace("PROMISE_FEE", "7.00"), encoding="utf-8")
    monkeypatch.setenv("OBNOVI_CATALOGUE", str(tmp_path / "tariffs.toml"))
    voice = {"service": "voice", "direction": "out"}
    write(
        tmp_path / "feed",
        *month(OTHER),
        says("open", "open", "01-01T00:00", region="moscow"),
        says("top_up", "pay", "01-15T11:00", amount=1000_37, channel="cash desk"),
        says("connect_plan", "plan", "01-15T12:00", plan="t4"),
        says("usage", "call", "01-16T10:00", **voice, quantity=CALL_SECONDS, peer="79031112233"),
        says("usage", "surf", "01-16T11:00", service="data", direction="out", quantity=BYTES),
        says("usage", "page", "01-16T12:00", service="data", direction="out", quantity=4321),
        says("usage", "sms", "01-16T13:00", service="sms", direction="in", quantity=1),
        says("usage", "far", "01-17T10:00", service="sms", direction="out", quantity=1, zone="roaming"),
        says("connect_option", "little", "01-18T10:00", option="little"),
        says("take_promise", "promise", "01-18T11:00", amount=100_00),
        says("adjust", "adjust", "01-19T10:00", amount=-123, cites=[3], text="paid back", by="support-1"),
        says("reverse", "reverse", "01-19T11:00", event=5, amount=77, text="not ordered", by="support-1"),
        says("block", "block", "01-20T10:00", kind="voluntary"),
        says("ussd", "blocked", "01-20T11:00", text="*929#"),
        says("unblock", "unblock", "01-20T12:00", kind="voluntary"),
        says("ussd", "refresh", "02-01T10:00", text="*929#"),
        says("sms", "again", "02-02T10:00", to="9290", text=""),
        says("ussd", "other", "02-02T11:00", text="*999#"),
        says("open", "second", "02-02T12:00", region="moscow"),
        says("connect_option", "dear", "02-02T13:00", option="none"),
        says("disconnect_option", "off", "02-03T10:00", option="little"),
        says("usage", "long", "02-04T10:00", **voice, quantity=15_000),
        says("usage", "late", "01-31T23:00", **voice, quantity=3000, received_at="2023-02-05T10:00:00+03:00"),
        says("open_dispute", "claim", "02-06T10:00", event=5, text="not ordered"),
        says(
            "resolve_dispute",
            "answer",
            "02-07T10:00",
            dispute="claim",
            outcome="rejected",
            text="ordered",
            by="support-2",
        ),
        says("open_dispute", "waiting", "02-08T10:00", event=4, text="not ordered"),
        says("grant_discount", "discount", "02-09T10:00", percent=50, **{"from": "2023-02-09", "until": "2023-05-01"}),
        says("connect_plan", "odd", "03-20T10:00", plan="odd"),
    )
    write(
        tmp_path / "more",
        says("ussd", "once more", "04-20T11:00", text="*929#"),
        says("ussd", "unknown", "04-20T12:00", text="*999#"),
        says("usage", "page", "01-16T12:00", service="data", direction="out", quantity=4321),
        says("usage", "away", "04-20T14:00", service="sms", direction="out", quantity=1, zone="roaming"),
    )
    assert obnovi("feed", "feed").code == 0
    assert obnovi("night", "--until", "2023-04-20T03:00:00+03:00").code == 0
    return obnovi


AT: Final = ("--at", "2023-04-21T10:00:00+03:00", "--yes")
ANSWERS: Final = [
    ("balance", ACCOUNT),
    ("balance", ACCOUNT, "--as-of", "2023-02-20T12:00:00+03:00"),
    ("balance", ACCOUNT, "--as-of", "2023-03-15T12:00:00+03:00", "--known-at", "2099-03-15T12:00:00+03:00"),
    ("balance", OTHER, "--as-of", "2023-03-15T12:00:00+03:00"),
    ("refused",),
    ("refused", "--account", ACCOUNT),
    ("events", ACCOUNT),
    ("find", "refresh"),
    ("unrated",),
    ("totals", "--from", "2023-01-01", "--to", "2023-02-28"),
    ("totals", "--from", "2023-01-01", "--to", "2023-02-28", "--by", "day"),
    ("totals", "--from", "2023-01-01", "--to", "2023-02-28", "--by", "plan"),
    ("totals", "--from", "2020-01-01", "--to", "2020-01-01"),
    ("what-if", ACCOUNT, "--drop", "4"),
    ("what-if", ACCOUNT, "--set", "plan=odd"),
    ("what-if", ACCOUNT),
    ("what-if", "--all", "--set", "plan=odd"),
    ("what-if", "--all"),
    ("dispute", "list", "--all", "--today", "2023-04-20"),
    ("dispute", "list", "--today", "2023-02-20"),
    ("dispute", "show", "claim"),
    ("dispute", "show", "waiting", "--today", "2023-02-20"),
    ("dispute", "show", "waiting", "--today", "2023-04-20"),
    ("dispute", "open", ACCOUNT, "4", "--text", "not ordered", "--by", "support-1", *AT, "--dry-run"),
    ("dispute", "open", ACCOUNT, "4", "--text", "not ordered", "--by", "support-1", *AT),
    ("dispute", "open", ACCOUNT, "4", "--text", "not ordered", "--id", "waiting", "--at", "2023-02-08T10:00:00+03:00"),
    ("dispute", "resolve", "waiting", "--outcome", "upheld", "--text", "paid back", "--by", "support-1", *AT),
    ("dispute", "resolve", "waiting", "--outcome", "rejected", "--text", "paid", "--by", "support-1", *AT, "--dry-run"),
    ("feed", "more"),
    ("night", "--until", "2023-05-02T03:00:00+03:00", "--dry-run"),
    ("night", "--until", "2023-05-02T03:00:00+03:00", "--yes"),
    ("late",),
    ("late", "--book"),
]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("asked", ANSWERS, ids=" ".join)
def test_an_answer_is_in_one_language_and_nothing_in_it_is_raw(ledger: Run, asked: tuple[str, ...], lang: str) -> None:
    answers_in(lang, ledger(*asked, "--lang", lang))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_event_is_explained_in_one_language_and_nothing_in_it_is_raw(ledger: Run, lang: str) -> None:
    assert ledger("late", "--book", "--by", "support-1").code == 0
    versions = [each["version"] for each in events(ledger)]
    assert len(versions) > 30
    for version in versions:
        answers_in(lang, ledger("explain", ACCOUNT, version, "--lang", lang))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_dossier_is_in_one_language_in_every_form(ledger: Run, lang: str, tmp_path: Path) -> None:
    for form in ("html", "pdf"):
        asked = ("dispute", "show", "waiting", "--today", "2023-02-20", "-o", f"dossier.{form}", "--lang", lang)
        assert (ledger(*asked).code, ledger(*asked).err) == (0, "")
    page = (tmp_path / "dossier.html").read_text(encoding="utf-8")
    assert f'<html xmlns="http://www.w3.org/1999/xhtml" lang="{lang}">' in page
    in_one_language(re.sub("<style.*?</style>|<[^>]*>", " ", page, flags=re.DOTALL), lang)
    pages = pypdfium2.PdfDocument(tmp_path / "dossier.pdf")
    in_one_language("\n".join(each.get_textpage().get_text_range() for each in pages), lang)


def answers_in(lang: str, done: Done) -> None:
    assert (done.code, done.err) == (0, "")
    assert done.out
    in_one_language(done.out, lang)
    assert not [number for number in RAW if re.search(rf"\b{number}\b", done.out)]


def in_one_language(told: str, lang: str) -> None:
    """No Cyrillic in English; in Russian no Latin words but codes, commands, and what came from outside."""
    if lang == "en":
        assert re.findall("[А-Яа-яЁё]+", told) == []
        return
    own = re.sub(r"`[^`]*`|«[^»]*»|[0-9a-f]{12,}|Europe/Moscow", " ", told)
    words = set(re.findall(r"[A-Za-z][A-Za-z_]+", own))
    assert words - FROM_OUTSIDE - PLACES - set(REASONS) - {"SMS", "USSD"} == set()
    assert re.search("[А-Яа-яЁё]", told)


@pytest.mark.parametrize("asked", ANSWERS, ids=" ".join)
def test_json_has_no_language(ledger: Run, asked: tuple[str, ...]) -> None:
    done = ledger(*asked, "--json", "--lang", "ru")
    assert (done.code, done.out, done.err.count("\n"), "--lang is for people" in done.err) == (2, "", 1, True)
