"""Earlier imports: rows that a ledger has under the ids of their places in files are found under these."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from ledger.events import Event
from ledger.inputs import Input
from ledger.log.store import Reading
from ledger.reconstruct_input import NotReconstructible, reconstruct_input
from projections.operator.inputs import SOURCE
from projections.operator.row_ids import is_number, name_of, occurrence_of

Ids = dict[str, dict[int, str]]
"""By name of a row: the id of its first, second … occurrence."""

_SOURCE: Final = f'"{SOURCE}"'.encode()


class KnownInputs:
    """What the numbers of one file of inputs have of rows of statements, read when the first row comes.

    A row that was booked as `row-0007` keeps that id, and one that was booked by what it says is not booked again by
    its number. So the ledger finds either to be a duplicate; it alone decides. A row that is in the log under no id,
    and every other input, stays as it is.

    Where it is no file `from_its_beginning`, a number says nothing of how many equal rows stood before it: such a row
    is what its id says.
    """

    def __init__(self, *, from_its_beginning: bool = True) -> None:
        self._counts = from_its_beginning
        self._known: dict[str, Ids] = {}
        self._met: Counter[tuple[str, str]] = Counter()

    def named(self, inputs: Iterable[Input], log: Reading) -> list[Input]:
        """The same inputs, rows under the ids under which their numbers have them in a log."""
        return [self._named(input, log) for input in inputs]

    def _named(self, input: Input, log: Reading) -> Input:
        if input.source != SOURCE or (name := name_of(input)) is None:
            return input
        occurrence = occurrence_of(input.id)
        if occurrence is None:
            if not self._counts or not is_number(input.id):
                return input
            self._met[input.account, name] += 1
            occurrence = self._met[input.account, name]
        if input.account not in self._known:
            self._known[input.account] = _booked(log, input.account)
        ids = self._known[input.account].setdefault(name, {})
        if input.id in ids.values():
            return input
        return replace(input, id=ids.setdefault(occurrence, input.id))


def _booked(log: Reading, number: str) -> Ids:
    """The rows in the log of a number's contracts; those known by number fill the occurrences that nobody named."""
    found: Ids = {}
    numbered: list[tuple[str, str]] = []
    for stored in (row for contract in log.contracts.of(number) for row in log.events(contract.id)):
        if _SOURCE not in stored.state:
            continue
        input = _input(number, log.opened(stored))
        if input is None or input.source != SOURCE or (name := name_of(input)) is None:
            continue
        occurrence = occurrence_of(input.id)
        if occurrence is not None:
            found.setdefault(name, {})[occurrence] = input.id
        elif is_number(input.id):
            numbered.append((name, input.id))
    for name, id in numbered:
        ids = found.setdefault(name, {})
        ids[next(free for free in range(1, len(ids) + 2) if free not in ids)] = id
    return found


def _input(number: str, event: Event) -> Input | None:
    try:
        return reconstruct_input(number, event)
    except NotReconstructible:
        return None
