"""Contracts in the order of lists by account, however many there are: 40 bytes each, sorted in runs and merged."""

from collections.abc import Iterable, Iterator
from heapq import merge
from io import BytesIO
from itertools import islice
from typing import Final

from ledger.contracts import Contract, Contracts

RUN_CONTRACTS: Final = 50_000


def in_order(contracts: Contracts, ids: Iterable[str]) -> Iterator[Contract]:
    """Contracts by their ids, by number and holder. A million of objects would be some 300 bytes each."""
    lines = map(_line, contracts.each_named(ids))
    runs = []
    while run := sorted(islice(lines, RUN_CONTRACTS)):
        runs.append(BytesIO(b"".join(run)))
    return map(_contract, merge(*runs))


def _line(contract: Contract) -> bytes:
    """A contract as a line, the bytes of which are in the order of contracts."""
    id = contract.id.encode("unicode_escape")  # which may be anything in a log that somebody changed
    return b"%b\t%013d\t%b\n" % (contract.number.encode(), contract.holder, id)


def _contract(line: bytes) -> Contract:
    number, holder, id = line.removesuffix(b"\n").split(b"\t")
    return Contract(number.decode(), int(holder), id.decode("unicode_escape"))
