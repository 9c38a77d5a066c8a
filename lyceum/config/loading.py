"""Loading what a process consists of."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

import django


@contextmanager
def nothing_collected() -> Iterator[None]:
    """A block that loads modules, without the garbage collector.

    What is loaded stays. The collector would walk through all of it again and again while it grows, which is a third
    of the time, and later at every full collection; so it is told to leave alone what there is at the block's end.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def load_django() -> None:
    """Make Django's settings, models and jobs usable; the settings need the database's address by now."""
    with nothing_collected():
        django.setup()
