"""The log of requests: a line of JSON each, with nothing of whom it was about."""

import asyncio
import sys
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final, TextIO

import msgspec

HELD_SECONDS: Final = 0.05
"""A write lets other threads in, and waits behind whoever books: one for many lines keeps answers quick."""


class RequestLog:
    """Lines of JSON on a stream; on stderr, where none is given, those of an instant together, errors at once."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream
        self._held: list[bytes] = []

    def write(self, **facts: object) -> None:
        """One line, with its time."""
        line = {"time": datetime.now(UTC).isoformat(timespec="milliseconds"), **facts}
        self._held.append(msgspec.json.encode(line) + b"\n")
        if self._stream is not None or facts.get("level") == "error":
            self.flush()
        elif len(self._held) == 1:
            asyncio.get_running_loop().call_later(HELD_SECONDS, self.flush)

    def flush(self) -> None:
        """Write what is held; where there is no room for it, it is lost: nobody waits for an answer because of that."""
        held, self._held = self._held, []
        if held:
            stream = self._stream or sys.stderr
            with suppress(OSError):
                stream.write(b"".join(held).decode())
                stream.flush()
