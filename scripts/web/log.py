"""The log of requests: a line of JSON each, with nothing of whom it was about."""

import sys
from datetime import UTC, datetime
from typing import TextIO

import msgspec


class RequestLog:
    """Lines of JSON on a stream."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream

    def write(self, **facts: object) -> None:
        """One line, with its time."""
        line = {"time": datetime.now(UTC).isoformat(timespec="milliseconds"), **facts}
        stream = self._stream or sys.stderr
        stream.write(msgspec.json.encode(line).decode() + "\n")
        stream.flush()
