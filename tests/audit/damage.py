"""Damage: a log broken in one way, by rows of its dataset that were sealed so, and the checks that must speak of it.

Who changes a row changes the list of files with it: nothing but the arithmetic tells.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
from msgspec.structs import replace

from ledger.log.dataset.form import Manifest
from tests.audit.log import Log, Row
from tests.audit.story import told
from tests.dataset.support import files_of, forged, rewritten


class Damage(NamedTuple):
    """What is broken, how, and which checks speak."""

    what: str
    speak: set[str]
    make: Callable[[Log], Any]


def put(type: str, nth: int = 0, /, **fields: Any) -> Callable[[Log], Any]:
    """Other fields on the nth event of a type."""
    return lambda log: log.the(type, nth).update(fields)


def moved(type: str, name: str, nth: int = 0, **by: float) -> Callable[[Log], Any]:
    """An instant moved."""

    def make(log: Log) -> None:
        log.the(type, nth)[name] += timedelta(**by)

    return make


def entry_of(type: str, nth: int, number: int, /, **fields: Any) -> Callable[[Log], Any]:
    """Other fields on an entry of the nth event of a type."""
    return lambda log: log.the(type, nth)["entries"][number].update(fields)


def more(type: str, nth: int, kopecks: int, /, *names: str) -> Callable[[Log], Any]:
    """The nth event of a type moves so much more out of the wallet, and says so in these fields."""

    def make(log: Log) -> None:
        row = log.the(type, nth)
        log.earn(row, -kopecks)
        for name in names:
            row[name] += kopecks

    return make


def dropped(type: str, nth: int, number: int) -> Callable[[Log], Any]:
    """The nth event of a type without one of its entries."""
    return lambda log: log.the(type, nth)["entries"].pop(number)


def of_two_buckets(log: Log) -> Row:
    """The record that took what was left of carried, and the rest of base."""
    return next(row for row in log.rows if [each["from"] for each in row["entries"]] == ["carried/voice", "base/voice"])


def out_of_order(log: Log) -> None:
    """A minute comes out of base that carried would have had; both expire so."""
    row = of_two_buckets(log)
    night = log.the("MonthlyFeeCharged", 1)["entries"]
    row["entries"][0]["amount"] -= 60
    row["entries"][1]["amount"] += 60
    next(entry for entry in night if entry["from"] == "base/voice")["amount"] -= 60
    night.append({**row["entries"][0], "to": "expired/voice", "amount": 60})


def overdrawn(log: Log) -> None:
    """A minute more out of carried than was in it, and none out of base, where it expires."""
    row = of_two_buckets(log)
    row["entries"][0]["amount"] += row["entries"].pop(1)["amount"]
    night = log.the("MonthlyFeeCharged", 1)["entries"]
    next(entry for entry in night if entry["from"] == "base/voice")["amount"] += 60


def transfer_of_nothing(log: Log) -> None:
    entries = log.spent("base/voice")["entries"]
    entries.append({**entries[0], "amount": 0})


def night_twice(log: Log) -> None:
    """The fee of a night once more, which ends what the first one granted; a top-up brings the money for it."""
    night, top_up = log.the("MonthlyFeeCharged", 2), log.the("ToppedUp", 1)
    again = log.again(night)
    ended = [
        {**entry, "from": entry["to"], "to": f"expired/{entry['to'].split('/')[1]}"} for entry in again["entries"][1:]
    ]
    for entry in again["entries"][1:]:
        entry["grant"] = again["version"]
    for row in log.behind(again):
        for entry in row["entries"]:
            if entry["grant"] == night["version"]:
                entry["grant"] = again["version"]
    again["entries"] += ended
    log.carry_on(again, -night["amount"])
    log.earn(top_up, night["amount"])
    top_up["amount"] += night["amount"]


def more_reversed(log: Log) -> None:
    row = log.the("ChargeReversed", 1)
    log.earn(row, 5_00)
    row["amount"] += 5_00


def too_little_billed(log: Log) -> None:
    """A kilobyte less, of what is carried and expires then."""
    row = log.spent("base/data")
    row["billed"] -= 1
    row["entries"][0]["amount"] -= 1
    for event in (log.the("PackagesRefreshed"), log.the("MonthlyFeeCharged", 1)):
        (entry,) = (
            each for each in event["entries"] if each["grant"] == row["entries"][0]["grant"] and "/data" in each["from"]
        )
        entry["amount"] += 1


def too_much_granted(log: Log) -> None:
    """A minute more, which expires."""
    for event, name in ((log.the("MonthlyFeeCharged", 1), "to"), (log.the("PeriodLapsed"), "from")):
        (entry,) = (each for each in event["entries"] if each[name] == "base/voice")
        entry["amount"] += 60


def earlier_night(log: Log) -> None:
    """A fee an hour before its night, with all that hangs on its time."""
    row = log.the("MonthlyFeeCharged", 2)
    for name in ("occurred_at", "booked_at", "period_start", "late_until"):
        row[name] -= timedelta(hours=1)


def never_blocked(log: Log) -> None:
    """The voluntary block and its end are gone."""
    for type in ("Blocked", "Unblocked"):
        log.remove(log.the(type))


def discount_of_nobody(log: Log) -> None:
    more("MonthlyFeeCharged", -1, -4_00, "amount")(log)
    log.the("MonthlyFeeCharged", -1)["discount"] = 1


def spent_by_a_fee(log: Log) -> None:
    """The fee of an option takes a minute of base too, which does not expire then."""
    row, lapsed = log.the("OptionFeeCharged"), log.the("PeriodLapsed")["entries"]
    left = next(entry for entry in lapsed if entry["from"] == "base/voice")
    left["amount"] -= 60
    row["entries"].append({**left, "to": "consumed/voice", "amount": 60})


def of_another_service(log: Log) -> None:
    """A call is a download now, of as many kilobytes as it had seconds, which stay taken out of minutes."""
    log.the("UsageCharged", service="voice", billed=360).update(service="data", quantity=360 * 1024)


def unblocked(log: Log) -> None:
    log.remove(log.the("Blocked", cause="balance"))


def other_record_rated(log: Log) -> None:
    next(row for row in log.rows if row["rerates"])["record"] = 10


def exchanged(log: Log) -> None:
    """A refusal and what was booked behind it, each at the other's position."""
    first = log.the("RefreshRefused")
    second = log.behind(first)[0]
    first["position"], second["position"] = second["position"], first["position"]


def claim_of_later(log: Log) -> None:
    for type in ("DisputeOpened", "DisputeResolved"):
        log.the(type)["event"] = 50


def wallet_goes_wrong(log: Log) -> None:
    log.carry_on(log.the("Refunded"), 1)


def refunded_nothing(log: Log) -> None:
    row = log.the("Refunded")
    log.carry_on(row, row["amount"])
    row.update(amount=0, entries=[])


DAMAGES = (
    Damage("an event is missing", {"versions", "positions"}, lambda log: log.rows.remove(log.the("RefreshRefused"))),
    Damage("two events change places in the log", {"versions"}, exchanged),
    Damage(
        "a position comes twice", {"positions", "versions"}, lambda log: log.the("RefreshRefused").update(position=1)
    ),
    Damage(
        "written before what stands before it", {"recorded_order"}, moved("RefreshRefused", "recorded_at", seconds=-1)
    ),
    Damage("booked later than it came", {"clock"}, moved("RefreshRefused", "booked_at", hours=1)),
    Damage("occurred after it came", {"clock"}, moved("RefreshRefused", "occurred_at", hours=1)),
    Damage("scheduled for another time", {"clock"}, moved("OptionExpired", "occurred_at", hours=-1)),
    Damage("opened in another zone", {"opening"}, put("AccountOpened", zone="Asia/Omsk")),
    Damage("an account that there is not", {"entries", "money"}, entry_of("PromiseTaken", 0, 0, to="revenue")),
    Damage("another unit", {"entries"}, entry_of("UsageCharged", 0, 0, unit="sms")),
    Damage("a transfer of nothing", {"entries"}, transfer_of_nothing),
    Damage("a wallet of another sum", {"wallet_after"}, put("ToppedUp", wallet_after=1)),
    Damage("a top-up by another channel", {"money"}, put("ToppedUp", channel="lottery")),
    Damage("a wallet that is not told", {"wallet_after"}, put("ToppedUp", wallet_after=None)),
    Damage("wallets that go on wrong", {"wallet_after", "statement_tiles"}, wallet_goes_wrong),
    Damage("a top-up of more than it says", {"money"}, more("ToppedUp", 0, -1_00)),
    Damage("a fee that goes elsewhere", {"money"}, entry_of("MonthlyFeeCharged", 0, 0, to="revenue:daily_fee")),
    Damage("a refund of nothing", {"top_up"}, refunded_nothing),
    Damage("more spent than there was", {"buckets", "bucket_ends"}, overdrawn),
    Damage(
        "spent out of another grant", {"buckets", "bucket_ends", "validity"}, entry_of("UsageCharged", 0, 0, grant=13)
    ),
    Damage("more granted than the plan has", {"granted"}, too_much_granted),
    Damage("less billed than was used", {"billed"}, too_little_billed),
    Damage("a record that costs more", {"amount"}, more("UsageCharged", -3, 1_00, "amount")),
    Damage(
        "another price",
        {"price"},
        lambda log: log.the("UsageCharged", service="sms", amount=5_700_00).update(price=3_79),
    ),
    Damage("rated by an old version", {"rating_version"}, put("UsageCharged", -4, plan_version="2015-01-01")),
    Damage("rated by another plan", {"rating_plan"}, put("UsageCharged", plan="t4")),
    Damage("covered where nothing covers", {"cover"}, put("UsageCharged", usage_zone="russia")),
    Damage("covered by what is not unlimited", {"unlimited"}, put("UsageCharged", 3, unlimited=True)),
    Damage("spent before it was granted", {"validity"}, moved("UsageCharged", "occurred_at", 10, days=-28)),
    Damage("spent by what is no record", {"validity"}, spent_by_a_fee),
    Damage("spent by another service", {"validity"}, of_another_service),
    Damage("base before carried", {"spending_order"}, out_of_order),
    Damage("another fee than the plan has", {"fee"}, more("MonthlyFeeCharged", -1, -1_00, "fee", "amount")),
    Damage("a discount that nobody gave", {"discount"}, discount_of_nobody),
    Damage("a kopeck beside the discount", {"discount"}, more("MonthlyFeeCharged", -1, 1, "amount")),
    Damage("a night twice", {"fee_once", "turns"}, night_twice),
    Damage("a day more in a month", {"period"}, moved("MonthlyFeeCharged", "period_end", -1, days=1)),
    Damage("an anchor that moved", {"period"}, put("MonthlyFeeCharged", 1, anchor_day=2)),
    Damage("a fee before its night", {"turns"}, earlier_night),
    Damage("asked for, and said to be of a night", {"turns", "connected"}, put("MonthlyFeeCharged", cause="nightly")),
    Damage("lapsed without a block", {"night", "refresh_refused"}, never_blocked),
    Damage("carried by a night that does not", {"carried"}, put("MonthlyFeeCharged", -2, carried=False)),
    Damage("left in base behind its end", {"bucket_ends"}, dropped("PeriodLapsed", 0, 0)),
    Damage("left in an option behind its end", {"option_ends"}, dropped("OptionDisconnected", 0, 0)),
    Damage("a late window that is longer", {"late_window"}, moved("PeriodLapsed", "late_until", hours=1)),
    Damage("paid out what is not there", {"funds"}, more("Refunded", 0, 3_000_00, "amount")),
    Damage("refreshed where it is not offered", {"refresh", "opening"}, put("PackagesRefreshed", region="elsewhere")),
    Damage("refused as not eligible", {"refresh_refused"}, put("RefreshRefused", reason="NOT_ELIGIBLE")),
    Damage("refused with other facts", {"refresh_refused"}, put("RefreshRefused", fact_available=0)),
    Damage(
        "refused for a reason that is none", {"refresh_refused"}, put("RefreshRefused", 1, reason="INSUFFICIENT_FUNDS")
    ),
    Damage("connected in another version", {"connected"}, put("PlanConnected", plan_version="2014-01-01")),
    Damage("the fee of another plan", {"fee_plan", "carried"}, put("MonthlyFeeCharged", -2, plan="t4")),
    Damage("a block of another kind is lifted", {"blocks"}, put("Blocked", kind="operator")),
    Damage("below zero without a block", {"financial_block", "blocks", "night"}, unblocked),
    Damage("more reversed than was left", {"reversal"}, more_reversed),
    Damage("reversed before it came", {"reversal"}, put("ChargeReversed", 1, event=30)),
    Damage("packages returned unsaid", {"returned_packages"}, put("ChargeReversed", packages_returned=False)),
    Damage("a correction of what is to come", {"cites"}, put("Adjusted", cites=[50])),
    Damage("a claim about what is to come", {"disputes"}, claim_of_later),
    Damage("an answer that is due later", {"disputes"}, put("DisputeOpened", answer_due="2023-04-01")),
    Damage("an answer about something else", {"disputes"}, put("DisputeResolved", event=5)),
    Damage("charged of after the closing", {"closed", "validity"}, moved("UsageCharged", "occurred_at", -1, hours=2)),
    Damage("a discount behind the closing", {"closed"}, put("InputRefused", -1, type="DiscountGranted")),
    Damage("a promise for longer", {"promises"}, moved("PromiseTaken", "until", hours=1)),
    Damage("a promise that ended before its end", {"promises"}, put("PromiseClosed", cause="ended")),
    Damage("an option for longer", {"options"}, moved("OptionFeeCharged", "period_end", days=1)),
    Damage("an option dearer than listed", {"options"}, more("OptionFeeCharged", -1, 1_00, "fee")),
    Damage("unrated where there was a plan", {"unrated"}, put("UsageUnrated", reason="NO_PLAN")),
    Damage("another record rated again", {"rerated"}, other_record_rated),
    Damage("VAT of another year", {"vat_rate"}, put("UsageCharged", vat_rate=18)),
)


AS_IT_IS = Damage("untouched", set(), lambda log: None)


def broken(folder: Path) -> Path:
    """A dataset of the story as it is and of each broken one, which is a contract and a shard of its own."""
    dataset = told(folder)
    (file,) = files_of(dataset)
    table = pq.ParquetFile(file).read()
    logs = [_broken(table, number, damage) for number, damage in enumerate((AS_IT_IS, *DAMAGES))]
    counts = tuple(len(rows) for rows in logs)
    rewritten(
        dataset, file, lambda _: pa.Table.from_pylist([row for rows in logs for row in rows], schema=table.schema)
    )

    def in_shards(said: Manifest) -> Manifest:
        sealing = replace(said.sealings[-1], positions=counts, digests=("",) * len(counts))
        return replace(said, shards=said.shards * len(counts), positions=counts, sealings=(sealing,))

    forged(dataset, in_shards)
    return dataset


def _broken(table: pa.Table, number: int, damage: Damage) -> list[Row]:
    log = Log(table.to_pylist())
    damage.make(log)
    for row in log.rows:
        row.update(shard=number, contract=damage.what)
    return log.rows
