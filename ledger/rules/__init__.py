"""The rules, one module per chapter: pure functions from an account and an input to events."""
