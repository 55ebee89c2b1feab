"""Benchmarks: a module per row of the table, each beside a raw limit measured in the same run."""
