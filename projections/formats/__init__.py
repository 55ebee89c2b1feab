"""Formats: the statement model written out; none of them computes anything."""
