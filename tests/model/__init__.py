"""An independent model of the rulebook, written from its text alone."""

from tests.model.rulebook import Model

__all__ = ["Model"]
