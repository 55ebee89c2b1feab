"""Rates: how often who may ask; in memory, for what is not booked costs nobody anything after a restart."""

import ipaddress
import math
import time
from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

from limits import RateLimitItem, parse
from limits.storage import Storage
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

SWEPT_SECONDS: Final = 60


class Counters(Storage):
    """Counts of `limits` for one thread; the library's own start a thread of their own every hundredth of a second."""

    STORAGE_SCHEME = None

    def __init__(self) -> None:
        super().__init__()
        self._counted: dict[str, tuple[float, int]] = {}
        self._swept_at = 0.0

    @property
    def base_exceptions(self) -> type[Exception]:
        """None that could come from elsewhere."""
        return ValueError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """The count of a window that began with its first, or that begins now."""
        now = time.time()
        self._sweep(now)
        ends, count = self._counted.get(key, (0.0, 0))
        if ends <= now:
            ends, count = now + expiry, 0
        self._counted[key] = ends, count + amount
        return count + amount

    def get(self, key: str) -> int:
        """The count of a window that has not ended."""
        ends, count = self._counted.get(key, (0.0, 0))
        return count if ends > time.time() else 0

    def get_expiry(self, key: str) -> float:
        """When a window ends."""
        return self._counted.get(key, (time.time(), 0))[0]

    def check(self) -> bool:
        """It is there."""
        return True

    def reset(self) -> int:
        """Forget all."""
        count = len(self._counted)
        self._counted.clear()
        return count

    def clear(self, key: str) -> None:
        """Forget one."""
        self._counted.pop(key, None)

    def _sweep(self, now: float) -> None:
        """Forget windows that have ended, now and then: whoever came once is not kept."""
        if now >= self._swept_at + SWEPT_SECONDS:
            self._swept_at = now
            self._counted = {key: kept for key, kept in self._counted.items() if kept[0] > now}


class RateLimits:
    """Counts who asks; a window of a minute, or whatever its rate says, is told when it ends."""

    def __init__(self, rates: Rates = RATES) -> None:
        self._rates: dict[str, RateLimitItem] = {role: parse(rate) for role, rate in rates.items() if rate is not None}
        self._limiter = FixedWindowRateLimiter(Counters())

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
