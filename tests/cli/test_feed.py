"""`obnovi feed`: what cannot be an input is told and nothing else is lost (R-12.1, contract §1 and §2)."""

import json
from pathlib import Path
from typing import Any

import pytest
from freezegun import freeze_time

from tests.cli.support import ACCOUNT, Run, events, line, month, opening, top_up, write

GOOD = {"type": "top_up", "id": "bad", "account": ACCOUNT, "at": "2023-01-15T12:00:00+03:00", "amount": 5}


def but(**fields: Any) -> str:
    """A good line with some fields otherwise; None takes one away."""
    return json.dumps({name: value for name, value in (GOOD | fields).items() if value is not None})


def usage(**fields: Any) -> str:
    return but(type="usage", amount=None, **({"service": "voice", "direction": "out", "quantity": 1} | fields))


MALFORMED: tuple[tuple[str, str | bytes, str], ...] = (
    ("a float for money", but(amount=5.0), "amount"),
    ("a float in exponent form", but().replace(": 5}", ": 5e0}"), "amount"),
    ("a truth value for money", but(amount=True), "amount"),
    ("a text for money", but(amount="5"), "amount"),
    ("a list for money", but(amount=[5]), "amount"),
    ("no money at all", but(amount=0), "amount"),
    ("negative money", but(amount=-1), "amount"),
    ("too much money", but(amount=10**12 + 1), "amount"),
    ("2^63", but(amount=2**63), "amount"),
    ("5000 digits", but().replace(": 5}", ": " + "9" * 5000 + "}"), "not JSON"),
    ("NaN", but().replace(": 5}", ": NaN}"), "NaN"),
    ("Infinity", but().replace(": 5}", ": -Infinity}"), "Infinity"),
    ("a time without an offset", but(at="2023-01-15T12:00:00"), "at"),
    ("a time without seconds", but(at="2023-01-15T12:00+03:00"), "at"),
    ("seven digits of fraction", but(at="2023-01-15T12:00:00.1234567Z"), "at"),
    ("second 60", but(at="2023-01-15T12:00:60Z"), "at"),
    ("24:00", but(at="2023-01-15T24:00:00Z"), "at"),
    ("30 February", but(at="2023-02-30T12:00:00Z"), "at"),
    ("an offset of 60 minutes", but(at="2023-01-15T12:00:00+03:60"), "at"),
    ("digits that are not ASCII", but(at="٢023-01-15T12:00:00Z"), "at"),
    ("the year 1999", but(at="1999-12-31T23:59:59Z"), "at"),
    ("the year 2100", but(at="2100-01-01T00:00:00Z"), "at"),
    ("a number for a time", but(at=1673773200), "at"),
    ("received before it happened", but(received_at="2023-01-15T11:59:59+03:00"), "at lies after received_at"),
    ("a raw NUL byte", but().replace("bad", "b\0d"), "not JSON"),
    ("an escaped NUL", but(id="b\0d"), "NUL"),
    ("a lone surrogate", but(channel="\ud800"), "surrogate"),
    ("a lone surrogate in a name", but(**{"\udfff": 1}), "surrogate"),
    ("bytes that are no UTF-8", but().encode() + b"\xff", "UTF-8"),
    ("UTF-16", but().encode("utf-16"), "UTF-8"),
    ("no JSON", "top_up 5", "not JSON"),
    ("JSON cut off", but()[:40], "not JSON"),
    ("two objects on a line", but() + but(id="other"), "not JSON"),
    ("a list", f"[{but()}]", "object"),
    ("null", "null", "object"),
    ("a number", "5", "object"),
    ("nested a hundred thousand deep", "[" * 100_000, "not JSON"),
    ("a key twice", but().replace('"amount": 5', '"amount": 5, "amount": 5'), "twice"),
    ("null for an optional field", but().replace('"amount"', '"by": null, "amount"'), "null"),
    ("an unknown field", but(colour="red"), "colour"),
    ("a missing field", but(amount=None), "amount"),
    ("an unknown type", but(type="gift"), "type"),
    ("no type", but(type=None), "type"),
    ("a list for a type", but(type=["top_up"]), "type"),
    ("an empty id", but(id=""), "id"),
    ("an id of 65 characters", but(id="x" * 65), "id"),
    ("a number for an id", but(id=5), "id"),
    ("a source of 33 characters", but(source="s" * 33), "source"),
    ("a channel of 33 characters", but(channel="c" * 33), "channel"),
    ("an account of 12 digits", but(account="791612345678"), "account"),
    ("an account of another kind", but(account="78161234567"), "account"),
    ("an account with a newline", but(account=ACCOUNT + "\n"), "account"),
    ("an account in other digits", but(account="7916123456٧"), "account"),
    ("data coming in", usage(service="data", direction="in"), "direction"),
    ("an unknown service", usage(service="fax"), "service"),
    ("a negative quantity", usage(quantity=-1), "quantity"),
    ("a zone of 33 characters", usage(zone="z" * 33), "zone"),
    ("a peer of 65 characters", usage(peer="9" * 65), "peer"),
    ("a financial block", but(type="block", kind="financial", amount=None), "kind"),
    ("a text of 1001 characters", but(type="sms", to="9290", text="x" * 1001, amount=None), "text"),
    ("a code of 33 characters", but(type="ussd", text="*" * 33, amount=None), "text"),
    ("an sms without its text", but(type="sms", to="9290", amount=None), "text"),
    ("an unknown region", but(type="open", region="mars", amount=None), "region"),
    ("a line of 17 MB", b" " * 17 * 1024 * 1024 + b"{}", "bytes"),
)


@pytest.mark.parametrize(("bad", "told"), [row[1:] for row in MALFORMED], ids=[row[0] for row in MALFORMED])
def test_a_malformed_line_is_rejected_and_the_rest_applied(
    obnovi: Run, tmp_path: Path, bad: str | bytes, told: str
) -> None:
    """R-12.1: line number, reason and the line itself; exit code 3."""
    write(tmp_path / "feed", opening(), bad, top_up("after", 7))
    done = obnovi("feed", "feed", "--rejects", "rejects", "--json")
    assert done.json() == {"applied": 2, "duplicates": 0, "refused": 0, "rejected": 1, "events": 2}
    assert (done.code, done.err) == (3, "")
    (reject,) = [json.loads(each) for each in (tmp_path / "rejects").read_text().splitlines()]
    assert (reject["line"], reject["reason"]) == (2, "MALFORMED")
    assert told in reject["detail"]
    assert reject["input"]
    assert obnovi("balance", ACCOUNT, "--json").json()["wallet"] == 7


@pytest.mark.parametrize(
    "good",
    [
        but(at="2023-01-15t12:00:00z"),
        but(at="2023-01-15T12:00:00.123456-00:00"),
        but(amount=10**12),
        but(id="я" * 64),
        but(id="bad", source="s" * 32, channel="c" * 32, by="b" * 64),
        usage(quantity=10**12, direction="in"),
        usage(quantity=0, peer="", zone="z" * 32),
        but(type="sms", to="", text="", amount=None),
        "  " + but() + " \t",
        but() + "\r",
    ],
)
def test_what_the_contract_allows_is_taken(obnovi: Run, tmp_path: Path, good: str) -> None:
    write(tmp_path / "feed", opening(), good)
    assert obnovi("feed", "feed", "--json").json()["rejected"] == 0


def test_a_cut_off_last_line_is_rejected_and_a_whole_one_needs_no_newline(obnovi: Run, tmp_path: Path) -> None:
    (tmp_path / "cut").write_text(f"{opening()}\n{top_up('a')}\n{top_up('b')[:30]}")
    assert obnovi("feed", "cut", "--rejects", "rejects", "--json").json()["rejected"] == 1
    (tmp_path / "whole").write_text(f"{opening()}\n{top_up('a')}\n{top_up('b')}")
    assert obnovi("feed", "whole", "--json").json() == {
        "applied": 1, "duplicates": 2, "refused": 0, "rejected": 0, "events": 1,
    }  # fmt: skip


def test_blank_lines_are_no_inputs_and_a_byte_order_mark_is_skipped(obnovi: Run, tmp_path: Path) -> None:
    (tmp_path / "feed").write_bytes(b"\xef\xbb\xbf" + f"{opening()}\r\n\r\n   \n{top_up('a')}\n\n".encode())
    assert obnovi("feed", "feed", "--json").json()["applied"] == 2


def test_rejects_without_a_file_are_one_line_each_on_stderr(obnovi: Run, tmp_path: Path) -> None:
    write(tmp_path / "feed", opening(), "no\x1bJSON", top_up("x", account="79999999999"))
    done = obnovi("feed", "feed")
    assert done.code == 3
    assert [each.split(":")[:2] for each in done.err.splitlines()] == [
        ["feed line 2", " MALFORMED"],
        ["feed line 3", " UNKNOWN_ACCOUNT"],
    ]


def test_the_rejects_file_is_overwritten_and_told_per_file(obnovi: Run, tmp_path: Path) -> None:
    write(tmp_path / "a", opening(), "x")
    write(tmp_path / "b", "y")
    obnovi("feed", "a", "b", "--rejects", "rejects")
    told = [json.loads(each) for each in (tmp_path / "rejects").read_text().splitlines()]
    assert [(each["file"], each["line"], each["input"]) for each in told] == [("a", 2, "x"), ("b", 1, "y")]
    write(tmp_path / "b", opening())
    assert obnovi("feed", "b", "--rejects", "rejects").code == 0
    assert (tmp_path / "rejects").read_text() == ""


@freeze_time("2023-01-14T10:00:00Z")
def test_a_time_beyond_tomorrow_is_the_future(obnovi: Run, tmp_path: Path) -> None:
    """Contract §1: `--not-after`, by default now + 24 h; equality passes."""
    write(
        tmp_path / "feed",
        opening(),
        top_up("just", at="2023-01-15T10:00:00Z"),
        top_up("late", at="2023-01-15T10:00:00.000001Z"),
        top_up("arrives", at="2023-01-15T09:00:00Z", received_at="2023-01-15T10:00:01Z"),
    )
    done = obnovi("feed", "feed", "--rejects", "rejects", "--json")
    assert (done.code, done.json()["rejected"]) == (3, 2)
    told = [json.loads(each) for each in (tmp_path / "rejects").read_text().splitlines()]
    assert [(each["line"], each["reason"]) for each in told] == [(3, "FUTURE"), (4, "FUTURE")]
    assert obnovi("feed", "feed", "--not-after", "none", "--json").json()["applied"] == 2
    assert obnovi("feed", "feed", "--not-after", "2023-01-01T00:00:00+03:00").code == 3


def test_a_rejected_line_does_not_use_up_its_id(obnovi: Run, tmp_path: Path) -> None:
    """R-12.2: also not one of an unknown account."""
    write(tmp_path / "early", top_up("a"))
    assert obnovi("feed", "early").code == 3
    write(tmp_path / "feed", opening(), top_up("a", 9))
    assert obnovi("feed", "feed", "--json").json()["applied"] == 2


def test_the_reply_to_a_refresh_is_shown(obnovi: Run, tmp_path: Path) -> None:
    """R-5.3."""
    request = line("ussd", "r", "2023-02-01T10:00:00+03:00", text="*929#")
    write(tmp_path / "feed", *month(), request)
    told = "Пакеты обновлены: списано 400,00 ₽, следующее списание 01.03.2023."
    assert told in obnovi("feed", "feed").out
    assert events(obnovi)[-1]["reply"] == told


def test_many_rejects_of_a_kind_are_counted(obnovi: Run, tmp_path: Path) -> None:
    """The first twenty of each kind are told, then how many more there were; the rejects file has them all."""
    cut = [but()[: 20 + number % 30] for number in range(60)]
    odd = [but(**{f"colour{number}": 1}) for number in range(60)]
    strange = [top_up(f"x{number}", account="79999999999") for number in range(60)]
    write(tmp_path / "feed", opening(), *cut, *odd, *strange, top_up("after", 7))
    done = obnovi("feed", "feed")
    assert done.code == 3
    told = done.err.splitlines()
    assert told[-3:] == [
        "… and 40 more: MALFORMED: not JSON; --rejects FILE keeps every one",
        "… and 40 more: MALFORMED: colourN; --rejects FILE keeps every one",
        "… and 40 more: UNKNOWN_ACCOUNT; --rejects FILE keeps every one",
    ]
    assert [each.split(":")[0] for each in told[:-3]] == [
        f"feed line {number}" for first in (2, 62, 122) for number in range(first, first + 20)
    ]
    assert done.out == "2 applied, 0 duplicates, 0 refused, 180 rejected; 2 events written\n"
    again = obnovi("feed", "feed", "--rejects", "rejects")
    assert (again.code, again.err) == (3, "")
    assert len((tmp_path / "rejects").read_text().splitlines()) == 180


def test_a_thousand_kinds_of_rejects_are_few_lines(obnovi: Run, tmp_path: Path) -> None:
    names = ["".join(chr(ord("a") + int(digit)) for digit in str(number)) for number in range(1000, 2000)]
    write(tmp_path / "feed", opening(), *(but(**{name: 1}) for name in names))
    told = obnovi("feed", "feed").err.splitlines()
    assert len(told) == 41
    assert told[-1] == "… and 960 more: otherwise; --rejects FILE keeps every one"


NO_FEEDS = {
    "a table": b"account,amount\n" + b"79160000101,100\n" * 50,
    "a page": b"<?xml version='1.0'?>\n<statement>\n</statement>\n",
    "a spreadsheet": b"PK\x03\x04\xff\xfe\n" * 3,
    "JSON over several lines": b"\n" + json.dumps([GOOD], indent=1).encode(),
}


@pytest.mark.parametrize("content", NO_FEEDS.values(), ids=list(NO_FEEDS))
def test_a_file_that_is_no_feed_gets_one_hint(obnovi: Run, tmp_path: Path, content: bytes) -> None:
    """Nothing else on stderr; other files are fed and told as ever."""
    lines = len([line for line in content.splitlines() if line.strip()])
    first = 1 + len(content) - len(content.lstrip(b"\n"))
    hint = (
        f"wrong line {first} is no JSON: a feed has one input a line, as JSON (`obnovi feed --help`); "
        "the operator's statements go through `obnovi import-statement`"
    )
    (tmp_path / "wrong").write_bytes(content)
    write(tmp_path / "feed", opening(), "no JSON")
    done = obnovi("feed", "wrong", "feed")
    assert done.code == 3
    assert done.err.splitlines() == [
        f"{hint}; --rejects FILE keeps the lines that are rejected",
        "feed line 2: MALFORMED: not JSON: Expecting value: line 1 column 1 (char 0)",
    ]
    assert done.out == f"1 applied, 0 duplicates, 0 refused, {lines + 1} rejected; 1 event written\n"
    kept = obnovi("feed", "wrong", "--rejects", "rejects", "--json")
    assert (kept.code, kept.err, kept.json()["rejected"]) == (3, hint + "\n", lines)
    assert len((tmp_path / "rejects").read_text().splitlines()) == lines
