"""The rows that are compared with another build: whole commands, each build's own on a ledger that it wrote itself."""

from collections.abc import Callable
from typing import Final

import msgspec

from scripts.benchmarks.against import Compared, Goal, Sizes, Turn
from scripts.benchmarks.builds import Build
from scripts.benchmarks.kept import Kept
from scripts.benchmarks.process import Ran

MB: Final = 2**20


def _command(*arguments: str, **expected: object) -> Callable[[Kept, Build, Sizes], Turn]:
    """A command over the ledger, whose answer has these fields."""

    def begin(kept: Kept, build: Build, sizes: Sizes) -> Turn:
        ledger = kept.ledger(build, sizes.inputs)

        def turn() -> Ran:
            done = build.obnovi("--ledger", ledger, *arguments, "--json")
            said = msgspec.json.decode(done.printed)
            assert expected.items() <= said.items(), said
            return done

        return turn

    return begin


def _feed(kept: Kept, build: Build, sizes: Sizes) -> Turn:
    file = kept.feed(sizes.inputs)

    def turn() -> Ran:
        done = build.obnovi("--ledger", kept.scratch(build) / "ledger.db", "feed", file, "--json")
        assert msgspec.json.decode(done.printed)["rejected"] == 0
        return done

    return turn


def _inputs(sizes: Sizes) -> tuple[int, str]:
    return sizes.inputs, "inputs"


ROWS: Final = {
    row.name: row
    for row in (
        Compared("verify", _command("verify", ok=True), _inputs, Goal(2.5)),
        Compared("replay", _command("replay", differences=0), _inputs, Goal(3, 300 * MB)),
        Compared("what-if", _command("what-if", "--all", changed=0), _inputs, Goal(2.5)),
        Compared("feed", _feed, _inputs, Goal(1.6, 250 * MB)),
    )
}
