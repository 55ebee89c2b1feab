"""One account decided again: its stored events against what its inputs and its schedule decide."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, TypeAlias

import msgspec
from msgspec import UNSET, UnsetType

from ledger.account import Account
from ledger.catalogue import BadCatalogue
from ledger.entries import TARIFF_BUCKETS, WALLET
from ledger.events import AccountOpened, DisputeOpened, DisputeResolved, Event, InputRef, InputRefused
from ledger.evolve import BrokenLog, evolve
from ledger.inputs import Input
from ledger.log import codec, heads, keys, sealed_form
from ledger.log.errors import BadEvents
from ledger.log.sealed_form import Opened, Opener
from ledger.log.store import Head, Reading, Stored
from ledger.periods import Instant
from ledger.reconstruct_input import reconstruct_input
from ledger.rules.schedule import next_scheduled
from ledger.timeline import CatalogueTimeline
from projections.verify.redecide import UNDECIDABLE, decide_again, differences, same_booking

KEYS_AT_ONCE: Final = 400
KEY_IS_BACK: Final = "key of an erased contract"
UNFOLLOWABLE: Final = (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError, BadEvents)
"""What damage to an account's rows can raise: it is a finding, and no reason not to look at the other accounts."""
_NAMING_CLAIMS: Final = frozenset((DisputeOpened, DisputeResolved, InputRefused))

KeysOfAccount: TypeAlias = dict[bytes, tuple[int, bytes | None]]
"""By its digest, of each input the version of its first event, and the digest of its content where that is known."""


class Problem(msgspec.Struct, frozen=True):
    """One difference: the account and version (None for the ledger as a whole), the field, and both values.

    `account` is a contract's id until a report is made, and its number in the report, with the `holder`; `contract` is
    the id beside a number that is gone (`named`). `shard`, in a ledger of several, is the one it was found in.
    """

    account: str | None
    version: int | None
    problem: str
    expected: Any
    found: Any
    holder: int | None = None
    contract: str | UnsetType = UNSET
    shard: int | UnsetType = UNSET


class Missing(msgspec.Struct, frozen=True):
    """Events of an account that are gone: versions `first` to `last`, between two positions (None: behind all)."""

    account: str
    first: int
    last: int
    after: int
    before: int | None


class AccountAudit:
    """One account's events against what its inputs and its schedule decide.

    They are taken all at once (`agrees`), which is quick and says only whether they are as they should be. If they are
    not, an audit begun anew takes them one by one (`event`, and `finish` at their end) and names what differs.
    """

    def __init__(
        self,
        account_id: str,
        catalogues: CatalogueTimeline,
        lookup: Reading,
        *,
        counted_until: int,
        booked: Callable[[Account, Sequence[tuple[Stored, Event]], CatalogueTimeline], None] = lambda *_: None,
    ) -> None:
        """`booked` is told the account behind each booking, with its events."""
        self.account_id = account_id
        self.events: list[Event] = []
        """Those of an account that agrees."""
        self.problems: list[Problem] = []
        self.missing: list[Missing] = []
        self.inputs = 0
        self._catalogues = catalogues
        self._lookup = lookup
        self._counted_until = counted_until
        self._booked = booked
        self._state: Account | None = None
        self._group: list[tuple[Stored, Event]] = []
        self._keys: KeysOfAccount = {}
        self._sums: defaultdict[str, int] = defaultdict(int)
        self._version = 0
        self._position = 0
        self._recorded_at = 0
        self._lost = False
        self._number = account_id
        """As the opening of the contract has it."""
        self._opener: Opener = lookup.keyring.opener(account_id)
        self._key = lookup.keyring.key(account_id)

    @property
    def state(self) -> Account | None:
        """The account behind the events taken so far."""
        return self._state

    @property
    def erased(self) -> bool:
        """Whether its personal data are destroyed (R-15.9)."""
        return self._state is not None and self._state.erased

    @property
    def lost(self) -> bool:
        """Whether the rest of the account cannot be followed."""
        return self._lost

    def agrees(self, rows: Sequence[Stored], keys: KeysOfAccount | None = None) -> bool:
        """Whether all of an account's events are, to the byte, what its inputs and its schedule decide.

        So are the keys of its inputs, if all that are stored of it are given; else they are looked up.
        """
        try:
            return self._agrees(rows, keys)
        except (*UNDECIDABLE, *UNFOLLOWABLE):
            return False

    def _agrees(self, rows: Sequence[Stored], keys: KeysOfAccount | None) -> bool:
        behind: Instant | None = None
        while (taken := len(self.events)) < len(rows):
            row = rows[taken]
            found, first = self._read(row)
            if first.booked_at == behind and same_booking(self.events[-1], first):
                return False  # its booking has ended
            input = None
            if first.input is not None:
                if isinstance(first, AccountOpened):
                    self._named(first)
                input = reconstruct_input(self._number, first)
                self._has_key(row, first.version, first.input, input)
            expected, self._state = self._again(row, first, input)
            if not self._are_stored(expected, rows, found):
                return False
            behind = expected[-1].booked_at
        self._version = len(rows)
        for event in self.events:
            self._add_up(event)
            if type(event) in _NAMING_CLAIMS:
                self._claim(event)
        if keys is not None:
            if self._keys != keys and not all(_is_kept(keys.get(key), *each) for key, each in self._keys.items()):
                return False
            self._keys.clear()
        self.finish()
        return not self.problems

    def _are_stored(self, expected: Sequence[Event], rows: Sequence[Stored], found: Opened | None) -> bool:
        """Whether a booking is in the next rows, byte for byte; `found` was opened of its first event."""
        taken = len(self.events)
        for number, event in enumerate(expected, taken):
            row = rows[number]
            position, _, version, topic, state = row
            if number > taken:
                found, _ = self._read(row)
            if not codec.is_stored_as(event, topic, state, found=found, first=taken + 1):
                return False
            if not version == event.version == number + 1 or position <= self._position:
                return False
            if event.recorded_at < self._recorded_at:
                return False
            self._position, self._recorded_at = position, event.recorded_at
        self.events += expected
        return bool(expected)

    def _read(self, row: Stored) -> tuple[Opened | None, Event]:
        """A stored event, and what was opened of it where it is sealed. Raises BadEvents, Undecodable."""
        if row.topic not in codec.SEALED_TOPICS:
            return None, row.event()
        found = codec.unsealed(row.topic, _as_bytes(row.state), self._opener)
        return found, found.event

    def event(self, row: Stored) -> Event | None:
        """Take the next stored event; it comes back, but for one behind which the account cannot be followed."""
        if row.version != self._version + 1:
            self._out_of_turn(row)
            self._lost = True
        self._version = row.version
        if self._lost:
            return None
        try:
            found, event = self._read(row)
        except (BadEvents, codec.Undecodable) as error:
            self._differs(row.version, "stored form", "an event", _bad(row, error))
            self._lost = True
            return None
        if event.version != row.version:
            self._differs(row.version, "version in the event", row.version, event.version)
            self._lost = True
            return None
        if row.position <= self._position:
            self._differs(row.version, "position", f"above {self._position}", row.position)
        if event.recorded_at < self._recorded_at:
            self._differs(row.version, "recorded_at", f"at least {self._recorded_at}", event.recorded_at)
        self._position, self._recorded_at = row.position, event.recorded_at
        if self._group and not same_booking(self._group[-1][1], event):
            self._decide()
        self._group.append((row, event))
        self._stored_form(row, event, found)
        return event

    def give_up(self) -> None:
        """The rest of the account cannot be followed."""
        self._lost = True

    def finish(self) -> None:
        """Close the last booking and compare the sums of all entries with the folded account."""
        self._decide()
        self._check_keys()
        if self._lost or self._state is None:
            return
        if self._state.erased and self._key is not None:
            self._differs(self._version, KEY_IS_BACK, None, self.account_id)
        expected = defaultdict(int, {WALLET: self._state.wallet})
        for bucket in self._state.buckets:
            expected[f"{bucket.name}/{bucket.service}"] += bucket.left
        for name in {*expected, *self._sums}:
            held = name == WALLET or name.partition("/")[0] in TARIFF_BUCKETS or name.startswith("option:")
            if held and expected[name] != self._sums[name]:
                self._differs(self._version, f"sum of entries of {name}", expected[name], self._sums[name])

    def head(self, stored: Head | None) -> Iterator[Problem]:
        """The account's stored head against the one its events give."""
        if self._lost or self._state is None:
            return
        state = self._state
        if stored is None:
            yield Problem(self.account_id, None, "head", f"version {state.version}", None)
            return
        if (ahead := self._ahead(stored, state)) is not None:
            self.missing.append(Missing(self.account_id, state.version + 1, ahead, self._position, None))
            return
        try:
            next_at = next_scheduled(state, self._catalogues.newest())
        except (BadCatalogue, OverflowError, AssertionError) as error:
            yield Problem(
                self.account_id, state.version, "head: next_at", "an instant that can be reckoned", str(error)
            )
            return
        expected = Head(self.account_id, state.version, next_at, heads.encode(state))
        for name, should, found in zip(Head._fields, expected, stored, strict=True):
            if should != found:
                yield Problem(self.account_id, state.version, f"head: {name}", heads.shown(should), heads.shown(found))
        yield from self._parts(state)

    def _parts(self, state: Account) -> Iterator[Problem]:
        """The rows of a long memory against those its events give."""
        should, found = (
            {f"{row.kind} {row.number}": (row.version, row.state) for row in rows}
            for rows in (heads.parts_of(state), self._lookup.parts(self.account_id))
        )
        for name in sorted({*should, *found}):
            if should.get(name) != found.get(name):
                told = heads.shown(should.get(name)), heads.shown(found.get(name))
                yield Problem(self.account_id, state.version, f"head: part {name}", *told)

    def _ahead(self, stored: Head, state: Account) -> int | None:
        """The version of a head that agrees with itself and has seen more events than there are."""
        if not isinstance(stored.version, int) or stored.version <= state.version:
            return None
        held = heads.decode(stored.state, heads.no_parts)
        return stored.version if held is not None and held.version == stored.version else None

    def _out_of_turn(self, row: Stored) -> None:
        """An event that does not follow the one before it: what should stand between them is gone."""
        if isinstance(row.version, int) and isinstance(self._version, int) and row.version > self._version + 1:
            gone = Missing(self.account_id, self._version + 1, row.version - 1, self._position, row.position)
            self.missing.append(gone)
        elif not self._lost:
            self._differs(row.version, "version", self._version + 1, row.version)

    def _stored_form(self, row: Stored, event: Event, found: Opened | None) -> None:
        """The bytes are those that the event is stored in today; an event of an older topic has only to be readable."""
        if type(row.state) is not bytes:
            self._differs(row.version, "stored form", "bytes", "text")
        elif row.topic not in codec.UPCASTS:
            first = self._group[0][1].version
            again = sealed_form.stored_again(found, first) if found is not None else codec.stored_again(event)
            if again != row.state:
                stored = row.state.decode(errors="backslashreplace")
                self._differs(row.version, "stored bytes", again.decode(), stored)

    def _decide(self) -> None:
        """Decide the waiting booking again, compare, and follow what is stored."""
        group, self._group = self._group, []
        if not group:
            return
        first_row, first = group[0]
        input: Input | None = None
        expected: list[Event] | None = None
        after: Account | None = None
        try:
            if isinstance(first, AccountOpened):
                self._named(first)
            input = reconstruct_input(self._number, first) if first.input is not None else None
            expected, after = self._again(first_row, first, input)
        except UNDECIDABLE as error:
            self._differs(first.version, "decision", "a booking that can be decided again", str(error) or repr(error))
        found = [event for _, event in group]
        for event in found:
            self._add_up(event)
        if expected == found:
            self._state = after
        else:
            if expected is not None:
                for each in differences(expected, found):
                    self._differs(each.version, each.field, each.expected, each.found)
            self._follow(found)
        if self._state is not None and not self._lost:
            self._booked(self._state, group, self._catalogues)
        for event in found:
            self._claim(event)
        if first.input is not None:
            self._has_key(first_row, first.version, first.input, input)
            if len(self._keys) >= KEYS_AT_ONCE:
                self._check_keys()

    def _again(self, row: Stored, first: Event, input: Input | None) -> tuple[list[Event], Account | None]:
        catalogue = self._catalogues.at(row.position)
        return decide_again(self.account_id, self._state, first, input, catalogue, self._earlier)

    def _earlier(self, version: int) -> Event | None:
        """An event that an input cites."""
        if 0 < version <= len(self.events):
            return self.events[version - 1]
        return self._lookup.event(self.account_id, version)

    def _claim(self, event: Event) -> None:
        """What stands for the id of a claim is what its contract's key makes of it."""
        claim = getattr(event, "claim", None)
        if claim is None or self._key is None or event.input is None:
            return
        id = event.fields.get("dispute") if isinstance(event, InputRefused) else getattr(event, "dispute", None)
        if (expected := self._key.claim_name(id or event.input.id)) != claim:
            self._differs(event.version, "claim", expected, claim)

    def _named(self, opening: AccountOpened) -> None:
        """Whose contract it is, as its opening says: the keyring must say the same."""
        self._number = opening.personal.number or self.account_id
        named = self._lookup.contracts.named(self.account_id)
        if named.holder and (named.number, named.holder) != (self._number, opening.holder):
            expected, found = f"{self._number}/{opening.holder}", f"{named.number}/{named.holder}"
            self._differs(opening.version, "number of the contract", expected, found)
        elif named.holder and not self._lookup.keyring.finds(named):
            self._differs(opening.version, "table of numbers", f"{named.number}/{named.holder}", None)

    def _add_up(self, event: Event) -> None:
        """The running sums of entries alone, which nothing else in the program makes."""
        for entry in event.entries:
            self._sums[entry.from_] -= entry.amount
            self._sums[entry.to] += entry.amount
        if event.wallet_after is not None and event.wallet_after != self._sums[WALLET]:
            self._differs(
                event.version, "wallet_after against the sum of entries", self._sums[WALLET], event.wallet_after
            )

    def _follow(self, events: list[Event]) -> None:
        """Go on from what is stored, though it differs from what should be."""
        for event in events:
            try:
                self._state = evolve(self._state, event, self.account_id)
            except BrokenLog as error:
                self._differs(event.version, "history", "an event that can follow", str(error))
                self._lost = True
                return

    def _has_key(self, row: Stored, version: int, reference: InputRef, input: Input | None) -> None:
        """Remember the idempotency key that a booking must have; the text of an SMS is in its digest only."""
        self.inputs += row.position <= self._counted_until
        if self._lookup.has_only_events:
            return
        if isinstance(self._opener, str) and row.topic in codec.SEALED_TOPICS:
            return  # nobody can reckon its digests any more; how many there are is counted
        content = None if input is None or input.type == "sms" else keys.content_of(input, self._key)
        self._keys[keys.key_of(reference.source, reference.id, self._key)] = (version, content)

    def _check_keys(self) -> None:
        """Each booking's key is kept, naming its first event and the content of its input (R-12.2)."""
        if not self._keys:
            return
        known = self._lookup.keys([(self.account_id, key) for key in self._keys])
        for key, (version, content) in self._keys.items():
            found = known.get((self.account_id, key))
            if found is None or found.version != version:
                self._differs(version, "idempotency key", version, found.version if found else None)
            elif content is not None and content != found.content:
                self._differs(version, "digest of the input", content.hex(), found.content.hex())
        self._keys.clear()

    def _differs(self, version: int, problem: str, expected: object, found: object) -> None:
        self.problems.append(Problem(self.account_id, version, problem, expected, found))


def _is_kept(found: tuple[int, bytes | None] | None, version: int, content: bytes | None) -> bool:
    """Whether this is what must be kept of an input; what a text says that is not stored, nobody can tell."""
    return found is not None and found[0] == version and content in (None, found[1])


def _as_bytes(state: object) -> bytes:
    """Stored bytes, also where somebody has put a text in their place: that is a finding of its own."""
    return state.encode() if isinstance(state, str) else state if isinstance(state, bytes) else b""


def _bad(row: Stored, error: BadEvents | codec.Undecodable) -> BadEvents:
    """What cannot be read of an event, as every reading says it."""
    if isinstance(error, BadEvents):
        return error
    return BadEvents(f"account {row.account}, version {row.version}: {error}", "run_verify")
