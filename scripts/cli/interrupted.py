"""An interruption while the command is still being loaded: one line, as later, and nothing can be half done."""

import os
import signal
import sys
from types import FrameType
from typing import Final, NoReturn

LINE: Final = "interrupted; what is booked stays, run the same command again to go on"
EXIT: Final = 130


def catch() -> None:
    """End at once when interrupted, where this process is `obnovi` and not a program that only imports it.

    Python would raise KeyboardInterrupt amid an import, outside of everything that could tell it in one line.
    """
    is_obnovi = os.path.basename(sys.argv[0] if sys.argv else "") == "obnovi"
    if is_obnovi and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _end)


def leave() -> None:
    """From here on an interruption is raised where the command is, which puts its things in order."""
    if signal.getsignal(signal.SIGINT) is _end:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _end(number: int, frame: FrameType | None) -> NoReturn:
    os.write(2, f"obnovi: {LINE}\n".encode())
    os._exit(EXIT)
