"""An account over HTTP: the bytes that the command prints, for those whom it is for."""

import re

import pytest

from scripts.sample import ANNA, BORIS
from scripts.web.table import ROUTES
from tests.web.support import Served

QUESTIONS = [
    (f"/v1/accounts/{ANNA}/balance", ("balance", ANNA, "--json")),
    (
        f"/v1/accounts/{ANNA}/balance?as_of=2026-02-10T00:00:00+03:00&known_at=2026-04-01",
        ("balance", ANNA, "--as-of", "2026-02-10T00:00:00+03:00", "--known-at", "2026-04-01", "--json"),
    ),
    (
        f"/v1/accounts/+{ANNA}/events?type=ToppedUp&type=PackagesRefreshed&after=58&limit=1",
        ("events", ANNA, "--type=ToppedUp", "--type=PackagesRefreshed", "--after=58", "--limit=1", "--json"),
    ),
    (
        f"/v1/accounts/{ANNA}/statement?from=2026-02-01&to=2026-02-28",
        ("statement", ANNA, "--month", "2026-02", "--json"),
    ),
    (
        f"/v1/accounts/{ANNA}/statement?from=2026-02-01&to=2026-02-28&format=txt&lang=en",
        ("statement", ANNA, "--month", "2026-02", "--format", "txt", "--lang", "en"),
    ),
    (f"/v1/accounts/{ANNA}/explanation/58", ("explain", ANNA, 58, "--json")),
    ("/v1/accounts", ("accounts", "--json")),
    (f"/v1/accounts?number=%2B{ANNA}", ("accounts", ANNA, "--json")),
    (
        "/v1/accounts?mode=monthly&wallet_above=0&opened_from=2026-01-11&due_until=2026-12-31",
        (
            "accounts",
            "--mode",
            "monthly",
            "--wallet-above",
            0,
            "--opened-from",
            "2026-01-11",
            "--due-until",
            "2026-12-31",
            "--json",
        ),
    ),
    ("/v1/accounts?cannot_pay=true&blocked=financial", ("accounts", "--cannot-pay", "--blocked=financial", "--json")),
    ("/v1/totals?from=2026-02-01&to=2026-02-28", ("totals", "--month", "2026-02", "--json")),
    ("/v1/totals?from=2026-02-01&to=2026-02-28&by=plan", ("totals", "--month", "2026-02", "--by=plan", "--json")),
    ("/v1/notices?limit=5", ("notices", "--limit", 5, "--json")),
    ("/v1/unrated", ("unrated", "--json")),
    (f"/v1/unrated?reason=NO_PRICE&account={ANNA}", ("unrated", "--reason=NO_PRICE", "--account", ANNA, "--json")),
    ("/v1/late", ("late", "--json")),
    ("/v1/late?in_favour_of=subscriber&sum_from=100", ("late", "--in-favour-of=subscriber", "--sum-from=1", "--json")),
    ("/v1/disputes?today=2026-03-16&all=true", ("dispute", "list", "--all", "--today=2026-03-16", "--json")),
    (f"/v1/accounts/{ANNA}/refused", ("refused", "--account", ANNA, "--json")),
]


@pytest.mark.parametrize(("path", "command"), QUESTIONS)
def test_the_same_question_by_command_and_by_http_has_the_same_bytes(
    server: Served, path: str, command: tuple[object, ...]
) -> None:
    answer = server.client("gateway" if "notices" in path else "clerk").get(path)
    assert (answer.status_code, answer.text) == (200, server.command(*command).out)


COMPARED_ELSEWHERE = {
    "/v1/accounts/{number}/proof/{version}", "/v1/checkpoints", "/v1/disputes/{number}/{dispute}/dossier",
    "/v1/access-log",
}  # fmt: skip
HAVE_NO_COMMAND = {"/v1/disputes/{number}/{dispute}", "/v1/accounts/{number}/refresh"}


def test_every_route_that_asks_what_a_command_asks_is_compared_with_it() -> None:
    asked = {route.path for route in ROUTES if route.method == "GET" and route.path.startswith("/v1/")}
    compared = {
        path for path in asked for question, _ in QUESTIONS if _pattern(path).fullmatch(question.partition("?")[0])
    }
    assert asked - compared == COMPARED_ELSEWHERE | HAVE_NO_COMMAND


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{[a-z]+\}", "[^/]+", path))


def test_what_has_not_changed_is_not_sent_again_and_a_final_statement_may_be_kept(server: Served) -> None:
    """R-13.5: a final statement never changes; but a number may be another's later, so staff asks again by that."""
    clerk, anna = server.client("clerk"), server.client("subscriber", ANNA)
    (row,) = clerk.get(f"/v1/accounts?number={ANNA}").json()
    for client, account, dates, kept in (
        (anna, ANNA, "from=2026-01-01&to=2026-01-31", "private, max-age=31536000, immutable"),
        (clerk, row["contract"], "from=2026-01-01&to=2026-01-31", "private, max-age=31536000, immutable"),
        (clerk, ANNA, "from=2026-01-01&to=2026-01-31", "private, no-cache"),
        (anna, ANNA, "from=2026-03-01&to=2026-03-31", "private, no-cache"),
        (anna, ANNA, "from=2026-01-01&to=2026-01-31&known_at=2026-02-15", "private, no-cache"),
    ):
        path = f"/v1/accounts/{account}/statement?{dates}"
        first = client.get(path)
        assert first.headers["cache-control"] == kept
        assert first.json()["final"] >= kept.endswith("immutable")
        tag = first.headers["etag"]
        assert first.headers["vary"] == "Authorization, Cookie"
        for shown in (tag, f"W/{tag}", f'"other", {tag}', "*"):
            again = client.get(path, headers={"If-None-Match": shown})
            assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200
    refused = clerk.get(f"/v1/accounts/{ANNA}/balance?as_of=never")
    assert refused.headers.get("etag") is None


def test_a_subscriber_sees_the_own_contract_and_no_other_not_even_whether_it_is_there(server: Served) -> None:
    anna = server.client("subscriber", ANNA)
    assert anna.get(f"/v1/accounts/{ANNA}/balance").json()["account"] == ANNA
    refused = [anna.get(f"/v1/accounts/{number}/balance") for number in (BORIS, "79169999999", "79160000000000")]
    assert {(each.status_code, each.json()["detail"]) for each in refused} == {(403, "this is not your contract")}


def test_a_statement_as_a_page_brings_its_own_style_and_runs_nothing(server: Served) -> None:
    page = server.client("clerk").get(f"/v1/accounts/{ANNA}/statement?from=2026-02-01&to=2026-02-28&format=html")
    policy = page.headers["content-security-policy"]
    assert "style-src 'unsafe-inline'" in policy
    assert "script-src" not in policy
    assert policy.startswith("default-src 'none'")
