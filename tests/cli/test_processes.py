"""`obnovi` as processes: kills, full disks, pipes that pause, and two feeds at once; nothing is lost or doubled."""

import json
import os
import resource
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tests.cli.support import (
    ACCOUNT,
    ENVIRONMENT,
    OBNOVI,
    in_this_process,
    line,
    month,
    opening,
    process,
    top_up,
    write,
)

ACCOUNTS = [f"7900000{number:04d}" for number in range(40)]


def feed_of_many(count: int) -> list[str]:
    """Months of forty accounts, then calls in turn."""
    lines = [each for account in ACCOUNTS for each in month(account)]
    for number in range(count):
        minute, second = divmod(number, 60)
        when = f"2023-01-{16 + minute // 1440:02d}T{minute // 60 % 24:02d}:{minute % 60:02d}:{second:02d}+03:00"
        said = {"service": "voice", "direction": "out", "quantity": 20, "peer": "74950000000"}
        lines.append(line("usage", f"call-{number}", when, ACCOUNTS[number % len(ACCOUNTS)], **said))
    return lines


def history(folder: Path, account: str, ledger: str = "obnovi.db") -> list[dict[str, Any]]:
    made = in_this_process("--ledger", ledger, "events", account, "--json", cwd=folder)
    events = [json.loads(each) for each in made.out.splitlines()]
    for event in events:
        del event["recorded_at"]
    return events


def size(file: Path) -> int:
    """In bytes; of one that has another name by now, none."""
    try:
        return file.stat().st_size
    except FileNotFoundError:
        return 0


def test_a_feed_that_is_killed_and_fed_again_books_everything_once(tmp_path: Path) -> None:
    write(tmp_path / "feed", *feed_of_many(10_000))
    in_this_process("--ledger", "whole.db", "feed", "feed", cwd=tmp_path)
    for written in (1, 1_000_000, 2_000_000):
        killed = subprocess.Popen([OBNOVI, "feed", "feed"], cwd=tmp_path, env=ENVIRONMENT)
        while killed.poll() is None and sum(map(size, tmp_path.glob("obnovi.db*"))) < written:
            time.sleep(0.005)
        killed.send_signal(signal.SIGKILL)
        assert killed.wait() == -signal.SIGKILL
    done = in_this_process("feed", "feed", "--json", cwd=tmp_path)
    counts = done.json()
    assert counts["applied"] + counts["duplicates"] == 10_120
    assert in_this_process("verify", cwd=tmp_path).code == 0
    for account in ACCOUNTS[:3]:
        assert history(tmp_path, account) == history(tmp_path, account, "whole.db")


def test_an_interrupted_feed_says_how_to_go_on(tmp_path: Path) -> None:
    with subprocess.Popen(
        [OBNOVI, "feed", "-"], cwd=tmp_path, env=ENVIRONMENT, stdin=subprocess.PIPE, stderr=subprocess.PIPE
    ) as feeding:
        assert feeding.stdin is not None
        assert feeding.stderr is not None
        feeding.stdin.write(f"{opening()}\n".encode())
        feeding.stdin.flush()
        assert seen(tmp_path, "AccountOpened")
        feeding.send_signal(signal.SIGINT)
        said = feeding.stderr.read().decode()
        assert feeding.wait() == 130
    assert said.strip().startswith("obnovi: interrupted")  # behind the newline that parts it from a ^C
    assert said.strip().count("\n") == 0


def test_a_pipe_that_pauses_is_booked_meanwhile(tmp_path: Path) -> None:
    """After 0.2 s of silence what came is durable and seen by others."""
    with subprocess.Popen([OBNOVI, "feed", "-"], cwd=tmp_path, env=ENVIRONMENT, stdin=subprocess.PIPE) as feeding:
        assert feeding.stdin is not None
        for each, event in ((opening(), "AccountOpened"), (top_up("a"), "ToppedUp")):
            feeding.stdin.write(f"{each}\n".encode())
            feeding.stdin.flush()
            assert seen(tmp_path, event)
        feeding.stdin.close()
        assert feeding.wait() == 0


def seen(folder: Path, event: str) -> bool:
    """Whether another process than the one that feeds sees an event of the account before long."""
    for _ in range(150):
        if event in in_this_process("events", ACCOUNT, cwd=folder).out:
            return True
        time.sleep(0.1)
    return False


def test_a_full_disk_is_told_in_one_line_and_loses_nothing(tmp_path: Path) -> None:
    """A limit on the size of files stands for the disk; SQLite meets both in the middle of a write."""
    write(tmp_path / "feed", *feed_of_many(6_000))

    def small() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))

    full = process("feed", "feed", cwd=tmp_path, env=ENVIRONMENT, preexec_fn=small)
    assert full.code == 2
    assert full.err.startswith("obnovi: ")
    assert full.err.count("\n") == 1
    assert "Traceback" not in full.err
    done = in_this_process("feed", "feed", "--json", cwd=tmp_path)
    assert done.code == 0
    assert done.json()["applied"] + done.json()["duplicates"] == 6_120
    assert in_this_process("verify", cwd=tmp_path).code == 0


def test_two_feeds_at_once_lose_and_double_nothing(tmp_path: Path) -> None:
    """R-12.2: overlapping halves of one feed, into a ledger that neither finds there."""
    lines = feed_of_many(6_000)
    write(tmp_path / "whole", *lines)
    write(tmp_path / "first", *lines[:4_000])
    write(tmp_path / "second", *lines[:120], *lines[2_000:])
    in_this_process("--ledger", "whole.db", "feed", "whole", cwd=tmp_path)
    feeding = [
        subprocess.Popen([OBNOVI, "feed", name, "--json"], cwd=tmp_path, env=ENVIRONMENT, stdout=subprocess.PIPE)
        for name in ("first", "second")
    ]
    counts = [json.loads(each.communicate()[0]) for each in feeding]
    assert [each.returncode for each in feeding] == [0, 0]
    assert sum(each["applied"] for each in counts) == len(lines)
    assert sum(each["duplicates"] for each in counts) == 120 + 2_000 - 120 + 120
    assert in_this_process("verify", cwd=tmp_path).code == 0
    for account in ACCOUNTS[:3]:
        calls = [event["input"]["id"] for event in history(tmp_path, account) if event["type"] == "UsageCharged"]
        whole = history(tmp_path, account, "whole.db")
        assert sorted(calls) == sorted(event["input"]["id"] for event in whole if event["type"] == "UsageCharged")


def test_eight_feeds_of_overlapping_accounts_book_what_one_would(tmp_path: Path) -> None:
    """R-12.2: every account is fed by two of eight processes, each line perhaps twice; the events are the same."""
    lines = feed_of_many(2_000)
    write(tmp_path / "whole", *lines)
    in_this_process("--ledger", "whole.db", "feed", "whole", cwd=tmp_path)
    for number in range(8):
        mine = {account for place, account in enumerate(ACCOUNTS) if place % 8 in (number, (number + 1) % 8)}
        share = [each for each in lines if json.loads(each)["account"] in mine for _ in range(1 + number % 2)]
        write(tmp_path / f"part-{number}", *share)
    feeding = [
        subprocess.Popen(
            [OBNOVI, "feed", f"part-{number}", "--json"], cwd=tmp_path, env=ENVIRONMENT, stdout=subprocess.PIPE
        )
        for number in range(8)
    ]
    counts = [json.loads(each.communicate()[0]) for each in feeding]
    assert [each.returncode for each in feeding] == [0] * 8
    assert sum(each["applied"] for each in counts) == len(lines)
    assert sum(each["rejected"] for each in counts) == 0
    for account in ACCOUNTS[::5]:
        assert history(tmp_path, account) == history(tmp_path, account, "whole.db")
    assert in_this_process("verify", cwd=tmp_path).code == 0


def test_a_named_pipe_is_fed_like_a_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with subprocess.Popen(
        [OBNOVI, "feed", "pipe", "--json"], cwd=tmp_path, env=ENVIRONMENT, stdout=subprocess.PIPE
    ) as it:
        (tmp_path / "pipe").write_text(f"{opening()}\n{top_up('a')}\n")
        assert json.loads(it.communicate()[0])["applied"] == 2


def test_tables_are_utf_8_whatever_the_locale(tmp_path: Path) -> None:
    write(tmp_path / "feed", *month())
    plain = ENVIRONMENT | {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    assert process("feed", "feed", cwd=tmp_path, env=plain).code == 0
    assert "основной пакет" in process("balance", ACCOUNT, cwd=tmp_path, env=plain).out


def test_a_feed_whose_ledger_is_deleted_claims_nothing_more(tmp_path: Path) -> None:
    with subprocess.Popen(
        [OBNOVI, "feed", "-"],
        cwd=tmp_path,
        env=ENVIRONMENT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as feeding:
        assert feeding.stdin is not None
        feeding.stdin.write(f"{opening()}\n".encode())
        feeding.stdin.flush()
        assert seen(tmp_path, "AccountOpened")
        (tmp_path / "obnovi.db").unlink()
        out, err = feeding.communicate(f"{top_up('a')}\n".encode())
    assert (feeding.returncode, out, err.count(b"\n")) == (2, b"", 1)
    assert b"obnovi.db was moved, deleted or replaced" in err


LOADED_IN_TURN = ("click", "scripts.errors", "scripts.cli.account", "msgspec", "ledger.inputs", "pydantic")


@pytest.mark.parametrize("amid", LOADED_IN_TURN)
def test_an_interruption_while_a_command_is_loaded_is_one_line(tmp_path: Path, amid: str) -> None:
    script = f"""if True:
        import os, signal, sys
        class Interrupted:
            def find_spec(self, name, path=None, target=None):
                if name == {amid!r}:
                    os.kill(os.getpid(), signal.SIGINT)
        sys.argv = ["obnovi", "balance", "79161234567"]
        sys.meta_path.insert(0, Interrupted())
        from scripts.cli.main import main
        main()
    """
    asked: list[str | Path] = [OBNOVI.with_name("python"), "-c", script]
    done = subprocess.run(asked, cwd=tmp_path, env=ENVIRONMENT, capture_output=True, check=False)
    told = b"obnovi: interrupted; what is booked stays, run the same command again to go on\n"
    assert (done.returncode, done.stdout, done.stderr) == (130, b"", told)
