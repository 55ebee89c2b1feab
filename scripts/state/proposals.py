"""Proposals: corrections above what one person may move, kept until a second one confirms or declines them."""

from typing import Final, Literal, NamedTuple, TypeAlias

from ledger.periods import Instant
from ledger.units import Kopecks
from scripts.state.database import Row, StateDatabase

State: TypeAlias = Literal["waits", "confirmed", "declined"]
_COLUMNS: Final = "id, contract, fields, moved, proposed_by, proposed_at, state, decided_by, decided_at, version"


class Proposal(NamedTuple):
    """What somebody wants booked on a contract, which moves so many kopecks; `fields` is JSON of who reads it again.

    `version` is that of the event that it came to. Its text is personal: it goes with the contract's data (R-15.9).
    """

    id: str
    contract: str
    fields: str
    moved: Kopecks
    proposed_by: str
    proposed_at: Instant
    state: State = "waits"
    decided_by: str | None = None
    decided_at: Instant | None = None
    version: int | None = None


class Proposals:
    """The proposals of a ledger; threads may share them. Raises StateUnusable as their database does."""

    def __init__(self, state: StateDatabase) -> None:
        self._state = state

    def put(self, proposal: Proposal) -> Proposal:
        """Keep a proposal; the one of this id that is there already stays, and is given back."""
        with self._state.writing() as db:
            marks = ", ".join("?" * len(proposal))
            db.execute(f"INSERT INTO proposals ({_COLUMNS}) VALUES ({marks}) ON CONFLICT DO NOTHING", proposal)
        return self.named(proposal.id) or proposal

    def named(self, id: str) -> Proposal | None:
        """The proposal of an id."""
        row = self._state.one(f"SELECT {_COLUMNS} FROM proposals WHERE id = ?", id)
        return None if row is None else _proposal(row)

    def waiting(self) -> list[Proposal]:
        """Those that nobody decided yet, the oldest first."""
        return self._listed("state = 'waits' ORDER BY proposed_at, id LIMIT ?", -1)

    def decided(self, most: int) -> list[Proposal]:
        """The last that were decided, the newest first."""
        return self._listed("state <> 'waits' ORDER BY decided_at DESC, id LIMIT ?", most)

    def decide(self, id: str, state: State, *, by: str, at: Instant, version: int | None = None) -> bool:
        """Write down what became of one that waits; whether it still waited."""
        with self._state.writing() as db:
            moved = db.execute(
                "UPDATE proposals SET state = ?, decided_by = ?, decided_at = ?, version = ? WHERE id = ? AND state = "
                "'waits'",
                (state, by, at, version, id),
            )
            return moved.rowcount > 0

    def _listed(self, where: str, most: int) -> list[Proposal]:
        return [_proposal(row) for row in self._state.all(f"SELECT {_COLUMNS} FROM proposals WHERE {where}", most)]


def _proposal(row: Row) -> Proposal:
    return Proposal(*row)
