"""Metrics of `obnovi consume` for Prometheus: how far behind it is, what became of inputs; nothing of anybody."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from prometheus_client import CollectorRegistry, Histogram, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from scripts.app.feed import Counts
from scripts.errors import UsageError

_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60)
_RESULTS: Final = {"applied": "applied", "duplicate": "duplicates", "refused": "refused", "rejected": "rejected"}
"""As the server's figures call them, and where they are counted."""
_LABELS: Final = ("shard", "topic", "partition")
ByShard = Mapping[int, Mapping[int, int]]
"""Of each shard the offset up to which partitions are booked."""


class ConsumeMetrics:
    """The figures of one consumer; `offsets` tells how far each shard is, asked for by whoever books."""

    def __init__(self, topic: str, counts: Counts, offsets: Callable[[], ByShard]) -> None:
        self.registry = CollectorRegistry()
        self._topic = topic
        self._counts = counts
        self._offsets = offsets
        self._partitions: list[tuple[int, int, int, int]] = []
        """Shard, partition, offset, end."""
        self._seconds = Histogram(
            "obnovi_consume_batch_seconds",
            "How long batches took to be booked.",
            registry=self.registry,
            buckets=_SECONDS,
        )
        self.registry.register(self)

    def booked(self, seconds: float) -> None:
        """A batch is booked, in so long."""
        self._seconds.observe(seconds)

    def partitions(self, ends: Mapping[int, int]) -> None:
        """The partitions that are read, and where they end."""
        self._partitions = [
            (shard, partition, offsets.get(partition, 0), end)
            for shard, offsets in self._offsets().items()
            for partition, end in ends.items()
        ]

    def collect(self) -> Iterator[Metric]:
        """What stands at this moment."""
        inputs = CounterMetricFamily("obnovi_inputs", "Inputs by what became of them.", labels=("result",))
        for result, name in _RESULTS.items():
            inputs.add_metric((result,), getattr(self._counts, name))
        offset = GaugeMetricFamily("obnovi_consume_offset", "Up to where a shard has booked.", labels=_LABELS)
        lag = GaugeMetricFamily("obnovi_consume_lag", "Messages that a shard has not booked.", labels=_LABELS)
        for shard, partition, reached, end in self._partitions:
            labels = (str(shard), self._topic, str(partition))
            offset.add_metric(labels, reached)
            lag.add_metric(labels, max(0, end - reached))
        yield from (inputs, offset, lag)


@contextmanager
def served(metrics: ConsumeMetrics, host: str, port: int, told: Callable[[str], None]) -> Iterator[None]:
    """The figures at an address, of which is told; port 0 is any free one. Raises UsageError."""
    try:
        server, thread = start_http_server(port, host, metrics.registry)
    except OSError as error:
        raise UsageError(f"--metrics {host}:{port} cannot be listened on: {error.strerror}") from None
    told(f"http://{host}:{server.server_port}/metrics")
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
