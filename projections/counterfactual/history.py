"""History: a contract's bookings decided once more from its first event on, with a change, and nothing is written.

The steps are those of the log: each input, and each instant of the schedule that was booked. Without a change every
step is decided as `verify` decides it, so the same events come out.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

from ledger.account import Account
from ledger.booking import book
from ledger.catalogue import Catalogue
from ledger.contracts import Contract
from ledger.events import AccountOpened, Event, PersonalErased
from ledger.evolve import BrokenLog, evolve
from ledger.inputs import Adjust, Input, Malformed, OpenDispute, Rerate, Reverse
from ledger.log import codec
from ledger.log.errors import BadEvents
from ledger.log.store import Reading, Stored
from ledger.periods import Instant
from ledger.reconstruct_input import NotReconstructible, claim_name_in, opened_contract, reconstruct_input
from ledger.rules.closing import personal_erased
from ledger.rules.moment import Moment
from ledger.rules.schedule import advance
from ledger.timeline import CatalogueTimeline
from ledger.units import Kopecks
from projections.counterfactual.change import CannotDecide, Change, moved, refuse_unknown
from projections.counterfactual.pairs import counterpart

STANDS_FOR_SEALED: Final = "sealed"
_CITING: Final = (Reverse, Adjust, Rerate, OpenDispute)


class Step(NamedTuple):
    """One booking of the log: its events, and the position of the first."""

    events: list[Event]
    position: int

    @property
    def came(self) -> Instant:
        """When it took effect."""
        return self.events[0].booked_at


def zone_of(steps: Sequence[Step]) -> str:
    """The zone of an account with these steps, as its opening has it."""
    opening = steps[0].events[0] if steps else None
    return opening.zone if isinstance(opening, AccountOpened) else "UTC"


def steps_of(log: Reading, rows: Iterable[Stored], *, sealed: bool = False) -> Iterator[Step]:
    """A contract's events grouped by booking; the items of one scheduled instant are one step. Raises CannotDecide.

    `sealed`: a word stands where something is sealed. It is decided alike then, as what is erased must be (R-15.9), and
    nothing has to be opened.
    """
    step: Step | None = None
    last: Event | None = None
    for row in rows:
        event = _read(log, row, sealed=sealed)
        if step is not None and last is not None:
            if last.booked_at == event.booked_at and last.input == event.input:
                step.events.append(event)
                continue
            yield step
        last = event
        step = Step([event], row.position)
    if step is not None:
        yield step


def _read(log: Reading, row: Stored, *, sealed: bool) -> Event:
    try:
        if sealed:
            return codec.opened(row.topic, row.state, STANDS_FOR_SEALED)
        return log.opened(row)
    except codec.Undecodable:
        return _read(log, row, sealed=False)  # says whose it is
    except BadEvents as error:
        raise CannotDecide(str(error), error.hint) from None


@dataclass(slots=True)
class Counterfactual:
    """What became of a contract: its events as stored and as they would be, up to the same instant."""

    contract: Contract
    inputs: int = 0
    zone: str = ""
    was: list[Event] = field(default_factory=list)
    would_be: list[Event] = field(default_factory=list)

    @property
    def wallet_was(self) -> Kopecks:
        """The wallet behind the last stored event."""
        return wallet_of(self.was)

    @property
    def wallet_would_be(self) -> Kopecks:
        """The wallet behind the last event there would be."""
        return wallet_of(self.would_be)


def wallet_of(events: Sequence[Event]) -> Kopecks:
    """The wallet behind a history: every event that moves it says so."""
    return next((event.wallet_after for event in reversed(events) if event.wallet_after is not None), 0)


def decide_with(
    contract: Contract,
    steps: Sequence[Step],
    change: Change,
    catalogues: CatalogueTimeline,
    alternative: Catalogue | None = None,
) -> Counterfactual:
    """A contract's history under a change, up to the booked time of its last event. Raises CannotDecide.

    Of the change, `alternative` is the parsed catalogue.
    """
    try:
        return _History(contract, steps, change, catalogues, alternative).run()
    except (BrokenLog, NotReconstructible, AssertionError) as error:
        raise CannotDecide(f"account {contract} cannot be decided again ({error})", "run_verify") from None
    except Malformed as error:
        raise CannotDecide(f"account {contract} cannot be decided under this catalogue: {error}") from None


class _History:
    """One account's way through its steps."""

    def __init__(
        self,
        contract: Contract,
        steps: Sequence[Step],
        change: Change,
        catalogues: CatalogueTimeline,
        alternative: Catalogue | None,
    ) -> None:
        self.contract = contract
        self.account = contract.id
        self.steps = steps
        self.change = change.where(zone_of(steps))
        self.catalogues = catalogues
        self.alternative = alternative
        self.state: Account | None = None
        self.was = [event for step in steps for event in step.events]
        self.made: list[Event] = []
        self.missing: set[int] = set()  # versions that the input at hand cites in vain

    def run(self) -> Counterfactual:
        """Decide every step that does not stand; then the schedule up to the account's clock."""
        if self.was and self.was[-1].version != len(self.was):
            raise BrokenLog(f"{len(self.was)} events up to version {self.was[-1].version}")
        if self.change.named:
            refuse_unknown(self.change, self.contract, {event.version: event for event in self.was})
        done = Counterfactual(self.contract, was=self.was, would_be=self.made)
        rest = self.steps if self.change.since is None else self._stand(self.change.since)
        if not rest:
            return done
        self._check_alternative()
        for step, position, at in self._order(rest):
            done.inputs += step.events[0].input is not None
            self._step(step, position, at)
        self._advance(rest[-1].came, rest[-1].position, 0)
        if self.state is None:
            raise BrokenLog("no event opens it")
        done.zone = self.state.zone
        return done

    def _stand(self, since: Instant) -> Sequence[Step]:
        """Follow what was booked before an instant; the steps behind it."""
        for number, step in enumerate(self.steps):
            if step.came >= since:
                return self.steps[number:]
            for event in step.events:
                self.state = evolve(self.state, event, self.account)
            self.made += step.events
        return []

    def _check_alternative(self) -> None:
        """What the account has where deciding begins must be in a catalogue that takes the place of its own."""
        if self.alternative is None or self.state is None:
            return
        held = {("plan", self.state.plan)} if self.state.plan else set()
        held |= {("option", option.id) for option in self.state.options}
        known = {(kind, id) for kind, id, _, _ in self.alternative.versions()}
        for kind, id in sorted(held - known):
            raise CannotDecide(
                f"account {self.contract} has the {kind} {id}, which the catalogue lacks",
                "lacking_at_since",
                account=self.contract,
                kind=kind,
                id=id,
            )

    def _order(self, steps: Sequence[Step]) -> Iterator[tuple[Step, int, Instant | None]]:
        """The steps as they come now, each with the position whose catalogue holds, and when a moved one came.

        A moved input comes behind everything that came before its new time; at the very same time the order of the log
        is kept. It is decided under the catalogue of what it comes behind.
        """
        if not self.change.named:
            yield from ((step, step.position, None) for step in steps)
            return
        ordered: list[tuple[Instant, int, Step, Instant | None]] = []
        for number, step in enumerate(steps):
            named = {event.version for event in step.events}
            if not named & self.change.drop:
                at = next((self.change.move[version] for version in sorted(named & self.change.move.keys())), None)
                ordered.append((step.came if at is None else at, number, step, at))
        position = steps[0].position
        for _, _, step, at in sorted(ordered, key=lambda each: each[:2]):
            if at is None:
                position = step.position
            yield step, position, at

    def _step(self, step: Step, position: int, at: Instant | None) -> None:
        first = step.events[0]
        if isinstance(first, PersonalErased):
            self._erased(first)
            return
        if first.input is None:
            self._advance(first.booked_at, position, first.recorded_at)
            return
        input = self.change.of(reconstruct_input(self.contract.number, first))
        if at is not None:
            input = moved(input, at)
        if isinstance(input, _CITING):
            input = self._citing(input, first.version)
        booked = book(
            self.state,
            input,
            self._catalogue(position),
            recorded_at=first.recorded_at,
            history=self._made_event,
            contract=opened_contract(self.account, first),
            claim_name=claim_name_in(first),
        )
        self.state = booked.account
        self.made += booked.events

    def _erased(self, event: PersonalErased) -> None:
        """An erasure stays, where the contract is still closed (R-15.9)."""
        if self.state is None or self.state.closed_at is None:
            return
        moment = Moment(event.occurred_at, event.booked_at, event.recorded_at)
        erased = personal_erased(self.state, moment, event.ground, event.by, event.statements)
        self.state = evolve(self.state, erased)
        self.made.append(erased)

    def _advance(self, until: Instant, position: int, recorded_at: Instant) -> None:
        if self.state is None:
            return
        booked = advance(self.state, until, self._catalogue(position), recorded_at=recorded_at)
        self.state = booked.account
        self.made += booked.events

    def _catalogue(self, position: int) -> Catalogue:
        """The catalogue of a place; another one decides under that place's edition of the rules (R-3.7)."""
        in_force = self.catalogues.at(position)
        return in_force if self.alternative is None else self.alternative.under(in_force.edition)

    def _made_event(self, version: int) -> Event | None:
        return self.made[version - 1] if version <= len(self.made) and version not in self.missing else None

    def _citing(self, input: Reverse | Adjust | Rerate | OpenDispute, version: int) -> Input:
        """The input citing the events that stand now for those it cited when it was booked as `version`.

        What was still to come then, or does not come about now, is cited by its old number and not found.
        """
        self.missing = set()
        match input:
            case Adjust():
                return replace(input, cites=[self._now(cited, version) for cited in input.cites])
            case Reverse() | Rerate() | OpenDispute():
                return replace(input, event=self._now(input.event, version))

    def _now(self, cited: int, version: int) -> int:
        if cited < version:
            event = self.was[cited - 1]
            if cited <= len(self.made) and self.made[cited - 1] == event:
                return cited
            if found := counterpart(self.was, event, self.made):
                return found.version
        self.missing.add(cited)
        return cited
