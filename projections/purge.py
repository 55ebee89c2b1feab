"""Purge: what stands beside the log of an older form, or was left by killed processes, is gone (R-15.9)."""

from ledger.log.store import Reading
from projections import views
from projections.follow import caught_up


def purge_views(log: Reading) -> None:
    """Leave no views but the newest, of today's form: of a sealed contract they have nothing personal.

    Raises CacheError.
    """
    views.remove_older(log.ref)
    if views.place(log.ref).exists():
        with caught_up(log):
            pass
        views.remove_older(log.ref)
