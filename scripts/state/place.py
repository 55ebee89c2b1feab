"""Place: the server's state of a ledger lies in files of its own, called by the ledger's name, for their owner only."""

import os
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ledger.log import files
from ledger.log.contracts import LEDGER_SETTING
from ledger.log.store import Reading
from scripts.state.errors import StateUnusable

NAMELESS: Final = "ledger"
"""What the files of an older build's ledger are called, until it has a name."""
_NAME: Final = re.compile(r"[0-9A-Za-z_-]{1,64}")
_FOLDER_MODE: Final = 0o700
_FILE_MODE: Final = 0o600


@dataclass(frozen=True, slots=True)
class StatePlace:
    """Where the state of one ledger is: a folder that several ledgers may share, and what the files are called."""

    folder: Path
    name: str

    @property
    def database(self) -> Path:
        """The database: tokens, sessions, and whatever else is asked for by key."""
        return self.file(".db")

    def file(self, ending: str) -> Path:
        """A file of this ledger's, by what follows its name."""
        return self.folder / f"{self.name}{ending}"

    def make_folder(self) -> None:
        """Make the folder where there is none. Raises OSError."""
        for folder in (self.folder.parent, self.folder):
            folder.mkdir(mode=_FOLDER_MODE, exist_ok=True)

    def make(self, ending: str) -> Path:
        """A file of this ledger's, made empty where there is none; only its owner reads it. Raises StateUnusable."""
        path = self.file(ending)
        try:
            self.make_folder()
            with suppress(FileExistsError):
                os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _FILE_MODE))
                files.fsync_path(self.folder)
        except OSError as error:
            raise StateUnusable(
                f"{path} cannot be made ({error.strerror}); name another folder with OBNOVI_STATE"
            ) from None
        return path


def place_in(folder: Path, log: Reading) -> StatePlace:
    """Where in a folder the state of a ledger is that is being read. Raises StateUnusable."""
    name = log.setting(LEDGER_SETTING) or NAMELESS
    if _NAME.fullmatch(name) is None:
        raise StateUnusable(f"the ledger is called {name!r}, and no file can be; see `obnovi verify`")
    return StatePlace(folder, name)
