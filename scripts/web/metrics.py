"""Metrics: what the server counts for Prometheus; routes by their patterns, nothing of anybody."""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

MEDIA_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)


class Metrics:
    """The figures of one server."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "obnovi_requests", "Requests by route and status.", ("route", "status"), registry=self.registry
        )
        self.seconds = Histogram(
            "obnovi_request_seconds", "How long answers took.", ("route",), registry=self.registry, buckets=_SECONDS
        )
        self.inputs = Counter("obnovi_inputs", "Inputs by what became of them.", ("result",), registry=self.registry)
        self.waiting = Gauge("obnovi_waiting", "Requests that wait to be booked.", registry=self.registry)

        self._by_route: dict[tuple[str, int], tuple[Counter, Histogram]] = {}

    def answered(self, route: str, status: int, seconds: float) -> None:
        """Count an answer, and how long it took."""
        found = self._by_route.get((route, status))
        if found is None:
            found = self.requests.labels(route, status), self.seconds.labels(route)
            self._by_route[route, status] = found
        found[0].inc()
        found[1].observe(seconds)

    def text(self) -> bytes:
        """All of them, as Prometheus reads them."""
        return generate_latest(self.registry)
