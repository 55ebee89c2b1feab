"""`obnovi serve` as a process of its own: stopped it ends cleanly, killed it has booked what it answered."""

import json
import os
import re
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from scripts.sample import ANNA
from tests.cli.support import OBNOVI, in_this_process, write
from tests.stores import environment, ledger_ref, ledger_url
from tests.web.support import fed


@contextmanager
def serving(folder: Path) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """A server over the ledger of a folder, and its address."""
    place = folder / "ledger.db"
    env = os.environ | environment(place) | {"OBNOVI_LEDGER": ledger_url(place)}
    with (folder / "log").open("w") as log:
        process = subprocess.Popen([OBNOVI, "serve", "--port", "0"], env=env, stderr=log, text=True)
    try:
        while (found := re.search(r"Listening on (\S+)", (folder / "log").read_text())) is None:
            assert process.poll() is None, (folder / "log").read_text()
            time.sleep(0.02)
        yield found[1], process
    finally:
        process.kill()
        process.wait()


def token(folder: Path, role: str) -> str:
    place = folder / "ledger.db"
    env = os.environ | environment(place) | {"OBNOVI_LEDGER": ledger_url(place)}
    made: str = in_this_process("token", "create", "--role", role, "--json", cwd=folder, env=env).json()["token"]
    return made


def top_up(number: int) -> dict[str, object]:
    at = "2026-03-20T10:00:00+03:00"
    return {"type": "top_up", "id": f"pay-{number}", "source": "bank", "account": ANNA, "at": at, "amount": 100}


def test_what_was_answered_as_booked_is_booked_whenever_the_server_is_killed(tmp_path: Path) -> None:
    fed(ledger_ref(tmp_path / "ledger.db"))
    headers = {"Authorization": f"Bearer {token(tmp_path, 'feeder')}"}
    answered: list[int] = []
    with serving(tmp_path) as (address, process):

        def call(caller: int) -> None:
            with httpx.Client(base_url=address, headers=headers, trust_env=False) as client:
                for number in range(caller, 10_000, 8):
                    try:
                        answer = client.post("/v1/inputs", json=top_up(number))
                    except httpx.HTTPError:
                        return
                    assert answer.json()["result"] == "applied", answer.text
                    answered.append(number)

        callers = [threading.Thread(target=call, args=(caller,)) for caller in range(8)]
        for each in callers:
            each.start()
        while len(answered) < 200:
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
        for each in callers:
            each.join()
    with serving(tmp_path) as (address, _), httpx.Client(base_url=address, headers=headers, trust_env=False) as client:
        lines = "\n".join(json.dumps(top_up(number)) for number in range(max(answered) + 9))
        again = client.post("/v1/inputs", content=lines, headers={"Content-Type": "application/x-ndjson"})
        results = [json.loads(line)["result"] for line in again.text.splitlines()]
    assert {results[number] for number in answered} == {"duplicate"}
    assert set(results) == {"duplicate", "applied"}  # what was not answered can be asked again


def test_it_ends_with_what_is_under_way_and_says_nothing_of_anybody(tmp_path: Path) -> None:
    fed(ledger_ref(tmp_path / "ledger.db"))
    headers = {"Authorization": f"Bearer {token(tmp_path, 'clerk')}"}
    with serving(tmp_path) as (address, process):
        with httpx.Client(base_url=address, headers=headers, trust_env=False) as client:
            assert client.get(f"/v1/accounts/{ANNA}/balance").status_code == 200
        process.terminate()
        assert process.wait(20) == 0
    log = (tmp_path / "log").read_text()
    assert ANNA[1:] not in log
    assert [json.loads(line)["route"] for line in log.splitlines()[1:]] == ["GET /v1/accounts/{number}/balance"]


def test_what_cannot_be_served_is_one_line(tmp_path: Path) -> None:
    lacking = in_this_process("serve", cwd=tmp_path)
    assert (lacking.code, lacking.err.count("\n")) == (2, 1)
    write(tmp_path / "feed.jsonl")
    fed(ledger_ref(tmp_path / "obnovi.db"))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = in_this_process("serve", "--port", taken.getsockname()[1], cwd=tmp_path)
    assert (done.code, done.err) == (
        2,
        f"obnovi: 127.0.0.1, port {taken_port(done.err)} cannot be listened on: Address already in use\n",
    )


def taken_port(text: str) -> str:
    found = re.search(r"port ([0-9]+)", text)
    assert found is not None, text
    return found[1]
