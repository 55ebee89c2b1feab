"""Webhooks: notices pushed to who tells them, signed by the Standard Webhooks, each until it was taken.

At least once, with the same `webhook-id` each time; those of a contract one after the other. What is not taken is tried
again later and later, for some days.
"""

import base64
import binascii
import hashlib
import hmac
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlsplit

from ledger.contracts import NO_KEY
from ledger.log.store import Reading
from ledger.periods import DAY, HOUR, SECOND, Instant, from_datetime
from projections.canonical_notices import notice
from projections.notices.told import ToldNotice
from scripts.app.errors import Declined, InvalidRequest
from scripts.app.notices import tell
from scripts.state.deliveries import Deliveries, Try, Wave
from scripts.state.outbox import Outbox

if TYPE_CHECKING:
    import httpx

SECRET_PREFIX: Final = "whsec_"
SECRET_BYTES: Final = range(24, 65)
"""As the Standard Webhooks have it."""
FIRST_PAUSE: Final[Instant] = 5 * SECOND
LONGEST_PAUSE: Final[Instant] = HOUR
GIVEN_UP_AFTER: Final[Instant] = 3 * DAY
"""By then nobody wants to be told any more."""
TIMEOUT_SECONDS: Final = 15
ANSWER_BYTES_MAX: Final = 64 * 1024
CONNECTIONS: Final = 8
WAVE: Final = 64
GONE: Final = 410
TELLS_WHEN: Final = (429, 503)
"""Statuses whose `Retry-After` holds for everything that goes there."""


class Receiver(NamedTuple):
    """Where notices go, and the secret that they are signed with."""

    url: str
    secret: bytes


class Attempt(NamedTuple):
    """What became of one delivery: the status, or why there was none; when the receiver wants to be asked again."""

    notice: ToldNotice
    status: int | None
    problem: str
    retry_at: Instant | None

    @property
    def is_taken(self) -> bool:
        """Whether the receiver has it."""
        return self.status is not None and 200 <= self.status < 300


class Pushed(NamedTuple):
    """What became of a wave: what was taken, what was not, what was given up; until when all has to wait."""

    taken: list[Attempt]
    failed: list[Attempt]
    given_up: list[Attempt]
    paused_until: Instant | None


def receiver(url: str, secret: str) -> Receiver:
    """Who gets notices. Raises InvalidRequest for an address that would tell them to others, or no secret."""
    parts = urlsplit(url)
    try:
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or parts.username is not None or parts.fragment or parts.scheme not in ("https", "http"):
        raise InvalidRequest("NO_ADDRESS")
    if parts.scheme == "http" and not _is_loopback(host):
        raise InvalidRequest("NOT_ENCRYPTED", host=host)
    try:
        key = base64.b64decode(secret.strip().removeprefix(SECRET_PREFIX), validate=True)
    except binascii.Error:
        key = b""
    if not secret.startswith(SECRET_PREFIX) or len(key) not in SECRET_BYTES:
        raise InvalidRequest("NO_SECRET", least=SECRET_BYTES[0], most=SECRET_BYTES[-1])
    return Receiver(url, key)


def headers(secret: bytes, id: str, at: Instant, body: bytes) -> dict[str, str]:
    """What goes beside a body: its id, the time and the signature of the three."""
    timestamp = f"{at // SECOND}"
    signature = hmac.digest(secret, f"{id}.{timestamp}.".encode() + body, hashlib.sha256)
    return {
        "content-type": "application/json",
        "user-agent": "obnovi",
        "webhook-id": id,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{base64.b64encode(signature).decode()}",
    }


class Pusher:
    """Pushes what an outbox has to one receiver, wave by wave. `client` sends, and follows no redirect."""

    def __init__(
        self,
        outbox: Outbox,
        deliveries: Deliveries,
        receiver: Receiver,
        client: "httpx.Client",
        *,
        now: Callable[[], Instant],
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._outbox, self._deliveries, self._receiver, self._client = outbox, deliveries, receiver, client
        self._now, self._jitter = now, jitter
        self._in_vain = 0
        self._pool = ThreadPoolExecutor(CONNECTIONS, thread_name_prefix="push")

    def close(self) -> None:
        """End its threads."""
        self._pool.shutdown()

    def push(self, log: Reading) -> Pushed | None:
        """Send one wave and write down what became of it; None where nothing is to be sent now.

        Raises Declined where the receiver wants nothing more.
        """
        now = self._now()
        wave = self._deliveries.wave(now, WAVE)
        if not wave.rows and not wave.behind:
            return None
        contracts = log.contracts.named_all({row.notice.contract for row, _ in wave.rows})
        made = {
            row.seq: told
            for row, _ in wave.rows
            if (told := tell(log, self._outbox, row, contracts[row.notice.contract], now=now)) is not None
        }
        attempts = dict(zip(made, self._pool.map(self._attempt, made.values()), strict=True))
        return self._recorded(wave, attempts, now)

    def _attempt(self, told: ToldNotice) -> Attempt:
        import httpx  # noqa: PLC0415  # an extra that only who pushes has

        if told.contract.number == NO_KEY:  # nobody could be told; the key may come back
            return Attempt(told, None, "its contract's key is missing", None)
        body = notice(told)
        now = self._now()
        signed = headers(self._receiver.secret, told.id, now, body)
        try:
            with self._client.stream("POST", self._receiver.url, content=body, headers=signed) as answer:
                for number, _ in enumerate(answer.iter_raw(ANSWER_BYTES_MAX)):
                    if number:  # so much is no acknowledgement; the connection is not used again
                        break
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return Attempt(told, None, type(error).__name__, None)
        retry_at = _retry_at(answer.headers.get("retry-after"), now) if answer.status_code in TELLS_WHEN else None
        return Attempt(told, answer.status_code, f"status {answer.status_code}", retry_at)

    def _recorded(self, wave: Wave, attempts: dict[int, Attempt], began: Instant) -> Pushed:
        now = self._now()
        again: dict[int, Try] = {}
        taken = [each for each in attempts.values() if each.is_taken]
        pushed = Pushed(taken, [], [], self._paused(list(attempts.values()), now))
        before = {row.seq: tried or Try(0, began, began) for row, tried in wave.rows}
        for seq, attempt in attempts.items():
            tried = before[seq]
            if attempt.is_taken:
                continue
            if attempt.status != GONE and now - tried.first_at >= GIVEN_UP_AFTER:
                pushed.given_up.append(attempt)
            else:
                first_at = tried.first_at if tried.attempts else began
                next_at = max(now + self._pause(tried.attempts), attempt.retry_at or 0)
                again[seq] = Try(tried.attempts + 1, first_at, next_at)
                pushed.failed.append(attempt)
        self._deliveries.record(wave, now, again)
        if any(attempt.status == GONE for attempt in attempts.values()):
            raise Declined("RECEIVER_GONE")
        return pushed

    def _paused(self, attempts: list[Attempt], now: Instant) -> Instant | None:
        """Until when nothing is sent: as the receiver asks, or because it has not taken anything for some waves."""
        self._in_vain = 0 if any(each.is_taken for each in attempts) else self._in_vain + bool(attempts)
        asked = [each.retry_at for each in attempts if each.retry_at is not None]
        return max([*asked, now + self._pause(self._in_vain - 1)] if self._in_vain else asked, default=None)

    def _pause(self, attempts: int) -> Instant:
        """Twice as long each time, and up to half of it less by chance, so that not all come back at once."""
        whole = min(FIRST_PAUSE << min(attempts, 20), LONGEST_PAUSE)
        return int(whole * (1 - self._jitter() / 2))


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _retry_at(said: str | None, now: Instant) -> Instant | None:
    """When a receiver wants to be asked again: in so many seconds, or at a time; not later than we give up."""
    if said is None:
        return None
    try:
        at = (
            now + int(said) * SECOND if said.strip().isdecimal() else from_datetime(_aware(parsedate_to_datetime(said)))
        )
    except (ValueError, TypeError):
        return None
    return min(at, now + DAY)


def _aware(time: datetime) -> datetime:
    if time.tzinfo is None:
        raise ValueError("a time without an offset")
    return time
