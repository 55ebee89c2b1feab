"""A number that passed on: whoever has it now learns nothing of who had it before, by whatever is asked."""

from pathlib import Path

from scripts.sample import ANNA
from tests.cli.support import line
from tests.web.support import served

FIRST = (
    line("open", "o-1", "2026-01-01T10:00:00+03:00", ANNA, region="moscow"),
    line("refresh", "once", "2026-02-01T10:00:00+03:00", ANNA, source="cabinet"),
    line("close", "c-1", "2026-03-01T10:00:00+03:00", ANNA),
)
NEXT = line("open", "o-2", "2026-03-02T10:00:00+03:00", ANNA, region="moscow")
PATH = f"/v1/accounts/{ANNA}/refresh"


def test_an_id_of_the_holder_before_is_taken_and_answers_nothing(tmp_path: Path) -> None:
    with served(tmp_path, *FIRST, NEXT) as server:
        refused = server.client("subscriber", ANNA).post(PATH, json={"id": "once"})
        assert (refused.status_code, refused.json()["code"]) == (409, "ID_CONFLICT")
        assert refused.json()["reply"] is None
        own = [server.client("subscriber", ANNA).post(PATH, json={"id": "own"}).json() for _ in range(2)]
        assert [each["result"] for each in own] == ["refused", "duplicate"]
        assert own[0]["reply"] == own[1]["reply"]


def test_an_id_of_something_else_is_no_refresh_that_came_before(tmp_path: Path) -> None:
    block = line("block", "desk-1", "2026-03-03T10:00:00+03:00", ANNA, kind="voluntary", source="desk")
    with served(tmp_path, *FIRST, NEXT, block) as server:
        refused = server.client("clerk").post(PATH, json={"id": "desk-1"})
        assert (refused.status_code, refused.json()["code"]) == (409, "ID_CONFLICT")
