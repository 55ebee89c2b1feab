"""Builds: this program and that of another commit, each with its own Python environment, run as a user would."""

import compileall
import os
import platform
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

import scripts
from scripts.benchmarks.process import Ran, ran

ROOT: Final = Path(scripts.__file__).parents[1]
PACKAGES: Final = ("ledger", "projections", "scripts")


class NoBuild(Exception):
    """Another commit's build cannot be had."""


@dataclass(frozen=True, slots=True)
class Build:
    """A tree of the program and the Python that runs it; `name` is the commit, or `this`."""

    name: str
    root: Path
    python: Path

    def obnovi(self, *arguments: str | Path) -> Ran:
        """The program as a process of its own."""
        return self.run(self.python.with_name("obnovi"), *arguments)

    def run(self, *command: str | Path) -> Ran:
        """Any command in this build's environment."""
        return ran(command, self._environment())

    @contextmanager
    def lines(self, *arguments: str) -> Iterator[Iterable[bytes]]:
        """What the program prints; it is stopped where the block ends."""
        command = [str(self.python.with_name("obnovi")), *arguments]
        with subprocess.Popen(command, stdout=subprocess.PIPE, env=self._environment()) as process:
            assert process.stdout is not None
            try:
                yield process.stdout
            finally:
                process.kill()

    def digest(self, *packages: str) -> str:
        """A digest of the program's text, or of these packages of it: what they make is as if made by this one."""
        digest = sha256()
        for package in packages or PACKAGES:
            for path in sorted((self.root / package).rglob("*")):
                if path.suffix in (".py", ".toml"):
                    digest.update(f"{path.relative_to(self.root)}\0".encode() + path.read_bytes() + b"\0")
        return digest.hexdigest()

    def _environment(self) -> dict[str, str]:
        """That of the caller, but for what says what is run and over which ledger."""
        environment = {
            name: value
            for name, value in os.environ.items()
            if name == "OBNOVI_SEAL" or not name.startswith(("OBNOVI_", "PYTHON"))
        }
        return environment | {"PYTHONPATH": str(self.root)}


def this_build() -> Build:
    """The build that measures."""
    return _compiled(Build("this", ROOT, Path(sys.executable)))


def build_of(revision: str, folder: Path) -> Build:
    """The build of a commit: a worktree with an environment from its own lock, kept in the folder for the next time.

    A folder that is no commit's name is taken for such a tree, as it stands, set up. Raises NoBuild.
    """
    if (Path(revision) / "pyproject.toml").exists():
        tree = Path(revision).absolute()
        return _compiled(Build(tree.name, tree, tree / ".venv" / "bin" / "python"))
    try:
        commit = _git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    except NoBuild:
        raise NoBuild(f"{revision} is no commit of {ROOT}, and no folder with the program") from None
    tree = folder.absolute() / "builds" / commit[:12]
    if not (tree / ".git").exists():
        tree.parent.mkdir(parents=True, exist_ok=True)
        _git("worktree", "add", "--quiet", "--force", "--detach", str(tree), commit)
    python = tree / ".venv" / "bin" / "python"
    if not python.exists():
        # The same Python as here, whatever others there are.
        _said([sys._base_executable, "-m", "venv", str(tree / ".venv")])  # type: ignore[attr-defined]
    _said(["bash", "-c", "source scripts/setup.sh"], tree)
    return _compiled(Build(commit[:7], tree, python))


def python_build() -> str:
    """Which Python it is, and whether it was built with a profile of itself (PGO), which is worth a fifth.

    Its flags say so where it was; a distribution may have done it without their saying so.
    """
    flags = " ".join(str(sysconfig.get_config_var(name)) for name in ("CONFIG_ARGS", "PY_CORE_CFLAGS"))
    is_profiled = "--enable-optimizations" in flags or "-fprofile-use" in flags
    built = "built with PGO" if is_profiled else "no PGO in its flags"
    return f"Python {platform.python_version()} ({platform.python_compiler()}, {built})"


def _compiled(build: Build) -> Build:
    for package in PACKAGES:
        compileall.compile_dir(build.root / package, quiet=2)
    return build


def _git(*arguments: str) -> str:
    return _said(["git", "-C", str(ROOT), *arguments]).strip()


def _said(command: Sequence[str], folder: Path | None = None) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NoBuild(f"{' '.join(command)}: {done.stderr.strip() or 'failed'}")
    return done.stdout
