"""`obnovi notices`: what subscribers are to be told, listed from the beginning or from a place on."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from tests.cli.support import ACCOUNT, ENVIRONMENT, OBNOVI, Run, line, month, write
from tests.erasure.support import BY, GROUND
from tests.webhooks import SECRET, Hook, hook

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


def hooked(to: Hook, *more: object) -> tuple[object, ...]:
    Path("hook.secret").write_text(SECRET + "\n", encoding="utf-8")
    return "notices", "push", to.url, "--secret", "hook.secret", *more


def test_they_are_pushed_until_they_are_taken(obnovi: Run) -> None:
    with hook() as to:
        fed(obnovi, *month())
        assert obnovi(*hooked(to, "--once", "--json")).json() == {"taken": 0, "failed": 0, "given_up": 0, "waiting": 0}
        fed(obnovi, dialled())
        to.answer = lambda _: 500
        failed = obnovi(*hooked(to, "--once"))
        id = to.got[0].id
        assert (failed.code, failed.out) == (1, "0 notices taken, 1 to be sent again\n")
        assert failed.err == f"obnovi: notice {id} was not taken (status 500); it is sent again\n"
        to.answer = lambda _: 200
        assert obnovi(*hooked(to, "--once", "--after", id)).code == 0
        assert to.taken() == []  # it is the one behind which to go on
        fed(obnovi, line("ussd", "e", "2023-02-01T10:05:00+03:00", text="*929#"))
        assert obnovi(*hooked(to, "--once", "--json")).json()["taken"] == 1
        listed = obnovi("notices", "--json").json()
        assert to.taken() == listed[1:]


def test_who_pushes_is_killed_and_goes_on(obnovi: Run) -> None:
    """Each is told at least once, under its own id, and a contract's in order."""
    numbers = [f"7916123456{digit}" for digit in range(8)]
    with hook() as to:
        assert obnovi("feed", write(Path("a"), *(row for each in numbers for row in month(each)[:2]))).code == 0
        assert obnovi(*hooked(to, "--once")).code == 0
        assert obnovi("feed", write(Path("b"), *(month(each)[2] for each in numbers))).code == 0
        assert obnovi("feed", write(Path("c"), *(refresh(each) for each in numbers))).code == 0
        reached = threading.Event()
        first = threading.Semaphore(5)

        def answer(_: dict[str, Any]) -> int:
            if not first.acquire(blocking=False):
                reached.set()
                time.sleep(0.2)
            return 200

        to.answer = answer
        command = [str(OBNOVI), *map(str, hooked(to))]
        with subprocess.Popen(command, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as pushing:
            assert reached.wait(60)
            pushing.kill()
        to.answer = lambda _: 200
        while obnovi(*hooked(to, "--once", "--json")).json()["taken"]:
            pass
        ids = {(each.notice["account"], each.notice["kind"]): each.id for each in to.got}
        for each in numbers:  # the first time that each came; what was under way to the killed one may come late
            assert to.arrived.index(ids[each, "monthly_fee"]) < to.arrived.index(ids[each, "refresh_reply"])
        assert len({each.id for each in to.got}) == 2 * len(numbers)


def test_a_notice_whose_number_no_key_tells_is_kept_back(obnovi: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OBNOVI_STATE", "state")
    with hook() as to:
        fed(obnovi, *month())
        assert obnovi(*hooked(to, "--once")).code == 0
        fed(obnovi, dialled())
        Path("keys").rename("elsewhere")
        done = obnovi(*hooked(to, "--once"))
        assert (done.code, "its contract's key is missing" in done.err) == (1, True)
        assert to.got == []


def refresh(account: str) -> str:
    return line("refresh", "r", "2023-02-01T10:00:00+03:00", account)


def test_nothing_goes_where_it_may_not_and_nothing_is_left_out_silently(obnovi: Run) -> None:
    fed(obnovi, *month())
    Path("hook.secret").write_text("whsec_short", encoding="utf-8")
    push = ("notices", "push", "http://sms.example/hook", "--secret", "hook.secret")
    assert obnovi(*push).err == (
        "obnovi: http://sms.example is not encrypted, and notices are personal; give an https address\n"
    )
    assert (
        "--secret is no signing secret"
        in obnovi("notices", "push", "https://sms.example/", "--secret", "hook.secret").err
    )
    assert obnovi("notices", "--limit", 3, "push", "https://sms.example/", "--secret", "hook.secret").code == 2


def test_without_the_library_that_sends_it_says_how_to_get_it(obnovi: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    fed(obnovi, *month())
    monkeypatch.setitem(sys.modules, "httpx", None)
    done = obnovi("notices", "push", "https://sms.example/hook", "--secret", "hook.secret")
    assert (done.code, done.err) == (2, "obnovi: pushing takes httpx; install it with `pip install 'obnovi[web]'`\n")
