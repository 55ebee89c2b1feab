"""Tracing: a span of OpenTelemetry for each request, where its API is installed; nothing of anybody is in it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol


class Span(Protocol):
    """What is told of a request when it is answered."""

    def set_attribute(self, key: str, value: Any) -> None:
        """Tell one thing of it."""


class Untraced:
    """A span where nobody looks."""

    def set_attribute(self, key: str, value: Any) -> None:
        """Nothing."""


class Tracing:
    """Makes spans, by the provider given or the one that the process has set up, as `opentelemetry-instrument` does."""

    def __init__(self, provider: Any = None) -> None:
        try:
            from opentelemetry import propagate, trace  # noqa: PLC0415  # who does not trace need not have it
        except ImportError:
            self._tracer = None
            return
        if provider is None and isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider):
            self._tracer = None  # nobody has set it up, and spans that go nowhere cost as much as others
            return
        self._extract = propagate.extract
        self._server = trace.SpanKind.SERVER
        self._tracer = trace.get_tracer("obnovi", tracer_provider=provider)

    @contextmanager
    def request(self, name: str, headers: Mapping[str, str]) -> Iterator[Span]:
        """A request of a route, as a part of what its caller traces."""
        if self._tracer is None:
            yield Untraced()
            return
        method, _, route = name.partition(" ")
        said = {"http.request.method": method, "http.route": route} if route else {}
        with self._tracer.start_as_current_span(
            name, self._extract(headers), self._server, said, record_exception=False, set_status_on_exception=False
        ) as span:
            yield span
