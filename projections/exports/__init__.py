"""Exports: the log as other programs read it, streamed; README.md here documents each form."""
