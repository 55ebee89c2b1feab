"""`obnovi notices`: what subscribers are to be told, listed from the beginning or from a place on."""

import json
import os
import signal
import subprocess
from pathlib import Path

from tests.cli.support import ACCOUNT, ENVIRONMENT, OBNOVI, Run, line, month, write
from tests.erasure.support import BY, GROUND

FEE = "Списана плата за месяц: 400,00 ₽. На счёте 600,00 ₽, следующее списание 15.02.2023."
REFRESHED = "Пакеты обновлены: списано 400,00 ₽, следующее списание 01.03.2023."


def dialled(id: str = "d") -> str:
    return line("ussd", id, "2023-02-01T10:00:00+03:00", text="*929#")


def fed(run: Run, *lines: str) -> None:
    assert run("feed", write(Path("feed.jsonl"), *lines)).code == 0


def test_the_first_call_begins_and_says_so(obnovi: Run) -> None:
    fed(obnovi, *month())
    first = obnovi("notices", "--json")
    assert (first.code, first.out) == (0, "[]\n")
    assert first.err == "Notices begin here: nobody is told of what was before.\n"
    fed(obnovi, dialled())
    (told,) = obnovi("notices", "--json").json()
    assert told["text"].replace("\u00a0", " ") == REFRESHED
    assert {name: told[name] for name in ("account", "holder", "kind", "version", "at", "reason", "amount")} == {
        "account": ACCOUNT,
        "holder": 1,
        "kind": "refresh_reply",
        "version": 5,
        "at": "2023-02-01T10:00:00+03:00",
        "reason": None,
        "amount": 400_00,
    }
    assert obnovi("notices", "--after", told["after"], "--json").json() == []
    assert [each["id"] for each in obnovi("notices", "--json").json()] == [told["id"]]


def test_people_see_a_table_and_how_to_go_on(obnovi: Run) -> None:
    fed(obnovi, *month(), dialled())
    shown = obnovi("notices", "--from-beginning", "--limit", 1, "--lang", "ru").out.replace("\u00a0", " ")
    assert FEE in shown
    assert REFRESHED not in shown
    after = shown.splitlines()[-1].removeprefix("Дальше — с места ")
    assert REFRESHED in obnovi("notices", "--after", after).out.replace("\u00a0", " ")
    twice = obnovi("notices", "--from-beginning")
    assert (twice.code, "move it away" in twice.err) == (1, True)


def test_a_place_that_is_none_is_told_in_one_line(obnovi: Run) -> None:
    fed(obnovi, *month())
    done = obnovi("notices", "--after", "yesterday")
    assert (done.code, done.err.splitlines()[-1]) == (
        2,
        "obnovi: --after yesterday: no notice of this ledger is called that; it is the `after` of one",
    )
    assert obnovi("notices", "--follow", "--limit", "3").code == 2


def test_who_is_erased_is_told_no_more_and_no_row_is_left_of_him(obnovi: Run) -> None:
    fed(obnovi, *month(), dialled(), line("close", "c", "2023-02-02T10:00:00+03:00"), *month("79161234568"))
    assert len(obnovi("notices", "--from-beginning", "--json").json()) == 3
    assert obnovi("erase", ACCOUNT, "--holder", 1, "--ground", GROUND, "--by", BY, "--yes").code == 0
    assert [each["account"] for each in obnovi("notices", "--json").json()] == ["79161234568"]


def test_who_follows_gets_what_comes(obnovi: Run) -> None:
    fed(obnovi, *month())
    command = [str(OBNOVI), "notices", "--from-beginning", "--follow", "--json"]
    with subprocess.Popen(command, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as following:
        assert following.stdout is not None
        assert json.loads(following.stdout.readline())["kind"] == "monthly_fee"
        fed(obnovi, dialled())
        assert json.loads(following.stdout.readline())["kind"] == "refresh_reply"
        os.kill(following.pid, signal.SIGINT)
        assert following.wait(timeout=60) == 130
