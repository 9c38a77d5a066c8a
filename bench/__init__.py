"""Benchmarks: ratios and counts through the whole stack. Run with `python -m bench`; never part of the tests."""
