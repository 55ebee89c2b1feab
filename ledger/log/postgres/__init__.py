"""PostgreSQL under the log: a schema, append-only by trigger and role, written by a recorder of our own on psycopg."""
