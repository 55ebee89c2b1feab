"""What is made for rows: feeds and ledgers, shared by the rows of one run and kept for the next."""

import os
import shutil
import sys
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Final

from scripts.benchmarks import crowd, operator
from scripts.benchmarks.builds import Build, this_build

LEDGER: Final = "ledger.db"
PARTS: Final = 10
"""Files of a feed, each with as many inputs."""


class Kept:
    """A folder of things made, each with a note of what it was made from; made from something else, it is made anew."""

    def __init__(self, folder: Path, simulator: Build) -> None:
        """The feeds are of `simulator`, the older of two builds, so that both understand every line."""
        self._folder = folder.absolute()
        self._simulator = simulator
        self._with_views: set[Path] = set()
        """Ledgers whose views were caught up in this run: the build may have another form of them since."""

    @classmethod
    def beside(cls, folder: Path) -> "Kept":
        """What is kept for rows of this build alone, one of which works in the folder."""
        return cls(folder.parent / "kept", simulator=this_build())

    def feed(self, inputs: int) -> list[Path]:
        """The first inputs of a simulated operator in equal parts, the same for every build."""

        def make(place: Path) -> None:
            subscribers = -(-inputs // operator.INPUTS_PER_SUBSCRIBER)
            asked = ("--subscribers", f"{subscribers}", "--days", f"{operator.DAYS}", "--seed", f"{operator.SEED}")
            with self._simulator.lines("simulate", *asked, "--start", f"{operator.START}") as lines:
                for number in range(PARTS):
                    with (place / f"{number}.jsonl").open("wb") as file:
                        file.writelines(islice(lines, inputs // PARTS))

        place = self._made(f"feed-{inputs}", self._simulator.digest(), make)
        return [place / f"{number}.jsonl" for number in range(PARTS)]

    def ledger(self, build: Build, inputs: int, *, behind: int = 0, parts: int = PARTS) -> Path:
        """A ledger of the feed's first parts with its views, written by the build; it is to be read only.

        The parts `behind` which it goes on are a ledger of their own, kept too.
        """
        feed = self.feed(inputs)

        def make(place: Path) -> None:
            if behind:
                copy(self.ledger(build, inputs, parts=behind), place)
            build.obnovi("--ledger", place / LEDGER, "feed", *feed[behind:parts], "--json")

        return self._ledger(f"{inputs}" if parts == PARTS else f"{inputs}-{parts}-parts", build, make)

    def crowd(self, build: Build, accounts: int) -> Path:
        """A ledger of very many accounts, a thirtieth of which is due each night; it is to be read only."""

        def make(place: Path) -> None:
            feed = place / "feed.jsonl"
            crowd.write(feed, accounts)
            build.obnovi("--ledger", place / LEDGER, "feed", feed, "--json")
            feed.unlink()

        return self._ledger(f"crowd-{accounts}", build, make)

    def journal(self, build: Build, inputs: int, form: str) -> Path:
        """The ledger of a feed exported for another program."""
        ledger = self.ledger(build, inputs)

        def make(place: Path) -> None:
            build.obnovi("--ledger", ledger, "export", "--format", form, "-o", place / "journal", "--json")

        return self._made(f"journal-{inputs}-{form}-{build.name}", build.digest(), make) / "journal"

    def scratch(self, build: Build) -> Path:
        """An empty folder for what is measured."""
        place = self._folder / f"scratch-{build.name}"
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        return place

    def sweep(self) -> None:
        """Remove what was measured."""
        for place in self._folder.glob("scratch-*"):
            shutil.rmtree(place)

    def _ledger(self, name: str, build: Build, make: Callable[[Path], None]) -> Path:
        sealing = os.environ.get("OBNOVI_SEAL", "on")
        note = f"{self._simulator.digest()} {build.digest('ledger')}"
        ledger = self._made(f"ledger-{name}-{build.name}-sealed-{sealing}", note, make) / LEDGER
        if ledger not in self._with_views:
            build.obnovi("--ledger", ledger, "unrated", "--json")
            self._with_views.add(ledger)
        return ledger

    def _made(self, name: str, note: str, make: Callable[[Path], None]) -> Path:
        place = self._folder / f"{name}-of-{self._simulator.name}"
        noted = place / "made-from"
        if noted.exists() and noted.read_text() == note:
            return place
        sys.stderr.write(f"making: {name}\n")
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        make(place)
        noted.write_text(note)
        return place


def copy(ledger: Path, place: Path) -> Path:
    """A ledger once more, with its keys and views, in a folder of its own."""
    shutil.copytree(ledger.parent, place, dirs_exist_ok=True, ignore=shutil.ignore_patterns("made-from"))
    return place / LEDGER
