"""Serving: a ledger behind an address, until it is told to stop; what is being answered is answered first."""

import ipaddress
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Final

import uvicorn

from ledger.log.engines import AnyRef
from ledger.service import Clock, Ledger
from ledger.units import Kopecks
from scripts.app.corrections import LIMIT
from scripts.app.notices import begin
from scripts.errors import UsageError
from scripts.state.outbox import Outbox
from scripts.state.place import StatePlace
from scripts.state.proposals import Proposals
from scripts.web.access import Access
from scripts.web.app import build
from scripts.web.oidc import Provider, read_config
from scripts.web.pages.page import warm_up
from scripts.web.service import Service
from scripts.web.table import ROUTES

BACKLOG: Final = 2_048
SWITCH_SECONDS: Final = 0.0001
"""How long whoever books keeps others waiting: a fifth of what is usual, a third off the slowest answers beside it."""
GRACE_SECONDS: Final = 10
"""How long answers that are under way may take when the server stops; streams are cut."""


def serve(
    ref: AnyRef,
    place: StatePlace,
    *,
    host: str,
    port: int,
    now: Clock,
    told: Callable[[str], None],
    catalogue: str | None = None,
    limit: Kopecks = LIMIT,
    oidc: Path | None = None,
    proxies: Sequence[str] = (),
) -> None:
    """Serve a ledger until SIGINT or SIGTERM. `told` gets the address once it is listened on.

    `limit` is what one person may move by a correction, in kopecks. `oidc` is the file of the staff's provider;
    `proxies` are addresses whose word is taken for whom they pass on. Port 0 is any free one. Raises UsageError for an
    address that cannot be had and a file that names no provider, StoreError, StateUnusable.
    """
    provider = None if oidc is None else Provider(read_config(oidc))
    sys.setswitchinterval(SWITCH_SECONDS)
    logging.getLogger("uvicorn").setLevel(logging.ERROR)  # requests are told of in lines of our own
    with ExitStack() as opened:
        listener = opened.enter_context(closing(_listener(host, port)))
        outbox = opened.enter_context(Outbox(place))
        with Ledger(ref, now=now, access="read") as ledger, ledger.snapshot() as snapshot:
            begin(snapshot.log, outbox)
        service = Service(ref, now=now, catalogue=catalogue, limit=limit, jobs_apart=True, books_apart=True)
        service.outbox = outbox
        opened.callback(service.close)
        service.warm_up()
        warm_up()
        access = opened.enter_context(closing(Access(place, service, put_code=outbox.put_code, provider=provider)))
        service.proposals = Proposals(access.state)
        config = uvicorn.Config(
            build(service, access, ROUTES),
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=bool(proxies),
            forwarded_allow_ips=list(proxies),
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
        told(_address(host, listener))
        _Server(config).run(sockets=[listener])


class _Server(uvicorn.Server):
    """A server for which a signal to stop is no error."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop where a signal asks for it, and let nothing follow from it."""
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _listener(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno is not None and error.errno > 0 else error.strerror
        raise UsageError(f"{host}, port {port} cannot be listened on: {reason}") from None


def _address(host: str, listener: socket.socket) -> str:
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{listener.getsockname()[1]}"
