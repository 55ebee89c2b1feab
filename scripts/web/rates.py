"""Rates: how often who may ask; in memory, for what is not booked costs nobody anything after a restart."""

import ipaddress
import math
import time
from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from scripts.app.roles import Role
from scripts.web.problems import Problem

Nobody: TypeAlias = Literal["nobody"]
Rates: TypeAlias = Mapping[Role | Nobody, str | None]
RATES: Final[Rates] = {
    "nobody": "3000 per minute",
    "subscriber": "3000 per minute",
    "clerk": "12000 per minute",
    "senior": "12000 per minute",
    "auditor": "12000 per minute",
    "privacy": "12000 per minute",
    "operator": "12000 per minute",
    "gateway": None,
    "feeder": None,
}
"""By the token or session, of nobody by the address. What machines hand over is bounded by what can wait for the writer
(503), so that no burst of a switch is turned away while there is room for it."""


class RateLimits:
    """Counts who asks; a window of a minute, or whatever its rate says, is told when it ends."""

    def __init__(self, rates: Rates = RATES) -> None:
        self._rates: dict[str, RateLimitItem] = {role: parse(rate) for role, rate in rates.items() if rate is not None}
        self._limiter = FixedWindowRateLimiter(MemoryStorage())

    def count(self, role: Role | Nobody, name: str) -> None:
        """Count a request. Raises Problem where there were too many."""
        rate = self._rates.get(role)
        if rate is None or self._limiter.hit(rate, role, name):
            return
        ends = self._limiter.get_window_stats(rate, role, name).reset_time
        wait = max(1, math.ceil(ends - time.time()))
        raise Problem(429, "TOO_MANY", f"at most {rate}; ask again in {wait} s", headers={"Retry-After": str(wait)})


def network_of(address: str) -> str:
    """What is counted as one address: of IPv6 the network that one customer has."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((found, 64), strict=False)) if found.version == 6 else address
