"""`--from DIR`: from a dataset instead of the ledger, also beside a `--from` that says a time."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import click

from scripts.errors import UsageError

DATASET: Final = "a dataset that `obnovi seal` wrote, instead of the ledger."

from_option = click.option("--from", "dataset", metavar="DIR", help=f"From {DATASET}")


class TimeOrDataset(click.ParamType[Any]):
    """A time of some type, else the folder of a dataset; of a folder that is called like a time, a path."""

    def __init__(self, time: click.ParamType[Any]) -> None:
        self.name = time.name
        self._time = time

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The time or the path, or click's usage error."""
        try:
            return self._time.convert(value, param, ctx)
        except click.BadParameter as error:
            if Path(value).is_dir():
                return Path(value)
            self.fail(f"{error.message}; nor is it a folder with a dataset", param, ctx)


def parted(given: Sequence[Any]) -> tuple[Any, str | None]:
    """The time that was given, and the folder, None where there was none. Raises UsageError for two of a kind."""
    folders = [str(each) for each in given if isinstance(each, Path)]
    times = [each for each in given if not isinstance(each, Path)]
    if len(times) > 1 or len(folders) > 1:
        raise UsageError("--from takes one time and one dataset, each once")
    return next(iter(times), None), next(iter(folders), None)
