"""How many examples a law is tried on: a third of them on every change, all with `--long`."""

_in_full = False


def run_in_full() -> None:
    """From now on; before the laws are collected."""
    global _in_full  # noqa: PLW0603  # one run of the tests is long or short
    _in_full = True


def examples(in_full: int) -> int:
    """Of so many examples, those of this run: two at least, for the first is the simplest there is."""
    return in_full if _in_full else max(-(-in_full // 3), 2)
