"""The façade of TM Forum: the same ledger in its forms, exact to the kopeck, once for the same request."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.periods import MINUTE
from scripts.sample import ANNA, BORIS, VERA
from scripts.web.problems import Problem
from scripts.web.route import Route
from scripts.web.table import ROUTES
from scripts.web.tmf.amounts import kopecks_of, rubles
from scripts.web.tmf.profile import profile
from tests.support import Clock
from tests.web.support import Served, served

PREPAY = "/tmf-api/prepayBalanceManagement/v4"
USAGE = "/tmf-api/usageManagement/v4/usage"
CONSUMPTION = "/tmf-api/usageConsumption/v4"
BILLS = "/tmf-api/customerBillManagement/v4"


@pytest.fixture(scope="module")
def taking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("tmf")) as made:
        yield made


def whole(answer: httpx.Response) -> Any:
    """What is answered, its decimals as they are written."""
    assert answer.status_code in (200, 201, 206), answer.text
    return json.loads(answer.text, parse_float=Decimal)


def listed(server: Served, path: str, number: str, **query: object) -> Any:
    asked: dict[str, Any] = {"relatedParty.id": number, **query}
    return whole(server.client("clerk").get(path, params=asked))


def top_up(id: str | None, amount: object, **more: object) -> dict[str, Any]:
    said = {"relatedParty": [{"id": VERA}], "amount": {"amount": amount, "units": "RUB"}, **more}
    return said if id is None else {"id": id, **said}


def correction(id: str, amount: object, *cited: object, **more: object) -> dict[str, Any]:
    related = [{"id": str(each)} for each in cited]
    return top_up(id, amount, reason="ошибка", relatedEntity=related, **more)


def record(id: str, *, quantity: object = 65, **more: object) -> dict[str, Any]:
    said = {
        "id": id, "relatedParty": [{"id": VERA}], "usageDate": "2026-03-16T11:00:00+03:00", "usageType": "voice",
        "usageCharacteristic": [{"name": "quantity", "value": quantity}],
    }  # fmt: skip
    return said | more


# 654


def test_buckets_are_the_wallet_and_the_packages_of_the_balance(server: Served) -> None:
    for number in (ANNA, BORIS):
        balance = server.client("clerk").get(f"/v1/accounts/{number}/balance").json()
        wallet, *packages = listed(server, f"{PREPAY}/bucket", number)
        assert wallet["remainingValue"] == {"amount": Decimal(balance["wallet"]) / 100, "units": "RUB"}
        assert [
            (each["name"], each["usageType"], each["remainingValue"]["amount"], each["validFor"]["endDateTime"])
            for each in packages
        ] == [(each["bucket"], each["service"], each["left"], each["end"]) for each in balance["buckets"]]
        for each in (wallet, *packages):
            assert whole(server.client("clerk").get(each["href"])) == each


def test_sums_are_those_of_the_buckets(server: Served) -> None:
    buckets = {each["id"]: each for each in listed(server, f"{PREPAY}/bucket", ANNA)}
    sums = listed(server, f"{PREPAY}/accumulatedBalance", ANNA)
    assert [each["usageType"] for each in sums] == ["monetary", "voice", "sms", "data"]
    for each in sums:
        parts = [buckets[part["id"]]["remainingValue"]["amount"] for part in each["bucket"]]
        assert each["totalBalance"]["amount"] == sum(parts)


def test_an_account_is_asked_for_by_any_of_its_names(server: Served) -> None:
    first = listed(server, f"{PREPAY}/bucket", ANNA)
    contract = first[0]["partyAccount"]["id"]
    clerk = server.client("clerk")
    for query in (
        {"logicalResource.id": ANNA}, {"product.publicIdentifier": f"+{ANNA}"}, {"relatedParty.id": contract},
        {"relatedParty.id": ANNA, "logicalResource.id": f"8{ANNA[1:]}"},
    ):  # fmt: skip
        assert whole(clerk.get(f"{PREPAY}/bucket", params=query)) == first
    assert whole(server.client("subscriber", ANNA).get(f"{PREPAY}/bucket")) == first
    two = clerk.get(f"{PREPAY}/bucket", params={"relatedParty.id": ANNA, "logicalResource.id": BORIS})
    assert (two.status_code, two.json()["code"]) == (422, "BAD_PARAMETER")
    assert clerk.get(f"{PREPAY}/bucket").json()["code"] == "PARAMETER_MISSING"
    assert ANNA not in "".join(each["id"] + each["href"] for each in first)


def test_the_same_top_up_again_is_the_first_one(taking: Served) -> None:
    feeder = taking.client("feeder")
    assert feeder.post(f"{PREPAY}/topupBalance", json=top_up("pay-0", 1)).status_code == 201  # nights come first
    before = listed(taking, f"{PREPAY}/bucket", VERA)[0]["remainingValue"]["amount"]
    said = top_up("pay-1", 12.30, channel={"name": "card"})
    first, again = (feeder.post(f"{PREPAY}/topupBalance", json=said) for _ in range(2))
    by_header = feeder.post(
        f"{PREPAY}/topupBalance",
        json=top_up(None, "12.3", channel={"name": "card"}),
        headers={"transactionId": "pay-1"},
    )
    assert [each.status_code for each in (first, again, by_header)] == [201, 200, 200]
    assert first.text == again.text == by_header.text
    assert '"amount":12.30' in first.text
    assert listed(taking, f"{PREPAY}/bucket", VERA)[0]["remainingValue"]["amount"] - before == Decimal("12.30")
    made = whole(taking.client("clerk").get(first.headers["location"]))
    assert made == whole(first)
    assert listed(taking, f"{PREPAY}/topupBalance", VERA)[-1] == made
    other = feeder.post(f"{PREPAY}/topupBalance", json=top_up("pay-1", 12.31))
    assert (other.status_code, other.json()["code"]) == (409, "ID_CONFLICT")


def test_the_same_request_at_a_later_time_is_the_first_one(tmp_path: Path) -> None:
    """Where none is said, the time is no part of it; what a rule refused is refused again."""
    with served(tmp_path) as late:
        asked = (
            ("feeder", f"{PREPAY}/topupBalance", top_up("pay-1", 1), (201, 200)),
            ("clerk", f"{PREPAY}/adjustBalance", correction("c-1", -1, 4), (201, 200)),
            ("clerk", f"{PREPAY}/adjustBalance", correction("c-2", -1, 9_999), (409, 409)),
        )
        clock = late.service.now
        assert isinstance(clock, Clock)
        for role, path, said, statuses in asked:
            client = late.client(role)  # type: ignore[arg-type]  # a role by its name
            first = client.post(path, json=said)
            clock.instant += MINUTE
            again = client.post(path, json=said)
            assert (first.status_code, again.status_code) == statuses
            assert (first.text, first.headers.get("location")) == (again.text, again.headers.get("location"))
            other = client.post(path, json=said | {"amount": {"amount": 2}})
            assert other.json()["code"] == "ID_CONFLICT"


def test_a_number_that_passed_on_and_is_erased_keeps_its_ids(tmp_path: Path) -> None:
    with served(tmp_path) as gone:
        clerk = gone.client("clerk")
        contract = listed(gone, f"{PREPAY}/bucket", VERA)[0]["partyAccount"]["id"]
        for fields in ({"type": "close"}, {"type": "refund", "amount": 245_00}, {"type": "open", "region": "moscow"}):
            said = {"id": f"g-{fields['type']}", "account": VERA, "at": "2026-03-16T11:00:00+03:00", **fields}
            assert clerk.post("/v1/inputs", json=said).json()["result"] == "applied"
        later = gone.client("feeder").post(f"{PREPAY}/topupBalance", json=top_up("pay-1", 1))
        assert whole(later)["partyAccount"]["id"] != contract
        earlier = {"relatedParty": [{"id": contract}], "amount": {"amount": 1}, "id": "pay-2"}
        refused = gone.client("feeder").post(f"{PREPAY}/topupBalance", json=earlier)
        assert (refused.status_code, refused.json()["code"]) == (409, "EARLIER_CONTRACT")
        before = {
            path: listed(gone, path, contract) for path in (f"{PREPAY}/topupBalance", USAGE, f"{BILLS}/customerBill")
        }
        erased = gone.command(
            "erase", VERA, "--holder", 1, "--ground", "x", "--by", "y", "--early", "--yes", "-o", tmp_path / "act.pdf"
        )
        assert erased.code == 0, erased.err
        for path, rows in before.items():
            after = listed(gone, path, contract)
            assert [each["id"] for each in after[: len(rows)]] == [each["id"] for each in rows]
            assert VERA not in json.dumps(after, default=str)


def test_a_top_up_that_comes_many_times_at_once_is_booked_once(taking: Served) -> None:
    said = top_up("pay-at-once", "1.01")
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(taking.client("feeder").post, f"{PREPAY}/topupBalance", json=said) for _ in range(16)]
        answers = [each.result() for each in asked]
    assert sorted(each.status_code for each in answers) == [200] * 15 + [201]
    assert len({each.text for each in answers}) == 1


def test_a_top_up_here_is_that_of_a_file_and_of_the_own_api(taking: Served) -> None:
    at = "2026-03-16T11:40:00+03:00"
    line = {"type": "top_up", "id": "pay-both", "account": VERA, "at": at, "amount": 7_07, "channel": "card"}
    assert taking.client("feeder").post("/v1/inputs", json=line).json()["result"] == "applied"
    said = top_up("pay-both", "7.07", channel={"name": "card"}, requestedDate=at)
    assert taking.client("feeder").post(f"{PREPAY}/topupBalance", json=said).status_code == 200


@given(st.integers(-(10**14), 10**14), st.integers(0, 12))
def test_every_sum_of_kopecks_is_read_back_as_it_was_written(amount: int, zeros: int) -> None:
    written = rubles(amount)
    assert kopecks_of("sum", written) == amount
    assert kopecks_of("sum", Decimal(f"{written}{'0' * zeros}")) == amount
    with pytest.raises(Problem):
        kopecks_of("sum", Decimal(f"{written}5"))


@pytest.mark.parametrize(
    ("amount", "told"),
    [
        ("0.001", "nothing less than a kopeck"), (1e-3, "nothing less than a kopeck"), ("1e400", "not an amount"),
        ("NaN", "not an amount"), ("Infinity", "not an amount"), ("1" * 40, "not an amount"), (0, "amount"),
        (-1, "amount"), (True, "decimal"), (None, "null is not absence"), ("10000000000.01", "amount"),
        ("12,30", "decimal"),
    ],
)  # fmt: skip
def test_an_amount_is_exact_or_refused(taking: Served, amount: object, told: str) -> None:
    refused = taking.client("feeder").post(f"{PREPAY}/topupBalance", json=top_up("odd", amount))
    assert (refused.status_code, refused.json()["code"]) == (422, "MALFORMED")
    assert told in refused.json()["message"]


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"amount": {"amount": 1, "units": "USD"}}, 422, "MALFORMED"), ({"relatedParty": []}, 422, "MALFORMED"),
        ({"logicalResource": [{"id": BORIS}]}, 422, "MALFORMED"), ({"partyAccount": {"id": ANNA}}, 422, "MALFORMED"),

        ({"relatedParty": [{"id": ANNA}, {"id": BORIS}]}, 422, "MALFORMED"), ({"voucher": "1"}, 422, "MALFORMED"),
        ({"relatedParty": [{"id": "79169999999"}]}, 404, "UNKNOWN_ACCOUNT"), ({"id": ""}, 422, "MALFORMED"),
        ({"requestedDate": "soon"}, 422, "MALFORMED"), ({"requestedDate": "2026-03-18T00:00:00Z"}, 422, "FUTURE"),
        ({"channel": {"name": "a\x00"}}, 422, "MALFORMED"), ({"usageType": "voice"}, 422, "MALFORMED"),
    ],
)  # fmt: skip
def test_a_top_up_that_is_none_is_refused(taking: Served, change: dict[str, Any], status: int, code: str) -> None:
    said = top_up("none", 1) | change
    refused = taking.client("feeder").post(f"{PREPAY}/topupBalance", json=said)
    assert (refused.status_code, refused.json()["code"]) == (status, code)


def test_a_correction_says_for_which_events_it_is_and_who_made_it(taking: Served) -> None:
    clerk = taking.client("clerk")
    contract = listed(taking, f"{PREPAY}/bucket", VERA)[0]["partyAccount"]["id"]
    first = clerk.post(f"{PREPAY}/adjustBalance", json=correction("c-1", "-3.50", f"{contract}-4"))
    again = clerk.post(f"{PREPAY}/adjustBalance", json=correction("c-1", -3.5, 4))
    assert (first.status_code, again.status_code, first.text) == (201, 200, again.text)
    made = whole(first)
    assert (made["amount"]["amount"], made["adjustType"], made["reason"]) == (Decimal("-3.50"), "oneTime", "ошибка")
    assert made["relatedEntity"] == [{"id": f"{contract}-4"}]
    assert listed(taking, f"{PREPAY}/adjustBalance", VERA) == [made]
    version = made["id"].partition("-")[2]
    event = json.loads(clerk.get(f"/v1/accounts/{VERA}/events?after={int(version) - 1}&limit=1").text)
    assert (event["type"], event["amount"], event["cites"], event["input"]["by"]) == ("Adjusted", -350, [4], "clerk-1")


def test_a_correction_of_nothing_or_of_another_contract_is_refused(taking: Served) -> None:
    other = listed(taking, f"{PREPAY}/bucket", ANNA)[0]["partyAccount"]["id"]
    for said, status in (
        (correction("c-2", 1), 422), (correction("c-3", 1, f"{other}-4"), 422), (correction("c-4", 0, 4), 422),
        (correction("c-5", 1, 9_999), 409), (correction("c-6", 1, 4) | {"reason": ""}, 422),
    ):  # fmt: skip
        assert taking.client("clerk").post(f"{PREPAY}/adjustBalance", json=said).status_code == status
    assert taking.client("feeder").post(f"{PREPAY}/adjustBalance", json=correction("c-7", 1, 4)).status_code == 403
    alone = taking.client("clerk").post(f"{PREPAY}/adjustBalance", json=correction("c-8", "1000.01", 4))
    assert (alone.status_code, alone.json()["code"]) == (403, "SECOND_PERSON")
    assert taking.client("clerk").post(f"{PREPAY}/topupBalance", json=top_up("t", 1)).status_code == 403


def test_a_correction_above_the_limit_is_not_for_one_person_here_either(taking: Served) -> None:
    path, limit = f"{PREPAY}/adjustBalance", rubles(taking.service.limit)
    for id, amount, status in (("l-1", limit, 201), ("l-2", limit + 1, 403), ("l-3", -limit - 1, 403)):
        for role in ("clerk", "senior"):
            said = correction(f"{id}-{role}", str(amount), 4)
            answer = taking.client(role).post(path, json=said)
            assert answer.status_code == status
            assert status == 201 or answer.json()["code"] == "SECOND_PERSON"


# 635


def test_usage_is_what_the_statement_has(server: Served) -> None:
    path = f"/v1/accounts/{BORIS}/statement?from=2026-02-01&to=2026-02-28"
    statement = server.client("clerk").get(path).json()
    february = {"usageDate.gte": "2026-02-01", "usageDate.lte": "2026-02-28"}
    found = listed(server, USAGE, BORIS, status="rated", **february)
    rows = [row for row in statement["usage"] if row["peer"] not in ("*929#", "9290")]
    assert [(each["id"].partition("-")[2], each["usageDate"], each["usageType"], _rated(each)) for each in found] == [
        (str(row["version"]), row["at"], row["service"], (Decimal(row["amount"]) / 100, Decimal(row["amount_ex_vat"])))
        for row in rows
    ]
    voice = listed(server, USAGE, BORIS, usageType="voice", **february)
    assert {each["usageType"] for each in voice} == {"voice"}
    assert 0 < len(voice) < len(found)


def _rated(usage: Any) -> tuple[Decimal, Decimal]:
    (rated,) = usage["ratedProductUsage"]
    return rated["taxIncludedRatingAmount"]["value"], rated["taxExcludedRatingAmount"]["value"]


def test_a_record_is_handed_over_once_and_its_price_is_for_readers(taking: Served) -> None:
    feeder = taking.client("feeder")
    first, again = (feeder.post(USAGE, json=record("cdr-1")) for _ in range(2))
    assert (first.status_code, again.status_code, first.text) == (201, 200, again.text)
    assert "ratedProductUsage" not in first.json()
    shown = whole(taking.client("clerk").get(first.headers["location"]))
    assert (shown["status"], shown["usageType"], len(shown["ratedProductUsage"])) == ("rated", "voice", 1)
    assert {"name": "quantity", "value": 65} in shown["usageCharacteristic"]


def test_a_record_without_a_price_is_rejected_with_the_reason(taking: Served) -> None:
    values = [{"name": "quantity", "value": "65"}, {"name": "zone", "value": "mars"}]
    told = whole(taking.client("feeder").post(USAGE, json=record("cdr-2", usageCharacteristic=values)))
    assert (told["status"], told["statusReason"]) == ("rejected", "NO_PRICE")
    assert told in listed(taking, USAGE, VERA, status="rejected")


@pytest.mark.parametrize(
    "change",
    [
        {"usageType": "fax"}, {"usageCharacteristic": []}, {"usageDate": "2026-03-16"}, {"usageDate": "today"},
        {"usageSpecification": {"id": "sms"}}, {"usageCharacteristic": [{"name": "quantity", "value": 1.5}]},
        {"usageCharacteristic": [{"name": "quantity", "value": "many"}]},
        {"usageCharacteristic": [{"name": "quantity", "value": 1}, {"name": "quantity", "value": 2}]},
    ],
)  # fmt: skip
def test_a_record_that_is_none_is_refused(taking: Served, change: dict[str, Any]) -> None:
    refused = taking.client("feeder").post(USAGE, json=record("none") | change)
    assert (refused.status_code, refused.json()["code"]) == (422, "MALFORMED")


def test_the_services_of_records_are_told_to_anybody(server: Served) -> None:
    found = whole(server.client(None).get("/tmf-api/usageManagement/v4/usageSpecification"))
    assert [each["id"] for each in found] == ["voice", "sms", "data"]
    for each in found:
        assert whole(server.client(None).get(each["href"])) == each


# 677


def test_what_is_left_and_used_of_a_package_is_what_was_granted(server: Served) -> None:
    asked = {"relatedParty": [{"id": ANNA}], "searchCriteria": {"relatedParty": [{"id": BORIS}]}}
    answer = whole(server.client("clerk").post(f"{CONSUMPTION}/queryUsageConsumption", json=asked))
    assert answer["state"] == "done"
    for number, told in zip((ANNA, BORIS), answer["usageConsumption"], strict=True):
        (report,) = listed(server, f"{CONSUMPTION}/usageConsumptionReport", number)
        assert [each["bucketBalance"][0]["remainingValue"] for each in report["bucket"]] == [
            each["remainingValue"] for each in told["bucketRefOrValue"]
        ]
        balance = server.client("clerk").get(f"/v1/accounts/{number}/balance").json()
        _, *packages = report["bucket"]
        for package, bucket in zip(packages, balance["buckets"], strict=True):
            counters = {each["counterType"]: each["value"]["amount"] for each in package["bucketCounter"]}
            left = package["bucketBalance"][0]["remainingValue"]["amount"]
            assert (left, counters["granted"]) == (bucket["left"], bucket["granted"])
            assert left + counters["used"] == counters["granted"]


def test_consumption_is_asked_of_one_to_ten_numbers_and_all_of_them_are_written_down(taking: Served) -> None:
    path, clerk = f"{CONSUMPTION}/queryUsageConsumption", taking.client("clerk")
    for numbers in ([], [f"7916000{each:04}" for each in range(11)]):
        assert clerk.post(path, json={"relatedParty": [{"id": each} for each in numbers]}).status_code == 422
    taking.gate.notes.clear()
    asked = {"relatedParty": [{"id": ANNA}, {"id": VERA}]}
    assert clerk.post(path, json=asked).status_code == 200
    ((_, _, whose),) = taking.gate.notes
    assert len(whose) == 2
    assert taking.client("subscriber", ANNA).post(path, json=asked).status_code == 403


# 678


def test_bills_are_the_months_of_the_statement_and_their_lines_sum_up_to_them(server: Served) -> None:
    for number in (ANNA, BORIS, VERA):
        bills = listed(server, f"{BILLS}/customerBill", number)
        assert [each["state"] for each in bills] == ["settled"] * (len(bills) - 1) + ["new"]
        lines = listed(server, f"{BILLS}/appliedCustomerBillingRate", number)
        assert [each for bill in bills for each in lines if each["bill"]["id"] == bill["id"]] == lines
        for bill in bills:
            theirs = [each for each in lines if each["bill"]["id"] == bill["id"]]
            for amount in ("taxIncludedAmount", "taxExcludedAmount"):
                assert bill[amount]["value"] == sum(each[amount]["value"] for each in theirs)
            assert whole(server.client("clerk").get(bill["href"])) == bill
            for line in theirs[:2]:
                assert whole(server.client("clerk").get(line["href"])) == line
            assert listed(server, f"{BILLS}/appliedCustomerBillingRate", number, **{"bill.id": bill["id"]}) == theirs


def test_the_document_of_a_bill_is_the_statement(server: Served) -> None:
    february = listed(server, f"{BILLS}/customerBill", ANNA)[1]
    times = february["billingPeriod"]
    assert list(times.values()) == ["2026-02-01T00:00:00+03:00", "2026-03-01T00:00:00+03:00"]
    documents = {each["id"]: each["url"] for each in february["billDocument"]}
    statement = server.client("clerk").get(documents["json"])
    own = server.client("clerk").get(f"/v1/accounts/{ANNA}/statement?from=2026-02-01&to=2026-02-28")
    assert statement.text == own.text
    subscriber = server.client("subscriber", ANNA)
    assert subscriber.get(documents["txt"]).status_code == 200
    for period in (times, {"startDateTime": "2026-02-01", "endDateTime": "2026-02-28"}):
        made = subscriber.post(f"{BILLS}/customerBillOnDemand", json={"billingPeriod": period})
        assert (made.status_code, made.json()["billDocument"]) == (201, february["billDocument"])
        assert whole(subscriber.get(made.headers["location"])) == whole(made)


def test_dates_the_wrong_way_round_have_no_document(server: Served) -> None:
    said = {"relatedParty": {"id": ANNA}, "billingPeriod": {"startDateTime": "2026-03-01", "endDateTime": "2026-02-01"}}
    refused = server.client("clerk").post(f"{BILLS}/customerBillOnDemand", json=said)
    assert (refused.status_code, refused.json()["code"]) == (422, "DATES_REVERSED")


# 630


def test_a_list_comes_in_pages_with_its_counts(server: Served) -> None:
    clerk = server.client("clerk")
    everything = listed(server, USAGE, ANNA)
    found: list[Any] = []
    address = f"{USAGE}?relatedParty.id={ANNA}&limit=40&fields=usageDate"
    while address:
        answer = clerk.get(address)
        assert answer.status_code == 206
        assert answer.headers["x-total-count"] == str(len(everything))
        found += answer.json()
        assert answer.headers["x-result-count"] == str(len(answer.json()))
        address = f"{USAGE}{answer.links['next']['url']}" if "next" in answer.links else ""
    assert [list(each) for each in found] == [["id", "href", "@type", "usageDate"]] * len(everything)
    assert [each["id"] for each in found] == [each["id"] for each in everything]
    assert clerk.get(f"{USAGE}?relatedParty.id={ANNA}&limit=0").status_code == 422


def test_an_error_is_a_problem_that_has_the_members_of_630_besides(server: Served) -> None:
    clerk = server.client("clerk")
    for path, status in (
        (f"{PREPAY}/bucket/nobody-wallet", 404), (f"{PREPAY}/bucket?relatedParty.id=79169999999", 404),
        (f"{PREPAY}/nothing", 404), (f"{PREPAY}/bucket?colour=red", 422), (f"{PREPAY}/reserveBalance", 501),
    ):  # fmt: skip
        answer = clerk.get(path)
        told = answer.json()
        assert (answer.status_code, told["status"], answer.headers["content-type"]) == (
            status, status, "application/problem+json",
        )  # fmt: skip
        assert told["message"] == told["detail"]
        assert told["reason"]
        assert told["code"]
    assert "message" not in clerk.get("/v1/nothing").json()


def test_nobody_learns_of_an_id_of_another_whether_it_is_there(server: Served) -> None:
    anna = server.client("subscriber", ANNA)
    boris = listed(server, f"{PREPAY}/bucket", BORIS)[0]["href"]
    told = [anna.get(path) for path in (boris, f"{PREPAY}/bucket/nobody-wallet", f"{PREPAY}/bucket/{BORIS}-wallet")]
    assert {(each.status_code, each.json()["detail"]) for each in told} == {(403, "this is not your contract")}


ABSENT = [route for route in ROUTES if route.absent]


@pytest.mark.parametrize("route", ABSENT, ids=lambda route: route.name)
def test_what_is_absent_says_so_to_who_may_ask(server: Served, route: Route) -> None:
    path = route.path.format(id="x")
    assert server.client("clerk").request(route.method, path).status_code == 501
    assert server.client(None).request(route.method, path).status_code == 401


def test_the_profile_has_every_operation(server: Served) -> None:
    told = server.client(None).get("/tmf-api").json()
    assert told == profile()
    operations = {(each["method"], each["path"], each["state"]) for api in told for each in api["operation"]}
    ours = [route for route in ROUTES if route.path.startswith("/tmf-api/")]
    assert operations == {(each.method, each.path, "absent" if each.absent else "there") for each in ours}
