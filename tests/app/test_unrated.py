"""Rating again as another door would ask it: interrupted, beside somebody else, and for chosen contracts."""

from pathlib import Path

import pytest

from ledger.inputs import Rerate
from ledger.service import Ledger
from scripts.app import unrated
from scripts.app.proposed import book_proposed
from scripts.app.unrated import Rerated, Waiting, rerate, try_rerating, unrated_records
from tests.stores import ledger_ref
from tests.support import Story, at
from tests.views.test_views import mended

NOW = at("2023-02-01 10:00")


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    """Three accounts with a call to Mars each, which costs 9.00 now; contracts are read one by one."""
    monkeypatch.setattr(unrated, "READ_AT_ONCE", 1)
    story = Story(tmp_path)
    for number in ("79160000001", "79160000002", "79160000003"):
        story.account_id = number
        story.open("2023-01-15 11:00").top_up("2023-01-15 11:30", 500_00)
        story.connect("2023-01-15 12:00", "t4")
        story.call("2023-01-16 12:00", "0:30", zone="mars", peer="74950001234")
    story.ledger.close()
    return Ledger(ledger_ref(story.path), now=story.clock, catalogue=mended())


def waiting(ledger: Ledger) -> list[str]:
    with ledger.snapshot() as snapshot:
        return [record.row.contract.number for record in unrated_records(snapshot, Waiting())]


def test_what_was_tried_is_what_is_booked(ledger: Ledger) -> None:
    with ledger.snapshot() as snapshot:
        tried = try_rerating(snapshot, Waiting(), snapshot.catalogues.newest(), by="clerk-7", now=NOW)
    assert len(waiting(ledger)) == 3
    assert tried == Rerated(rated=3, unrated=0, amount=27_00) == rerate(ledger, Waiting(), by="clerk-7", now=NOW)
    assert waiting(ledger) == []


def test_interrupted_it_leaves_what_is_booked_and_goes_on_from_there(ledger: Ledger) -> None:
    def interrupt(done: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rerate(ledger, Waiting(), by="clerk-7", now=NOW, progress=interrupt)
    assert waiting(ledger) == ["79160000003"]
    assert rerate(ledger, Waiting(), by="clerk-7", now=NOW) == Rerated(rated=1, amount=9_00)


def test_what_another_rated_meanwhile_is_not_charged_again(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same input comes twice; the second one is a duplicate (R-12.2)."""

    def beside(ledger: Ledger, inputs: list[Rerate]) -> object:
        list(book_proposed(ledger, inputs))
        return book_proposed(ledger, inputs)

    monkeypatch.setattr(unrated, "book_proposed", beside)
    assert rerate(ledger, Waiting(), by="clerk-7", now=NOW) == Rerated(refused=3)
    with ledger.snapshot() as snapshot:
        assert {snapshot.account(id).wallet for id in snapshot.log.accounts()} == {91_00}  # type: ignore[union-attr]


def test_those_of_chosen_contracts_are_rated(ledger: Ledger) -> None:
    with ledger.snapshot() as snapshot:
        chosen = Waiting(contracts=[each for each in snapshot.contracts.all() if each.number.endswith("2")])
    assert rerate(ledger, chosen, by="clerk-7", now=NOW) == Rerated(rated=1, amount=9_00)
    assert waiting(ledger) == ["79160000001", "79160000003"]
