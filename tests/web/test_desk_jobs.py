"""What takes long at the desk: begun, left and found again, followed, stopped; and what it comes to."""

import json
import pickle
import re
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from ledger.progress import Progress
from ledger.service import Ledger
from projections.evidence.keys import create
from scripts.sample import ANNA, BORIS
from scripts.web.jobs import Job, Jobs, Work
from tests.web.support import Served, served
from tests.web.test_cabinet import text_of

PATIENCE_SECONDS = 120


class Carried(Jobs):
    """Jobs of this process, whose work could go to another and come back from there."""

    def start(self, kind: str, title: str, owner: str, work: Work, **more: Any) -> Job:
        if kind in ("late", "totals", "verify", "reconcile"):
            carried: Work = pickle.loads(pickle.dumps(work))  # our own, a moment ago

            def done(ledger: Ledger, progress: Progress) -> Any:
                return pickle.loads(pickle.dumps(carried(ledger, progress)))  # the same

            return super().start(kind, title, owner, done, **more)
        return super().start(kind, title, owner, work, **more)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("desk-jobs")) as made:
        made.service.jobs.close()
        made.service.jobs = Carried(made.service.ref, made.service.now)
        yield made


def ended(client: httpx.Client, begun: httpx.Response) -> httpx.Response:
    """The page of a job that was begun, once it is over."""
    assert begun.status_code == 303, begun.text
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        page = client.get(begun.headers["location"])
        if "data-events" not in page.text:
            return page
        time.sleep(0.05)
    raise AssertionError("the job goes on")


def test_totals_are_counted_beside_the_answers(server: Served) -> None:
    auditor = server.client("auditor")
    begun = auditor.post("/desk/totals", data={"from": "2026-02-01", "to": "2026-02-28", "by": "", "known_at": ""})
    said = text_of(ended(auditor, begun))
    assert "Итоги с 01.02.2026 по 28.02.2026" in said
    assert "cash:card" in said
    assert "Итоги 01.02.2026 – 28.02.2026" in text_of(auditor.get("/desk/jobs"))
    assert "Итоги" not in text_of(server.client("clerk").get("/desk/jobs")).partition("Ваши задания")[2]
    assert server.client("clerk").get(begun.headers["location"]).status_code == 404


def test_late_charges_lead_to_their_events(server: Served) -> None:
    clerk = server.client("clerk")
    call = {"type": "usage", "service": "voice", "direction": "out", "quantity": 12_000, "account": BORIS, "id": "slow"}
    times = {"at": "2026-02-11T15:00:00+05:00", "received_at": "2026-03-12T10:00:00+05:00", "peer": "73430001122"}
    assert server.client("feeder").post("/v1/inputs", json=call | times | {"source": "switch"}).status_code == 200
    server.gate.notes.clear()
    page = ended(clerk, clerk.post("/desk/late", data={"from": ""}))
    assert "приди записи вовремя" in text_of(page)
    links = re.findall(r'href="(/desk/79[0-9]+/events/[0-9]+)"', page.text)
    assert links, text_of(page)
    assert clerk.get(links[0]).status_code == 200
    assert any(what == "GET /desk/jobs/{job}" and whose for _, what, whose in server.gate.notes)


def test_the_log_is_verified_and_its_checkpoints_are_told(server: Served) -> None:
    auditor = server.client("auditor")
    assert "ключа подписи нет" in text_of(auditor.get("/desk/verify"))
    create(server.service.ref.keys_place.folder)
    assert "ещё ничего" in text_of(auditor.get("/desk/verify"))
    assert auditor.get("/v1/checkpoints").status_code == 200
    assert "Подписано" in text_of(auditor.get("/desk/verify"))
    said = text_of(ended(auditor, auditor.post("/desk/verify")))
    assert "всё сходится" in said
    assert "контрольной точкой покрыто" in said


def test_a_list_is_compared_and_what_is_missing_booked_by_a_senior(server: Served) -> None:
    clerk, senior = server.client("clerk"), server.client("senior")
    rows = "id;account;at;amount\n101-0002;79160000101;12.01.2026 10:05;1000,00\nbank-7;79160000102;15.01.2026;250,00\n"
    file = {"file": ("bank.csv", rows.encode("cp1251"), "text/csv")}
    page = ended(clerk, clerk.post("/desk/reconcile", data={"channel": "card"}, files=file))
    said = text_of(page)
    assert "Совпало: 1" in said
    assert "bank-7 …0102" in said
    assert "может старший сотрудник" in said
    where = str(page.url).replace("/jobs/", "/reconcile/")
    assert clerk.post(where, data={"step": "book"}).status_code == 403
    assert senior.post(where, data={"step": "book"}).status_code == 404  # it is somebody else's
    page = ended(senior, senior.post("/desk/reconcile", data={"channel": "card"}, files=file))
    where = str(page.url).replace("/jobs/", "/reconcile/")
    booked = ended(senior, senior.post(where, data={"step": "book"}))
    assert "Проведено: 1, отказано: 0, отклонено: 0" in text_of(booked)
    again = ended(senior, senior.post(where, data={"step": "book"}))
    assert "Проведено: 0" in text_of(again)


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"\x00\x01", "не читается как список платежей"), (b"", "Файл пуст"), (b"a;b\n1;2\n", "не чита")],
)
def test_what_is_no_list_is_told_so(server: Served, content: bytes, said: str) -> None:
    clerk = server.client("clerk")
    answer = clerk.post("/desk/reconcile", data={"channel": "bank"}, files={"file": ("x.csv", content)})
    page = answer if answer.status_code >= 400 else ended(clerk, answer)
    assert said in page.text


def test_records_without_a_price_are_listed(server: Served) -> None:
    said = text_of(server.client("clerk").get("/desk/unrated", params={"reason": ""}))
    assert "Записи без цены" in said
    assert server.client("clerk").get("/desk/unrated", params={"reason": "NONE"}).status_code == 422


def test_a_job_is_followed_and_stopped(server: Served) -> None:
    """It tells each step once and ends; who stops it waits for no more than its next step."""
    client, goes_on = server.client("operator"), threading.Event()

    def work(_: object, progress: object) -> None:
        for done in range(1_000):
            assert callable(progress)
            progress(done)
            goes_on.wait(0.02)

    job: Job = server.service.jobs.start("test", "Долгое", "clerk-1", work)
    job.of = 1_000
    clerk = server.client("clerk")
    assert client.get(f"/desk/jobs/{job.id}").status_code == 403
    page = clerk.get(f"/desk/jobs/{job.id}")
    assert '<noscript><meta http-equiv="refresh"' in page.text
    with clerk.stream("GET", f"/desk/jobs/{job.id}/events") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        told = []
        for line in stream.iter_lines():
            if line.startswith("data:"):
                told.append(json.loads(line.removeprefix("data: ")))
            if len(told) == 2:
                assert clerk.post(f"/desk/jobs/{job.id}", data={"step": "stop"}).status_code == 303
    assert [each["of"] for each in told] == [1_000] * len(told)
    assert told[-1]["state"] == "stopped"
    assert "остановлено" in text_of(clerk.get(f"/desk/jobs/{job.id}"))


def test_who_is_limited_to_a_contract_begins_nothing_over_all(server: Served) -> None:
    limited = server.client("clerk", ANNA)
    assert limited.post("/desk/late", data={}).status_code == 403
    assert limited.get(f"/desk/{BORIS}").status_code == 403
    assert limited.get(f"/desk/{ANNA}").status_code == 200
    assert BORIS not in limited.get("/desk").text


def test_nobody_begins_more_than_some(server: Served) -> None:
    goes_on = threading.Event()
    begun = [server.service.jobs.start("test", "Ждёт", "busy-1", lambda *_: goes_on.wait()) for _ in range(5)]
    busy = httpx.Client(base_url=server.address, headers={"Authorization": "Bearer clerk/busy-1"}, trust_env=False)
    with busy:
        assert busy.post("/desk/late", data={}).status_code == 429
    for each in begun:
        each.stop()
    goes_on.set()
