"""Staff comes in by the provider of its organisation, and has the role that its word for them means here."""

import asyncio
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from scripts.errors import UsageError
from scripts.sample import ANNA
from scripts.state import reads
from scripts.web.login import TOLD
from scripts.web.oidc import Provider, read_config
from scripts.web.problems import Problem
from tests.web.gated import Gated, gated
from tests.web.support import NOW

PEOPLE: dict[str, dict[str, Any]] = {
    "u1": {"preferred_username": "marina.petrova", "groups": ["everybody", "billing-clerks"]},
    "u2": {"preferred_username": "boss.olga", "groups": ["billing-clerks", "billing-seniors"]},
    "u3": {"groups": "auditors"},
    "u4": {"preferred_username": "stranger", "groups": ["drivers"]},
    "u5": {"preferred_username": "nobody"},
    "u6": {"preferred_username": "+7 916 000-01-01", "groups": ["billing-clerks"]},
}
ROLES = '[roles]\nbilling-seniors = "senior"\nbilling-clerks = "clerk"\nauditors = "auditor"\n'


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """A provider that gives an account to whoever names one."""
    with warnings.catch_warnings():  # what it is made of is being renamed
        warnings.simplefilter("ignore")
        import oidc_provider_mock  # noqa: PLC0415
        from werkzeug.serving import make_server  # noqa: PLC0415

        users = [oidc_provider_mock.User(sub=sub, claims=claims) for sub, claims in PEOPLE.items()]
        server = make_server("127.0.0.1", 0, oidc_provider_mock.app(user_claims=users, require_nonce=True))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def config(folder: Path, issuer: str, more: str = "", roles: str = ROLES) -> Path:
    (folder / "secret").write_text("geheim\n")
    path = folder / "oidc.toml"
    path.write_text(f'issuer = "{issuer}"\nclient_id = "obnovi"\nclient_secret_file = "secret"\n{more}\n{roles}')
    return path


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, issuer: str) -> Iterator[Gated]:
    folder = tmp_path_factory.mktemp("oidc")
    with gated(folder, provider=Provider(read_config(config(folder, issuer)))) as made:
        yield made


@pytest.fixture(autouse=True)
def _from_the_beginning(server: Gated) -> Iterator[None]:
    server.clock.instant = NOW
    yield
    server.close_browsers()


pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the provider's thread


def sent_to_provider(browser: httpx.Client, back: str = "/desk") -> str:
    sent = browser.get("/desk/oidc", params={"next": back})
    assert sent.status_code == 303
    return sent.headers["location"]


def shown_there(address: str, sub: str, action: str = "authorize") -> str:
    """Where somebody is sent who says there who he is."""
    with httpx.Client(trust_env=False) as browser:
        answer = browser.post(address, data={"sub": sub, "action": action})
    assert answer.status_code == 302, answer.text
    return answer.headers["location"]


def come_back(browser: httpx.Client, sub: str, back: str = "/desk") -> httpx.Response:
    return browser.get(shown_there(sent_to_provider(browser, back), sub))


@pytest.mark.parametrize(
    ("sub", "name", "role"),
    [("u1", "marina.petrova", "clerk"), ("u2", "boss.olga", "senior"), ("u3", "u3", "auditor")],
)
def test_staff_comes_in_with_the_first_role_that_its_groups_mean(server: Gated, sub: str, name: str, role: str) -> None:
    browser = server.browser()
    done = come_back(browser, sub, "/desk/79160000101?as_of=2026-02-01")
    assert (done.status_code, done.headers["location"]) == (303, "/desk/79160000101?as_of=2026-02-01")
    assert list(browser.cookies) == ["obnovi"]
    assert browser.get(f"/v1/accounts/{ANNA}/balance").status_code == 200
    *_, last = reads.lines(server.access.place, server.access.state)
    assert (last.who, last.role) == (name, role)
    assert browser.get("/desk/login").headers["location"] == "/desk"


def test_the_browser_is_sent_with_a_challenge_a_state_and_a_nonce_of_its_own(server: Gated, issuer: str) -> None:
    asked = [parse_qs(urlsplit(sent_to_provider(server.browser())).query) for _ in range(2)]
    for each in asked:
        assert (each["response_type"], each["code_challenge_method"]) == (["code"], ["S256"])
        assert each["redirect_uri"] == [f"{server.address}/desk/oidc/callback"]
    for name in ("state", "nonce", "code_challenge"):
        assert asked[0][name] != asked[1][name]


@pytest.mark.parametrize(("sub", "code"), [("u4", "NO_ROLE"), ("u5", "NO_ROLE"), ("u6", "UNFIT_NAME")])
def test_who_has_no_role_here_stays_out(server: Gated, sub: str, code: str) -> None:
    browser = server.browser()
    refused = come_back(browser, sub)
    assert (refused.status_code, TOLD[code] in refused.text, "obnovi" in browser.cookies) == (403, True, False)


def test_a_login_is_taken_back_only_where_it_was_begun_once_and_soon(server: Gated) -> None:
    browser, other = server.browser(), server.browser()
    address = shown_there(sent_to_provider(browser), "u1")
    sent_to_provider(other)
    assert TOLD["LOGIN_OVER"] in other.get(address).text, "another's address logs nobody in"
    assert TOLD["LOGIN_OVER"] in server.browser().get(address).text
    assert browser.get(address).status_code == 303
    assert TOLD["LOGIN_OVER"] in browser.get(address).text
    late = shown_there(sent_to_provider(browser), "u1")
    server.clock.instant += 600_000_000
    assert TOLD["LOGIN_OVER"] in browser.get(late).text


def test_what_the_provider_does_not_grant_lets_nobody_in(server: Gated) -> None:
    browser = server.browser()
    assert browser.get(shown_there(sent_to_provider(browser), "u1", action="deny")).status_code == 403
    to = parse_qs(urlsplit(sent_to_provider(browser)).query)
    denied = browser.get("/desk/oidc/callback", params={"state": to["state"][0], "error": "access_denied"})
    assert (denied.status_code, TOLD["LOGIN_REFUSED"] in denied.text) == (403, True)
    address = shown_there(sent_to_provider(browser), "u1")
    made_up = browser.get(address.replace("code=", "code=x"))
    assert (made_up.status_code, TOLD["LOGIN_REFUSED"] in made_up.text) == (403, True)
    foreign = browser.get(shown_there(sent_to_provider(browser), "u1") + "&iss=https://evil.example")
    assert (foreign.status_code, TOLD["PROVIDER"] in foreign.text) == (502, True)


def test_an_answer_for_another_login_is_not_taken(server: Gated) -> None:
    """A nonce binds what the provider signs to the login that asked for it."""
    browser, other = server.browser(), server.browser()
    mine = urlsplit(shown_there(sent_to_provider(browser), "u1"))
    theirs = urlsplit(shown_there(sent_to_provider(other), "u2"))
    state, code = parse_qs(mine.query)["state"][0], parse_qs(theirs.query)["code"][0]
    refused = browser.get("/desk/oidc/callback", params={"state": state, "code": code})
    assert (refused.status_code, TOLD["LOGIN_REFUSED"] in refused.text) == (403, True)


def test_a_provider_that_is_away_or_another_is_told(tmp_path: Path, issuer: str) -> None:
    for address in ("http://localhost:9", issuer.replace("localhost", "127.0.0.1") + "/"):
        provider = Provider(read_config(config(tmp_path, address)))
        with pytest.raises(Problem) as told:
            asyncio.run(provider.begin("http://localhost/desk/oidc/callback", back="/desk", now=NOW))
        assert (told.value.status, told.value.code) == (502, "PROVIDER")


def test_a_role_may_stand_within_another_claim(
    server: Gated, tmp_path: Path, issuer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with httpx.Client(trust_env=False) as client:
        client.put(f"{issuer}/users/u7", json={"realm_access": {"roles": ["billing-clerks"]}})
    path = config(tmp_path, issuer, 'role_claim = "realm_access.roles"')
    monkeypatch.setattr(server.access, "provider", Provider(read_config(path)))
    assert come_back(server.browser(), "u7").status_code == 303


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "says no provider"),
        ("issuer = 1", "says no provider"),
        ('issuer = "https://a"\nclient_id = "b"\n', "says no provider"),
        ('issuer = "http://id.example.org"\nclient_id = "b"\n' + ROLES, "begins with https://"),
        ('issuer = "id.example.org"\nclient_id = "b"\n' + ROLES, "begins with https://"),
        ('issuer = "https://a"\nclient_id = "b"\n[roles]\n', "roles names nobody"),
        ('issuer = "https://a"\nclient_id = "b"\n[roles]\nx = "boss"\n', "roles.x is one of"),
        ('issuer = "https://a"\nclient_id = "b"\n[roles]\nx = "feeder"\n', "roles.x is one of"),
        ('issuer = "https://a"\nclient_id = "b"\nclient_secret_file = "no"\n' + ROLES, "cannot be read"),
        ('issuer = "https://a"\nclient_id = "b"\nclient_secret = "s"\n' + ROLES, "says no provider"),
    ],
)
def test_a_file_that_says_no_provider_is_refused_in_one_line(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "oidc.toml"
    path.write_text(text)
    with pytest.raises(UsageError, match=told) as refused:
        read_config(path)
    assert "\n" not in str(refused.value)
