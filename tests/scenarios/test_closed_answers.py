"""Answers about a closed contract: why, what was needed, its statement in every form, what if, what was late (R-15)."""

import io
import json
from collections.abc import Callable
from typing import Any

import openpyxl
import pypdfium2
import pytest

from ledger.events import Adjusted, PersonalErased, Refunded
from ledger.evolve import evolve
from ledger.rules.closing import personal_erased
from ledger.rules.considered import REASONS
from ledger.rules.moment import Moment
from projections import canonical
from projections.counterfactual.charge import adjustments
from projections.counterfactual.late import late
from projections.formats import csv, html, pdf, text, xlsx, xml
from projections.statement import Statement
from projections.words.phrasebook import Phrasebook
from tests.scenarios.test_closing import CLOSING, REFUSED_AFTER, close, refund, t4
from tests.scenarios.told import Begin, Told
from tests.support import at, rfc, run


def why(story: Told, version: int | None = None) -> dict[str, Any]:
    """The explanation of an event, the last one unless named; it agrees with what is stored."""
    found: dict[str, Any] = story.printed("explain", story.account_id, str(version or story.account.version))
    assert (found["agrees"], found["differences"]) == (True, [])
    return found


def told(story: Told, version: int, *options: str) -> str:
    return run(story.path, "explain", story.account_id, str(version), *options, as_json=False)


def closed(begin: Begin) -> Told:
    """Closed on 20.01.2023 10:00 with 600.00 (event 5)."""
    story = t4(begin)
    close(story)
    return story


# Why


def test_a_closing_tells_its_rule_and_what_ended(begin: Begin) -> None:
    """R-15.3."""
    story = closed(begin)
    found = why(story)
    assert found["rules"] == ["R-15.3"]
    assert found["facts"] == {"wallet": 600_00, "mode": "monthly", "blocks": []}
    assert [(each["what"], each["why"]) for each in found["alternatives"]] == [("ALREADY_CLOSED", "does not hold")]
    assert [(each["bucket"], each["service"], each["to"]) for each in found["parts"]] == [
        ("base", service, f"expired/{service}") for service in ("voice", "sms", "data")
    ]
    assert (found["before"]["mode"], found["after"]["mode"], found["after"]["period"]) == ("monthly", "closed", None)
    assert (found["after"]["plan"], found["after"]["buckets"], found["after"]["blocks"]) == ("t4", [], [])
    assert (found["after"]["discount"], found["after"]["promise"]) == (None, None)


@pytest.mark.parametrize(("type", "fields"), REFUSED_AFTER)
def test_a_refusal_of_a_closed_contract_tells_when_it_was_closed_and_what_nobody_looked_at(
    begin: Begin, type: str, fields: dict[str, Any]
) -> None:
    """R-15.4: before every reason of the input's own."""
    story = closed(begin)
    story.feed(type, "2023-01-21 10:00", **fields)
    found = why(story)
    assert (found["rules"], found["facts"]) == (["R-15.4"], {"closed_at": rfc(at(CLOSING))})
    own = [each for each in REASONS.get(type, ()) if (type, each) != ("refresh", "UNKNOWN_SERVICE_CODE")]
    assert [(each["what"], each["why"]) for each in found["alternatives"]] == [(each, "not reached") for each in own]


def test_a_record_from_after_the_closing_tells_both_times_and_that_every_package_had_expired(begin: Begin) -> None:
    """R-15.4."""
    story = closed(begin)
    story.call("2023-01-20 10:30", "3:00")
    found = why(story)
    times = {"record_at": rfc(at("2023-01-20 10:30")), "closed_at": rfc(at(CLOSING))}
    assert (found["rules"], found["facts"]) == (["R-15.4"], {"reason": "CLOSED"} | times)
    assert {(each["what"], each["service"], each["why"]) for each in found["alternatives"]} == {
        ("bucket", "voice", "expired"),
        ("bucket", "sms", "other service"),
        ("bucket", "data", "other service"),
    }
    story.rerate("2023-01-21 10:00", 6)
    assert (why(story)["rules"], why(story)["facts"]) == (["R-11.6", "R-15.4"], found["facts"] | {"record": 6})
    assert "услуга связи после закрытия — договор закрыт (CLOSED)" in told(story, 6)


def test_a_refund_says_where_the_money_went_and_its_reversal_where_it_came_from(begin: Begin) -> None:
    """R-15.5, R-11.1; and a reversed top-up still goes back the way it came."""
    story = closed(begin)
    refund(story, "2023-01-21 10:00", 500_00, channel="card")
    story.reverse("2023-01-21 11:00", 6)
    story.reverse("2023-01-21 12:00", 2)
    refund(story, "2023-01-21 13:00", 500_00)
    assert (why(story, 6)["rule"], why(story, 6)["facts"]) == (
        "R-15.5",
        {"needed": 500_00, "wallet": 600_00, "amount": 500_00},
    )
    assert "с баланса: возврат средств (card)" in told(story, 6)
    assert "нужно 500,00 ₽, на балансе 600,00 ₽" in told(story, 6).replace("\u00a0", " ")
    assert "на баланс: возврат средств (card)" in told(story, 7)
    assert "с баланса: пополнение (cash)" in told(story, 8)
    assert "to the wallet: refund (card)" in told(story, 7, "--lang", "en")
    assert (why(story, 9)["rule"], why(story, 9)["facts"]) == ("R-15.5", {"needed": 500_00, "wallet": -400_00})


NEEDED = [
    # type, fields, what was needed
    ("ussd", {"text": "*929#"}, "открыть новый договор: этот закрыт 20.01.2023"),
    ("top_up", {"amount": 1}, "открыть новый договор: этот закрыт 20.01.2023"),
    ("close", {}, None),
    ("refund", {"amount": 600_01}, "вернуть не больше 600,00 ₽"),
    ("adjust", {"amount": -600_01, "cites": [4], "text": ""}, None),
]


@pytest.mark.parametrize(("type", "fields", "needed"), NEEDED)
def test_a_refusal_says_what_was_needed(begin: Begin, type: str, fields: dict[str, Any], needed: str | None) -> None:
    story = closed(begin)
    story.feed(type, "2023-01-21 10:00", **fields)
    (row,) = story.printed("refused")
    assert (row["version"], row["worked_at"], row["missing"]) == (6, None, None)
    assert (row["needed"] or "").replace("\u00a0", " ") == (needed or "")


def test_nothing_that_was_refused_before_the_closing_works_after_it(begin: Begin) -> None:
    """A refresh refused for want of money would have worked with what came later, had the contract not been closed."""
    story = t4(begin, 399_99)
    story.dial("2023-01-19 10:00")
    close(story)
    story.adjust("2023-01-21 10:00", 100_00, 4)
    (row,) = story.printed("refused")
    assert (row["reason"], row["worked_at"], row["worked_from"]) == ("INSUFFICIENT_FUNDS", None, None)


# The statement


def _pdf(made: Statement) -> str:
    return "\n".join(each.get_textpage().get_text_range() for each in pypdfium2.PdfDocument(pdf.render(made)))


def _xlsx(made: Statement) -> str:
    book = openpyxl.load_workbook(io.BytesIO(xlsx.render(made)))
    rows = (row for sheet in book for row in sheet.iter_rows(values_only=True))
    return "\n".join(" ".join(str(cell) for cell in row if cell is not None) for row in rows)


def _csv(made: Statement) -> str:
    return csv.render(made, "ledger") + csv.render(made, "usage")


FORMS = [
    (text.render, ("Возврат средств (card)", "−600,00 ₽", "Записи без тарификации: 1", "договор закрыт")),
    (html.render, ("Возврат средств (card)", "Записи без тарификации: 1", "договор закрыт")),
    (_pdf, ("Возврат средств (card)", "Записи без тарификации: 1", "договор закрыт")),
    (_csv, ("возврат средств;Возврат средств;card;;;-600", "Записи без тарификации;1", "договор закрыт")),
    (_xlsx, ("возврат средств Возврат средств card", "Записи без тарификации: 1", "договор закрыт")),
    (xml.render, ('kind="refund"', "Возврат средств", 'mode="closed"', 'reason="CLOSED"')),
]


@pytest.mark.parametrize(("printed", "said"), FORMS)
def test_every_form_has_the_refund_and_waits_for_nothing(
    begin: Begin, printed: Callable[[Statement], str], said: tuple[str, ...]
) -> None:
    """R-13.5: the last days of a closed contract stay provisional, since late records may come."""
    story = closed(begin)
    story.call("2023-01-20 10:30", "3:00")
    refund(story, "2023-01-21 10:00", 600_00, channel="card")
    found = printed(story.statement("2023-01-01", "2023-03-31")).replace("\u00a0", " ")
    assert [each for each in said if each not in found] == []
    assert "предварительно:" not in found
    assert "ещё не" not in found


def test_the_json_of_a_closed_contract_has_the_last_plan_and_nothing_due(begin: Begin) -> None:
    """Contract §5."""
    story = closed(begin)
    refund(story, "2023-01-21 10:00", 600_00, channel="card")
    made = json.loads(canonical.statement(story.statement("2023-01-21", "2023-01-31")))
    assert made["lines"] == [
        {
            "version": 6,
            "booked_at": "2023-01-21T10:00:00+03:00",
            "kind": "refund",
            "text": "Возврат средств",
            "channel": "card",
            "period": None,
            "amount": -600_00,
            "balance": 0,
        }
    ]
    assert (made["final"], made["mode"], made["left"], made["next_due"], made["next_fee"]) == (
        False, "closed", [], None, None,
    )  # fmt: skip
    assert made["plan_name"] == "Тест t4"
    before = json.loads(canonical.statement(story.statement("2023-01-15", "2023-01-19")))
    assert (before["final"], before["mode"]) == (True, "monthly")


def test_a_late_record_of_a_closed_contract_stands_in_its_last_days(begin: Begin) -> None:
    story = closed(begin)
    provisional = story.statement("2023-01-20", "2023-01-31")
    story.call("2023-01-20 09:00", "3:00", received_at="2023-01-25 10:00")
    again = story.statement("2023-01-20", "2023-01-31")
    assert (provisional.final, again.final) == (False, False)
    assert [row.amount for row in again.usage] == [6_00]


# What if, and late


def test_without_the_closing_the_month_would_have_gone_on(begin: Begin) -> None:
    story = closed(begin)
    story.call("2023-01-20 10:30", "3:00")
    story.feed("top_up", "2023-02-20 10:00", amount=100_00)
    found = story.printed("what-if", story.account_id, "--drop", "5")
    lines = {(each["version"], each["field"]): (each["was"], each["would_be"]) for each in found["lines"]}
    assert lines[6, "type"] == ("UsageUnrated", "UsageCharged")
    assert lines[7, "type"] == ("InputRefused", "ToppedUp")
    assert found["wallet_difference"] == -400_00 + 100_00


def test_money_that_was_paid_out_is_no_charge_of_a_late_record(begin: Begin) -> None:
    """Had the call come in time, less could have been paid out; but what was paid out is nothing to mend."""
    story = closed(begin)
    refund(story, "2023-01-21 10:00", 600_00)
    story.call("2023-01-20 09:00", "3:00", zone="russia", received_at="2023-01-21 11:00")
    assert story.wallet == -15_00
    with story.reading() as log:
        assert late(log, log.accounts()) == []


def test_a_late_charge_is_mended_on_a_closed_contract(begin: Begin) -> None:
    """R-11.5, R-15.4: behind the late window the call cost 6.00, in time it would have cost nothing."""
    story = closed(begin)
    story.call("2023-01-20 09:00", "3:00", received_at="2023-01-25 10:00")
    with story.reading() as log:
        found = late(log, log.accounts())
        ((_, mending),) = adjustments(found, "clerk", log.contracts)
    assert [(each.event, each.was, each.would_be) for each in found] == [(6, -6_00, 0)]
    assert [type(each) for outcome in story.apply(*mending) for each in outcome.events] == [Adjusted]
    with story.reading() as log:
        assert late(log, log.accounts()) == []


# The erasure's event


def test_an_erasure_is_booked_at_the_clock_or_later_and_moves_nothing(begin: Begin) -> None:
    """R-15.9: it has no input and no entries; why and by whom stays."""
    account = closed(begin).account
    for when, booked_at in (("2023-01-19 10:00", CLOSING), ("2026-01-21 10:00", "2026-01-21 10:00")):
        erased = personal_erased(account, Moment(at(when), at(when), at("2026-02-01 10:00")), "срок вышел", "clerk", ())
        assert erased == PersonalErased(
            version=6,
            occurred_at=at(booked_at),
            booked_at=at(booked_at),
            recorded_at=at("2026-02-01 10:00"),
            ground="срок вышел",
            by="clerk",
        )
        after = evolve(account, erased)
        assert (account.erased, after.erased, after.wallet, after.mode) == (False, True, 600_00, "closed")


def test_titles_name_what_a_closed_contract_books() -> None:
    common: dict[str, Any] = {"version": 1, "occurred_at": 0, "booked_at": 0, "recorded_at": 0}
    erased = PersonalErased(**common, ground="срок вышел", by="clerk")
    assert Phrasebook("ru").title(erased) == "персональные данные уничтожены"
    assert Phrasebook("en").title(Refunded(**common, amount=1, channel="card")) == "refund"
