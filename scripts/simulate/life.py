"""A life: what is known of one subscriber while he lives, and how the operator hears of him."""

from datetime import date
from typing import Any, Literal, TypeAlias

from ledger import periods
from ledger.periods import Instant
from scripts.simulate.believed_wallet import BelievedWallet
from scripts.simulate.chance import Chance
from scripts.simulate.habits import Deed
from scripts.simulate.input_writer import Arrival, InputWriter
from scripts.simulate.market import Home, Market
from scripts.simulate.network import Network
from scripts.simulate.person import born

FIRST_ACCOUNT = 160_000_000
BY_HOLDER = frozenset({"reverse", "adjust", "rerate", "refund", "open_dispute", "resolve_dispute"})
"""What may name a contract that is not the latest of its number (R-15.2)."""

Moment: TypeAlias = Literal["call_out", "call_in", "sms_out", "sms_in", "data", "look", "unblock"] | Deed
"""What may happen at a second of the day; `look`: he thinks of his money."""


class Life:
    """One contract's owner: a person, his wallet, and where he is just now.

    Of a day alone: its `chance`, what is still `to_come` of it, and the `arrivals` heard so far.
    """

    __slots__ = (
        "arrivals",
        "away",
        "blocked",
        "chance",
        "closed_on",
        "dispute",
        "free_at",
        "holder",
        "home_on",
        "market",
        "network",
        "next_on",
        "number",
        "option",
        "person",
        "refund_on",
        "seed",
        "to_come",
        "unblock_on",
        "wallet",
        "writer",
    )  # fmt: skip

    arrivals: list[Arrival]
    chance: Chance
    to_come: list[tuple[Instant, Moment]]

    def __init__(
        self, market: Market, seed: int, number: int, days: int, *, holder: int = 1, home: Home | None = None
    ) -> None:
        self.market = market
        self.seed = seed
        self.number = number
        self.holder = holder
        """The place of his contract among those of the number."""
        self.person = born(self.chance_of(), market, days=days, home=home)
        home = self.person.home
        self.writer = InputWriter(f"79{FIRST_ACCOUNT + number:09d}", home.zone, holder)
        self.wallet = BelievedWallet(home.zone, market.night_hour, self.person.credit)
        self.network = Network(market.catalogue)
        self.away = ""
        """The zone of a trip, "" at home."""
        self.home_on = date.max
        self.blocked: Literal["", "voluntary", "operator"] = ""
        self.unblock_on = date.max
        self.option = ""
        """The id of a monthly option he has."""
        self.dispute = ""
        """The id of a claim that waits for its answer."""
        self.free_at: Instant = 0
        """The end of his last call."""
        self.closed_on: date | None = None
        """The day on which the contract ended."""
        self.refund_on = self.next_on = date.max
        """When the rest of his money is paid out, and when the number becomes somebody else's."""

    def chance_of(self, *day: int) -> Chance:
        """The draws of his life, or of a day of it."""
        return Chance(self.seed, self.number, *([] if self.holder == 1 else [f"holder {self.holder}"]), *day)

    def stopped(self, at: Instant) -> bool:
        """Whether the network lets nothing through, to him or from him: under any block. He is told of his money."""
        account = self.network.account(at)
        if account is None:
            return True
        self.wallet.learn(account)
        return bool(account.blocks) or account.closed_at is not None

    def some_event(self, at: Instant) -> int:
        """The version of one of his events; seldom of none."""
        account = self.network.account(at)
        noted = self.network.noted()
        if account is None or self.chance.happens(0.05):
            return self.writer.written * 2 + 100
        return self.chance.one_of(noted)

    def ask(self, type: str, at: Instant, *, source: str = "", **fields: Any) -> None:
        """Something the subscriber asks for himself."""
        self.say(type, at, source=source, **fields)

    def at_desk(self, type: str, at: Instant, **fields: Any) -> None:
        """Something a clerk does for him."""
        self.say(type, at, source="desk", by=f"clerk-{self.chance.between(1, 20):02d}", **fields)

    def say(
        self,
        type: str,
        at: Instant,
        *,
        received_at: Instant | None = None,
        source: str = "",
        by: str = "",
        **fields: Any,
    ) -> None:
        """Something that the operator hears of, now or when it arrives."""
        if type in BY_HOLDER and periods.local_date(at, self.person.home.zone) >= self.next_on:
            fields["holder"] = self.holder  # the number is somebody else's by now
        written = self.writer.write(type, at, self.chance, received_at=received_at, source=source, by=by, **fields)
        self.network.hears(written[0])
        self.arrivals += written
