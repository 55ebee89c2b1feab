"""Spark as a scheduler of jobs: it has executors, gives a job to one of them, and to another when that one is lost.

Nothing is read or shuffled by Spark itself: how it splits files and orders rows has no part in what comes out.
"""

import os
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from projections.engines.distant import Distant, Submit, first_line
from projections.engines.engine import EngineFailed
from projections.engines.executor import Done, Failed, Work, perform

if TYPE_CHECKING:
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

FAILURES_MAX: Final = 4
"""So many workers of one job may be lost."""
SETTINGS: Final = {
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.speculation": "false",
}
"""Ours; everything else is the operator's, as in his `spark-defaults.conf`."""


@contextmanager
def session(
    url: str | None, *, workers: int | None = None, settings: Mapping[str, str] = MappingProxyType({})
) -> Iterator["SparkSession"]:
    """A session with a master, by default so many cores of this machine, with some settings; ended with the block.

    Raises EngineFailed, also for what fails in Spark meanwhile.
    """
    try:
        from py4j.protocol import Py4JError  # noqa: PLC0415  # both come with the extra
        from pyspark.errors import PySparkException  # noqa: PLC0415
        from pyspark.sql import SparkSession  # noqa: PLC0415
    except ImportError:
        raise EngineFailed("Spark needs the library pyspark", "install_spark") from None
    master = url or f"local[{workers or '*'},{FAILURES_MAX}]"
    builder: Any = SparkSession.builder
    builder = builder.appName("obnovi").master(master).config(map=SETTINGS | dict(settings))
    if master.startswith("local"):
        builder = builder.config("spark.ui.enabled", "false")
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    try:
        spark = builder.getOrCreate()
    except (PySparkException, Py4JError, RuntimeError) as error:
        if "JAVA_GATEWAY_EXITED" in str(error) or isinstance(error, RuntimeError):
            raise EngineFailed("Spark did not start: it needs Java", "install_java") from None
        raise EngineFailed(f"Spark did not start at {master}: {first_line(error)}") from None
    try:
        spark.sparkContext.setLogLevel("OFF" if master.startswith("local") else "ERROR")
        yield spark
    except (PySparkException, Py4JError) as error:
        raise EngineFailed(f"Spark gave it up: {first_line(error)}") from None
    finally:
        spark.stop()


@contextmanager
def spark(url: str | None, workers: int | None) -> Iterator[Distant]:
    """Spark as an engine of jobs, by its master's URL. Raises EngineFailed."""
    with session(url) as found:
        yield Distant(_Jobs(found.sparkContext), workers)


class _Jobs:
    """One Spark job of one task for each of ours: they come back one by one, and fail one by one."""

    def __init__(self, context: "SparkContext") -> None:
        self._context = context

    @property
    def workers(self) -> int:
        return int(self._context.defaultParallelism)

    @contextmanager
    def handing_out(self) -> Iterator[Submit]:
        threads = ThreadPoolExecutor(2 * self.workers)  # a thread waits for a job; one is ready behind each
        try:
            yield lambda work: threads.submit(self._one, work)
        except BaseException:
            threads.shutdown(wait=False, cancel_futures=True)
            self._context.cancelAllJobs()
            raise
        finally:
            threads.shutdown()

    def _one(self, work: Work) -> Done | Failed:
        from py4j.protocol import Py4JError  # noqa: PLC0415  # it comes with the extra
        from pyspark.errors import PySparkException  # noqa: PLC0415

        try:
            (result,) = self._context.parallelize([work], 1).map(perform).collect()
        except (PySparkException, Py4JError) as error:
            raise EngineFailed(f"Spark gave a job up: {first_line(error)}") from None
        assert isinstance(result, Done | Failed)
        return result
