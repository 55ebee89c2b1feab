"""Engines: where the jobs of a long work run beside each other, each a function of a reading of the same store."""
