"""Tokens: shown once, kept as a digest, good for a role, a contract and a time."""

from collections.abc import Callable
from pathlib import Path

import pytest
from freezegun import freeze_time

from ledger.periods import DAY, MINUTE, SECOND
from scripts.state import sessions, tokens
from scripts.state.database import StateDatabase
from scripts.state.place import StatePlace
from tests.cli.support import ACCOUNT, Run, line, write
from tests.erasure.support import contract_of, fed, first_contract, second_contract
from tests.support import at

NOW = at("2026-03-16 12:00")


def issued(state: StateDatabase, **fields: int) -> str:
    return tokens.issue(state, "clerk", "marina", None, created=NOW, until=fields.get("until", NOW + DAY))[0]


def test_a_token_is_its_digest_in_the_file(state: StateDatabase, place: StatePlace) -> None:
    text = issued(state)
    content = b"".join(path.read_bytes() for path in place.folder.iterdir())
    assert text.split("_", 2)[2].encode() not in content
    found = tokens.found(state, text, now=NOW)
    assert found is not None
    assert (found.role, found.name, found.contract) == ("clerk", "marina", None)


@pytest.mark.parametrize(
    "otherwise",
    [
        lambda text: text[:-1] + ("A" if text[-1] != "A" else "B"),
        lambda text: text.replace("obn_", "OBN_"),
        lambda text: text + "A",
        lambda text: f" {text}",
        lambda text: f"{text}\n",
        lambda text: "obn_aaaaaaaaaa_" + text[15:],
        lambda _: "",
        lambda _: "obn__",
        lambda _: "ф" * 58,
    ],
)
def test_nothing_but_its_text_lets_in(state: StateDatabase, otherwise: Callable[[str], str]) -> None:
    assert tokens.found(state, otherwise(issued(state)), now=NOW) is None


@pytest.mark.parametrize(("later", "is_good"), [(DAY - 1, True), (DAY, False), (DAY + 1, False)])
def test_a_token_ends_when_it_said_it_would(state: StateDatabase, later: int, is_good: bool) -> None:
    assert (tokens.found(state, issued(state), now=NOW + later) is not None) is is_good


@pytest.mark.parametrize(("later", "used"), [(MINUTE - 1, NOW), (MINUTE, NOW + MINUTE)])
def test_when_it_was_used_last_is_written_once_a_minute(state: StateDatabase, later: int, used: int) -> None:
    text = issued(state)
    for now in (NOW, NOW + later):
        found = tokens.found(state, text, now=now)
        assert found is not None
        tokens.mark_used(state, found, now=now)
    assert [each.used for each in tokens.listed(state)] == [used]


def test_who_is_revoked_is_out_with_the_sessions_he_began(state: StateDatabase) -> None:
    text, token = tokens.issue(state, "clerk", "marina", None, created=NOW, until=NOW + DAY)
    secret, _ = sessions.begin(
        state, "clerk", "marina", None, now=NOW, idle=30 * MINUTE, until=NOW + DAY, token=token.id
    )
    other, _ = sessions.begin(state, "clerk", "olga", None, now=NOW, idle=30 * MINUTE, until=NOW + DAY)
    assert tokens.revoke(state, token.id, now=NOW + SECOND) is not None
    assert tokens.revoke(state, token.id, now=NOW + MINUTE) is not None, "once more changes nothing"
    assert [each.revoked for each in tokens.listed(state)] == [NOW + SECOND]
    assert (tokens.found(state, text, now=NOW), sessions.found(state, secret, now=NOW)) == (None, None)
    assert sessions.found(state, other, now=NOW) is not None


# By command


@pytest.fixture
def two(obnovi: Run) -> Run:
    """A number with a closed contract and an open one."""
    fed(obnovi, *first_contract(), *second_contract())
    return obnovi


@freeze_time("2026-03-16T09:00:00Z")
def test_a_token_is_made_listed_and_revoked(two: Run) -> None:
    done = two("token", "create", "--role", "clerk", "--name", "marina", "--days", "30", "--json").json()
    assert list(done) == ["token", "id", "role", "until"]
    assert (done["role"], done["until"]) == ("clerk", "2026-04-15T12:00:00+03:00")
    assert done["token"].startswith(f"obn_{done['id']}_")
    listed = two("token", "list", "--json")
    assert listed.json() == [
        {
            "id": done["id"], "role": "clerk", "name": "marina", "account": None, "holder": None, "contract": None,
            "created": "2026-03-16T12:00:00+03:00", "until": "2026-04-15T12:00:00+03:00", "used": None, "revoked": None,
        }
    ]  # fmt: skip
    assert done["token"] not in listed.out + two("token", "list").out
    assert two("token", "revoke", done["id"]).out == f"token {done['id']}, clerk, lets nobody in now\n"
    assert two("token", "list", "--json").json()[0]["revoked"] == "2026-03-16T12:00:00+03:00"


def test_a_subscribers_token_is_for_the_contract_that_has_the_number_now(two: Run) -> None:
    made = two("token", "create", "--role", "subscriber", "--account", "+7 916 123-45-67")
    assert (made.code, made.out.startswith("obn_"), made.out.count("\n")) == (0, True, 1)
    assert [(row["holder"], row["contract"]) for row in two("token", "list", "--json").json()] == [
        (2, contract_of(two, holder=2))
    ]
    state_files = [path.read_bytes() for path in Path("keys/server").iterdir()]
    assert not any(ACCOUNT.encode() in content for content in state_files)


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("--role", "subscriber"), 2, "name its number with --account"),
        (("--role", "subscriber", "--account", ACCOUNT, "--holder", "1"), 1, "is closed"),
        (("--role", "subscriber", "--account", "79990000000"), 1, "no account 79990000000"),
        (("--role", "clerk", "--holder", "1"), 2, "--holder goes with --account"),
        (("--role", "boss"), 2, "'boss' is not one of"),
        ((), 2, "--role"),
        (("--role", "clerk", "--days", "0"), 2, "--days"),
        (("--role", "clerk", "--days", "3651"), 2, "--days"),
        (("--role", "clerk", "--name", ""), 2, "--name takes one line"),
        (("--role", "clerk", "--name", " marina"), 2, "--name takes one line"),
        (("--role", "clerk", "--name", "a\nb"), 2, "--name takes one line"),
        (("--role", "clerk", "--name", "я" * 65), 2, "--name takes one line"),
        (("--role", "clerk", "--name", "8 (916) 123-45-67"), 2, "number of a telephone"),
    ],
)
def test_a_token_that_cannot_be_is_refused_in_one_line(
    two: Run, arguments: tuple[str, ...], code: int, told: str
) -> None:
    refused = two("token", "create", *arguments)
    assert (refused.code, refused.out, refused.err.count("\n")) == (code, "", 1)
    assert told in refused.err
    assert two("token", "list", "--json").json() == []


@pytest.mark.parametrize(
    ("command", "code", "told"),
    [
        (("token", "revoke", "nothing"), 1, "no token or session 'nothing'"),
        (("token", "revoke"), 2, "Missing argument"),
        (("--ledger", "nowhere.db", "token", "list"), 2, "nowhere.db"),
    ],
)
def test_what_is_not_there_is_told_in_one_line(two: Run, command: tuple[str, ...], code: int, told: str) -> None:
    refused = two(*command)
    assert (refused.code, refused.err.count("\n"), told in refused.err) == (code, 1, True)


def test_listing_makes_no_files(obnovi: Run) -> None:
    write(Path("feed.jsonl"), line("open", "1", "2023-01-10T10:00:00+03:00", region="moscow"))
    obnovi("feed", "feed.jsonl")
    before = sorted(Path().rglob("*"))
    for command in (("token", "list"), ("token", "list", "--sessions"), ("access-log",), ("access-log", "--check")):
        assert obnovi(*command).code == 0
    assert sorted(Path().rglob("*")) == before
