"""Running `obnovi`: in this process for speed, or as a process of its own where pipes, kills and limits matter."""

import io
import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import chdir, suppress
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

from ledger.log.engines import store_ref
from ledger.service import Ledger
from scripts.cli.main import main
from tests.support import HERE, contract_of

OBNOVI = Path(sys.executable).parent / "obnovi"
ENVIRONMENT = os.environ | {"OBNOVI_CATALOGUE": str(HERE / "catalogue.toml")}
ACCOUNT = "79161234567"


class Done(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Done]


def line(type: str, id: str, at: str = "2023-01-15T12:00:00+03:00", account: str = ACCOUNT, **fields: Any) -> str:
    """One input as a line of JSON."""
    return json.dumps({"type": type, "id": id, "account": account, "at": at} | fields, ensure_ascii=False)


def opening(account: str = ACCOUNT) -> str:
    return line("open", "open", "2023-01-01T00:00:00+03:00", account, region="moscow")


def top_up(id: str, amount: int = 100, account: str = ACCOUNT, **fields: Any) -> str:
    return line("top_up", id, account=account, amount=amount, **fields)


def month(account: str = ACCOUNT) -> list[str]:
    """An opening, 1000.00 and plan t4 from 15 January 2023 on."""
    return [
        opening(account),
        line("top_up", "pay", "2023-01-15T11:00:00+03:00", account, amount=1000_00),
        line("connect_plan", "plan", "2023-01-15T12:00:00+03:00", account, plan="t4"),
    ]


def write(path: Path, *lines: str | bytes) -> Path:
    """A feed file."""
    path.write_bytes(b"".join((each.encode() if isinstance(each, str) else each) + b"\n" for each in lines))
    return path


def in_this_process(*args: object, cwd: Path | str, env: Mapping[str, str] = ENVIRONMENT, stdin: bytes = b"") -> Done:
    """What `process` gives, without its start, where nothing but the answer and the files it leaves is looked at."""
    files = [io.BytesIO(stdin), io.BytesIO(), io.BytesIO()]
    given, out, err = (io.TextIOWrapper(file, encoding="utf-8") for file in files)
    with (
        chdir(cwd),
        patch.dict(os.environ, env, clear=True),
        patch.multiple(sys, argv=["obnovi", *map(str, args)], stdin=given, stdout=out, stderr=err),
    ):
        try:
            main()
        except SystemExit as exit_:
            code = int(exit_.code or 0)
        out.flush()
        err.flush()
    return Done(code, *(file.getvalue().decode() for file in files[1:]))


def process(*args: object, cwd: Path | str, stdin: bytes = b"", **options: Any) -> Done:
    """`obnovi` as a process of its own."""
    done = subprocess.run([OBNOVI, *map(str, args)], cwd=cwd, input=stdin, capture_output=True, check=False, **options)
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())


def on_a_terminal(*args: object, cwd: Path | str, says: str) -> Done:
    """`obnovi` before somebody who answers: all it prints comes in one, as on a screen."""
    controller, terminal = pty.openpty()
    os.write(controller, says.encode())
    with subprocess.Popen(
        [OBNOVI, *map(str, args)], cwd=cwd, env=ENVIRONMENT, stdin=terminal, stdout=terminal, stderr=terminal
    ) as running:
        os.close(terminal)
        shown = b""
        with suppress(OSError):  # the terminal is gone with the last process that has it
            while chunk := os.read(controller, 65_536):
                shown += chunk
    os.close(controller)
    return Done(running.returncode, shown.decode(), "")


def events(run: Run, account: str = ACCOUNT) -> list[dict[str, Any]]:
    """An account's events without the time of their recording."""
    made = [json.loads(each) for each in run("events", account, "--json").out.splitlines()]
    for event in made:
        del event["recorded_at"]
    return made


def stream_of(folder: Path, account: str) -> str:
    """The id of a number's contract in the ledger of a folder."""
    with Ledger(store_ref(folder / "obnovi.db"), now=lambda: 0, access="read") as ledger:
        return contract_of(ledger, account).id
