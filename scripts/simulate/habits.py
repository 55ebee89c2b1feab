"""Habits: how often, when and how long people call, write, surf and pay, as tables to draw from.

"2015" is the real half year of one number (September 2015 to March 2016, 1209 records); "2017" the counts of a real
statement of 184 days (3182 rows), for what 2015 lacks: SMS sent, and mobile data as it came to be used. The rest is
chosen. Shares are of 1, times in seconds, data in kilobytes, money in kopecks; rates are per subscriber and day.
"""

from typing import Final, Literal, TypeAlias

from ledger.units import Kopecks
from scripts.simulate.chance import Quantiles, Weighted

# A person

ACTIVITY: Final = Quantiles((0, 0.1), (0.25, 0.5), (0.5, 0.9), (0.75, 1.4), (0.95, 2.4), (1, 3.6))
"""How much more than the person of 2015 somebody would call and write: 1.1 on average, as money stops him at times."""
DATA_NEED: Final = Quantiles((0, 0.02), (0.25, 0.25), (0.5, 0.55), (0.75, 0.9), (0.95, 1.7), (1, 3))
"""The share of his data package that somebody uses up in a month, if he lets himself."""
JOINS_LATER: Final = 0.15
"""Most accounts are opened on the first day, these on some day of the first month."""
JOINING_DAYS_MAX: Final = 30
CREDIT: Final[Weighted[Kopecks]] = Weighted([(0, 90), (300_00, 10)])
"""«На полном доверии» gives 300.00."""
HAS_OPTION: Final = 0.08
"""Takes a monthly option together with the plan."""
CHANNELS: Final = Weighted([("card", 55), ("terminal", 20), ("bank", 15), ("cash", 10)])
REFRESH_WAYS: Final = Weighted([("ussd", 50), ("sms", 25), ("app", 25)])
HABITUAL_WAY: Final = 0.85
"""People keep to their way of paying and of refreshing, but not always."""
SPARE_MONEY: Final[Weighted[Kopecks]] = Weighted([(50_00, 3), (100_00, 4), (200_00, 2), (500_00, 1)])
"""The balance below which somebody thinks of paying."""
TOP_UP_STEP: Final[Weighted[Kopecks]] = Weighted([(1_00, 1), (10_00, 2), (50_00, 3), (100_00, 4)])
"""Sums are rounded up to what a person likes to pay."""

# Calls (2015)

CALLS: Final = Quantiles(
    (0, 0), (0.02, 0.5), (0.09, 1.5), (0.2, 2.5), (0.35, 3.5), (0.48, 4.5), (0.61, 5.5), (0.7, 6.5), (0.75, 7.5),
    (0.85, 9.5), (0.92, 10.5), (0.95, 12.5), (0.98, 16), (1, 19),
)  # fmt: skip
"""Calls of a day, both ways (2015: 5.47 on average)."""
WEEKDAYS: Final = (1.14, 0.98, 0.98, 0.96, 1.24, 0.94, 0.76)
"""Monday to Sunday: calls of that day over those of an average day (2015)."""
INCOMING_CALLS: Final = 0.36
"""384 of 995 (2015); of those meant here fewer, as calls made are those that money stops."""
OUTGOING_SECONDS: Final = Quantiles(
    (0, 1), (0.01, 4), (0.05, 10), (0.1, 15), (0.2, 29), (0.3, 45), (0.4, 63), (0.5, 99), (0.6, 179), (0.7, 347),
    (0.8, 664), (0.9, 1290), (0.95, 1832), (0.98, 2940), (0.99, 3536), (1, 3691),
)  # fmt: skip
INCOMING_SECONDS: Final = Quantiles(
    (0, 1), (0.01, 2), (0.05, 9), (0.1, 13), (0.2, 21), (0.3, 34), (0.4, 50), (0.5, 81), (0.6, 123), (0.7, 210),
    (0.8, 469), (0.9, 999), (0.95, 1514), (0.98, 2111), (0.99, 2647), (1, 3492),
)  # fmt: skip
HOURS: Final = Weighted(
    list(enumerate((2, 1, 0.5, 0.5, 0.5, 1, 3, 14, 65, 82, 89, 94, 69, 51, 68, 67, 94, 83, 74, 74, 56, 12, 6, 3)))
)
"""Calls and SMS by hour of the day (2015, with a few at night)."""
CONTACTS: Final = Quantiles((0, 0), (0.3, 3), (0.44, 5), (0.67, 10), (0.83, 20), (0.92, 40), (1, 96))
"""Which of his numbers somebody calls, the dearest first (2015)."""

# SMS (received: 2015; sent: 2017, 4.2 a day there, fewer here)

SMS_RECEIVED: Final = Quantiles((0, 0), (0.5, 0), (0.7, 1.3), (0.84, 2.6), (0.93, 4), (0.98, 6), (1, 10))
SMS_SENT: Final = Quantiles((0, 0), (0.55, 0), (0.75, 1), (0.9, 2), (0.97, 4), (1, 12))
SMS_PARTS: Final = Weighted([(1, 85), (2, 12), (3, 3)])
SENDERS: Final = Weighted([("ussd-balance", 69), ("Vam_Zvonili", 45), ("Ya_na_svyazi", 40), ("900", 6), ("", 40)])
"""Who writes to a subscriber (2015); "" is one of his contacts."""

# Data (2017: 5.3 rows a day)

SESSIONS: Final = Quantiles((0, 0), (0.1, 1), (0.3, 2), (0.6, 3.5), (0.85, 5), (1, 7))
"""Sessions of a day; a long one is cut into a slice for each hour."""
SLICES: Final = Weighted([(1, 60), (2, 22), (3, 10), (4, 5), (6, 3)])
SLICES_A_MONTH: Final = 160
SLICE: Final = Quantiles((0, 0.001), (0.3, 0.03), (0.5, 0.2), (0.7, 0.9), (0.85, 2), (0.95, 4.5), (1, 9))
"""A slice over the average one; 1 on average."""
UNLIMITED_KB: Final = 40 * 1024 * 1024
"""What an unlimited package is taken for when its use is reckoned: 40 GB a month."""
NO_PACKAGE_KB: Final = 60 * 1024
"""The same without any package."""
SAVING_KB: Final = 700
"""A slice at most, while every megabyte costs money."""
DATA_HOURS: Final = Weighted(
    list(enumerate((5, 3, 2, 1, 1, 2, 5, 9, 12, 11, 11, 11, 12, 11, 11, 11, 12, 13, 14, 15, 16, 16, 13, 9)))
)

# Away from home

FAR_CALLS: Final = Weighted([("home", 0.986), ("russia", 0.01), ("international", 0.003), ("satellite", 0.001)])
"""Zones of what goes out from home (2015: 10 of 611 calls to other regions); no plan has a price for the last."""
TRIPS: Final = Weighted([("russia", 0.004), ("roaming", 0.001), ("", 0.995)])
"""Trips that begin on a day."""
TRIP_DAYS: Final = {"russia": (1, 4), "roaming": (3, 10)}
QUIET_AWAY: Final = 0.6
"""The share of outgoing usage that is left while it costs more."""

# How late records come

OUTGOING_LATE: Final = Quantiles((0, 0), (0.995, 0), (1, 1100))
"""Seconds after the end of a call made (2015: 608 of 611 at once)."""
INCOMING_LATE: Final = Quantiles(
    (0, 59), (0.05, 112), (0.1, 123), (0.3, 180), (0.5, 226), (0.7, 285), (0.9, 335), (0.95, 360), (0.98, 509),
    (0.99, 3319), (1, 16110),
)  # fmt: skip
"""The same of a call received (2015)."""
SMS_LATE: Final = Quantiles(
    (0, 98), (0.05, 147), (0.1, 166), (0.2, 234), (0.5, 314), (0.7, 409), (0.9, 615), (0.95, 955), (0.98, 5617),
    (0.99, 10969), (1, 21614),
)  # fmt: skip
"""The same of an SMS received (2015)."""
ROAMING_LATE: Final = Quantiles((0, 600), (0.5, 4 * 3600), (0.9, 20 * 3600), (1, 3 * 86400))
"""Records of other operators come in files."""
LOST_FOR_DAYS: Final = 0.002
"""Records that lay about somewhere first, of any kind."""
DAYS_LATE: Final = Quantiles((0, 3 * 3600), (0.6, 86400), (0.9, 3 * 86400), (1, 5 * 86400))
PAYMENT_LATE: Final = {"card": (0, 20), "bank": (5, 3600), "terminal": (30, 1800), "cash": (60, 4 * 3600)}
TWICE: Final = 0.002
"""Lines that are delivered twice, half of them at once, the others hours later with a new `received_at`."""
REDELIVERED_LATE: Final = (600, 6 * 3600)

# Rare deeds, each a rate

Deed: TypeAlias = Literal[
    "wrong_code", "block_voluntary", "block_operator", "unblock_by_mistake", "connect_option", "disconnect_option",
    "change_plan", "take_promise", "grant_discount", "adjust", "reverse", "open_dispute", "rerate", "refresh_early",
    "pay_for_pleasure", "close",
]  # fmt: skip
DEEDS: Final[tuple[tuple[Deed, float], ...]] = (
    ("wrong_code", 0.0015),
    ("block_voluntary", 0.0008),
    ("block_operator", 0.0004),
    ("unblock_by_mistake", 0.0002),
    ("connect_option", 0.0040),
    ("disconnect_option", 0.0040),
    ("change_plan", 0.0012),
    ("take_promise", 0.0010),
    ("grant_discount", 0.0020),
    ("adjust", 0.0020),
    ("reverse", 0.0020),
    ("open_dispute", 0.0015),
    ("rerate", 0.0010),
    ("refresh_early", 0.0020),
    ("pay_for_pleasure", 0.0060),
    ("close", 0.0012),
)
VOLUNTARY_DAYS: Final = (3, 20)
OPERATOR_DAYS: Final = (1, 6)
ANSWER_A_DAY: Final = 0.12
"""The probability that an open dispute is answered on a day: after about a week."""
PERCENTS: Final = Weighted([(10, 3), (15, 1), (20, 3), (30, 2), (50, 2), (100, 2)])
DISCOUNT_DAYS: Final = (30, 90)
WRONG_CODES: Final = ("*929", "*100#", "*929*1#", "#929#", "*111#")
REFRESH_TEXTS: Final = ("", "обнови", "Обновить пакет", "1")
COMPLAINTS: Final = (
    "Не согласен со списанием",
    "Этого звонка я не делал",
    "Пакет должен был ещё остаться",
    "Интернет списан дважды",
)
CORRECTIONS: Final = ("Ошибка при зачислении", "По обращению абонента", "Сбой услуги связи", "Списано повторно")

# The end of a contract

PAID_OUT_BEFORE: Final = 0.2
"""Has some of his money paid out before he leaves."""
PAID_OUT_DAYS: Final = (0, 12)
"""Days from the closing until what is left is paid out."""
PAYS_TOO_MUCH: Final = 0.25
"""A clerk tries to pay out more than there is first."""
HEARD_OF_AFTERWARDS: Final = 0.3
"""The network tells of something that reached the number when it was closed already."""
MISTAKES_AFTERWARDS: Final = 0.05
"""On a day: a payment, a request or a second closing of a contract that is closed."""
NUMBER_RESTS_DAYS: Final = (4, 25)
"""Days until the number is somebody else's; in the world they are more."""
