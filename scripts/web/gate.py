"""The gate: who a request is from, by what it shows."""

from typing import Protocol

from starlette.requests import Request

from scripts.web.visitor import Visitor


class Gate(Protocol):
    """Says who asks. Everything about tokens and sessions is behind it."""

    async def visitor(self, request: Request) -> Visitor | None:
        """Who asks; None where nothing is shown. Raises Problem where what is shown is not good (any more)."""

    async def note(self, visitor: Visitor, *, what: str, whose: tuple[str, ...], ground: str) -> None:
        """Write down that staff read somebody's data, durable when it returns. Raises where it cannot be written."""
