"""`--engine`, `--engine-url` and `--workers`: where a job over the whole log runs, the same answer anywhere."""

import functools
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any, Final, NamedTuple, TypeVar

import click

from projections.engines.engine import Engine
from projections.engines.pool import Pool
from scripts.cli import terminal
from scripts.errors import UsageError

R = TypeVar("R")
POOL: Final = "pool"
ENGINES: Final = (POOL, "spark", "ray")


class AskedEngine(NamedTuple):
    """The engine that was asked for, how many jobs at the same time, and where its cluster is."""

    name: str
    workers: int | None
    url: str | None

    @contextmanager
    def started(self, dataset: str | None) -> Iterator[Engine]:
        """The engine, for a job over a dataset or the ledger, for as long as the block lasts.

        Raises UsageError, EngineFailed.
        """
        if self.name == POOL:
            if self.url is not None:
                raise UsageError("--engine-url goes with --engine spark or ray")
            yield Pool(self.workers or os.cpu_count() or 1)
            return
        if dataset is None:
            raise UsageError(
                f"--engine {self.name} works on a dataset; name one with --from DIR, `obnovi seal` makes it"
            )
        with ExitStack() as running:
            with terminal.progress(f"{self.name.capitalize()} starts", None):
                engine = running.enter_context(self._cluster())
            yield engine

    def _cluster(self) -> AbstractContextManager[Engine]:
        if self.name == "spark":
            from projections.engines.spark import spark  # noqa: PLC0415  # only where it is asked for

            return spark(self.url, self.workers)
        from projections.engines.ray_tasks import ray_tasks  # noqa: PLC0415

        return ray_tasks(self.url, self.workers)


def engine_options(command: Callable[..., R]) -> Callable[..., R]:
    """The three options, which the command gets as `asked_engine`."""

    @functools.wraps(command)
    def wrapper(*args: Any, engine: str, workers: int | None, engine_url: str | None, **kwargs: Any) -> R:
        return command(*args, asked_engine=AskedEngine(engine, workers, engine_url), **kwargs)

    for option in (
        click.option(
            "--engine-url",
            metavar="URL",
            help="The cluster: a master of Spark, an address of Ray.  [default: this machine]",
        ),
        click.option(
            "--engine",
            type=click.Choice(ENGINES),
            default=POOL,
            help="Where a job over a dataset runs: in processes of this machine, or on a cluster.  [default: pool]",
        ),
        click.option(
            "--workers",
            type=click.IntRange(1, 4096),
            metavar="N",
            help="Jobs at the same time.  [default: the cores there are]",
        ),
    ):
        wrapper = option(wrapper)
    return wrapper
