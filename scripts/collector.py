"""The garbage collector, told to look less often (docs/decisions.md)."""

import gc


def tune_gc() -> None:
    """A batch is many thousand small objects without cycles: looking for garbage among them costs a sixth of a feed."""
    gc.set_threshold(100_000, 50, 100)
