"""Replies: what requests for a refresh were answered, told as an account's events are read in order (R-5.3)."""

from ledger.account import Account
from ledger.events import Event, PackagesRefreshed, RefreshRefused
from ledger.evolve import BrokenLog, evolve
from ledger.rules.refresh import Reply, month_of_refusal, needs_month, reply
from ledger.timeline import CatalogueTimeline


class Replies:
    """Follows one account: a refusal of edition 1 is answered from the account as it stood, so all events pass here."""

    def __init__(self, account_id: str, catalogues: CatalogueTimeline) -> None:
        self._account_id = account_id
        self._catalogues = catalogues
        self._state: Account | None = None

    def behind(self, position: int, event: Event) -> Reply | None:
        """The reply that an event is; None for one that answers no such request."""
        before = self._state
        try:
            self._state = evolve(before, event, self._account_id)
        except BrokenLog:  # `verify` names it; what can be shown of such a log is shown
            return reply_alone(event, "UTC" if before is None else before.zone)
        return reply_of(event, before, self._catalogues, position) if before is not None else None


def reply_of(event: Event, before: Account, catalogues: CatalogueTimeline, position: int) -> Reply | None:
    """The reply that an event is, from the account before it; None for one that answers no request for a refresh."""
    if not isinstance(event, PackagesRefreshed | RefreshRefused):
        return None
    return reply(event, before.zone, month_of_refusal(event, before, catalogues.at(position)))


def reply_alone(event: Event, zone: str) -> Reply | None:
    """The reply that an event is, where its own facts tell it; for readers who have nothing but the event."""
    if not isinstance(event, PackagesRefreshed | RefreshRefused) or needs_month(event):
        return None
    return reply(event, zone)
