"""Whose clocks: an answer names the zone of its times once, and tells times of a day that repeats an hour by offset."""

import re
from pathlib import Path
from typing import Final

import pytest

from tests.cli.support import ACCOUNT, Run, line, write
from tests.support import CATALOGUE_TEXT

TWICE: Final = ("2014-10-26T01:30:00+10:00", "2014-10-26T01:30:00+08:00")
"""What the clocks of Chita showed as 1:30 of one day, two hours apart."""


@pytest.fixture
def chita(obnovi: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Two refused refreshes at the time that comes twice, and a claim about the first."""
    catalogue = tmp_path / "chita.toml"
    catalogue.write_text(CATALOGUE_TEXT.replace("Asia/Kamchatka", "Asia/Chita"), encoding="utf-8")
    monkeypatch.setenv("OBNOVI_CATALOGUE", str(catalogue))
    write(
        tmp_path / "feed",
        line("open", "open", "2014-10-20T10:00:00+10:00", region="kamchatka"),
        *(line("refresh", f"r{number}", at) for number, at in enumerate(TWICE)),
        line("usage", "call", TWICE[1], service="voice", direction="out", quantity=61),
        line("open_dispute", "claim", TWICE[1], event=2, text=""),
    )
    assert obnovi("feed", "feed").code == 0
    return obnovi


@pytest.mark.parametrize(
    ("asked", "zone"),
    [
        (("balance", ACCOUNT), True),
        (("events", ACCOUNT), True),
        (("explain", ACCOUNT, "2"), True),
        (("refused", "--account", ACCOUNT), True),
        (("refused",), False),
        (("unrated",), False),
        (("what-if", ACCOUNT, "--drop", "2"), True),
        (("dispute", "show", "claim"), True),
        (("dispute", "show", "claim", "--format", "html"), True),
    ],
    ids=lambda each: " ".join(each[:1]) if isinstance(each, tuple) else "",
)
@pytest.mark.parametrize("lang", ["ru", "en"])
def test_a_time_that_comes_twice_has_its_offset_and_the_answer_says_its_zone_once(
    chita: Run, asked: tuple[str, ...], zone: bool, lang: str
) -> None:
    told = chita(*asked, "--lang", lang).out.replace("\N{NO-BREAK SPACE}", " ")
    times = re.findall(r"26\.10\.2014 01:30:00(.{7})", told)
    assert times
    assert set(times) <= {" +10:00", " +08:00"}
    assert told.count("Asia/Chita") == (1 if zone else 0)
    assert zone or re.search("своё у каждого счёта|each account's own", told)
