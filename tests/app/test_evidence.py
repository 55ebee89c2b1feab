"""Evidence as another door would ask for it: what a witness kept held against the ledger, a proof of one event."""

from pathlib import Path
from typing import Any

import pytest

from projections.evidence import proof
from projections.evidence.keys import NoKeys, create
from projections.evidence.sign import commit
from scripts.app.errors import Declined
from scripts.app.evidence import compare, prove
from tests.scenarios.given import example_1


def test_a_ledger_that_grew_continues_what_the_witness_saw(tmp_path: Path) -> None:
    story = example_1(tmp_path)
    keys = create(tmp_path / "keys")
    with story.ledger.snapshot() as snapshot:
        seen = commit(snapshot.log, keys)
    story.top_up("2023-01-16 10:00", 1_00)
    with story.ledger.snapshot() as snapshot:
        assert compare(snapshot, keys, seen) == (seen.size + 1, None)


@pytest.mark.parametrize(
    ("other", "code"),
    [({"size": 1_000}, "SHORTER_THAN_WITNESS"), ({"root": bytes(32)}, "FORK_OF_EVENTS")],
)
def test_a_ledger_that_does_not_continue_it_says_in_what_by_a_code(
    tmp_path: Path, other: dict[str, Any], code: str
) -> None:
    story = example_1(tmp_path)
    keys = create(tmp_path / "keys")
    with story.ledger.snapshot() as snapshot:
        seen = commit(snapshot.log, keys)
        size, problem = compare(snapshot, keys, seen._replace(**other))
    assert size == seen.size
    assert problem is not None
    assert (problem.code, problem.facts["seen"]) == (code, other.get("size", seen.size))


def test_an_event_that_no_checkpoint_covers_is_signed_and_proved(tmp_path: Path) -> None:
    story = example_1(tmp_path)
    keys = create(tmp_path / "keys")
    hashed: list[int] = []
    with story.ledger.snapshot() as snapshot:
        made = prove(snapshot, story.contract, [2], keys.folder, hashed.append, disclose=True)
    assert hashed[-1] == made.newest.size == len(story.log())
    proved = proof.checked(made.contents[0], keys.public)
    assert (proved.contract.id, proved.event) == (story.contract.id, story.log()[1])


def test_what_is_not_there_is_said_before_any_key_is_asked_for(tmp_path: Path) -> None:
    story = example_1(tmp_path)
    with story.ledger.snapshot() as snapshot:
        with pytest.raises(Declined) as told:
            prove(snapshot, story.contract, [2, 99], tmp_path / "nowhere")
        assert (told.value.code, told.value.facts) == ("NO_VERSION", {"account": story.contract, "version": 99})
        with pytest.raises(NoKeys) as lacking:
            prove(snapshot, story.contract, [2], tmp_path / "nowhere")
    assert lacking.value.hint == "create_keys"
