"""Audit: the arithmetic of the rulebook as SQL over a dataset, which shares nothing with the code that books."""
