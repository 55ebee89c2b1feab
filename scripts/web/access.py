"""Access: who asks, by the token or the session that a request shows; and what staff reads, written down."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, Protocol, TypeVar

from starlette.requests import Request

from ledger.periods import DAY, HOUR, MINUTE, Instant
from ledger.snapshot import Snapshot
from scripts.app.access_log import read_of
from scripts.app.roles import Role, named_role
from scripts.state import sessions, tokens
from scripts.state.codes import Codes
from scripts.state.database import StateDatabase
from scripts.state.place import StatePlace
from scripts.state.reads import Read, ReadJournal
from scripts.state.sessions import Session
from scripts.state.tokens import Token
from scripts.web import cookies
from scripts.web.forgery import require_meant, require_same_site
from scripts.web.oidc import Provider
from scripts.web.problems import Problem
from scripts.web.service import Service
from scripts.web.tries import Tries
from scripts.web.visitor import Visitor

T = TypeVar("T")
STAFF_IDLE: Final = 30 * MINUTE
STAFF_WHOLE: Final = 10 * HOUR
"""A shift."""
SUBSCRIBER_IDLE: Final = 12 * HOUR
SUBSCRIBER_WHOLE: Final = 7 * DAY
LOOKED_AT_EVERY_SECONDS: Final = 0.2
"""So long a token that was revoked may still let in."""
KNOWN_MAX: Final = 1_000
"""Tokens that are remembered."""
LOGIN_PATHS: Final = frozenset({"/login", "/login/code", "/desk/login"})
"""Whoever logs in ends the session he had, so its token is not asked for."""


class PutCode(Protocol):
    """Whoever brings a one-time code to a contract's telephone."""

    def __call__(self, contract: str, code: str, *, zone: str, now: Instant, until: Instant) -> object:
        """Take a code to be told until an instant; `zone` is that of the clocks of whoever is told."""


class Access:
    """The gate of a server (`scripts.web.gate.Gate`); to be closed by whoever made it. Raises StateUnusable.

    `put_code` brings codes to telephones, without it no subscriber logs in; `provider` knows the staff, without it they
    show tokens.
    """

    def __init__(
        self,
        place: StatePlace,
        service: Service,
        *,
        put_code: PutCode | None = None,
        provider: Provider | None = None,
    ) -> None:
        self.service = service
        self.provider = provider
        self.put_code = put_code
        self.place = place
        self.tries = Tries()
        self.state = StateDatabase(place)
        self.codes = Codes(place, self.state)
        self._journal = ReadJournal(place, self.state)
        self._disk = ThreadPoolExecutor(1, thread_name_prefix="access")
        self._notes = _Group(self._write)
        self._apart: set[asyncio.Future[None]] = set()
        self._marked: set[str] = set()
        self._known: dict[str, Token] = {}
        self._looked = 0.0
        self._version = 0

    def close(self) -> None:
        """Write what waits, and close the files."""
        self._disk.shutdown()
        self._journal.close()
        self.state.close()

    # The gate

    async def visitor(self, request: Request) -> Visitor | None:
        """Who asks; None where nothing good is shown by a cookie. Raises Problem for a token that lets nobody in.

        What changes something and comes with a cookie has to prove that a page of that session sent it.
        """
        shown = request.headers.get("authorization")
        if shown is not None:
            return self._bearer(shown)
        require_same_site(request)
        secret = cookies.shown(request, cookies.SESSION)
        session = None if secret is None else sessions.found(self.state, secret, now=self.service.now())
        if session is None or await self._is_over(session):
            return None
        if request.url.path not in LOGIN_PATHS:
            await require_meant(request, session)
        if sessions.is_to_be_marked(session, now=self.service.now()):
            self._mark(session.id, lambda now: sessions.mark_seen(self.state, session, now=now))
        return Visitor(
            _role(session.role), session.name, session.contract,
            by_cookie=True, token=session.token, session=session.id, csrf=sessions.csrf_token(session),
        )  # fmt: skip

    async def note(self, visitor: Visitor, *, what: str, whose: tuple[str, ...], ground: str) -> None:
        """Write down that staff reads somebody's data, durable when it returns. Raises StateUnusable."""
        name, role = visitor.name, visitor.role
        if not ground:
            made = [Read(name, role, each, what) for each in whose]
        else:

            def sealed(snapshot: Snapshot) -> list[Read]:
                keyring = snapshot.log.keyring
                return [read_of(keyring, who=name, role=role, whose=each, what=what, ground=ground) for each in whose]

            made = await self.service.read(sealed)
        await self._notes.add(made)

    # Logging in and out

    def begin(self, role: Role, name: str, contract: str | None, *, token: Token | None, request: Request) -> str:
        """A new session in place of the one that a browser shows; its secret, for the cookie."""
        now = self.service.now()
        is_subscriber = role == "subscriber"
        idle, whole = (SUBSCRIBER_IDLE, SUBSCRIBER_WHOLE) if is_subscriber else (STAFF_IDLE, STAFF_WHOLE)
        until = now + whole if token is None else min(now + whole, token.until)
        secret, _ = sessions.begin(
            self.state, role, name, contract, now=now, idle=idle, until=until,
            token=None if token is None else token.id, instead_of=cookies.shown(request, cookies.SESSION),
        )  # fmt: skip
        return secret

    async def on_disk(self, work: Callable[[], T]) -> T:
        """What work on the state comes to, off the loop. Raises what it does."""
        return await asyncio.get_running_loop().run_in_executor(self._disk, work)

    def later(self, work: Callable[[], object]) -> None:
        """Do something on the state that nobody waits for."""

        async def done() -> None:
            await self.on_disk(work)

        task = asyncio.ensure_future(done())
        self._apart.add(task)
        task.add_done_callback(self._apart.discard)

    # Inside

    def _bearer(self, shown: str) -> Visitor:
        scheme, _, text = shown.partition(" ")
        now = self.service.now()
        token = self._token(text.strip(), now) if scheme.lower() == "bearer" else None
        if token is None:
            challenge = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
            raise Problem(401, "UNAUTHENTICATED", "this lets nobody in (any more)", headers=challenge)
        if tokens.is_to_be_marked(token, now=now):
            self._mark(token.id, lambda now: tokens.mark_used(self.state, token, now=now))
        return Visitor(_role(token.role), token.name, token.contract, token=token.id)

    def _token(self, text: str, now: Instant) -> Token | None:
        """The token of a text, remembered while nothing of the state changes: a switch shows it with each record.

        Whether something has changed is looked at once in a moment: that alone lets other threads in.
        """
        if (moment := time.monotonic()) - self._looked > LOOKED_AT_EVERY_SECONDS or len(self._known) > KNOWN_MAX:
            self._looked = moment
            if (version := self.state.version()) != self._version:
                self._version, self._known = version, {}
            if len(self._known) > KNOWN_MAX:
                self._known = {}
        token = self._known.get(text) or tokens.found(self.state, text, now=now)
        if token is None or not token.is_good(now):
            return None
        self._known[text] = token
        return token

    async def _is_over(self, session: Session) -> bool:
        """Whether the contract of a session is closed; then all its sessions end."""
        contract = session.contract
        if session.role != "subscriber" or contract is None:
            return False

        def is_closed(snapshot: Snapshot) -> bool:
            account = snapshot.account(contract)
            return account is None or account.closed_at is not None

        if not await self.service.read(is_closed):
            return False
        await self.on_disk(lambda: sessions.end_all_of(self.state, contract))
        return True

    def _mark(self, id: str, mark: Callable[[Instant], None]) -> None:
        """Write down, once at a time, that something was used."""
        if id not in self._marked:
            self._marked.add(id)

            def marked() -> None:
                try:
                    mark(self.service.now())
                finally:
                    self._marked.discard(id)

            self.later(marked)

    async def _write(self, reads: Sequence[Read]) -> None:
        await self.on_disk(lambda: self._journal.write(reads, now=self.service.now()))


class _Group:
    """What many callers have to write down, written together by one after the other."""

    def __init__(self, write: Callable[[Sequence[Read]], Awaitable[None]]) -> None:
        self._write = write
        self._waiting: list[tuple[Sequence[Read], asyncio.Future[None]]] = []
        self._writer: asyncio.Task[None] | None = None

    async def add(self, reads: Sequence[Read]) -> None:
        """Wait until these are written. Raises what the writing does."""
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((reads, written))
        if self._writer is None:
            self._writer = asyncio.ensure_future(self._write_all())
        await asyncio.shield(written)

    async def _write_all(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting, []
            error: Exception | None = None
            try:
                await self._write([read for reads, _ in group for read in reads])
            except Exception as raised:
                error = raised
            for _, written in group:
                if not written.done():
                    written.set_result(None) if error is None else written.set_exception(error)
        self._writer = None


def _role(word: str) -> Role:
    role = named_role(word)
    if role is None:  # of a newer program
        raise Problem(403, "NOT_ALLOWED", "this is for a role that is not known here")
    return role
