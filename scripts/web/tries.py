"""Tries: how often something may be tried by a number or from an address, within how long."""

import time
from typing import Final

from limits import RateLimitItem, parse_many
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.requests import Request

from scripts.web.problems import Problem
from scripts.web.rates import network_of

CODES_OF_NUMBER: Final = parse_many("3/15 minutes; 10/day")
"""Codes sent to one telephone."""
CODES_FROM_ADDRESS: Final = parse_many("20/15 minutes; 100/day")
"""Many telephones share the address of a network."""
LOGINS_FROM_ADDRESS: Final = parse_many("40/15 minutes")
"""Codes or tokens shown, right or wrong."""


class Tries:
    """What was tried lately, in memory: after a start of the server nothing is, but a code has its own five tries."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def require(self, limits: list[RateLimitItem], what: str, who: str) -> None:
        """Count a try by a number, or from an address. Raises Problem 429 where there were too many."""
        for limit in limits:
            if not self._limiter.hit(limit, what, who):
                reset = self._limiter.get_window_stats(limit, what, who).reset_time
                wait = max(1, int(reset - time.time()) + 1)
                raise Problem(429, "TOO_MANY", "too many tries; come again later", headers={"Retry-After": str(wait)})


def address_of(request: Request) -> str:
    """Where a request comes from; of an IPv6 address the network, of which one household has all."""
    return "" if request.client is None else network_of(request.client.host)
