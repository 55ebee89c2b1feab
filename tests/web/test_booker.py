"""The booker in a process of its own: it books as here, answers when it is durable, and is made anew where it ended."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.log.errors import StoreError
from scripts.app.feed import Asker, RawLine
from scripts.sample import ANNA
from scripts.web.booker import Apart
from tests.stores import ledger_ref
from tests.web.support import fed

FEEDER = Asker(says_by=False)


def line(number: int, **fields: object) -> tuple[RawLine, Asker]:
    said = {"type": "top_up", "id": f"pay-{number}", "account": ANNA, "at": "2026-03-12T10:00:00+03:00", "amount": 100}
    text = json.dumps(said | fields).encode()
    return RawLine(number, text, len(text)), FEEDER


@pytest.fixture
def booker(tmp_path: Path) -> Iterator[Apart]:
    fed(ledger_ref(tmp_path / "ledger.db"))
    made = Apart(ledger_ref(tmp_path / "ledger.db"))
    yield made
    made.close()


def test_each_line_is_told_what_became_of_it(booker: Apart) -> None:
    made = booker.book([line(1), line(1), line(2, account="79169999999"), line(3, amount=0)])
    assert [(each.result, each.reason) for each in made] == [
        ("applied", None), ("duplicate", None), ("rejected", "UNKNOWN_ACCOUNT"), ("rejected", "MALFORMED"),
    ]  # fmt: skip


def test_a_request_that_comes_again_is_replied_as_the_first_time(booker: Apart) -> None:
    asked = line(1, type="ussd", text="*929#", at="2026-03-12T10:00:00+03:00")
    text = {name: value for name, value in json.loads(asked[0].text).items() if name != "amount"}
    again = RawLine(1, json.dumps(text).encode(), 1)
    (first,), (second,) = booker.book([(again, FEEDER)]), booker.book([(again, FEEDER)])
    assert (first.result, second.result) == ("refused", "duplicate")
    assert first.reply == second.reply is not None


def test_where_its_process_ended_what_comes_next_is_booked(booker: Apart) -> None:
    assert booker.book([line(1)])[0].result == "applied"
    assert booker._child is not None
    booker._child.kill()
    booker._child.join()
    with pytest.raises(StoreError, match="ask again"):
        booker.book([line(2)])
    assert [each.result for each in booker.book([line(1), line(2)])] == ["duplicate", "applied"]
