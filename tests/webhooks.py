"""Who gets webhooks: a real server in a thread that checks every signature, and answers as a test wants."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from standardwebhooks.webhooks import Webhook

SECRET = "whsec_" + "c2VjcmV0LW9mLXRoZS10ZXN0cy1vZi13ZWJob29rcw=="


class Got(NamedTuple):
    """A delivery as it came: its id, the notice, and what it was answered."""

    id: str
    notice: dict[str, Any]
    status: int


Answer = int | tuple[int, Mapping[str, str]]


class Hook:
    """Deliveries in the order in which they were answered; `arrived` has their ids in that of their coming."""

    def __init__(self, address: str, answer: Callable[[dict[str, Any]], Answer]) -> None:
        self.url = f"{address}/hook"
        self.answer = answer
        self.got: list[Got] = []
        self.arrived: list[str] = []
        self.elsewhere: list[str] = []
        self.lock = threading.Lock()

    def taken(self) -> list[dict[str, Any]]:
        return [each.notice for each in self.got if 200 <= each.status < 300]


@contextmanager
def hook(answer: Callable[[dict[str, Any]], Answer] = lambda _: 204) -> Iterator[Hook]:
    """A receiver on this machine, as long as the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            if self.path != "/hook":
                made.elsewhere.append(self.path)
            id, stamp = self.headers["webhook-id"], int(self.headers["webhook-timestamp"])
            signed = Webhook(SECRET).sign(id, datetime.fromtimestamp(stamp, UTC), body)
            if self.headers["webhook-signature"] != signed:
                self.reply(401, {})
                return
            notice = json.loads(body)
            with made.lock:
                made.arrived.append(id)
            said = made.answer(notice)
            status, headers = (said, {}) if isinstance(said, int) else said
            with made.lock:
                made.got.append(Got(id, notice, status))
            self.reply(status, headers)

        def reply(self, status: int, headers: Mapping[str, str]) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        made = Hook(f"http://127.0.0.1:{server.server_port}", answer)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield made
        finally:
            server.shutdown()
            thread.join()
