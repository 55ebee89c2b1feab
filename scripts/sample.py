"""A sample feed: four subscribers in January, February and March 2026, always the same lines.

`python -m scripts.sample > sample.jsonl` writes it. Records stand in the order in which they reached us. Two lines are
there to be noticed: one that was cut off on its way, and one that was delivered twice.
"""

import json
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

ANNA = "79160000101"
"""Smart, 400 a month: refreshes by USSD before her minutes run out, and once more by SMS."""
BORIS = "79160000102"
"""Smart light in Yekaterinburg, 250 a month or 10 a day: lives by the day for a while, where no refresh is possible."""
VERA = "79160000103"
"""Smart mini, 350 a month: travels, is blocked for her debt, pays."""
GLEB = "79160000104"
"""Nash Smart in Vladivostok with 300 of credit: away with his number blocked while his month ends."""

Lines = Iterator[tuple[datetime, str]]


class Subscriber:
    """Writes one subscriber's inputs, numbered, in the local time of a region."""

    def __init__(self, account: str, zone: str) -> None:
        self.account = account
        self.zone = ZoneInfo(zone)
        self.number = 0

    def time(self, text: str) -> datetime:
        """The local time of "02-03 09:12" in 2026."""
        return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=self.zone)

    def says(self, type: str, when: str, *, received: str | None = None, **fields: object) -> tuple[datetime, str]:
        """One input as a line of JSON, with the time it reached us."""
        self.number += 1
        at = self.time(when)
        arrival = at if received is None else self.time(received)
        said = {"type": type, "id": f"{self.account[-3:]}-{self.number:04d}", "account": self.account}
        said["at"] = at.isoformat()
        if received is not None:
            said["received_at"] = arrival.isoformat()
        return arrival, json.dumps(said | fields, ensure_ascii=False)

    def used(
        self, service: str, when: str, quantity: int, *, received: str | None = None, **fields: object
    ) -> tuple[datetime, str]:
        """A record of the switch, outgoing unless it says otherwise."""
        said = {"source": "switch", "service": service, "direction": "out", "quantity": quantity} | fields
        return self.says("usage", when, received=received, **said)

    def days(self, first: str, last: str, *, call_seconds: int, megabytes: int) -> Lines:
        """Ordinary days: a call and a data session each, an SMS every third, an incoming call every fifth."""
        day, end = self.time(f"{first} 00:00"), self.time(f"{last} 00:00")
        count = 0
        while day <= end:
            date = f"{day:%m-%d}"
            count += 1
            seconds = call_seconds + 47 * (count % 7)
            yield self.used("voice", f"{date} 12:{7 + count % 40:02d}:20", seconds, peer=f"7495000{1000 + count % 9}")
            yield self.used("data", f"{date} 19:{11 + count % 40:02d}:05", (megabytes + count % 5) * 1_048_576 + 300)
            if count % 3 == 0:
                yield self.used("sms", f"{date} 20:30:00", 1, peer="79161112233")
            if count % 5 == 0:
                yield self.used("voice", f"{date} 21:05:40", 312, direction="in", peer="74950001234")
            day += timedelta(days=1)


def anna() -> Lines:
    """Two refreshes: what was left is carried once, and the due date moves to the day of the refresh."""
    me = Subscriber(ANNA, "Europe/Moscow")
    yield me.says("open", "01-12 10:00", region="moscow")
    yield me.says("top_up", "01-12 10:05", source="bank", amount=1_000_00, channel="card")
    yield me.says("connect_plan", "01-12 10:10", plan="smart")
    yield from me.days("01-13", "02-02", call_seconds=300, megabytes=120)
    yield me.says("ussd", "02-03 09:12", text="*929#")
    yield me.used("voice", "02-03 09:20", 1530, peer="74950001234")
    yield me.used("voice", "02-03 08:40", 250, received="02-03 11:00", peer="74950001001")  # before the refresh
    yield me.says("top_up", "02-10 18:00", source="bank", amount=500_00, channel="card")
    yield from me.days("02-04", "02-24", call_seconds=360, megabytes=140)
    yield me.says("sms", "02-25 14:30", to="9290", text="")
    yield me.says("refresh", "02-25 14:31")  # once more in the app: the money is spent
    yield from me.days("02-26", "03-10", call_seconds=200, megabytes=60)


def boris() -> Lines:
    """A month that cannot be paid becomes days; the first night after a top-up it is a month again."""
    me = Subscriber(BORIS, "Asia/Yekaterinburg")
    yield me.says("open", "01-10 09:00", region="yekaterinburg")
    yield me.says("top_up", "01-10 09:02", source="terminal", amount=300_00, channel="terminal")
    yield me.says("connect_plan", "01-10 09:05", plan="smart-light")
    yield from me.days("01-11", "02-09", call_seconds=120, megabytes=15)
    yield me.used("voice", "02-10 02:55", 130, received="02-10 05:10", peer="73430001122")  # of the month before
    yield me.used("voice", "02-10 15:00", 200, peer="73430001122")  # from the package of the day
    yield me.says("sms", "02-11 12:00", to="9290", text="обнови")
    yield me.says("top_up", "02-12 20:00", source="terminal", amount=600_00, channel="terminal")
    yield me.says("ussd", "02-12 20:01", text="*929#")  # the month returns at night, not before
    yield from me.days("02-13", "03-08", call_seconds=150, megabytes=20)


def vera() -> Lines:
    """Calls from other regions and abroad cost money; the debt blocks, a top-up lifts it, the night takes the fee."""
    me = Subscriber(VERA, "Europe/Moscow")
    yield me.says("open", "01-15 11:00", region="moscow")
    yield me.says("top_up", "01-15 11:01", source="bank", amount=500_00, channel="card")
    yield me.says("connect_plan", "01-15 11:03", plan="smart-mini")
    yield from me.days("01-16", "02-07", call_seconds=240, megabytes=20)
    yield me.says("ussd", "02-08 08:00", text="*929#")  # 150.00 is not enough
    yield me.used("voice", "02-08 10:20", 95, zone="russia", peer="78120001122")
    yield me.used("data", "02-09 21:00", 3_500_000, zone="roaming")
    yield me.used("voice", "02-10 21:10", 130, zone="roaming", peer="79161112233")
    yield me.says("ussd", "02-10 21:30", text="*929#")
    yield me.says("top_up", "02-11 12:00", source="bank", amount=1_000_00, channel="card")
    yield me.says("ussd", "02-11 12:01", text="*929#")
    yield from me.days("02-12", "03-05", call_seconds=300, megabytes=25)


def gleb() -> Lines:
    """Credit counts as money he may spend; a voluntary block lets the month run out and takes no fee."""
    me = Subscriber(GLEB, "Asia/Vladivostok")
    yield me.says("open", "01-14 12:00", region="primorye", credit_limit=300_00)
    yield me.says("top_up", "01-14 12:05", source="bank", amount=800_00, channel="card")
    yield me.says("connect_plan", "01-14 12:06", plan="nash-smart")
    yield from me.days("01-15", "02-08", call_seconds=500, megabytes=300)
    yield me.says("block", "02-09 09:00", kind="voluntary")
    yield me.says("ussd", "02-20 09:30", text="*929#")
    yield me.says("top_up", "03-01 10:00", source="bank", amount=1_500_00, channel="card")
    yield me.says("unblock", "03-01 10:05", kind="voluntary")
    yield me.says("ussd", "03-01 10:06", text="*929#")
    yield from me.days("03-02", "03-09", call_seconds=500, megabytes=300)


def lines() -> list[str]:
    """The whole feed in order of arrival, with its two odd lines."""
    told = sorted([*anna(), *boris(), *vera(), *gleb()], key=lambda line: line[0])
    feed = [line for _, line in told]
    broken, twice = len(feed) // 3, len(feed) // 2
    cut_off = feed[broken][: len(feed[broken]) // 2]
    return [*feed[:broken], cut_off, *feed[broken : twice + 1], feed[twice], *feed[twice + 1 :]]


if __name__ == "__main__":
    sys.stdout.buffer.write("".join(f"{line}\n" for line in lines()).encode())
