"""Feed: lines in, events out; a line that is no input is given back with its reason, and nothing is lost (R-12.1)."""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from ledger import inputs
from ledger.contracts import Contract
from ledger.events import InputRefused, UsageUnrated
from ledger.inputs import Input, Malformed
from ledger.periods import Moment
from ledger.reasons import StoredRefusalReason
from ledger.rules.refresh import Reply
from ledger.service import Clock, Ledger, Outcome
from projections.operator.known_inputs import KnownInputs
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


class Feed:
    """The lines of one file, booked batch by batch, each durable when it is told of; `counts` may go on from others.

    Times later than `not_after`, by default a day from `now`, are an error of somebody's clock.
    """

    def __init__(self, ledger: Ledger, counts: Counts, *, not_after: Moment | None, now: Clock) -> None:
        self._ledger = ledger
        self._counts = counts
        self._not_after = not_after
        self._now = now
        self._known = KnownInputs()
        self._first: int | None = None

    def book(self, batch: Sequence[RawLine]) -> Fed:
        """Book the lines of a batch that are not blank. Raises StoreError, then nothing of it is booked."""
        lines = [line for line in batch if line.text.strip() or line.size > inputs.LINE_BYTES_MAX]
        if self._first is None and lines:
            self._first = lines[0].number
        rejected: list[Rejected] = []
        fed: list[tuple[RawLine, Input]] = []
        with self._ledger.snapshot() as before:
            edition = before.catalogues.newest().edition
            future = Future(self._not_after, before, now=self._now())
            for line in lines:
                try:
                    input = _parse(line, edition)
                except Malformed as error:
                    rejected.append(self._reject(line, "MALFORMED", str(error)))
                    continue
                if future.has(input):
                    rejected.append(self._reject(line, "FUTURE", ""))
                    continue
                fed.append((line, input))
            named = self._known.named([input for _, input in fed], before.log)
        outcomes = self._ledger.apply(named) if fed else []
        answered: list[Answered | Refusal] = []
        for (line, input), outcome in zip(fed, outcomes, strict=True):
            self._count(outcome)
            if outcome.result == "rejected":
                rejected.append(self._reject(line, outcome.reason, outcome.detail))
            elif outcome.reply or outcome.result == "refused":
                answered.append(_answer(input, outcome))
        self._counts.rejected += len(rejected)
        return Fed(sorted(rejected, key=lambda each: each.line.number), answered)

    def _reject(self, line: RawLine, reason: str, detail: str) -> Rejected:
        return Rejected(line, reason, detail, opens=line.number == self._first)

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


def _parse(line: RawLine, edition: int) -> Input:
    if line.size > inputs.LINE_BYTES_MAX:
        raise Malformed(f"a line of {line.size} bytes; at most {inputs.LINE_BYTES_MAX} are read, its beginning is kept")
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
