"""Who may: a token or a session says who asks, and what staff reads is on the disk before it is told."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from ledger import inputs
from ledger.periods import DAY, HOUR, MINUTE
from scripts.sample import ANNA, BORIS, VERA
from scripts.state import reads, sessions, tokens
from scripts.state.errors import StateUnusable
from scripts.web.access import LOOKED_AT_EVERY_SECONDS, STAFF_IDLE, STAFF_WHOLE, SUBSCRIBER_IDLE, SUBSCRIBER_WHOLE
from scripts.web.tries import Tries
from tests.cli.support import line
from tests.web.gated import Gated, gated
from tests.web.support import NOW

BALANCE = f"/v1/accounts/{ANNA}/balance"
GROUND = "обращение Анны, +79160000101"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gated]:
    with gated(tmp_path_factory.mktemp("gated")) as made:
        yield made


@pytest.fixture(autouse=True)
def _from_the_beginning(server: Gated) -> Iterator[None]:
    server.clock.instant = NOW
    server.codes.clear()
    server.access.tries = Tries()
    yield
    server.close_browsers()


def code_for(server: Gated, number: str, browser: httpx.Client) -> str:
    """The code that came to a number."""
    sent = browser.post("/login", data={"number": number})
    assert (sent.status_code, sent.headers["location"]) == (303, "/login/code")
    return code_that_came(server)


def code_that_came(server: Gated) -> str:
    for _ in range(100):
        if server.codes:
            return server.codes.pop()[1]
        time.sleep(0.01)
    raise AssertionError("no code came")


def logged_in(server: Gated, number: str = ANNA) -> httpx.Client:
    browser = server.browser()
    shown = browser.post("/login/code", data={"code": code_for(server, number, browser)})
    assert (shown.status_code, shown.headers["location"]) == (303, "/")
    return browser


def staff(server: Gated, name: str = "marina") -> httpx.Client:
    browser = server.browser()
    shown = browser.post("/desk/login", data={"token": server.token("clerk", name), "next": "/desk?x=1"})
    assert (shown.status_code, shown.headers["location"]) == (303, "/desk?x=1")
    return browser


def csrf_of(server: Gated, browser: httpx.Client) -> str:
    session = sessions.found(server.access.state, browser.cookies["obnovi"], now=server.clock())
    assert session is not None
    return sessions.csrf_token(session)


# Tokens


@pytest.mark.parametrize(
    "shown", ["Bearer", "Bearer obn_x", "Basic bWFyaW5hOng=", "", "Bearer obn_aaaaaaaaaa_" + "A" * 43]
)
def test_what_is_no_token_lets_nobody_in(server: Gated, shown: str) -> None:
    refused = server.browser(Authorization=shown).get(BALANCE)
    assert (refused.status_code, refused.json()["code"]) == (401, "UNAUTHENTICATED")
    assert refused.headers["www-authenticate"] == 'Bearer error="invalid_token"'


def test_a_token_lets_in_until_it_ends_or_is_revoked(server: Gated) -> None:
    text = server.token("clerk", days=1)
    client = server.with_token(text)
    assert client.get(BALANCE).status_code == 200
    server.clock.instant += DAY
    assert client.get(BALANCE).status_code == 401
    server.clock.instant -= 1
    assert client.get(BALANCE).status_code == 200
    tokens.revoke(server.access.state, text.split("_")[1], now=server.clock())
    time.sleep(2 * LOOKED_AT_EVERY_SECONDS)
    assert client.get(BALANCE).status_code == 401


def test_a_subscribers_token_is_for_one_contract(server: Gated) -> None:
    client = server.with_token(server.token("subscriber", "subscriber", ANNA))
    assert client.get(BALANCE).json()["account"] == ANNA
    assert client.get(f"/v1/accounts/{BORIS}/balance").status_code == 403


# The journal


def test_what_staff_reads_is_on_the_disk_when_it_is_told(server: Gated) -> None:
    client = server.with_token(server.token("clerk", "olga"))
    before = list(reads.lines(server.access.place, server.access.state))
    client.get(BALANCE, headers=[(b"Obnovi-Ground", GROUND.encode())])
    server.with_token(server.token("auditor", "audit-1")).get(f"/v1/accounts/{BORIS}/events")
    server.with_token(server.token("subscriber", "subscriber", ANNA)).get(BALANCE)
    first, second = list(reads.lines(server.access.place, server.access.state))[len(before) :]
    assert (first.who, first.role, first.whose) == ("olga", "clerk", server.contract(ANNA))
    assert (first.what, first.ground, bool(first.sealed)) == ("GET /v1/accounts/{number}/balance", None, True)
    assert (second.who, second.whose, second.what) == (
        "audit-1", server.contract(BORIS), "GET /v1/accounts/{number}/events",
    )  # fmt: skip


def test_nothing_is_told_where_it_cannot_be_written_down(server: Gated, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise StateUnusable("the disk is full")

    client = server.with_token(server.token("clerk"))
    monkeypatch.setattr(server.access._journal, "write", full)
    refused = client.get(BALANCE)
    assert (refused.status_code, "wallet" in refused.text) == (503, False)
    monkeypatch.undo()
    assert client.get(BALANCE).status_code == 200


def test_who_watches_over_privacy_reads_the_journal_and_nothing_else(server: Gated) -> None:
    server.with_token(server.token("clerk", "vera-s")).get(
        f"/v1/accounts/{VERA}/balance", headers={"Obnovi-Ground": "x"}
    )
    privacy = server.with_token(server.token("privacy", "dpo"))
    (row,) = privacy.get("/v1/access-log", params={"by": "vera-s", "account": VERA}).json()
    assert (row["account"], row["what"], row["ground"]) == (VERA, "GET /v1/accounts/{number}/balance", "x")
    assert [each["by"] for each in privacy.get("/v1/access-log", params={"after": row["number"]}).json()] == ["dpo"]
    assert privacy.get("/v1/access-log", params={"limit": 0}).status_code == 422
    assert privacy.get("/v1/access-log", params={"holder": 1}).status_code == 422
    assert privacy.get(BALANCE).status_code == 403
    for role in ("clerk", "auditor", "operator"):
        assert server.with_token(server.token(role)).get("/v1/access-log").status_code == 403


# Subscribers


def test_a_subscriber_comes_in_by_the_code_that_came_to_the_number(server: Gated) -> None:
    browser = logged_in(server)
    assert browser.get(BALANCE).json()["account"] == ANNA
    assert browser.get(f"/v1/accounts/{BORIS}/balance").status_code == 403
    assert browser.get("/login").headers["location"] == "/"
    assert "obnovi-login" not in browser.cookies


def test_a_subscriber_comes_to_the_page_that_was_asked_for(server: Gated) -> None:
    browser = server.browser()
    to = browser.get("/services").headers["location"]
    assert to == "/login?next=%2Fservices"
    hidden = '<input type="hidden" name="next" value="/services">'
    assert hidden in browser.get(to).text
    sent = browser.post("/login", data={"number": ANNA, "next": "/services"})
    assert hidden in browser.get(sent.headers["location"]).text
    code = code_that_came(server)
    assert hidden in browser.post("/login/code", data={"code": "no", "next": "/services"}).text
    shown = browser.post("/login/code", data={"code": code, "next": "/services"})
    assert (shown.status_code, shown.headers["location"]) == (303, "/services")
    assert server.browser().get("/no/such/page", headers={"Accept": "text/html"}).status_code == 404


def test_cookies_are_out_of_reach_of_scripts_and_go_over_tls_alone(server: Gated) -> None:
    for headers, prefix, secure in (
        ({}, "obnovi=", False), ({"Host": "billing.example.org"}, "__Host-obnovi=", True),
        ({"Host": "127.0.0.1", "X-Forwarded-Proto": "https"}, "__Host-obnovi=", True),
    ):  # fmt: skip
        browser = server.browser()
        shown = browser.post("/desk/login", data={"token": server.token("clerk")}, headers=headers)
        (cookie,) = shown.headers.get_list("set-cookie")
        assert cookie.startswith(prefix)
        assert [each in cookie for each in ("HttpOnly", "SameSite=Lax", "Path=/", "Secure")] == [
            True,
            True,
            True,
            secure,
        ]


def test_nobody_learns_whether_a_number_is_anybodys(server: Gated) -> None:
    """The answer, the cookie and the time are the same; so is what follows on any code."""
    told = []
    for number in (ANNA, "79169999999", "+7 (916) 999-99-98"):
        browser = server.browser()
        begun = time.perf_counter()
        sent = browser.post("/login", data={"number": number})
        took = time.perf_counter() - begun
        shown = browser.post("/login/code", data={"code": "no-one"})
        told.append(
            (sent.status_code, sent.text, sent.headers["location"], len(browser.cookies["obnovi-login"]), shown.text)
        )
        assert took >= 0.3
    assert len(set(told)) == 1
    assert len(server.codes) == 1


def test_a_number_is_sent_three_codes_and_no_more_for_a_while(server: Gated) -> None:
    for number in (ANNA, "79169999999"):
        browser = server.browser()
        answers = [browser.post("/login", data={"number": number}) for _ in range(4)]
        assert [each.status_code for each in answers] == [303, 303, 303, 429]
        assert 0 < int(answers[-1].headers["retry-after"]) <= 901


def test_from_one_address_only_so_many_codes_are_tried(server: Gated) -> None:
    browser = server.browser()
    answers = [browser.post("/login/code", data={"code": "123456"}).status_code for _ in range(41)]
    assert answers == [403] * 40 + [429]


@pytest.mark.parametrize(
    ("path", "fields", "status"),
    [
        ("/login", {}, 422),
        ("/login", {"number": "112"}, 422),
        ("/login", {"number": "7916000010\u0661"}, 422),
        ("/login", {"number": "7\x00"}, 400),
        ("/login/code", {}, 403),
        ("/login/code", {"code": "000000"}, 403),
        ("/desk/login", {}, 403),
        ("/desk/login", {"token": "obn_"}, 403),
    ],
)
def test_what_does_not_fit_is_told_on_the_page(server: Gated, path: str, fields: dict[str, str], status: int) -> None:
    answer = server.browser().post(path, data=fields)
    assert answer.status_code == status
    assert "set-cookie" not in answer.headers


def test_a_token_of_no_staff_opens_no_desk(server: Gated) -> None:
    for role in ("feeder", "gateway", "subscriber"):
        text = server.token(role, role, ANNA)
        assert server.browser().post("/desk/login", data={"token": text}).status_code == 403


# Sessions


@pytest.mark.parametrize(
    ("who", "idle", "whole"),
    [("clerk", STAFF_IDLE, STAFF_WHOLE), ("subscriber", SUBSCRIBER_IDLE, SUBSCRIBER_WHOLE)],
)
def test_a_session_ends_when_nobody_was_there_and_at_last_in_any_case(
    server: Gated, who: str, idle: int, whole: int
) -> None:
    def begun() -> httpx.Client:
        server.clock.instant = NOW
        return staff(server) if who == "clerk" else logged_in(server)

    browser = begun()
    server.clock.instant = NOW + idle
    assert browser.get(BALANCE).status_code == 401
    browser = begun()
    for later in range(0, whole, idle // 2):
        server.clock.instant = NOW + later
        assert browser.get(BALANCE).status_code == 200
        _wait_for_marks(server)
    server.clock.instant = NOW + whole
    assert browser.get(BALANCE).status_code == 401


def _wait_for_marks(server: Gated) -> None:
    for _ in range(200):
        if not server.access._marked:
            return
        time.sleep(0.005)


def test_logging_in_again_ends_the_session_before(server: Gated) -> None:
    browser = staff(server)
    old = browser.cookies["obnovi"]
    browser.post("/desk/login", data={"token": server.token("clerk")})
    assert browser.cookies["obnovi"] != old
    assert server.browser(Cookie=f"obnovi={old}").get(BALANCE).status_code == 401


def test_a_revoked_token_takes_its_sessions_with_it(server: Gated) -> None:
    text = server.token("clerk")
    browser = server.browser()
    browser.post("/desk/login", data={"token": text})
    assert browser.get(BALANCE).status_code == 200
    tokens.revoke(server.access.state, text.split("_")[1], now=server.clock())
    assert browser.get(BALANCE).status_code == 401


def test_logging_out_ends_it_for_everybody_who_has_the_cookie(server: Gated) -> None:
    browser = staff(server)
    cookie = browser.cookies["obnovi"]
    refused = browser.post("/logout")
    assert (refused.status_code, "Страница устарела" in refused.text) == (403, True)
    done = browser.post("/logout", data={"csrf": csrf_of(server, browser)})
    assert (done.status_code, done.headers["location"]) == (303, "/desk/login")
    assert server.browser(Cookie=f"obnovi={cookie}").get(BALANCE).status_code == 401
    assert browser.post("/logout").status_code == 303, "who is out already stays out"


def test_a_session_ends_with_the_contract(tmp_path: Path) -> None:
    opening = line("open", "open", "2026-01-01T00:00:00+03:00", ANNA, region="moscow")
    with gated(tmp_path, opening) as server:
        browser = logged_in(server)
        assert browser.get(BALANCE).status_code == 200
        closing = inputs.parse(line("close", "close", "2026-03-16T10:00:00+03:00", ANNA))
        server.service._book.apply([closing])
        assert browser.get(BALANCE).status_code == 401
        server.codes.clear()
        server.browser().post("/login", data={"number": ANNA})
        time.sleep(0.05)
        assert server.codes == [], "nobody has the number"


# Forgery


def posting(server: Gated, browser: httpx.Client, **headers: str) -> int:
    body = line("block", "block-1", "2026-03-16T11:00:00+03:00", ANNA, kind="voluntary")
    return browser.post("/v1/inputs", content=body, headers={"Content-Type": "application/json", **headers}).status_code


def test_what_comes_with_a_cookie_proves_that_a_page_of_ours_sent_it(server: Gated) -> None:
    browser = staff(server)
    token = csrf_of(server, browser)
    other = csrf_of(server, staff(server, "olga"))
    own = server.address
    refused = {
        "without a token": posting(server, browser),
        "with another's token": posting(server, browser, **{"X-CSRF-Token": other}),
        "with a token that was cut": posting(server, browser, **{"X-CSRF-Token": token[:-4]}),
        "from another site": posting(server, browser, **{"X-CSRF-Token": token, "Origin": "https://evil.example"}),
        "from nowhere": posting(server, browser, **{"X-CSRF-Token": token, "Origin": "null"}),
        "from another port": posting(server, browser, **{"X-CSRF-Token": token, "Origin": "http://127.0.0.1:1"}),
        "as its browser says": posting(server, browser, **{"X-CSRF-Token": token, "Sec-Fetch-Site": "same-site"}),
        "by its referer": posting(server, browser, **{"X-CSRF-Token": token, "Referer": "https://evil.example/x"}),
    }
    assert set(refused.values()) == {403}, refused
    assert posting(server, browser, **{"X-CSRF-Token": token, "Origin": own, "Sec-Fetch-Site": "same-origin"}) == 200
    clerk = server.with_token(server.token("clerk"))
    assert posting(server, clerk, Origin="https://any.example") == 200, "no browser sends a token by itself"


@pytest.mark.parametrize("content", ["no form", "--x\r\nContent-Disposition: form-data\r\n\r\n?\r\n--x--\r\n"])
def test_a_form_that_nobody_can_read_proves_nothing(server: Gated, content: str) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    assert staff(server).post("/desk/reconcile", content=content, headers=headers).status_code == 403


def test_a_form_of_another_site_logs_nobody_in(server: Gated) -> None:
    refused = server.browser(Origin="https://evil.example").post("/desk/login", data={"token": server.token("clerk")})
    assert (refused.status_code, "не с нашей страницы" in refused.text) == (403, True)


@pytest.mark.parametrize(
    "back",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\evil",
        "javascript:x",
        "desk",
        "/a\tb",
        "",
        "//[",
    ],
)
def test_nobody_is_sent_on_to_another_site(server: Gated, back: str) -> None:
    shown = server.browser().post("/desk/login", data={"token": server.token("clerk"), "next": back})
    if shown.status_code != 400:
        assert shown.headers["location"] == "/desk"


def test_a_path_that_is_not_ascii_is_a_place_to_go_on_to(server: Gated) -> None:
    shown = server.browser().post("/desk/login", data={"token": server.token("clerk"), "next": "/desk/поиск?x=1&y=%20"})
    assert shown.headers["location"] == "/desk/%D0%BF%D0%BE%D0%B8%D1%81%D0%BA?x=1&y=%20"


@pytest.mark.parametrize("host", ["[", "a:b:c", "", "x y"])
def test_a_host_that_is_none_is_no_error_of_ours(server: Gated, host: str) -> None:
    for path in ("/login", "/desk/oidc", BALANCE):
        assert server.browser().get(path, headers={"Host": host}).status_code < 500
        assert server.browser().post("/login", headers={"Host": host, "Origin": "http://["}).status_code < 500


def test_pages_keep_to_themselves(server: Gated) -> None:
    for path in ("/login", "/desk/login"):
        page = server.browser().get(path)
        assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert "'unsafe" not in page.headers["content-security-policy"]
        assert re.search(r"<script>|style=|\son\w+=", page.text) is None
        assert page.headers["x-content-type-options"] == "nosniff"


def test_the_log_of_requests_has_neither_secrets_nor_numbers(server: Gated) -> None:
    browser = logged_in(server)
    text = server.token("clerk")
    server.with_token(text).get(BALANCE)
    written = Path(server.access.place.folder.parent / "log").read_text()
    assert not any(each in written for each in (ANNA, text, browser.cookies["obnovi"]))


def test_idle_limits_are_what_they_are_said_to_be() -> None:
    assert (STAFF_IDLE, STAFF_WHOLE, SUBSCRIBER_IDLE, SUBSCRIBER_WHOLE) == (30 * MINUTE, 10 * HOUR, 12 * HOUR, 7 * DAY)
