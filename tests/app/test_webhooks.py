"""Notices pushed to a real server: signed, in order of their contract, again until they are taken."""

from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from standardwebhooks.webhooks import Webhook

from ledger import inputs
from ledger.periods import DAY, MINUTE, SECOND
from scripts import wiring
from scripts.app.errors import Declined, InvalidRequest
from scripts.app.notices import begin, follow
from scripts.app.webhooks import Pushed, Pusher, headers, receiver
from scripts.state.deliveries import Deliveries
from scripts.state.errors import StateUnusable
from scripts.state.outbox import Outbox
from scripts.state.place import StatePlace
from tests.scenarios.given import example_1
from tests.support import Clock, at
from tests.webhooks import SECRET, Hook, hook

OTHER = "79160000002"
NOW = at("2023-01-20 12:00")


class Post:
    """A ledger of two numbers, its outbox, and what pushes from it."""

    def __init__(self, folder: Path) -> None:
        self.story = example_1(folder)
        self.clock = Clock(NOW)
        self.client = httpx.Client(timeout=10)
        self.place = StatePlace(folder / "keys" / "server", "abcd")
        self.outbox = Outbox(self.place)
        with self.story.ledger.snapshot() as snapshot:
            begin(snapshot.log, self.outbox)
        for id, type, own in (("o", "open", {"region": "moscow"}), ("t", "top_up", {"amount": 5_000_00})):
            self.feed(OTHER, id, type, **own)
        self.feed(OTHER, "p", "connect_plan", plan="t4")  # its first notice: the month's fee

    def feed(self, account: str, id: str, type: str = "refresh", **fields: Any) -> None:
        raw = {"type": type, "id": id, "account": account, "at": "2023-01-20T11:00:00+03:00"} | fields
        assert self.story.ledger.apply([inputs.check(raw)])[0].result in ("applied", "refused")

    def push(self, to: Hook, *, after: int | None = None) -> list[Pushed]:
        """Send what may be sent now, as the command does, by a process of its own."""
        with ExitStack() as stack:
            deliveries = stack.enter_context(Deliveries(self.outbox, to.url))
            to_it = receiver(to.url, SECRET)
            pusher = Pusher(self.outbox, deliveries, to_it, self.client, now=self.clock, jitter=lambda: 0)
            stack.enter_context(closing(pusher))
            snapshot = stack.enter_context(self.story.ledger.snapshot())
            deliveries.begin(after)
            follow(snapshot.log, self.outbox, self.clock())
            pushed = []
            while (some := pusher.push(snapshot.log)) is not None:
                pushed.append(some)
                if some.paused_until is not None:
                    break
        return pushed


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    made = Post(tmp_path)
    yield made
    made.outbox.close()
    made.client.close()


def kinds(notices: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return sorted((each["account"], each["kind"]) for each in notices)


def test_a_delivery_is_verified_by_the_standards_own_library() -> None:
    body = '{"text":"Списано 450,00 ₽"}'.encode()
    made = headers(receiver("https://sms.example/hook", SECRET).secret, "abc-1", wiring.now(), body)
    assert Webhook(SECRET).verify(body, made) == {"text": "Списано 450,00 ₽"}


def test_what_is_taken_is_sent_once_and_what_comes_later_behind_it(post: Post) -> None:
    with hook() as to:
        post.push(to)
        assert kinds(to.taken()) == [(OTHER, "monthly_fee")]
        post.feed(OTHER, "r1")
        post.feed(post.story.account_id, "r2")
        post.feed(OTHER, "r3")
        post.push(to)
        assert kinds(to.taken())[1:] == [(OTHER, "refresh_reply")] * 2 + [(post.story.account_id, "refresh_reply")]
        assert post.push(to) == []
        assert [each.id for each in to.got] == [each.notice["id"] for each in to.got]


def test_a_later_notice_of_a_contract_waits_for_its_earlier_one_and_others_go_on(post: Post) -> None:
    def answer(notice: dict[str, Any]) -> int:
        return 500 if notice["account"] == OTHER else 200

    with hook(answer) as to:
        post.feed(OTHER, "r1")
        post.feed(post.story.account_id, "r2")
        post.feed(post.story.account_id, "r3")
        post.push(to)
        assert kinds(to.taken()) == [(post.story.account_id, "refresh_reply")] * 2
        assert [each.notice["kind"] for each in to.got if each.status == 500] == ["monthly_fee"]
        to.answer = lambda _: 200
        assert post.push(to) == []  # not yet
        post.clock.instant += 6 * SECOND
        post.push(to)
        assert [each["kind"] for each in to.taken() if each["account"] == OTHER] == ["monthly_fee", "refresh_reply"]
        assert len({each.id for each in to.got}) == len(to.got) - 1  # the one that was tried twice


def test_it_is_tried_later_and_later_and_given_up_after_three_days(post: Post) -> None:
    with hook(lambda _: 500) as to:
        post.push(to)
        for seconds in (5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600):
            post.clock.instant += (seconds - 1) * SECOND
            assert post.push(to) == []
            post.clock.instant += SECOND
            assert len(post.push(to)[0].failed) == 1
        post.clock.instant = NOW + 3 * DAY
        assert [len(each.given_up) for each in post.push(to)] == [1]
        assert post.push(to) == []
        assert len({each.id for each in to.got}) == 1


@pytest.mark.parametrize("said", ["120", "Fri, 20 Jan 2023 09:02:00 GMT"])
@pytest.mark.parametrize("status", [429, 503])
def test_a_receiver_that_says_when_to_come_again_is_obeyed(post: Post, status: int, said: str) -> None:
    post.feed(post.story.account_id, "r2")
    with hook(lambda _: (status, {"retry-after": said})) as to:
        (pushed,) = post.push(to)
        assert pushed.paused_until == NOW + 2 * MINUTE
        to.answer = lambda _: 200
        post.clock.instant += 2 * MINUTE - SECOND
        assert post.push(to) == []
        post.clock.instant += SECOND
        post.push(to)
        assert len(to.taken()) == 2


def test_who_is_gone_ends_it_and_nothing_is_lost(post: Post) -> None:
    with hook(lambda _: 410) as to:
        with pytest.raises(Declined) as told:
            post.push(to)
        assert told.value.code == "RECEIVER_GONE"
        to.answer = lambda _: 200
        post.clock.instant += MINUTE
        post.push(to)
        assert kinds(to.taken()) == [(OTHER, "monthly_fee")]


def test_a_redirect_is_no_delivery_and_is_not_followed(post: Post) -> None:
    with hook(lambda _: (307, {"location": "/elsewhere"})) as to:
        (pushed,) = post.push(to)
        assert [each.status for each in pushed.failed] == [307]
        assert to.elsewhere == []


def test_a_receiver_that_is_not_there_is_asked_again(post: Post) -> None:
    with hook() as to:
        pass
    (pushed,) = post.push(to)
    assert [(each.status, each.problem) for each in pushed.failed] == [(None, "ConnectError")]
    assert pushed.paused_until is not None


def test_a_wrong_secret_is_noticed_by_the_receiver(post: Post) -> None:
    with hook() as to, httpx.Client() as client:
        body = b"{}"
        wrong = headers(b"x" * 32, "abc-1", NOW, body)
        assert client.post(to.url, content=body, headers=wrong).status_code == 401


def test_a_new_receiver_gets_what_comes_from_now_on_or_from_a_notice_on(post: Post) -> None:
    with hook() as to, hook() as new:
        post.push(to)
        post.push(new)
        assert new.taken() == []
        post.push(new, after=0)
        assert kinds(new.taken()) == [(OTHER, "monthly_fee")]


def test_a_code_is_sent_while_it_is_good_and_no_longer(post: Post) -> None:
    with hook(lambda _: 500) as to:
        post.push(to)
        me = post.story.contract.id
        post.outbox.put_code(me, "731955", zone="Europe/Moscow", now=post.clock(), until=post.clock() + 5 * MINUTE)
        post.push(to)
        to.answer = lambda _: 200
        post.clock.instant += 5 * MINUTE
        post.push(to)
        assert [each["kind"] for each in to.taken()] == ["monthly_fee"]
        post.outbox.put_code(me, "731956", zone="Europe/Moscow", now=post.clock(), until=post.clock() + 5 * MINUTE)
        post.push(to)
        assert to.taken()[-1]["text"].startswith("Код для входа: 731956.")


def test_one_process_pushes_to_a_receiver(post: Post) -> None:
    with (
        Deliveries(post.outbox, "https://sms.example/hook"),
        Deliveries(post.outbox, "https://other.example/hook"),
        pytest.raises(StateUnusable, match="another process"),
    ):
        Deliveries(post.outbox, "https://sms.example/hook")


@pytest.mark.parametrize(
    ("url", "secret", "code"),
    [
        ("sms.example/hook", SECRET, "NO_ADDRESS"),
        ("ftp://sms.example/hook", SECRET, "NO_ADDRESS"),
        ("https://me:word@sms.example/hook", SECRET, "NO_ADDRESS"),
        ("https://sms.example:port/hook", SECRET, "NO_ADDRESS"),
        ("http://sms.example/hook", SECRET, "NOT_ENCRYPTED"),
        ("http://127.0.0.1.sms.example/hook", SECRET, "NOT_ENCRYPTED"),
        ("https://sms.example/hook", "whsec_c2hvcnQ=", "NO_SECRET"),
        ("https://sms.example/hook", SECRET.removeprefix("whsec_"), "NO_SECRET"),
        ("https://sms.example/hook", "whsec_*", "NO_SECRET"),
    ],
)
def test_where_it_may_not_go_or_nothing_signs_it(url: str, secret: str, code: str) -> None:
    with pytest.raises(InvalidRequest) as told:
        receiver(url, secret)
    assert told.value.code == code


@pytest.mark.parametrize(
    "url", ["https://sms.example/hook", "http://127.0.0.1:8080/", "http://[::1]/", "http://localhost/"]
)
def test_where_it_may_go(url: str) -> None:
    assert receiver(url, SECRET + "\n").url == url
