"""A subscriber: lives one day after another, and says what the operator would hear of it."""

from datetime import date, timedelta
from heapq import heapify, heappop
from typing import Any, assert_never

from ledger import periods
from ledger.periods import Instant
from ledger.units import round_up
from scripts.simulate import desk, habits, leaving, money, services, usage
from scripts.simulate.input_writer import Arrival
from scripts.simulate.life import Life, Moment
from scripts.simulate.market import Home, Market

SECONDS_PER_HOUR = 3600
SECONDS_PER_DAY = 24 * SECONDS_PER_HOUR


class Subscriber(Life):
    """Somebody who lives day by day; `joins` is the day of his contract, counted from 0."""

    __slots__ = ("joins",)

    def __init__(
        self,
        market: Market,
        seed: int,
        number: int,
        days: int,
        *,
        holder: int = 1,
        home: Home | None = None,
        joins: int | None = None,
    ) -> None:
        super().__init__(market, seed, number, days, holder=holder, home=home)
        self.joins = self.person.joins if joins is None else joins

    def next_holder(self, index: int, days: int) -> "Subscriber":
        """Whoever gets the number on a day, in the same region: its numbers belong there."""
        holder, home = self.holder + 1, self.person.home
        return Subscriber(self.market, self.seed, self.number, days, holder=holder, home=home, joins=index)

    def day(self, index: int, day: date) -> list[Arrival]:
        """What is heard of one day of his, in the order in which he did it; his first day opens the account."""
        chance = self.chance = self.chance_of(index)
        self.arrivals = []
        midnight = periods.day_start(day, self.person.home.zone)
        if self.closed_on is not None:
            leaving.day_after(self, midnight, day)
            arrivals = self.arrivals
            del self.arrivals, self.chance
            return arrivals
        begins = self._open(midnight) if index == self.joins else midnight
        self._set_out(day)
        self.to_come = [(midnight + second * periods.SECOND, moment) for second, moment in self._moments(day)]
        if self.blocked and day >= self.unblock_on:
            self.to_come.append((midnight + chance.between(8, 20) * periods.HOUR, "unblock"))
        heapify(self.to_come)
        tomorrow = periods.day_start(day + timedelta(days=1), self.person.home.zone)
        while self.to_come and self.to_come[0][0] < tomorrow:  # one after another: each may block what follows
            at, moment = heappop(self.to_come)
            if at >= begins:
                self.wallet.advance(at)
                self._live(moment, at, day)
        arrivals = self.arrivals
        del self.arrivals, self.chance, self.to_come  # of the day only: most of a subscriber's memory
        return arrivals

    def _moments(self, day: date) -> list[tuple[int, Moment]]:
        chance, person = self.chance, self.person
        moments: list[tuple[int, Moment]] = []
        calls = person.activity * habits.WEEKDAYS[day.weekday()] * chance.draw(habits.CALLS)
        for _ in range(chance.rounded(calls)):
            moments.append((self._second(), "call_in" if chance.happens(habits.INCOMING_CALLS) else "call_out"))
        for _ in range(chance.rounded(person.activity * chance.draw(habits.SMS_RECEIVED))):
            moments.append((self._second(), "sms_in"))
        for _ in range(chance.rounded(person.activity * chance.draw(habits.SMS_SENT))):
            moments.append((self._second(), "sms_out"))
        for _ in range(chance.rounded(chance.draw(habits.SESSIONS))):
            first = chance.pick(habits.DATA_HOURS) * SECONDS_PER_HOUR + chance.below(SECONDS_PER_HOUR)
            last = min(first + (chance.pick(habits.SLICES) - 1) * SECONDS_PER_HOUR, SECONDS_PER_DAY - 1)
            moments += [(second, "data") for second in range(first, last + 1, SECONDS_PER_HOUR)]
        moments.append((self._second(), "look"))
        share = chance.share()
        for deed, rate in habits.DEEDS:
            if share < rate:
                moments.append((self._second(), deed))
                break
            share -= rate
        return moments

    def _second(self) -> int:
        return self.chance.pick(habits.HOURS) * SECONDS_PER_HOUR + self.chance.below(SECONDS_PER_HOUR)

    def _set_out(self, day: date) -> None:
        if self.away and day >= self.home_on:
            self.away = ""
        if not self.away and (zone := self.chance.pick(habits.TRIPS)):
            self.away = zone
            self.home_on = day + timedelta(days=self.chance.between(*habits.TRIP_DAYS[zone]))

    def _live(self, moment: Moment, at: Instant, day: date) -> None:
        match moment:
            case "call_out":
                usage.call_out(self, at)
            case "call_in":
                usage.call_in(self, at)
            case "sms_out":
                usage.sms_out(self, at)
            case "sms_in":
                usage.sms_in(self, at)
            case "data":
                usage.surf(self, at)
            case "look":
                money.look(self, at)
            case "unblock":
                services.unblock(self, at)
            case "wrong_code":
                services.dial_wrong(self, at)
            case "block_voluntary":
                services.block(self, at, day, "voluntary", habits.VOLUNTARY_DAYS)
            case "block_operator":
                services.block(self, at, day, "operator", habits.OPERATOR_DAYS)
            case "unblock_by_mistake":
                self.ask("unblock", at, kind="voluntary")
            case "connect_option":
                services.connect_option(self, at, services.wanted_option(self))
            case "disconnect_option":
                services.disconnect_option(self, at)
            case "change_plan":
                services.change_plan(self, at)
            case "take_promise":
                money.take_promise(self, at)
            case "grant_discount":
                desk.grant_discount(self, at, day)
            case "adjust":
                desk.adjust(self, at)
            case "reverse":
                desk.reverse(self, at)
            case "open_dispute":
                desk.open_dispute(self, at)
            case "rerate":
                desk.rerate(self, at)
            case "refresh_early":
                money.refresh(self, at)
            case "close":
                leaving.close(self, at, day)
            case "pay_for_pleasure":
                money.top_up(self, at, self.chance.between(1, 10) * 50_00)
            case _:
                assert_never(moment)

    def _open(self, midnight: Instant) -> Instant:
        """The contract: an account, the first money, a plan. When it is done."""
        chance, person = self.chance, self.person
        at = midnight + chance.between(7 * 3600, 13 * 3600) * periods.SECOND
        limit: dict[str, Any] = {"credit_limit": person.credit} if person.credit else {}
        self.say("open", at, source="shop", region=person.home.region, **limit)
        at += chance.between(20, 600) * periods.SECOND
        amount = round_up(person.plan.monthly_fee + person.spare_money, 100_00) * 100_00
        self.say("top_up", at, source="shop", amount=amount, channel=person.channel)
        self.wallet.pay(amount)
        at += chance.between(20, 600) * periods.SECOND
        services.connect_plan(self, at, person.plan, source="shop")
        at += 60 * periods.SECOND
        if self.market.monthly and chance.happens(habits.HAS_OPTION):
            services.connect_option(self, at, chance.one_of(self.market.monthly))
        return at + 60 * periods.SECOND
