"""A server in this process, over a ledger that the sample was fed to, and clients of every role."""

import io
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request

from ledger import inputs
from ledger.contracts import chosen
from ledger.inputs import Malformed
from ledger.log.engines import AnyRef
from ledger.periods import Instant
from ledger.service import Ledger
from scripts.app.notices import begin
from scripts.app.roles import Role
from scripts.sample import lines
from scripts.state.database import StateDatabase
from scripts.state.outbox import Outbox
from scripts.state.place import place_in
from scripts.state.proposals import Proposals
from scripts.web.app import build
from scripts.web.log import RequestLog
from scripts.web.problems import Problem
from scripts.web.rates import Rates
from scripts.web.service import Service
from scripts.web.table import ROUTES
from scripts.web.visitor import Visitor
from tests.cli.support import Done, in_this_process
from tests.stores import ledger_ref
from tests.support import Clock, at

NOW = at("2026-03-16 12:00")
UNLIMITED: Rates = {}
FROM_AND_TO = ("startDateTime", "endDateTime")


class Shown:
    """A gate that believes what is shown, `ROLE/NAME[/CONTRACT]`, and keeps what was to be written down."""

    def __init__(self) -> None:
        self.notes: list[tuple[str, str, tuple[str, ...]]] = []
        self.grounds: list[str] = []

    async def visitor(self, request: Request) -> Visitor | None:
        shown = request.headers.get("authorization")
        if shown is None:
            return None
        role, _, rest = shown.removeprefix("Bearer ").partition("/")
        name, _, contract = rest.partition("/")
        if not name:
            raise Problem(401, "UNAUTHENTICATED", "no such token")
        return Visitor(role, name, contract or None)  # type: ignore[arg-type]

    async def note(self, visitor: Visitor, *, what: str, whose: tuple[str, ...], ground: str) -> None:
        self.notes.append((visitor.name, what, whose))
        self.grounds.append(ground)


class Served:
    """A running application, its ledger, and what it wrote."""

    def __init__(self, address: str, service: Service, gate: Shown, log: io.StringIO) -> None:
        self.address, self.service, self.gate, self.log = address, service, gate, log
        self.state = service.outbox.place.folder if service.outbox is not None else None
        self._clients: dict[str, httpx.Client] = {}
        self._ids: dict[tuple[str, str], str] = {}

    def client(self, role: Role | None, account: str | None = None) -> httpx.Client:
        """A client of a role, or of nobody; a subscriber's, or one that is limited, has an account."""
        shown = "" if role is None else f"{role}/{role}-1"
        if account is not None:
            with self.service._book.snapshot() as snapshot:
                found = chosen(snapshot.contracts, account)
            shown += f"/{found.id if found else account}"
        if shown not in self._clients:
            headers = {"Authorization": f"Bearer {shown}"} if shown else {}
            self._clients[shown] = httpx.Client(base_url=self.address, headers=headers, trust_env=False)
        return self._clients[shown]

    def id_in(self, path: str, number: str) -> str:
        """The id of something that an account has of a path with one; nobody is told that it was looked up."""
        if (path, number) not in self._ids:
            collection, told = path.removesuffix("/{id}"), len(self.gate.notes)
            if collection.endswith("OnDemand"):
                asked = {"billingAccount": {"id": number}, "billingPeriod": dict.fromkeys(FROM_AND_TO, "2026-02-01")}
                (found,) = [self.client("clerk").post(collection, json=asked).json()]
            else:
                query = {} if collection.endswith("Specification") else {"relatedParty.id": number}
                found = self.client("clerk").get(collection, params=query).json()[-1]
            del self.gate.notes[told:]
            self._ids[path, number] = found["id"]
        return self._ids[path, number]

    def correct(self, number: str, version: int) -> None:
        """A correction for an event, so that there is one."""
        correction = {
            "type": "adjust", "id": "desk-20", "account": number, "at": "2026-03-16T10:00:00+03:00", "amount": 1,
            "cites": [version], "text": "?",
        }  # fmt: skip
        assert self.client("clerk").post("/v1/inputs", json=correction).json()["result"] == "applied"

    def command(self, *args: object, cwd: Path | None = None) -> Done:
        """What a command does with the ledger that is served; what it writes is left beside that."""
        ref = self.service.ref
        env = os.environ | {
            "OBNOVI_KEYS": str(ref.keys_place.folder),
            "OBNOVI_CACHE": str(ref.keys_place.folder.parent),
            "OBNOVI_STATE": str(self.state),
        }
        return in_this_process("--ledger", ref, *args, cwd=cwd or ref.keys_place.folder.parent, env=env)

    def close(self) -> None:
        """Close the clients."""
        for client in self._clients.values():
            client.close()


def fed(ref: AnyRef, *texts: str, catalogue: str | None = None, now: Instant = NOW) -> None:
    """A ledger of the sample, or of other lines; what is no input is left out."""
    with Ledger(ref, now=Clock(now), catalogue=catalogue) as ledger:
        found = []
        for text in texts or lines():
            try:
                found.append(inputs.parse(text))
            except Malformed:
                continue
        ledger.apply(found)


@contextmanager
def served(
    folder: Path,
    *texts: str,
    catalogue: str | None = None,
    now: Instant = NOW,
    rates: Rates = UNLIMITED,
    ref: "AnyRef | None" = None,
) -> Iterator[Served]:
    """A server over a new ledger in a folder."""
    folder.mkdir(exist_ok=True)
    ref = ref or ledger_ref(folder / "ledger.db")
    fed(ref, *texts, catalogue=catalogue, now=now)
    gate, log = Shown(), io.StringIO()
    service = Service(ref, now=Clock(now), rates=rates)
    app = build(service, gate, ROUTES, log=RequestLog(log))
    with service._book.snapshot() as snapshot:
        place = place_in(folder / "state", snapshot.log)
        service.outbox = Outbox(place)
        begin(snapshot.log, service.outbox, from_beginning=True)
    state = StateDatabase(place)
    service.proposals = Proposals(state)
    with state, service.outbox, listening(app) as address:
        made = Served(address, service, gate, log)
        try:
            yield made
        finally:
            made.close()


@contextmanager
def listening(app: Starlette) -> Iterator[str]:
    """The address under which an application is served by a thread; it ends, as a server does, with the block."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=5))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.005)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()
