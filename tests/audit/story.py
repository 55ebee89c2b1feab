"""A contract that goes through everything the checks look at, from its opening to the refund of what was left."""

from __future__ import annotations

from pathlib import Path

from tests.audit.support import sealed
from tests.scenarios.told import ALL_TEXT, FEE_FOR_PROMISES, MB, Told
from tests.support import with_settings

TEXT = with_settings(FEE_FOR_PROMISES, ALL_TEXT).replace('id = "gb2"', 'id = "gb/2"')
"""With an option whose id has a stroke in it."""


def mended(text: str) -> str:
    """The catalogue with a newer version of plan t3, which has a price for a zone that none had."""
    plan = next(part for part in text.split("[[plans]]") if 'id = "t3"' in part).split("[[")[0]
    plan = plan.replace("effective_from = 2015-01-01", "effective_from = 2023-02-02", 1)
    return f'{text}\n[[plans]]{plan}[plans.prices.moon]\nvoice_minute = "7.00"\n'


def told(folder: Path) -> Path:
    """Its dataset, sealed in one run."""
    story = Told(folder, TEXT)
    story.open("2023-01-31 10:00", credit_limit=100_00)
    story.top_up("2023-01-31 11:00", 5_000_00, channel="card")
    story.connect("2023-01-31 12:00", "t3")
    story.call("2023-02-01 12:00", "5:10")
    story.call("2023-02-01 13:00", "2:10", zone="russia")
    story.call("2023-02-01 14:00", "1:00", direction="in")
    story.call("2023-02-01 15:00", "0:03")
    story.usage("2023-02-01 16:00", "data", 5 * MB + 1)
    story.usage("2023-02-01 17:00", "sms", 1, peer="9290")
    (unrated,) = story.call("2023-02-02 12:00", "1:01", zone="moon")
    story.discount("2023-02-02 13:00", 50, "2023-02-28", "2023-03-29")
    story.dial("2023-02-03 12:00")
    (reversed_,) = story.call("2023-02-04 12:00", "10:00")
    story.option("2023-02-04 13:00", "gb/2")
    story.option("2023-02-04 14:00", "day")
    (returned,) = story.call("2023-02-04 15:00", "2:00", zone="russia")
    story.reverse("2023-02-05 12:00", reversed_.version)
    story.adjust("2023-02-05 13:00", 1_00, returned.version)
    story.reverse("2023-02-05 14:00", returned.version, amount=5_00)
    story.dispute("2023-02-06 12:00", returned.version)
    story.resolve("2023-02-06 13:00", story.log()[-1].input.id, "rejected")  # type: ignore[union-attr]  # the opening's
    story.adjust("2023-02-06 14:00", -1_00, returned.version)
    story.adopt(mended(TEXT))
    story.rerate("2023-02-07 12:00", unrated.version)
    story.call("2023-03-02 12:00", "345:00")
    story.call("2023-03-02 20:00", "20:00")
    # the night of 3 March, half the fee; a record of before it, and one that finds nothing of its service
    story.call("2023-03-03 10:00", "2:00", at="2023-03-02T23:00:00+03:00", received_at="2023-03-03 10:00")
    story.usage("2023-03-03 11:00", "data", 3 * 1024 * MB)
    story.block("2023-03-10 12:00")
    story.dial("2023-03-11 12:00")
    # lapsed on 3 April, and so is the option on the 4th
    story.unblock("2023-04-10 12:00")
    story.refresh("2023-04-10 13:00")
    story.promise("2023-04-12 12:00", 300_00)
    story.usage("2023-04-12 13:00", "sms", 1_500, zone="russia")
    story.top_up("2023-04-13 12:00", 1_500_00)
    story.top_up("2023-05-09 12:00", 360_00)
    story.drop("2023-05-10 12:00", "gb/2")
    story.top_up("2023-05-20 12:00", 755_00)
    story.night("2023-06-20 12:00")
    story.top_up("2023-06-20 13:00", 4_000_00)
    story.connect("2023-06-20 14:00", "t4-auto")
    story.night("2023-07-20 12:00")
    story.connect("2023-07-21 12:00", "t4-unlimited")
    story.usage("2023-07-22 12:00", "data", 3 * MB)
    story.feed("close", "2023-07-25 12:00")
    story.top_up("2023-07-25 13:00", 1)
    story.feed("refund", "2023-07-26 12:00", amount=1)
    story.call("2023-07-26 13:00", "1:00", at="2023-07-25T11:00:00+03:00", received_at="2023-07-26 13:00")
    try:
        return sealed(story.ledger, folder / "dataset")
    finally:
        story.ledger.close()
