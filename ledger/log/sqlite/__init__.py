"""SQLite under the log: one file, its schema, the library's recorder, and what only a file can do."""
