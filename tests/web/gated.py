"""A server in this process that lets in by tokens and sessions of its own state, and browsers without a window."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from ledger.contracts import chosen
from ledger.periods import DAY, Instant
from scripts.app.roles import Role
from scripts.state import tokens
from scripts.state.place import place_in
from scripts.state.proposals import Proposals
from scripts.web.access import Access
from scripts.web.app import build
from scripts.web.log import RequestLog
from scripts.web.oidc import Provider
from scripts.web.service import Service
from scripts.web.table import ROUTES
from tests.stores import ledger_ref
from tests.support import Clock
from tests.web.support import NOW, UNLIMITED, fed, listening


class Gated:
    """A running server, its gate, its clock, and the codes that were to go to telephones: contract, code, until."""

    def __init__(self, address: str, service: Service, access: Access, clock: Clock) -> None:
        self.address, self.service, self.access, self.clock = address, service, access, clock
        self._browsers: list[httpx.Client] = []
        self.codes: list[tuple[str, str, Instant]] = []

    def put_code(self, contract: str, code: str, *, zone: str, now: Instant, until: Instant) -> None:
        self.codes.append((contract, code, until))

    def contract(self, number: str) -> str:
        with self.service._book.snapshot() as snapshot:
            found = chosen(snapshot.contracts, number)
            assert found is not None
            return found.id

    def token(self, role: Role, name: str = "marina", number: str | None = None, *, days: int = 90) -> str:
        contract = None if number is None else self.contract(number)
        return tokens.issue(
            self.access.state, role, name, contract, created=self.clock(), until=self.clock() + days * DAY
        )[0]

    def browser(self, **headers: str) -> httpx.Client:
        """A browser: it keeps cookies and goes where it is sent only when told."""
        made = httpx.Client(base_url=self.address, headers=headers, trust_env=False)
        self._browsers.append(made)
        return made

    def close_browsers(self) -> None:
        while self._browsers:
            self._browsers.pop().close()

    def with_token(self, text: str) -> httpx.Client:
        return self.browser(Authorization=f"Bearer {text}")


@contextmanager
def gated(folder: Path, *texts: str, provider: Provider | None = None) -> Iterator[Gated]:
    """A server over a new ledger in a folder."""
    ref = ledger_ref(folder / "ledger.db")
    fed(ref, *texts)
    clock = Clock(NOW)
    service = Service(ref, now=clock, rates=UNLIMITED)
    with service._book.snapshot() as snapshot:
        place = place_in(folder / "server", snapshot.log)
    access = Access(place, service, provider=provider)
    service.proposals = Proposals(access.state)
    with (folder / "log").open("w") as log:
        app = build(service, access, ROUTES, log=RequestLog(log))
        with listening(app) as address:
            made = Gated(address, service, access, clock)
            access.put_code = made.put_code
            yield made
            made.close_browsers()
    access.close()
