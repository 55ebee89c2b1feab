"""What-if: what is asked, as the change that an account's history, or many, are decided again with."""

from collections.abc import Mapping
from datetime import date

from ledger import periods
from ledger.catalogue import parse
from ledger.periods import Moment
from ledger.snapshot import Snapshot
from projections.counterfactual.change import Change
from scripts.app.errors import InvalidRequest


def change_of(
    snapshot: Snapshot,
    zone: str,
    *,
    since: Moment | None = None,
    plan: str | None = None,
    drop: frozenset[int] = frozenset(),
    move: Mapping[int, Moment] | None = None,
    catalogue: str | None = None,
) -> Change:
    """The change; dates of moved inputs are ends of days in a zone, local times are its own, `catalogue` is a text.

    Raises InvalidRequest for a plan that the catalogue does not have: a mistyped one would be refused everywhere.
    """
    deciding = snapshot.catalogues.newest() if catalogue is None else parse(catalogue)
    if plan is not None and ("plan", plan) not in {(kind, id) for kind, id, _, _ in deciding.versions()}:
        raise InvalidRequest("NO_PLAN_TO_SET", plan=plan)
    return Change(
        since=None if isinstance(since, date) else since,
        since_local=since if isinstance(since, date) else None,
        plan=plan,
        drop=drop,
        move={version: periods.last_instant(when, zone) for version, when in (move or {}).items()},
        catalogue=catalogue,
    )
