"""Feed: lines in, events out; a line that is no input is given back with its reason, and nothing is lost (R-12.1)."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, NamedTuple

import msgspec

from ledger import inputs
from ledger.contracts import Contract
from ledger.events import InputRefused, UsageUnrated
from ledger.inputs import Input, Malformed
from ledger.periods import Moment
from ledger.reasons import StoredRefusalReason
from ledger.rules.refresh import Reply
from ledger.service import Clock, Ledger, Outcome, Reached
from ledger.units import Kopecks
from projections.operator.known_inputs import KnownInputs
from scripts.app.corrections import needs_second
from scripts.app.future import Future


class RawLine(NamedTuple):
    """A line as it came, without its newline; `size` in bytes, which `text` lacks if that is over the limit."""

    number: int
    text: bytes
    size: int


class Rejected(NamedTuple):
    """A line that is no input of this ledger; `opens`: nothing but blank lines stands before it in its file."""

    line: RawLine
    reason: str
    detail: str
    opens: bool


class Asker(NamedTuple):
    """Who hands a line over: the name under which it is booked, and the types that it may be of, None for any.

    Whoever asks under a name may not write one into the line (contract §11). Corrections and refunds that move more
    kopecks than the `limit` are not for one person; None is no limit. A `key` is
    the number that the line has to be of.
    """

    by: str | None = None
    types: frozenset[str] | None = None
    says_by: bool = True
    limit: Kopecks | None = None
    key: str | None = None


FEED: Final = Asker()


class Fate(NamedTuple):
    """What became of a line: the input it is and its outcome, or why it was rejected; never both."""

    line: RawLine
    input: Input | None
    outcome: Outcome | None
    reason: str = ""
    detail: str = ""


class Answered(NamedTuple):
    """A request for a refresh, the contract that asked, and what it was answered (R-5.3)."""

    contract: Contract
    input: Input
    reply: Reply


class Refusal(NamedTuple):
    """Another input that was refused by a rule, of which contract, and why."""

    contract: Contract
    input: Input
    reason: StoredRefusalReason


class Counts(msgspec.Struct):
    """What a feed did: inputs by what became of them, and events written, scheduled ones too.

    `unrated` counts records among the applied ones that nobody could rate yet (R-6.8).
    """

    applied: int = 0
    duplicates: int = 0
    refused: int = 0
    rejected: int = 0
    events: int = 0
    unrated: int = 0


class Fed(NamedTuple):
    """What became of a batch: lines that were rejected, in order, and inputs that were answered."""

    rejected: list[Rejected]
    answered: list[Answered | Refusal]


class Intake:
    """Lines on their way into a ledger: parsed, checked, booked in one transaction (R-12.1).

    Times later than `not_after`, by default a day from `now`, are an error of somebody's clock.
    """

    def __init__(self, ledger: Ledger, *, not_after: Moment | None, now: Clock) -> None:
        self._ledger = ledger
        self._not_after = not_after
        self._now = now

    def book(
        self,
        lines: Sequence[tuple[RawLine, Asker]],
        known: KnownInputs,
        reached: Reached | None = None,
        shard: int | None = None,
    ) -> list[Fate]:
        """What becomes of each line, in order. Raises StoreError, then nothing of it is booked.

        What is `reached` by the places of lines is kept with it, in each shard or the one that all of them go to.
        """
        fates: list[Fate] = []
        with self._ledger.snapshot() as before:
            edition = before.catalogues.newest().edition
            now, touched = self._now(), set[str]()
            future = Future(self._not_after, before, now=now)
            for line, asker in lines:
                try:
                    input = _parse(line, edition, asker)
                except Malformed as error:
                    fates.append(Fate(line, None, None, "MALFORMED", str(error)))
                except NotAllowed as error:
                    fates.append(Fate(line, None, None, "NOT_ALLOWED", str(error)))
                else:
                    reason = "FUTURE" if future.has(input) else ""
                    is_first = input.account not in touched
                    touched.add(input.account)
                    limit = asker.limit
                    if limit is not None and needs_second(before, input, limit, is_first=is_first, now=now):
                        reason = reason or "SECOND_PERSON"
                    fates.append(Fate(line, input, None, reason))
            meant = [(place, fate.input) for place, fate in enumerate(fates) if fate.input and not fate.reason]
            named = known.named([input for _, input in meant], before.log)
        of_inputs = None if reached is None else _beside(reached, fates, [place for place, _ in meant])
        outcomes = self._ledger.apply(named, of_inputs, shard=shard) if named or of_inputs else []
        for (place, _), named_input, outcome in zip(meant, named, outcomes, strict=True):
            fates[place] = Fate(fates[place].line, named_input, outcome, outcome.reason, outcome.detail)
        return fates


def _beside(reached: Reached, fates: Sequence[Fate], places: Sequence[int]) -> Reached:
    """The same for those that are booked, at these places: beside lines that are no inputs."""
    none = [place for place, fate in enumerate(fates) if fate.reason]
    return lambda rejected: reached([*none, *(places[place] for place in rejected)])


class NotAllowed(Exception):
    """A type of input that this asker may not hand over; the message says which."""


class Feed:
    """The lines of one file, booked batch by batch, each durable when it is told of; `counts` may go on from others.

    Times later than `not_after`, by default a day from `now`, are an error of somebody's clock. Of a file that is not
    read `from_its_beginning`, no row can be known by how many of its kind stand before it.
    """

    def __init__(
        self,
        ledger: Ledger,
        counts: Counts,
        *,
        not_after: Moment | None,
        now: Clock,
        from_its_beginning: bool = True,
    ) -> None:
        self._intake = Intake(ledger, not_after=not_after, now=now)
        self._counts = counts
        self._known = KnownInputs() if from_its_beginning else None  # what others book meanwhile is known then
        self._first: int | None = None

    def book(self, batch: Sequence[RawLine]) -> Fed:
        """Book the lines of a batch that are not blank. Raises StoreError, then nothing of it is booked."""
        return self.book_all([(line, FEED) for line in batch if not is_blank(line)])

    def book_all(
        self, lines: Sequence[tuple[RawLine, Asker]], reached: Reached | None = None, shard: int | None = None
    ) -> Fed:
        """Book lines, blank ones too, and keep what is `reached` with them, as `Intake.book` does."""
        if self._first is None and lines:
            self._first = lines[0][0].number
        known = self._known or KnownInputs(from_its_beginning=False)
        rejected: list[Rejected] = []
        answered: list[Answered | Refusal] = []
        for line, input, outcome, reason, detail in self._intake.book(lines, known, reached, shard):
            if outcome is not None:
                self._count(outcome)
            if outcome is None or outcome.result == "rejected":
                rejected.append(Rejected(line, reason, detail, opens=line.number == self._first))
            elif input is not None and (outcome.reply or outcome.result == "refused"):
                answered.append(_answer(input, outcome))
        self._counts.rejected += len(rejected)
        return Fed(rejected, answered)

    def _count(self, outcome: Outcome) -> None:
        match outcome.result:
            case "applied":
                self._counts.applied += 1
            case "refused":
                self._counts.refused += 1
            case "duplicate":
                self._counts.duplicates += 1
            case "rejected":
                pass  # counted with those that never were inputs
        self._counts.events += len(outcome.events)
        self._counts.unrated += any(isinstance(event, UsageUnrated) for event in outcome.events)


def is_blank(line: RawLine) -> bool:
    """Whether a line is none; what is too long to be read is one."""
    return not line.text.strip() and line.size <= inputs.LINE_BYTES_MAX


def _parse(line: RawLine, edition: int, asker: Asker) -> Input:
    input = _read(line, edition)
    if asker.key not in (None, input.account):
        given = f"{asker.key!r} is not the account" if asker.key else "there is none, where the account belongs"
        raise Malformed(f"key: {given}; the order of an account's inputs is kept under its number alone")
    if asker.types is not None and input.type not in asker.types:
        raise NotAllowed(f"an input of type {input.type} is not for you to hand over")
    if not asker.says_by and input.by is not None:
        raise Malformed("by: left out here, it is who asks")
    return input if asker.by is None else replace(input, by=asker.by)


def _read(line: RawLine, edition: int) -> Input:
    if line.size > inputs.LINE_BYTES_MAX:
        raise Malformed(f"a line of {line.size} bytes; at most {inputs.LINE_BYTES_MAX} are read, its beginning is kept")
    if is_blank(line):
        raise Malformed("empty: there is no input in it")
    try:
        text = line.text.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Malformed(f"not UTF-8 at byte {error.start}") from None
    return inputs.parse(text, edition)


def _answer(input: Input, outcome: Outcome) -> Answered | Refusal:
    contract = outcome.contract
    assert contract is not None, "what was booked went to a contract"
    if outcome.reply is not None:
        return Answered(contract, input, outcome.reply)
    return Refusal(contract, input, next(event.reason for event in outcome.events if isinstance(event, InputRefused)))
