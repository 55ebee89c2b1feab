"""Callers: clients of a server that do as little as they can, so that it is the server that is measured."""

import asyncio
import json
import sys
import time
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

END: Final = b"\r\n\r\n"
LENGTH: Final = b"content-length:"
BUSY: Final = 503
BUSY_SECONDS: Final = 10.0
"""As how long an answer counts that says to come again."""


class Answered(NamedTuple):
    """Status and body of an answer, and how long it took, in seconds."""

    status: int
    body: bytes
    seconds: float


class Caller:
    """One connection that stays open; a request at a time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, token: str) -> None:
        self._reader, self._writer = reader, writer
        self._head = _head(token)

    @classmethod
    async def connected(cls, port: int, token: str) -> "Caller":
        """A caller of a server on this machine."""
        return cls(*await asyncio.open_connection("127.0.0.1", port), token)

    async def get(self, path: str, token: str | None = None) -> Answered:
        """Ask for something, maybe as somebody else."""
        head = self._head if token is None else _head(token)
        return await self._asked(f"GET {path} HTTP/1.1\r\n".encode() + head + b"\r\n")

    async def post(self, path: str, body: bytes, media_type: str) -> Answered:
        """Hand something over."""
        head = f"POST {path} HTTP/1.1\r\nContent-Type: {media_type}\r\nContent-Length: {len(body)}\r\n"
        return await self._asked(head.encode() + self._head + b"\r\n" + body)

    async def _asked(self, request: bytes) -> Answered:
        begun = time.perf_counter()
        self._writer.write(request)
        head = await self._reader.readuntil(END)
        lower = head.lower()
        place = lower.find(LENGTH)
        length = int(lower[place + len(LENGTH) : lower.index(b"\r", place)]) if place >= 0 else 0
        body = await self._reader.readexactly(length)
        return Answered(int(head[9:12]), body, time.perf_counter() - begun)


def _head(token: str) -> bytes:
    return f"Host: bench\r\nAuthorization: Bearer {token}\r\n".encode()


async def singles(port: int, token: str, lines: Sequence[bytes], callers: int) -> float:
    """Inputs per second of callers that each hand over one input at a time, those of an account in order."""
    parts: list[list[bytes]] = [[] for _ in range(callers)]
    for line in lines:
        parts[hash(json.loads(line)["account"]) % callers].append(line)

    async def call(part: list[bytes]) -> None:
        caller = await Caller.connected(port, token)
        for line in part:
            answered = await caller.post("/v1/inputs", line, "application/json")
            assert answered.status == 200, answered.body

    begun = time.perf_counter()
    await asyncio.gather(*(call(part) for part in parts))
    return len(lines) / (time.perf_counter() - begun)


async def batches(port: int, token: str, lines: Sequence[bytes], size: int) -> float:
    """Inputs per second of one caller that hands over lines of many."""
    caller = await Caller.connected(port, token)
    begun = time.perf_counter()
    for place in range(0, len(lines), size):
        body = b"\n".join(lines[place : place + size])
        answered = await caller.post("/v1/inputs", body, "application/x-ndjson")
        assert answered.status == 200, answered.body
        assert b'"rejected"' not in answered.body, answered.body
    return len(lines) / (time.perf_counter() - begun)


async def paced(
    port: int, token: str, questions: Iterator[tuple[str, str | None]], per_second: int, seconds: float
) -> list[float]:
    """How long answers take, in seconds, asked for at a pace whether earlier ones have come or not.

    A question is a path and the token of who asks it, where it is not the one of all.
    """
    idle = [await Caller.connected(port, token) for _ in range(16)]
    taken: list[float] = []

    async def ask(path: str, shown: str | None, due: float) -> None:
        caller = idle.pop() if idle else await Caller.connected(port, token)
        answered = await caller.get(path, shown)
        assert answered.status in (200, BUSY), answered.body
        taken.append(time.perf_counter() - due if answered.status == 200 else BUSY_SECONDS)
        idle.append(caller)

    begun = time.perf_counter()
    asking = []
    for number in range(int(per_second * seconds)):
        due = begun + number / per_second
        if (wait := due - time.perf_counter()) > 0:
            await asyncio.sleep(wait)
        asking.append(asyncio.create_task(ask(*next(questions), due)))
    await asyncio.gather(*asking)
    return taken


def main() -> None:
    """What a benchmark starts as a process of its own: the work and its facts on stdin, figures on stdout."""
    asked = json.load(sys.stdin)
    port, token = asked["port"], asked["token"]
    match asked["work"]:
        case "singles":
            lines = [line.encode() for line in asked["lines"]]
            made: object = asyncio.run(singles(port, token, lines, asked["callers"]))
        case "batches":
            lines = [line.encode() for line in asked["lines"]]
            made = asyncio.run(batches(port, token, lines, asked["size"]))
        case _:
            paths, shown = asked["paths"], asked.get("tokens") or [None]
            turns = ((paths[number % len(paths)], shown[number % len(shown)]) for number in range(10**9))
            made = asyncio.run(paced(port, token, turns, asked["per_second"], asked["seconds"]))
    json.dump(made, sys.stdout)


if __name__ == "__main__":
    main()
