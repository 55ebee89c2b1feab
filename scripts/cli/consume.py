"""`obnovi consume`: inputs from a topic of Kafka, each booked once whatever ends the command (contract §14)."""

import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Final

import click

from ledger.periods import Moment
from ledger.progress import Progress
from scripts.app.consume import Consuming, Tell
from scripts.app.feed import Counts
from scripts.cli import terminal
from scripts.cli.feed import print_counts
from scripts.cli.moments import not_after_option
from scripts.cli.options import print_error, with_settings
from scripts.cli.rejected_messages import as_records, told_on_stderr
from scripts.errors import UsageError
from scripts.wiring import Settings, is_sealing, ledger_ref, now, open_ledger

if TYPE_CHECKING:
    from scripts.kafka.client import Cluster
    from scripts.kafka.reader import Reader
    from scripts.web.consume_metrics import ConsumeMetrics

WAIT_SECONDS: Final = 0.2
PORT_MAX: Final = 65_535


@click.command()
@click.option(
    "--bootstrap", required=True, metavar="HOSTS", help="Brokers of the cluster: host:port, parted by commas."
)
@click.option("--topic", required=True, metavar="T", help="The topic to read; key = number, value = input.")
@click.option("--group", required=True, metavar="G", help="Its members divide the partitions among themselves.")
@click.option("--rejects-topic", metavar="R", help="Send what is rejected there, else one line each on stderr.")
@click.option("--shard", type=click.IntRange(min=0), metavar="N", help="Book only what this shard has, in group G-N.")
@click.option("--until-end", is_flag=True, help="Stop where the topic ends now; else at SIGTERM or Ctrl-C.")
@click.option(
    "--from-beginning", is_flag=True,
    help="Read from what the topic has first, whatever is booked; what is booked stays so.",
)  # fmt: skip
@click.option(
    "--wait", "wait_seconds", type=click.FloatRange(0.001, 60), default=WAIT_SECONDS, show_default=True,
    metavar="SECONDS", help="Book what has come after so long, though the batch of 10,000 is not full.",
)  # fmt: skip
@click.option(
    "--metrics", metavar="[HOST:]PORT", help="Serve figures for Prometheus there, on this machine alone if no HOST."
)
@click.option("--config", metavar="FILE", help="Further properties of librdkafka, name=value on a line, as for TLS.")
@not_after_option
@with_settings
def consume(
    settings: Settings,
    bootstrap: str,
    topic: str,
    group: str,
    rejects_topic: str | None,
    shard: int | None,
    until_end: bool,
    from_beginning: bool,
    wait_seconds: float,
    metrics: str | None,
    config: str | None,
    not_after: Moment | None,
) -> int:
    """Apply inputs from a topic of Kafka, as `feed` does those of a file.

    How far each partition is booked stands in the ledger, in the transaction that books it, and reading goes on there:
    an end at any moment books nothing twice and leaves nothing out. What is rejected may be told twice. SIGTERM books
    what is in hand and ends the command.

    \b
    Example:
      obnovi consume --bootstrap kafka-1:9092,kafka-2:9092 --topic inputs --group billing --rejects-topic rejects
      obnovi consume --bootstrap kafka-1:9092 --topic inputs --group billing --until-end --json
    """
    try:
        from scripts.kafka import client, properties, reader  # noqa: PLC0415  # an extra of this command alone
    except ModuleNotFoundError as error:
        raise UsageError(f"Kafka needs {error.name}; install it with `pip install 'obnovi[kafka]'`") from None
    if rejects_topic == topic:
        raise UsageError(f"--rejects-topic {topic} is the topic itself; name another one")
    if not bootstrap.strip(", "):
        raise UsageError("--bootstrap names no broker; one is host:port")
    address = None if metrics is None else _address(metrics)
    cluster = client.Cluster(
        bootstrap, {} if config is None else properties.read_properties(Path(config)), client.Trouble(print_error)
    )
    consumer = cluster.consumer(group if shard is None else f"{group}-{shard}")
    found, partitions = cluster.topic(consumer, topic)
    counts = Counts()
    with ExitStack() as stack:
        tell = stack.enter_context(
            told_on_stderr(topic) if rejects_topic is None else _told_to_topic(cluster, rejects_topic, topic)
        )
        is_new = not ledger_ref(settings).exists()
        ledger = stack.enter_context(open_ledger(settings, "create"))
        if is_new and not is_sealing():
            print_error("OBNOVI_SEAL=off: this ledger is not sealed; the personal data in it can never be erased")
        consuming = Consuming(ledger, found, counts, shard=shard, not_after=not_after, now=now)
        watches: list[reader.Watch] = [Bar(counts, stack.enter_context(terminal.progress("consuming (inputs)", None)))]
        if address is not None:
            watches.append(stack.enter_context(_measured(*address, consuming)))
        reading = reader.Reader(
            consumer,
            consuming,
            tell=tell,
            trouble=cluster.trouble,
            watches=watches,
            told=lambda numbers: None if until_end else _tell_partitions(topic, numbers),
            wait_seconds=wait_seconds,
            anew=from_beginning,
            ends=reader.ends_of(consumer, topic, partitions) if until_end else None,
        )
        with _stopped_by_signals(reading):
            reading.run()
    return print_counts(settings, counts)


@contextmanager
def _told_to_topic(cluster: "Cluster", rejects_topic: str, topic: str) -> Iterator[Tell]:
    from scripts.kafka.rejects import Record, RejectsTopic  # noqa: PLC0415  # as above

    producer = cluster.producer()
    cluster.topic(producer, rejects_topic)
    sink = RejectsTopic(producer, rejects_topic)
    yield lambda rejected: sink.send(Record(*each) for each in as_records(topic, rejected))


class Bar:
    """How many messages became something, before whoever looks."""

    def __init__(self, counts: Counts, progress: Progress) -> None:
        self._counts = counts
        self._progress = progress

    def booked(self, seconds: float) -> None:
        """A batch is booked."""
        counts = self._counts
        self._progress(counts.applied + counts.duplicates + counts.refused + counts.rejected)

    def partitions(self, ends: Mapping[int, int]) -> None:
        """The bar has no place for them."""


@contextmanager
def _measured(host: str, port: int, consuming: Consuming) -> Iterator["ConsumeMetrics"]:
    try:
        from scripts.web import consume_metrics  # noqa: PLC0415  # an extra
    except ModuleNotFoundError as error:
        raise UsageError(f"--metrics needs {error.name}; install it with `pip install 'obnovi[kafka]'`") from None
    made = consume_metrics.ConsumeMetrics(consuming.topic.name, consuming.counts, consuming.offsets)
    with consume_metrics.served(made, host, port, lambda url: print_error(f"Figures are at {url}")):
        yield made


def _address(metrics: str) -> tuple[str, int]:
    """Host and port of --metrics. Raises UsageError."""
    host, _, port = metrics.rpartition(":")
    if not port.isdecimal() or int(port) > PORT_MAX:
        raise UsageError(f"--metrics {metrics} is no port, nor an address with one like 127.0.0.1:9100")
    return host.strip("[]") or "127.0.0.1", int(port)


def _tell_partitions(topic: str, numbers: Sequence[int]) -> None:
    listed = ", ".join(map(str, numbers))
    print_error(f"Reading of topic {topic}: {f'partitions {listed}' if numbers else 'nothing, others have it all'}")


@contextmanager
def _stopped_by_signals(reading: "Reader") -> Iterator[None]:
    """What is in hand is booked before the first signal ends it; a second Ctrl-C ends it at once."""

    def stop(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        reading.stop()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
