"""Laws of a comparison: every payment of either side is somewhere, once; what was booked is matched ever after."""

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cli.support import ENVIRONMENT, in_this_process, write
from tests.length import examples
from tests.registry.support import HEADER, opened, paid

NUMBERS = ("79160000001", "79160000002", "79160000003")
STRANGER = "79160000009"


class Payment(NamedTuple):
    id: str
    account: str
    minute: int
    amount: int
    source: str = "feed"


payments = st.builds(
    Payment,
    st.sampled_from("abcdef"),
    st.sampled_from(NUMBERS),
    st.integers(0, 59),
    st.integers(1, 3).map(lambda rubles: rubles * 100),
    st.sampled_from(["feed", "kassa"]),
)
rows = payments | payments.map(lambda each: each._replace(account=STRANGER))


@settings(max_examples=examples(40), deadline=None)
@given(st.lists(payments, max_size=10), st.lists(rows, min_size=1, max_size=10))
def test_every_payment_of_either_side_is_told_once(booked: Sequence[Payment], listed: Sequence[Payment]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        known = {(each.account, each.id, each.source): each for each in reversed(booked)}
        _feed(place, [*opened(*NUMBERS), *(_input(each) for each in reversed(known.values()))])
        _registry(place, listed)
        found = _ask(place, "--month", "2026-01")
        in_file = [each for each in found["twice"] if "first" in each]
        here = [each for each in found["twice"] if "first" not in each]
        pairs = len(found["other_sum"]) + len(found["other_number"])
        assert found["matched"] + pairs + len(found["missing_here"]) + len(in_file) == len(listed)
        assert found["matched"] + pairs + len(found["missing_there"]) + len(here) == len(known)
        assert found["totals"]["file"]["count"] == len(listed)
        assert found["totals"]["ledger"]["amount"] == sum(each.amount for each in known.values())

        bookable = [each for each in found["missing_here"] if "reason" not in each]
        assert _ask(place, "--book", "--yes", "--month", "2026-01")["booked"] == len(bookable)
        again = _ask(place, "--month", "2026-01")
        assert again["matched"] == found["matched"] + len(bookable)
        assert not [each for each in again["missing_here"] if "reason" not in each]


def _input(each: Payment) -> str:
    return paid(each.id, f"12T10:{each.minute:02d}", each.amount, each.account, source=each.source)


def _feed(place: Path, lines: Sequence[str]) -> None:
    done = in_this_process("feed", write(place / "feed.jsonl", *lines), cwd=place, env=_environment())
    assert done.code == 0, done.err


def _registry(place: Path, listed: Sequence[Payment]) -> None:
    lines = [HEADER, *(f"{e.id};{e.account};12.01.2026 10:{e.minute:02d};{e.amount // 100},00" for e in listed)]
    (place / "registry.csv").write_text("\n".join(lines), encoding="windows-1251")


def _ask(place: Path, *options: str) -> Any:
    done = in_this_process(
        "reconcile", "registry.csv", "--channel", "bank", *options, "--json", cwd=place, env=_environment()
    )
    assert done.code in (0, 3), done.err
    return done.json()


def _environment() -> dict[str, str]:
    return {name: value for name, value in (os.environ | ENVIRONMENT).items() if name != "OBNOVI_LEDGER"}
