"""The library's recorder, over a table whose positions are never reused."""

from collections.abc import Sequence

from eventsourcing.persistence import StoredEvent
from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteCursor, SQLiteDatastore

from ledger.log.sqlite import schema


class Recorder(SQLiteApplicationRecorder):
    """Inserts events; where they stand in the log is up to the table."""

    def __init__(self, datastore: SQLiteDatastore) -> None:
        super().__init__(datastore)
        self.insert_events_statement = (
            "INSERT INTO stored_events (originator_id, originator_version, topic, state) VALUES (?,?,?,?)"
        )

    def construct_create_table_statements(self) -> list[str]:
        """The table of events; the store makes it, with all others."""
        return [schema.EVENTS]

    def append(self, c: SQLiteCursor, events: Sequence[StoredEvent]) -> None:
        """Insert events within the caller's transaction."""
        rows = [(e.originator_id, e.originator_version, e.topic, e.state) for e in events]
        c.executemany(self.insert_events_statement, rows)
