"""A subscriber: lives one day after another, and says what the operator would hear of it."""

from datetime import date, timedelta
from heapq import heapify, heappop, heappush
from typing import Any, Literal, TypeAlias, assert_never

from ledger import periods
from ledger.catalogue import OptionVersion, PlanVersion
from ledger.periods import Instant
from ledger.units import BYTES_PER_KB, Kopecks, Service, round_up
from scripts.simulate import habits
from scripts.simulate.believed_wallet import UNLIMITED, BelievedWallet
from scripts.simulate.chance import Chance
from scripts.simulate.habits import Deed
from scripts.simulate.input_writer import Arrival, InputWriter
from scripts.simulate.market import Market, chosen_plan
from scripts.simulate.network import Network
from scripts.simulate.person import MINUTES_OF_2015, born

FIRST_ACCOUNT = 160_000_000
SECONDS_PER_HOUR = 3600
SECONDS_PER_DAY = 24 * SECONDS_PER_HOUR

Moment: TypeAlias = Literal["call_out", "call_in", "sms_out", "sms_in", "data", "look", "unblock"] | Deed
"""What may happen at a second of the day; `look`: he thinks of his money."""


class Subscriber:
    """One account's owner: a person, his wallet, and where he is just now."""

    __slots__ = (
        "_arrivals",
        "_away",
        "_blocked",
        "_chance",
        "_dispute",
        "_free_at",
        "_home_on",
        "_network",
        "_option",
        "_to_come",
        "_unblock_on",
        "_wallet",
        "_writer",
        "market",
        "number",
        "person",
        "seed",
    )  # fmt: skip

    def __init__(self, market: Market, seed: int, number: int, days: int) -> None:
        self.market = market
        self.seed = seed
        self.number = number
        self.person = born(Chance(seed, number), market, days=days)
        home = self.person.home
        self._writer = InputWriter(f"79{FIRST_ACCOUNT + number:09d}", home.zone)
        self._wallet = BelievedWallet(home.zone, market.night_hour, self.person.credit)
        self._network = Network(market.catalogue)
        self._away = ""
        """The zone of a trip, "" at home."""
        self._home_on = date.max
        self._blocked: Literal["", "voluntary", "operator"] = ""
        self._unblock_on = date.max
        self._option = ""
        """The id of a monthly option he has."""
        self._dispute = ""
        """The id of a claim that waits for its answer."""
        self._free_at: Instant = 0
        """The end of his last call."""

    def day(self, index: int, day: date) -> list[Arrival]:
        """What is heard of one day of his, in the order in which he did it; his first day opens the account."""
        chance = self._chance = Chance(self.seed, self.number, index)
        self._arrivals: list[Arrival] = []
        midnight = periods.day_start(day, self.person.home.zone)
        begins = self._open(midnight) if index == self.person.joins else midnight
        self._set_out(day)
        self._to_come = [(midnight + second * periods.SECOND, moment) for second, moment in self._moments(day)]
        if self._blocked and day >= self._unblock_on:
            self._to_come.append((midnight + chance.between(8, 20) * periods.HOUR, "unblock"))
        heapify(self._to_come)
        tomorrow = periods.day_start(day + timedelta(days=1), self.person.home.zone)
        while self._to_come and self._to_come[0][0] < tomorrow:  # one after another: each may block what follows
            at, moment = heappop(self._to_come)
            if at >= begins:
                self._wallet.advance(at)
                self._live(moment, at, day)
        arrivals = self._arrivals
        del self._arrivals, self._chance, self._to_come  # of the day only: most of a subscriber's memory
        return arrivals

    # His days

    def _moments(self, day: date) -> list[tuple[int, Moment]]:
        chance, person = self._chance, self.person
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
        return self._chance.pick(habits.HOURS) * SECONDS_PER_HOUR + self._chance.below(SECONDS_PER_HOUR)

    def _set_out(self, day: date) -> None:
        if self._away and day >= self._home_on:
            self._away = ""
        if not self._away and (zone := self._chance.pick(habits.TRIPS)):
            self._away = zone
            self._home_on = day + timedelta(days=self._chance.between(*habits.TRIP_DAYS[zone]))

    def _live(self, moment: Moment, at: Instant, day: date) -> None:
        match moment:
            case "call_out":
                self._call_out(at)
            case "call_in":
                self._call_in(at)
            case "sms_out":
                self._sms_out(at)
            case "sms_in":
                self._sms_in(at)
            case "data":
                self._surf(at)
            case "look":
                self._look(at)
            case "unblock":
                self._unblock(at)
            case "wrong_code":
                self._dial_wrong(at)
            case "block_voluntary":
                self._block(at, day, "voluntary", habits.VOLUNTARY_DAYS)
            case "block_operator":
                self._block(at, day, "operator", habits.OPERATOR_DAYS)
            case "unblock_by_mistake":
                self._ask("unblock", at, kind="voluntary")
            case "connect_option":
                self._connect_option(at, self._wanted_option())
            case "disconnect_option":
                self._disconnect_option(at)
            case "change_plan":
                self._change_plan(at)
            case "take_promise":
                self._take_promise(at)
            case "grant_discount":
                self._grant_discount(at, day)
            case "adjust":
                self._adjust(at)
            case "reverse":
                self._reverse(at)
            case "open_dispute":
                self._open_dispute(at)
            case "rerate":
                self._at_desk("rerate", at, event=self._some_event(at))
            case "refresh_early":
                self._refresh(at)
            case "pay_for_pleasure":
                self._top_up(at, self._chance.between(1, 10) * 50_00)
            case _:
                assert_never(moment)

    def _open(self, midnight: Instant) -> Instant:
        """The contract: an account, the first money, a plan. When it is done."""
        chance, person = self._chance, self.person
        at = midnight + chance.between(7 * 3600, 13 * 3600) * periods.SECOND
        limit: dict[str, Any] = {"credit_limit": person.credit} if person.credit else {}
        self._say("open", at, source="shop", region=person.home.region, **limit)
        at += chance.between(20, 600) * periods.SECOND
        amount = round_up(person.plan.monthly_fee + person.spare_money, 100_00) * 100_00
        self._say("top_up", at, source="shop", amount=amount, channel=person.channel)
        self._wallet.pay(amount)
        at += chance.between(20, 600) * periods.SECOND
        self._connect_plan(at, person.plan, source="shop")
        at += 60 * periods.SECOND
        if self.market.monthly and chance.happens(habits.HAS_OPTION):
            self._connect_option(at, chance.one_of(self.market.monthly))
        return at + 60 * periods.SECOND

    # Calls, SMS, data

    def _call_out(self, at: Instant) -> None:
        zone = self._zone()
        if self._busy(at, "call_out") or not self._may_use(at, "voice", zone):
            return
        seconds = int(self._chance.draw(habits.OUTGOING_SECONDS))
        late = self._chance.draw(habits.OUTGOING_LATE)
        self._call(at, "out", seconds, late, zone)
        self._spend(at, "voice", round_up(seconds, 60) * 60 if seconds > 3 else 0, zone)

    def _call_in(self, at: Instant) -> None:
        if self._busy(at, "call_in") or self._stopped(at):
            return
        seconds = int(self._chance.draw(habits.INCOMING_SECONDS))
        self._call(at, "in", seconds, self._chance.draw(habits.INCOMING_LATE), self._away or "home")

    def _busy(self, at: Instant, call: Literal["call_out", "call_in"]) -> bool:
        """Whether he is still talking; the call is tried again when he hangs up."""
        free = self._free_at + 5 * periods.SECOND
        if at < free:
            heappush(self._to_come, (free, call))
        return at < free

    def _call(self, at: Instant, direction: str, seconds: int, late: float, zone: str) -> None:
        self._free_at = at + seconds * periods.SECOND
        self._used(at, "voice", direction, seconds, zone, seconds + late, peer=self._contact())

    def _sms_out(self, at: Instant) -> None:
        zone = self._zone()
        if not self._may_use(at, "sms", zone):
            return
        parts = self._chance.pick(habits.SMS_PARTS)
        self._used(at, "sms", "out", parts, zone, 0, peer=self._contact())
        self._spend(at, "sms", parts, zone)

    def _sms_in(self, at: Instant) -> None:
        if self._stopped(at):
            return
        sender = self._chance.pick(habits.SENDERS) or self._contact()
        self._used(at, "sms", "in", 1, self._away or "home", self._chance.draw(habits.SMS_LATE), peer=sender)

    def _surf(self, at: Instant) -> None:
        zone = self._away or "home"
        if not self._may_use(at, "data", zone):
            return
        size = self._chance.draw(habits.SLICE) * self._slice_kb()
        if not self._wallet.covers("data", zone):
            size = min(size, habits.SAVING_KB * self._chance.share())
        quantity = 1 + int(size * BYTES_PER_KB)
        self._used(at, "data", "out", quantity, zone, 0, peer="internet")
        self._spend(at, "data", round_up(quantity, BYTES_PER_KB), zone)

    def _slice_kb(self) -> float:
        plan = self._wallet.plan
        package = habits.NO_PACKAGE_KB if plan is None else plan.month.get("data", habits.NO_PACKAGE_KB)
        month = habits.UNLIMITED_KB if package == "unlimited" else package
        return self.person.data_need * month / habits.SLICES_A_MONTH

    def _zone(self) -> str:
        """Where a call or SMS goes, as the price list sees it."""
        return self._away or self._chance.pick(habits.FAR_CALLS)

    def _may_use(self, at: Instant, service: Service, zone: str) -> bool:
        """Not while blocked; and rather not where it costs money."""
        wallet = self._wallet
        if self._stopped(at) or wallet.plan is None:
            return False
        return wallet.covers(service, zone) or self._chance.happens(habits.QUIET_AWAY)

    def _stopped(self, at: Instant) -> bool:
        """Whether the network lets nothing through, to him or from him: under any block. He is told of his money."""
        account = self._network.account(at)
        if account is None:
            return True
        self._wallet.learn(account)
        return bool(account.blocks)

    def _spend(self, at: Instant, service: Service, quantity: int, zone: str) -> None:
        ran_out = self._wallet.spend(service, quantity, zone)
        if ran_out:
            self._package_empty(at, service)
        elif self._wallet.stopped:
            heappush(self._to_come, (at + self._chance.between(60, 7200) * periods.SECOND, "look"))

    def _used(
        self, at: Instant, service: Service, direction: str, quantity: int, zone: str, late: float, *, peer: str
    ) -> None:
        chance = self._chance
        if zone == "roaming":
            late += chance.draw(habits.ROAMING_LATE)
        elif chance.happens(habits.LOST_FOR_DAYS):
            late += chance.draw(habits.DAYS_LATE)
        self._say(
            "usage",
            at,
            received_at=at + int(late) * periods.SECOND,
            source="switch",
            service=service,
            direction=direction,
            quantity=quantity,
            zone=zone,
            peer=peer,
        )

    def _contact(self) -> str:
        """One of his numbers, the dearest most often."""
        rank = int(self._chance.draw(habits.CONTACTS))
        return f"79{(self.number * 48_271 + rank * 7_919_077 + 100_003) % 10**9:09d}"

    # Money

    def _look(self, at: Instant) -> None:
        """He looks at what he has: pays, or asks for time, before he is cut off or some day after."""
        chance, person, wallet = self._chance, self.person, self._wallet
        if self._blocked:
            if chance.happens(0.01):
                self._refresh(at)
        elif wallet.stopped or wallet.standing in ("day", "unpaid"):
            if chance.happens(person.promptness):
                if not wallet.promise and chance.happens(0.15):
                    self._take_promise(at)
                else:
                    self._top_up(at, wallet.missing())
                    if chance.happens(0.2):
                        self._ask_refresh(at + chance.between(60, 1800) * periods.SECOND)
        elif wallet.missing() and wallet.due - at < 3 * periods.DAY:
            if chance.happens(person.prudence):
                self._top_up(at, wallet.missing())
        elif wallet.available < person.spare_money and chance.happens(0.3):
            self._top_up(at, person.spare_money)
        if self._dispute and chance.happens(habits.ANSWER_A_DAY):
            self._resolve_dispute(at)

    def _package_empty(self, at: Instant, service: Service) -> None:
        """A package ran out by this usage: a new month now, an option, or patience."""
        chance = self._chance
        at += chance.between(60, 4 * 3600) * periods.SECOND
        if self._wallet.due - at > 2 * periods.DAY and chance.happens(self.person.impatience):
            self._refresh(at)
        elif service == "data" and chance.happens(0.4):
            self._connect_option(at, self._wanted_option())

    def _refresh(self, at: Instant) -> None:
        """«Обнови пакет», mostly with the money for it."""
        chance, wallet = self._chance, self._wallet
        if wallet.missing() and not self._blocked:
            if chance.happens(0.2):
                self._ask_refresh(at)  # in vain
                at += chance.between(30, 900) * periods.SECOND
            if chance.happens(0.1) and not wallet.promise:
                self._take_promise(at)
            elif chance.happens(0.9):
                at = self._top_up(at, wallet.missing())
            at += chance.between(20, 1800) * periods.SECOND
        self._ask_refresh(at)
        if not self._blocked:
            wallet.refresh(at)

    def _ask_refresh(self, at: Instant) -> None:
        chance = self._chance
        habitual = chance.happens(habits.HABITUAL_WAY)
        way = self.person.way if habitual else chance.pick(habits.REFRESH_WAYS)
        if way == "ussd":
            self._ask("ussd", at, text="*929#")
        elif way == "sms":
            self._ask("sms", at, to="9290", text=chance.one_of(habits.REFRESH_TEXTS))
        else:
            self._ask("refresh", at, source="app")

    def _top_up(self, at: Instant, needed: Kopecks) -> Instant:
        """A payment of at least so much, as his habit rounds it. When it has arrived."""
        chance, person = self._chance, self.person
        channel = person.channel if chance.happens(habits.HABITUAL_WAY) else chance.pick(habits.CHANNELS)
        amount = round_up(max(needed, 50_00) + person.spare_money, person.top_up_step) * person.top_up_step
        arrives = at + chance.between(*habits.PAYMENT_LATE[channel]) * periods.SECOND
        source = "bank" if channel in ("card", "bank") else channel
        self._say("top_up", at, received_at=arrives, source=source, amount=amount, channel=channel)
        self._wallet.pay(amount)
        return arrives

    def _take_promise(self, at: Instant) -> None:
        chance, wallet = self._chance, self._wallet
        amount = chance.one_of((100_00, 200_00, 300_00, 500_00, 800_00, 1_000_00))
        self._ask("take_promise", at, source="app", amount=amount)
        if not wallet.promise and amount <= self.market.promise_max:
            wallet.promised(amount, at + self.market.promise_days * periods.DAY)

    # Plans, options, blocks

    def _connect_plan(self, at: Instant, plan: PlanVersion, *, source: str) -> None:
        self._say("connect_plan", at, source=source, plan=plan.id)
        if not self._blocked:
            self._wallet.connect(plan, at)

    def _change_plan(self, at: Instant) -> None:
        chance = self._chance
        if self.market.archived and chance.happens(0.1):
            self._ask("connect_plan", at, source="app", plan=chance.one_of(self.market.archived))
            return
        minutes = self.person.activity * MINUTES_OF_2015
        self._connect_plan(at, chosen_plan(chance, self.person.home, minutes=minutes), source="app")

    def _wanted_option(self) -> OptionVersion | None:
        one_time = self._chance.happens(0.6)
        offered = self.market.one_time if one_time and self.market.one_time else self.market.monthly
        return self._chance.one_of(offered) if offered else None

    def _connect_option(self, at: Instant, option: OptionVersion | None) -> None:
        wallet = self._wallet
        if option is None or self._chance.happens(0.02):
            self._ask("connect_option", at, source="app", option="turbo")  # there is none of this name
            return
        if not self._blocked and wallet.available < option.fee and self._chance.happens(0.7):
            at = self._top_up(at, option.fee) + 30 * periods.SECOND
        self._ask("connect_option", at, source="app", option=option.id)
        if self._blocked or wallet.stopped or wallet.available < option.fee:
            return
        wallet.money -= option.fee
        for service, amount in option.month.items():
            wallet.left[service] = UNLIMITED if amount == "unlimited" else wallet.left[service] + amount
        if option.days is None:
            self._option = option.id

    def _disconnect_option(self, at: Instant) -> None:
        if self._option:
            self._ask("disconnect_option", at, source="app", option=self._option)
            self._option = ""
        elif self._chance.happens(0.1):
            self._ask("disconnect_option", at, source="app", option="turbo")

    def _block(self, at: Instant, day: date, kind: Literal["voluntary", "operator"], days: tuple[int, int]) -> None:
        if kind == "operator":
            self._at_desk("block", at, kind=kind)
        else:
            self._ask("block", at, kind=kind)
        if not self._blocked:
            self._blocked = kind
            self._unblock_on = day + timedelta(days=self._chance.between(*days))

    def _unblock(self, at: Instant) -> None:
        if self._blocked == "operator":
            self._at_desk("unblock", at, kind="operator")
        else:
            self._ask("unblock", at, kind="voluntary")
        self._blocked = ""

    def _dial_wrong(self, at: Instant) -> None:
        if self._chance.happens(0.7):
            self._ask("ussd", at, text=self._chance.one_of(habits.WRONG_CODES))
        else:
            self._ask("sms", at, to="929", text=self._chance.one_of(habits.REFRESH_TEXTS))

    # The desk: clerks correct and answer; what they name may not exist

    def _grant_discount(self, at: Instant, day: date) -> None:
        until = day + timedelta(days=self._chance.between(*habits.DISCOUNT_DAYS))
        percent = self._chance.pick(habits.PERCENTS)
        self._at_desk("grant_discount", at, percent=percent, **{"from": day.isoformat(), "until": until.isoformat()})

    def _adjust(self, at: Instant) -> None:
        chance = self._chance
        amount = chance.between(5, 300) * 1_00
        if chance.happens(0.4):
            amount = -amount
        cites = [self._some_event(at) for _ in range(chance.between(1, 2))]
        self._at_desk("adjust", at, amount=amount, cites=cites, text=chance.one_of(habits.CORRECTIONS))
        self._wallet.money += amount

    def _reverse(self, at: Instant) -> None:
        chance = self._chance
        part = {"amount": chance.between(1, 50) * 1_00} if chance.happens(0.3) else {}
        self._at_desk("reverse", at, event=self._some_event(at), **part, text=chance.one_of(habits.CORRECTIONS))

    def _open_dispute(self, at: Instant) -> None:
        self._ask("open_dispute", at, event=self._some_event(at), text=self._chance.one_of(habits.COMPLAINTS))
        self._dispute = self._writer.last_id

    def _resolve_dispute(self, at: Instant) -> None:
        chance = self._chance
        upheld = chance.happens(0.4)
        part = {"amount": chance.between(1, 50) * 1_00} if upheld and chance.happens(0.3) else {}
        dispute = self._dispute if chance.happens(0.95) else f"{self._dispute}-2"
        outcome = "upheld" if upheld else "rejected"
        text = chance.one_of(habits.CORRECTIONS) if upheld else "Списано верно"
        self._at_desk("resolve_dispute", at, dispute=dispute, outcome=outcome, **part, text=text)
        self._dispute = ""

    def _some_event(self, at: Instant) -> int:
        """The version of one of his events; seldom of none."""
        account = self._network.account(at)
        noted = self._network.noted()
        if account is None or self._chance.happens(0.05):
            return self._writer.written * 2 + 100
        return self._chance.one_of(noted)

    # Who says it

    def _ask(self, type: str, at: Instant, *, source: str = "", **fields: Any) -> None:
        """Something the subscriber asks for himself."""
        self._say(type, at, source=source, **fields)

    def _at_desk(self, type: str, at: Instant, **fields: Any) -> None:
        """Something a clerk does for him."""
        self._say(type, at, source="desk", by=f"clerk-{self._chance.between(1, 20):02d}", **fields)

    def _say(
        self,
        type: str,
        at: Instant,
        *,
        received_at: Instant | None = None,
        source: str = "",
        by: str = "",
        **fields: Any,
    ) -> None:
        written = self._writer.write(type, at, self._chance, received_at=received_at, source=source, by=by, **fields)
        self._network.hears(written[0])
        self._arrivals += written
