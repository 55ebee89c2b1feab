"""Standing: what the ledger knows of a payment that is missing here, and why it is not to be booked as it stands."""

from collections.abc import Iterator, Sequence
from typing import Final, Literal, NamedTuple, TypeAlias

from ledger.accounts import stored_accounts
from ledger.contracts import Contract, is_number
from ledger.events import Event
from ledger.log.contracts import candidates
from ledger.log.keys import key_of
from ledger.log.store import Reading
from projections.registry.matching import Here, Pair
from projections.registry.rows import Listed

ASKED_AT_ONCE: Final = 1_000

Why: TypeAlias = Literal["UNKNOWN_ACCOUNT", "ID_BOOKED", "EARLIER_CONTRACT", "LIKELY"]
"""Nobody has the number; the number has another input of this id, in another channel, refused, or of another type; the
number was somebody else's at the time (R-15.2); a payment under another id is likely the same."""


class IdBooked(NamedTuple):
    """What a number has under the id of a payment: the first event of that input."""

    contract: Contract
    event: Event


class Missing(NamedTuple):
    """A payment of the file that is missing here; it can be booked where there is no `why` against it."""

    listed: Listed
    why: Why | None = None
    likely: Here | None = None
    booked: IdBooked | None = None


def standing(log: Reading, missing: Iterator[Pair]) -> Iterator[Missing]:
    """What is known of payments that are missing here, in their order."""
    sources = log.sources()
    some: list[Pair] = []
    for pair in missing:
        some.append(pair)
        if len(some) == ASKED_AT_ONCE:
            yield from _standing(log, some, sources)
            some = []
    yield from _standing(log, some, sources)


def _standing(log: Reading, pairs: Sequence[Pair], sources: Sequence[str]) -> Iterator[Missing]:
    listed = [pair.listed for pair in pairs if pair.listed is not None]
    held = _held(log, {each.account for each in listed if is_number(each.account)})
    asked = {
        (contract.id, key_of(source, each.id, log.keyring.key(contract.id))): (each.line, contract)
        for each in listed
        for contract in held.get(each.account, ())
        for source in sources
    }
    booked: dict[int, IdBooked] = {}
    for key, known in log.keys(list(asked)).items():
        line, contract = asked[key]
        event = log.event(contract.id, known.version)
        if event is not None:
            booked.setdefault(line, IdBooked(contract, event))
    latest = [contracts[-1].id for contracts in held.values() if contracts]
    accounts = stored_accounts(log, latest)
    for each, (_, likely) in zip(listed, pairs, strict=True):
        contracts = held.get(each.account)
        if not contracts:
            yield Missing(each, "UNKNOWN_ACCOUNT", likely)
        elif each.line in booked:
            yield Missing(each, "ID_BOOKED", likely, booked[each.line])
        elif likely is not None:
            yield Missing(each, "LIKELY", likely)
        elif contracts[-1].holder > 1 and each.at < accounts[contracts[-1].id].account.opened_at:
            yield Missing(each, "EARLIER_CONTRACT")
        else:
            yield Missing(each)


def _held(log: Reading, numbers: set[str]) -> dict[str, list[Contract]]:
    """The contracts that numbers have in this ledger, in order of opening."""
    found = candidates(sorted(numbers), log.keyring, numbers_too=True)
    there = log.newest_versions(sorted({each.id for contracts in found.values() for each in contracts}))
    return {number: [each for each in contracts if each.id in there] for number, contracts in found.items()}
