"""Ray as a scheduler of jobs: a task for each, done once more where its worker is lost."""

import socket
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any, Final

from projections.engines.distant import Distant, Submit, first_line
from projections.engines.engine import EngineFailed
from projections.engines.executor import Done, Failed, Work, perform

ANSWER_SECONDS: Final = 10
FAILURES_MAX: Final = 3
"""So many workers of one job may be lost beyond the first."""


@contextmanager
def ray_tasks(url: str | None, workers: int | None) -> Iterator[Distant]:
    """Ray as an engine: a cluster by its address, else one of this machine for as long as the block lasts.

    Raises EngineFailed.
    """
    try:
        import ray  # noqa: PLC0415  # it is an extra
    except ImportError:
        raise EngineFailed("Ray needs the library ray", "install_ray") from None
    if url is not None:
        _require_listener(url)
    try:
        ray.init(
            address=url or "local",
            include_dashboard=False if url is None else None,
            log_to_driver=False,
            logging_level="ERROR",
        )
    except (ConnectionError, RuntimeError, ValueError, OSError) as error:
        raise EngineFailed(f"Ray did not start at {url or 'this machine'}: {first_line(error)}") from None
    try:
        yield Distant(_Tasks(ray), workers)
    finally:
        ray.shutdown()


def _require_listener(url: str) -> None:
    """Refuse an address where nobody listens: Ray 2.60 looks for minutes, and then ends the process by a signal."""
    host, _, port = url.removeprefix("ray://").rpartition(":")
    if not port.isdecimal():
        return  # `auto`, which is looked up in a file
    try:
        socket.create_connection((host.strip("[]"), int(port)), ANSWER_SECONDS).close()
    except (OSError, OverflowError) as error:
        raise EngineFailed(f"Ray did not start at {url}: nobody listens there ({error})") from None


class _Tasks:
    """A task of Ray for each job."""

    def __init__(self, ray: Any) -> None:
        self._ray = ray
        self._task = ray.remote(max_retries=FAILURES_MAX, num_cpus=1)(perform)

    @property
    def workers(self) -> int:
        return max(1, int(self._ray.cluster_resources().get("CPU", 1)))

    @contextmanager
    def handing_out(self) -> Iterator[Submit]:
        handed: list[Any] = []

        def submit(work: Work) -> "Future[Done | Failed]":
            reference = self._task.remote(work)
            handed.append(reference)
            future: Future[Done | Failed] = reference.future()
            return future

        try:
            yield submit
        except self._ray.exceptions.RayError as error:
            raise EngineFailed(f"Ray gave a job up: {first_line(error)}") from None
        finally:
            for reference in handed:
                self._ray.cancel(reference, force=True)  # nothing to one that is done
