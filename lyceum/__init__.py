"""Lyceum: one open system that runs a school, or ten thousand of them."""

__version__ = "0.1.0"
