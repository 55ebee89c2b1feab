"""What is made for rows: feeds and ledgers, shared by the rows of one run and kept for the next."""

import os
import shutil
import sys
from collections.abc import Callable
from itertools import islice
from pathlib import Path

from scripts.benchmarks import operator
from scripts.benchmarks.builds import Build


class Kept:
    """A folder of things made, each with a note of what it was made from; made from something else, it is made anew."""

    def __init__(self, folder: Path, simulator: Build) -> None:
        """The feeds are of `simulator`, the older of two builds, so that both understand them."""
        self._folder = folder.absolute()
        self._simulator = simulator

    def feed(self, inputs: int) -> Path:
        """The first inputs of a simulated operator, the same for every build."""

        def make(place: Path) -> None:
            subscribers = -(-inputs // operator.INPUTS_PER_SUBSCRIBER)
            asked = ("--subscribers", f"{subscribers}", "--days", f"{operator.DAYS}", "--seed", f"{operator.SEED}")
            with (
                self._simulator.lines("simulate", *asked, "--start", f"{operator.START}") as lines,
                (place / "feed.jsonl").open("wb") as file,
            ):
                file.writelines(islice(lines, inputs))

        return self._made(f"feed-{inputs}", self._simulator.digest(), make) / "feed.jsonl"

    def ledger(self, build: Build, inputs: int) -> Path:
        """A ledger of that feed with its views, written by the build itself; it is read only."""
        feed = self.feed(inputs)

        def make(place: Path) -> None:
            build.obnovi("--ledger", place / "ledger.db", "feed", feed, "--json")
            build.obnovi("--ledger", place / "ledger.db", "unrated", "--json")

        return self._ledger(f"ledger-{inputs}", build, make)

    def scratch(self, build: Build) -> Path:
        """An empty folder for what is measured."""
        place = self._folder / "scratch" / build.name
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        return place

    def _ledger(self, name: str, build: Build, make: Callable[[Path], None]) -> Path:
        sealing = os.environ.get("OBNOVI_SEAL", "on")
        note = " ".join((self._simulator.digest(), build.digest("ledger"), sealing))
        return self._made(f"{name}-{build.name}", note, make) / "ledger.db"

    def _made(self, name: str, note: str, make: Callable[[Path], None]) -> Path:
        place = self._folder / name
        noted = place / "made-from"
        if noted.exists() and noted.read_text() == note:
            return place
        sys.stderr.write(f"making: {name}\n")
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        make(place)
        noted.write_text(note)
        return place
