"""The log on stderr: lines of an instant are written together, in their order, and an error does not wait."""

import asyncio
import json
import time
from contextlib import suppress

import pytest

from scripts.web.log import HELD_SECONDS, RequestLog


def test_lines_of_an_instant_are_written_together(capsys: pytest.CaptureFixture[str]) -> None:
    async def story() -> None:
        log = RequestLog()
        log.write(level="info", request="a")
        log.write(level="info", request="b")
        assert capsys.readouterr().err == ""
        await asyncio.sleep(HELD_SECONDS * 2)
        assert [json.loads(line)["request"] for line in capsys.readouterr().err.splitlines()] == ["a", "b"]
        log.write(level="info", request="c")
        log.write(level="error", request="d")
        assert [json.loads(line)["request"] for line in capsys.readouterr().err.splitlines()] == ["c", "d"]
        log.write(level="info", request="e")
        log.flush()
        assert "e" in capsys.readouterr().err

    begun = time.monotonic()
    asyncio.run(story())
    assert time.monotonic() - begun >= HELD_SECONDS


def test_a_log_that_is_full_is_no_reason_not_to_answer() -> None:
    went_on = False
    with suppress(OSError), open("/dev/full", "w") as full:  # what it holds has no room when it is closed either
        log = RequestLog(full)
        log.write(level="error", request="1")
        log.write(level="info", request="2")
        went_on = True
    assert went_on
