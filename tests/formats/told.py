"""Statements that every form must print: a full one, and the odd ones."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from projections.statement import Statement
from tests.scenarios.given import t3_due_on_10_march, with_plan
from tests.support import Story

MB: Final = 1024 * 1024
STRANGE: Final = "<--&amp; \"'>]]></td><script>alert(1)</script>\u202e\x01\t \\u0041 +79😀é\u00a0"


def full(folder: Path) -> Statement:
    """A range across the change of VAT with every service, zone, kind of line and neighbourhood of rows; final."""
    story = Story(folder).open("2018-12-01 10:00")
    story.top_up("2018-12-15 11:00", 1000_00)
    story.connect("2018-12-15 12:00", "t4")
    story.usage("2018-12-16 09:00", "voice", 562, direction="in", peer="79280000004")
    story.usage("2018-12-16 10:00", "sms", 1, direction="in", peer="MTC")
    story.usage("2018-12-16 10:00:01", "sms", 1, direction="in", peer="MTC")
    story.usage("2018-12-16 10:00:02", "sms", 1, direction="in", peer="MTC")
    story.usage("2018-12-17 13:25:07", "data", 300 * MB + 1, peer="internet.mts.ru")
    story.usage("2018-12-17 14:25:07", "data", 435 * 1024, peer="internet.mts.ru")
    story.call("2018-12-20 10:00", "0:03", peer="0890")
    story.call("2018-12-20 11:00", "198:00", peer="79031112233", received_at="2018-12-20 14:18:09")
    story.call("2018-12-20 12:00", "5:10", peer="79031112233", received_at="2018-12-20 14:18:10")
    story.call("2018-12-31 23:59:50", "0:17", zone="russia", peer="79280000000")
    story.call("2019-01-01 00:10", "0:17", zone="russia", peer="79280000000")
    story.call("2019-01-02 00:10", "1:00", zone="roaming", peer=STRANGE)
    story.usage("2019-01-03 00:10", "voice", 61, direction="in", zone="roaming")
    story.top_up("2019-01-05 08:00", 700_00, channel="касса <№1>")
    fee = story.events_of("connect_option", "2019-01-05 09:00", option="min100")
    story.dial("2019-01-10 07:05:09")
    story.sms("2019-01-11 18:00", text="да")
    story.feed("take_promise", "2019-01-12 09:00", amount=100_00)
    story.feed("adjust", "2019-01-13 09:00", amount=-50, cites=[fee[0].version], text="ошибка\n«№ 7»", by="clerk")
    story.feed("reverse", "2019-01-14 09:00", event=fee[0].version, amount=1_00, text="", by="clerk")
    story.night("2019-02-16 03:00")
    return story.statement("2018-12-15", "2019-01-31")


def empty(folder: Path) -> Statement:
    """Nothing was booked yet."""
    return Story(folder).open("2022-01-01 00:00").statement("2021-01-01", "2021-01-31")


def daily(folder: Path) -> Statement:
    """Days that are paid one by one, until the money is gone."""
    story = t3_due_on_10_march(folder, 100_00)
    story.night("2023-03-20 03:00")
    return story.statement("2023-03-01", "2023-03-31")


def below_zero(folder: Path) -> Statement:
    """A call that took the wallet below zero; the month is still open."""
    story = with_plan(folder, "2023-01-15 12:00", 410_00)
    story.call("2023-01-20 10:00", "12:01", zone="roaming", peer="")
    return story.statement("2023-01-01", "2023-01-31")


TOLD: Final[dict[str, Callable[[Path], Statement]]] = {
    "full": full,
    "empty": empty,
    "daily": daily,
    "below_zero": below_zero,
}
