"""Audit: the log is decided again and compared with itself."""
