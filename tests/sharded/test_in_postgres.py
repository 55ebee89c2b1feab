"""Shards that are schemas of PostgreSQL: one URL names them all, a list those of several databases or servers."""

import json
import os
import re
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.cli.support import Done, in_this_process
from tests.postgres import new_database
from tests.sharded.support import SHARDS

NUMBER = "79160000013"
QUESTIONS = (
    "accounts",
    f"balance {NUMBER} --json",
    f"statement {NUMBER} --from 2026-01-01 --to 2026-01-31",
    "totals --from 2026-01-01 --to 2026-02-28 --json",
    "dispute list --all --json",
    "verify",
    "what-if --all --set plan=smart --json",
)

Asked = Callable[..., Done]


def asker(folder: Path, ledger: str) -> Asked:
    """Commands on a ledger whose keys and caches are in a folder."""
    environ = {"OBNOVI_KEYS": str(folder / "keys"), "OBNOVI_CACHE": str(folder / "caches")}

    def ask(*arguments: object) -> Done:
        return in_this_process("--ledger", ledger, *arguments, cwd=folder, env=os.environ | environ)

    return ask


def fed(ask: Asked, both: tuple[Path, Path]) -> Asked:
    assert ask("feed", both[0] / "feed.jsonl", "--not-after", "none").code == 0
    assert ask("night", "--until", "2026-02-12T03:00:00+03:00", "--not-after", "none").code == 0
    return ask


def without_ids(text: str) -> str:
    """Ids of contracts are random."""
    return re.sub(r'"contract":"[a-z2-7]{16}"', "", text)


def answers_like_one_file(ask: Asked, both: tuple[Path, Path]) -> None:
    one = asker(both[0], "ledger.db")
    for question in QUESTIONS:
        several, alone = ask(*question.split()), one(*question.split())
        assert (several.code, without_ids(several.out), several.err) == (alone.code, without_ids(alone.out), alone.err)


def test_schemas_of_one_database_answer_as_one_file_does(
    both: tuple[Path, Path], tmp_path: Path, postgres_database: str
) -> None:
    ask = asker(tmp_path, postgres_database)
    assert ask("ledger", "create", postgres_database, "--shards", SHARDS).code == 0
    answers_like_one_file(fed(ask, both), both)
    shards = json.loads(ask("ledger", "info", "--json").out)["shards"]
    assert [shard["position"] for shard in shards] == [shard["events"] for shard in shards]
    assert all(shard["events"] for shard in shards)
    assert ask("replay", "--json").json()["differences"] == 0


def test_databases_of_a_list_answer_as_one_file_does(
    both: tuple[Path, Path], tmp_path: Path, postgres_server: str
) -> None:
    with ExitStack() as made:
        urls = [made.enter_context(new_database(postgres_server)) for _ in range(2)]
        (tmp_path / "shards.toml").write_text(f"shards = {json.dumps(urls)}", encoding="utf-8")
        ask = asker(tmp_path, "shards.toml")
        created = ask("ledger", "create", "shards.toml")
        assert created.code == 0
        answers_like_one_file(fed(ask, both), both)
        alone = asker(tmp_path, urls[1])
        refused = alone("feed", both[0] / "feed.jsonl")
        assert (refused.code, refused.out) == (2, "")
        assert "is shard 1 of 2 of a ledger" in refused.err


@pytest.mark.parametrize("number", range(SHARDS))
def test_a_shard_is_never_booked_in_alone(tmp_path: Path, postgres_database: str, number: int) -> None:
    """The first schema names them all; another one is read, and refused for booking."""
    create = asker(tmp_path, postgres_database)
    assert create("ledger", "create", postgres_database, "--shards", SHARDS).code == 0
    one = f"{postgres_database}?schema=obnovi{'' if number == 0 else f'_{number}'}"
    ask = asker(tmp_path, one)
    (tmp_path / "empty.jsonl").touch()
    assert ask("feed", "empty.jsonl").code == (0 if number == 0 else 2)
    assert ask("accounts").code == 0
